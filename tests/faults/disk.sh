# Disks that are full or read-only, streams that are closed. To be sourced by tests/faults.sh.
mkdir disk && cd disk || exit 1
small=(train --nodes 4 --workers 2 --rounds 3 --model logreg --compute-time 1e-3)
run "${small[@]}" --quiet --out kept >/dev/null 2>&1

# fails WORD COMMAND...: exit status 1, one error line with the word, nothing half-written
fails() {
  local word=$1 code=0
  shift
  faults=$((faults + 1))
  "$@" 2>"$err" || code=$?
  cat "$err" >&2
  [ $code = 1 ] || { echo "exit status $code: $*" >&2; return 1; }
  [ "$(grep -c '^grapevine: error: ' "$err")" = 1 ] && ! grep -qv '^grapevine: ' "$err" || return
  grep -qF -e "$word" "$err" && whole .
}

# ---- standard streams ----

printing=('train --rounds 1 --model logreg --nodes 2 --out r --json' 'eval --model-file kept/model.safetensors'
  'topology ring' 'topology list' 'topology growth --nodes 8' 'consensus --rounds 3' 'data list' 'data show digits'
  'model list' 'model show mlp' 'cost' 'help' 'help ring' 'plot kept --json' '--help' '--version' 'train --help'
  'model check logreg' 'split --data digits --nodes 4')
to_full() {
  local words
  for words in "${printing[@]}"; do
    rm -rf r
    # shellcheck disable=SC2086
    fails 'standard output cannot be written' run $words >/dev/full || return
    rm -rf r
    # shellcheck disable=SC2086
    fails 'standard output cannot be written' run $words >&- || return
  done
}
check 'standard output is full, or closed' to_full

# without_streams: no input and no place for errors: what there is to do is done, nothing goes into a file instead
without_streams() {
  local words
  for words in "${printing[@]}"; do
    rm -rf r
    # shellcheck disable=SC2086
    run $words >"$out" <&- 2>&- && [ -s "$out" ] || { echo "$words"; return 1; }
    faults=$((faults + 1))
  done
  rm -rf r && run "${small[@]}" --out r >/dev/null <&- 2>&- && same_bits kept r || return
  run train --rounds 1 --nodes 4 --bad 2>/dev/full
  [ $? = 2 ]
}
check 'standard input and error are closed' without_streams

# a reader that goes away ends the program, by the signal and without a word
no_reader() {
  local words code
  exec 3> >(exec true)
  wait $!  # it has gone
  for words in "${printing[@]}"; do
    rm -rf r
    code=0
    # shellcheck disable=SC2086
    run $words 2>"$err" >&3 3>&- || code=$?
    faults=$((faults + 1))
    [ "$code" = 141 ] && [ "$(wc -l <"$err")" -le 3 ] && ! grep -q error: "$err" ||
      { echo "$words: $code"; cat "$err"; return 1; }
  done
  exec 3>&-
  whole .
}
check 'standard output is a pipe that nobody reads' no_reader

# ---- files ----

# into FOLDER WORD: everything that writes files, there; each fails with the word
into() {
  local to=$1 word=$2 words
  writing=("train --quiet --nodes 64 --workers 2 --rounds 3 --nodes-csv --model logreg --out $to/r"
    "consensus --rounds 20000 --csv $to/rows.csv"
    "eval --model-file kept/model.safetensors --predictions $to/predictions.csv --part train"
    "report kept --out $to/page.html")
  for words in "${writing[@]}"; do
    # shellcheck disable=SC2086
    fails "$word" run $words >/dev/null || { echo "$words"; return 1; }
    # a run may leave what it measured; other files are whole or not there
    rm -rf "$to/r"
    [ -z "$(ls "$to")" ] || { ls -l "$to"; echo "left: $words"; return 1; }
  done
}
limited() {
  mkdir -p small
  (small_files 4; into small 'File too large'; echo $? >code; echo $faults >faults) && [ "$(cat code)" = 0 ]
  local good=$?
  faults=$(cat faults)
  return $good
}
check 'a limit of file sizes' limited

if [ "$(id -u)" = 0 ] && mkdir tiny && mount -t tmpfs -o size=16k tmpfs tiny 2>/dev/null; then
  check 'a full disk' into tiny 'No space left'
  umount tiny
else
  skip 'a full disk' 'no file system can be mounted here'
fi
mkdir fixed
if [ "$(id -u)" = 0 ] && mount --bind fixed fixed 2>/dev/null && mount -o remount,bind,ro fixed 2>/dev/null; then
  check 'a read-only folder' into fixed 'Read-only file system'
  umount fixed
elif [ "$(id -u)" != 0 ] && chmod a-w fixed; then
  check 'a read-only folder' into fixed 'Permission denied'
  chmod u+w fixed
else
  skip 'a read-only folder' 'nothing can be mounted here'
fi
umount fixed 2>/dev/null
cd ..
