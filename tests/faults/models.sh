# Models that crash or fail in each of their functions. To be sourced by tests/faults.sh.
faulty=$GV_BUILD/tests/plugins/.libs/faulty.so
small=(train --quiet --nodes 4 --workers 2 --rounds 3 --out r)
run "${small[@]}" --model "$faulty" >/dev/null 2>&1
cp -r r kept_run

# alone ARGUMENT...: in place of the shell, which would say on stderr by which signal it ended
alone() {
  # of 1 byte there is no core file, and none for a pipe, which a limit of 0 does not keep from it
  exec prlimit --core=1:1 timeout -k 10 $patience "$grapevine" "$@"
}

# crash STATUS TEXT ARGUMENT...: ends by that signal, its last words are one line with the text, all files are whole
crash() {
  local status=$1 text=$2 code=0
  shift 2
  rm -rf r
  (alone "$@") >"$out" 2>"$err" || code=$?
  cat "$err"
  [ $code = "$status" ] || { echo "exit status $code, not $status"; return 1; }
  one_line "$err" && grep -qF -e "$text" "$err" && whole r
}

# crashed STATUS TEXT ARGUMENT...
crashed() {
  faults=$((faults + 1))
  check "last words: ${2//"$GV_BUILD"\//}" crash "$@"
}
it="grapevine: model 'faulty' ($faulty) crashed in its"
then="; \`grapevine model check $faulty\` finds out more"
if $sanitized; then
  skip 'the last words of a crash' 'a sanitizer has its own'
else
  while read -r status how text; do
    crashed "$status" "$it gradient on node 0, round 2: $text$then" "${small[@]}" --workers 1 \
      --model "$faulty:in=gradient,at=9,how=$how"
    crashed "$status" ": $text$then" "${small[@]}" --model "$faulty:in=gradient,at=9,how=$how"
  done <<'END'
139 segv segmentation fault
139 stack segmentation fault
139 library segmentation fault
136 divide arithmetic exception, as a division of integers by 0
134 abort aborted
135 bus bus error
132 ill illegal instruction
END
  for in in plan create init evaluate destroy; do
    crashed 139 "$it $in: segmentation fault$then" "${small[@]}" --model "$faulty:in=$in,how=segv"
  done
  crashed 139 "$it gradient on node " "${small[@]}" --workers 1 --threads-per-node 2 \
    --model "$faulty:in=gradient,at=8,how=segv"
  for in in evaluate predict; do
    crashed 139 "$it $in: segmentation fault$then" eval --model-file kept_run/model.safetensors \
      --predictions predictions.csv --model "$faulty:in=$in,how=segv"
  done
  check 'eval: no predictions are left' test ! -e predictions.csv

  damaged=$PWD/damaged.so
  head -c $(($(stat -c %s "$faulty") / 2)) "$faulty" >"$damaged"
  for words in 'model show' help; do
    # shellcheck disable=SC2086
    crashed 139 "grapevine: model plugin '$GV_BUILD/tests/faults/.libs/start.so' crashed while it was loaded: s" \
      $words "$GV_BUILD/tests/faults/.libs/start.so"
  done
  # half of a plugin is a bus error for some loaders, others refuse it
  cut_off() {
    (alone model show "$damaged") >"$out" 2>"$err"
    cat "$err"
    one_line "$err" && grep -qF "model plugin '$damaged' c" "$err"
  }
  check 'last words: a plugin that is cut off' cut_off
  # its name can be read no more: no last words, but an end
  nameless() {
    local code=0
    (alone "${small[@]}" --model "$faulty:in=gradient,how=nameless") >"$out" 2>"$err" || code=$?
    echo "exit status $code"
    [ $code = 139 ] && [ ! -s "$err" ]
  }
  check 'a crash that cannot be told ends all the same' nameless

  study_names_it() {
    printf '[base]\nrounds = 3\nnodes = 4\nmodel = %s:in=gradient,how=segv\n' "$faulty" \
      >study.ini
    run study study.ini >"$out" 2>"$err" && return 1
    cat "$out" "$err"
    grep -q "crashed in its gradient on node " "$err"
  }
  check 'a study passes on the last words' study_names_it
fi

# A model that fails at its k-th call of a function, for each k until the run never calls it so often.
every_call() {
  local in=$1 how=$2 text=$3 at=0 code
  shift 3
  while at=$((at + 1)); do
    code=0
    rm -rf r
    run "$@" --model "$faulty:in=$in,at=$at,how=$how" >"$out" 2>"$err" || code=$?
    [ $code != 0 ] || break
    echo "call $at: $(cat "$err")"
    [ $code = 1 ] && one_line "$err" && grep -qF "model faulty: $text" "$err" || return
    [ ! -e r ] && [ ! -e predictions.csv ] || { ls r predictions.csv; return 1; }
  done
  echo $((at - 1)) >called
  rm -rf r predictions.csv
  [ $at -gt 1 ]
}
fails_everywhere() {
  check "fails at each call of $1, $2: ${*:4:1}" every_call "$@"
  faults=$((faults + $(cat called 2>/dev/null || echo 0)))
}
for in in plan create init gradient evaluate; do
  fails_everywhere $in say "told to fail in $in" "${small[@]}"
done
fails_everywhere gradient silent 'one of its functions failed' "${small[@]}"
fails_everywhere gradient say 'told to fail in gradient' "${small[@]}" --workers 1 --threads-per-node 2
fails_everywhere evaluate say 'told to fail in evaluate' eval --model-file kept_run/model.safetensors \
  --predictions predictions.csv
fails_everywhere predict say 'told to fail in predict' eval --model-file kept_run/model.safetensors \
  --predictions predictions.csv
