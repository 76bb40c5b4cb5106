#!/bin/bash
# What the scripts share that run the program: an empty folder to stand in, $out and $err beside it so that a
# listing shows what was left, and what it prints or refuses. To be sourced.
# shellcheck source=tests/tap.sh
. "$GV_SOURCE/tests/tap.sh"
mkdir "$folder/here" && cd "$folder/here" || exit 1
out=$folder/out err=$folder/err
unset GRAPEVINE_PLUGIN_PATH GRAPEVINE_DATA_PATH
grapevine=$GV_BUILD/grapevine
subcommand=()  # before all arguments of run
with=()        # environment of run
watched=(.)    # where what is refused must leave nothing

run() { timeout -k 10 $patience env "${with[@]}" "$grapevine" "${subcommand[@]}" "$@"; }

# For await. at_least COUNT COMMAND: what this prints.
at_least() { [ "$(eval "$2" 2>/dev/null)" -ge "$1" ]; }
has_ended() { ! kill -0 $pid 2>/dev/null; }
trains_or_ended() { has_ended || [ -n "$(find /proc/$pid/fd -lname "*/$1/metrics.csv" 2>/dev/null)" ]; }

# begin FOLDER ARGUMENT...: in the background, as $pid, until it trains there: every signal is watched by then
begin() {
  local folder=$1
  shift
  "$grapevine" "${subcommand[@]}" "$@" 2>"$err" &
  pid=$!
  await trains_or_ended "$folder"
}
# ends_by STATUS SIGNAL...: what was begun ends with that status when it is sent these
ends_by() {
  local status=$1 code=0 signal
  shift
  for signal; do kill "-$signal" $pid; done
  await has_ended || kill -KILL $pid
  wait $pid || code=$?
  [ $code = "$status" ] || { cat "$err"; echo "exit status $code, not $status"; return 1; }
}
# briefly FOLDER ARGUMENT...: begun there, and stopped soon
briefly() { begin "$@" && sleep 0.3 && ends_by 130 INT; }

# has_terminals: programs can be run in a terminal of their own
has_terminals() { script -qec true /dev/null </dev/null >/dev/null 2>&1; }

# names KIND: the names of one table
names() {
  "$grapevine" help | awk -v kind="$1" '$1 == kind && $2 == "-" { on = 1; next } NF == 0 { on = 0 } on { print $1 }'
}

# prints WORD... -- ARGUMENT...: it succeeds, says nothing on stderr, and each word is on stdout
prints() {
  local words=() word
  while [ "$1" != -- ]; do words+=("$1"); shift; done
  shift
  run "$@" >"$out" 2>"$err" || { cat "$err"; return 1; }
  cat "$out" "$err"
  for word in "${words[@]}"; do
    grep -qF -e "$word" "$out" || { echo "'$word' is not printed"; return 1; }
  done
  [ ! -s "$err" ]
}

# page EXPRESSION FILE: the Python expression over the JSON there, `page`, is true
page() {
  if command -v python3 >/dev/null; then
    python3 -S -c "import json, sys; page = json.load(open(sys.argv[1])); sys.exit(not (${1//$'\n'/ }))" "$2"
  else
    [[ $(head -c 1 "$2")$(tail -n 1 "$2") = @(\{\}|\[\]) ]]
  fi || { cat "$2"; return 1; }
}

# refuse STATUS WORD ARGUMENT...: that exit status, one line on stderr with the word, nothing on stdout, no file
# that was not there or is of another size
refuse() {
  local status=$1 word=$2 code=0 before after
  shift 2
  before=$(ls -lR "${watched[@]}")
  run "$@" >"$out" 2>"$err" || code=$?
  after=$(ls -lR "${watched[@]}")
  cat "$err"
  [ "$code" = "$status" ] || { echo "exit status $code, not $status"; return 1; }
  [ "$(wc -l <"$err")" = 1 ] && grep -q '^grapevine: error: ' "$err" || { echo 'not one error line'; return 1; }
  grep -qF -e "$word" "$err" || { echo "'$word' is not said"; return 1; }
  [ ! -s "$out" ] || { echo 'something on standard output:'; cat "$out"; return 1; }
  [ "$before" = "$after" ] || { echo 'left behind:'; diff <(echo "$before") <(echo "$after"); return 1; }
}
refused() { check "refused: ${*:3}" refuse "$@"; }
