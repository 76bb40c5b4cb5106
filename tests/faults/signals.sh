# Signals at random moments of a run; the moments are those of a seed. To be sourced by tests/faults.sh.
mkdir signals && cd signals || exit 1
RANDOM=11
interrupted=(train --quiet --nodes 6 --workers 2 --rounds 3000 --model logreg --algorithm gt --topology ring
  --compute-time 1e-3 --checkpoint-every 2)
began=$(date +%s%N)
run "${interrupted[@]}" --out plain >/dev/null 2>&1
took=$((($(date +%s%N) - began) / 1000000))
times=4
! $full || times=200

# at_random SIGNAL: sent to a run from its very start on, and to what goes on with it, until one comes to its end
at_random() {
  local code words try at
  rm -rf r
  for ((try = 0; try < 8; try++)); do
    words=("${interrupted[@]}" --out r)
    [ ! -e r/checkpoint.safetensors ] || words=(train --quiet --resume r --workers $((RANDOM % 3 + 1)))
    [ ${words[2]} = --resume ] || rm -rf r
    code=0
    at=$((RANDOM % (took + 20)))
    [ $try -lt 7 ] || at=600000
    "$grapevine" "${words[@]}" >"$out" 2>"$err" &
    pid=$!
    (sleep "$((at / 1000)).$(printf %03d $((at % 1000)))"; kill "-$1" $pid) 2>/dev/null &
    local killer=$!
    { wait $pid; code=$?; } 2>/dev/null
    kill $killer 2>/dev/null
    wait $killer 2>/dev/null
    faults=$((faults + 1))
    case $code in
      0) whole r && same_bits plain r; return ;;
      130 | 129 | 137 | 143) ;;  # by itself, or by the signal before it was watched
      2) grep -q 'the run is finished' "$err" && same_bits plain r; return ;;
      *) cat "$err"; echo "exit status $code"; return 1 ;;
    esac
    # SIGKILL may come between the two names of a file: the first is taken away by who goes on
    if [ "$1" = KILL ]; then readable r; else whole r; fi || return
  done
  echo 'it never came to its end'
  return 1
}
repeatedly() {
  local i
  for ((i = 0; i < times / 4; i++)); do
    at_random "$1" || { echo "turn $i"; return 1; }
  done
}
for signal in INT TERM HUP KILL; do
  check "SIG$signal at random moments, gone on with: the same bits" repeatedly $signal
done

# A crash signal from elsewhere is no crash: nothing is said of it.
from_outside() {
  ulimit -c 0
  rm -rf r
  begin r "${interrupted[@]}" --rounds 4000000000 --out r && ends_by 134 ABRT && cat "$err" && [ ! -s "$err" ]
}
$sanitized || check 'SIGABRT of another process is not reported as a crash' from_outside

# others SIGNAL: what writes one file leaves it whole or not at all
others() {
  local words i
  rm -rf r
  for words in 'report plain --out page.html' 'consensus --rounds 100000 --csv page.html' \
    'eval --model-file plain/model.safetensors --predictions page.html'; do
    for ((i = 0; i < times / 4; i++)); do
      rm -f page.html
      # shellcheck disable=SC2086
      "$grapevine" $words >/dev/null 2>&1 &
      pid=$!
      sleep 0.0$((RANDOM % 60 + 10))
      kill "-$1" $pid 2>/dev/null
      wait $pid 2>/dev/null
      faults=$((faults + 1))
      [ ! -e page.html ] || tail -n 1 page.html | grep -qE '^</html>$|,' || { tail -n 2 page.html; return 1; }
      [ "$1" = KILL ] || [ -z "$(find . -name '*.tmp')" ] || { ls; return 1; }
    done
  done
}
check 'SIGTERM at random moments of what writes one file' others TERM
check 'SIGKILL, too' others KILL

# A model that never comes back: the first signal asks in vain, one that comes a second after it ends the program.
# The main thread sleeps again when it has dealt with the first.
asked() { [ "$(sed -n 's/^State:[[:space:]]*\(.\).*/\1/p' "/proc/$pid/status")" = S ]; }
hung() {
  faults=$((faults + 1))
  local model=$GV_BUILD/tests/plugins/.libs/faulty.so:in=gradient,how=hang
  begin hung train --quiet --nodes 4 --workers 1 --model "$model" \
    --out hung && await grep -q '^it hangs$' "$err" && await asked || return
  kill -INT $pid
  await asked || return
  sleep 1.1
  kill -0 $pid && ends_by 130 INT && [ ! -e hung/summary.json ]
}
check 'a second one, a second later, ends a run that does not stop' hung
cd ..
