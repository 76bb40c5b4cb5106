#!/bin/bash
# grapevine bench: its help, what it refuses, and that every figure stands beside a limit. How good the figures are
# is no matter of a test. TAP.
# shellcheck source=tests/tap.sh
. "$GV_SOURCE/tests/tap.sh"
grapevine=$GV_BUILD/grapevine
export GRAPEVINE_PLUGIN_PATH=$GV_BUILD/models/.libs
export TMPDIR=$folder/tmp
mkdir "$TMPDIR"

# sound FILE COUNT: JSON with the machine and at least so many figures, each positive and beside a positive limit
sound() {
  python3 - "$1" "$2" <<'END'
import json, math, sys
found = json.load(open(sys.argv[1]))
machine, figures = found["machine"], found["figures"]
assert machine["cores"] >= 1 and machine["cpu"] and len(machine["caches"]) == 3, machine
assert found["quick"] is True
assert len(figures) >= int(sys.argv[2]), figures
assert len({(f["benchmark"], f["name"]) for f in figures}) == len(figures), "two figures of one name"
for f in figures:
    for key in "value", "limit", "share":
        assert math.isfinite(f[key]) and f[key] > 0, f
    assert f["spread"] >= 0 and f["unit"] and f["limit_name"], f
END
}
measures() {
  timeout 300 "$grapevine" bench "$1" --quick --json >"$folder/$1.json" && sound "$folder/$1.json" "$2"
}

# With other programs beside it a pair may come out at any ratio, but not all of them: the median figure.
near() {
  python3 - "$1" <<'END'
import json, statistics, sys
shares = [f["share"] for f in json.load(open(sys.argv[1]))["figures"]]
assert 0.05 < statistics.median(shares) < 3, shares
END
}

# refused CODE TEXT ARGUMENT...: exits so, with one line on standard error that holds the text, and prints nothing
refused() {
  local want=$1 text=$2 code=0
  shift 2
  "$grapevine" bench "$@" >"$folder/out" 2>"$folder/err" || code=$?
  cat "$folder/out" "$folder/err"
  [ $code = "$want" ] && [ ! -s "$folder/out" ] && [ "$(wc -l <"$folder/err")" = 1 ] &&
    grep -qF -- "$text" "$folder/err"
}

helps() {
  "$grapevine" bench --help >"$folder/help" && grep -q 'grapevine bench average' "$folder/help" &&
    grep -q -- --json "$folder/help"
}
check 'help has an example' helps
check 'refused: an unknown benchmark, with the nearest' refused 2 "did you mean 'average'" avrage
check 'refused: an unknown option' refused 2 "unknown option '--fast'" --fast
check 'refused: two benchmarks' refused 2 round average round
check 'refused: a switch with a value' refused 2 'takes no value' --quick=1

table() {
  timeout 120 "$grapevine" bench start --quick >"$folder/out" 2>"$folder/err" || { cat "$folder/err"; return 1; }
  cat "$folder/out"
  grep -q 'core' "$folder/out" && grep -q '^start  *value  *spread  *limit  *share' "$folder/out" &&
    [ ! -s "$folder/err" ]
}
check 'start: a table on standard output, nothing on standard error' table

# OpenMP then binds even the first thread to a processor; the caches are those of all that the process may use.
caches() {
  local all bound
  all=$("$grapevine" bench start --quick | grep '^caches') &&
    bound=$(OMP_PROC_BIND=true "$grapevine" bench start --quick | grep '^caches') || return
  printf '%s\n' "$all" "$bound"
  [ "$all" = "$bound" ]
}
check 'start: the same caches where OpenMP binds its threads' caches

if command -v python3 >/dev/null; then
  check 'average: figures with limits' measures average 5
  check 'average: shares are shares' near "$folder/average.json"
  check 'round: figures with limits' measures round 4
  check 'train: figures with limits' measures train 2
  check 'train: shares are shares' near "$folder/train.json"
  check 'scaling: figures with limits' measures scaling 2
else
  skip 'figures as JSON' 'no python3'
fi

# Ctrl-C: ends soon, with one line, and takes the temporary folders along; twice too, as `timeout` sends it, to the
# program and to its group.
# interrupted TIMES: after a second in the middle of it
interrupted() {
  local code=0
  set -m  # a group of its own
  "$grapevine" bench scaling >"$folder/out" 2>"$folder/err" &
  set +m
  await catches $! && sleep 1
  [ "$1" = 1 ] || { kill -INT $!; sleep 0.02; }
  kill -INT -- -$!
  wait $! || code=$?
  cat "$folder/err"
  [ $code = 130 ] && grep -q 'stopped on request' "$folder/err" && [ "$(wc -l <"$folder/err")" = 1 ]
}
check 'an interrupt ends it with one line' interrupted 1
check 'so does one that comes twice' interrupted 2
study_stops() {  # what one run was stopped by ends the script, and leaves nothing that says the run was tried
  local code=0
  cat >"$folder/fake" <<END
#!/bin/bash
echo "\${LC_ALL-none}" >>"$folder/calls"
echo 'grapevine: error: stopped on request' >&2
exit 130
END
  chmod +x "$folder/fake"
  env -u LC_ALL GRAPEVINE="$folder/fake" "$GV_SOURCE/bench/studies/heterogeneous.sh" "$folder/study" || code=$?
  cat "$folder/calls"
  find "$folder/study"
  [ $code = 130 ] && [ "$(cat "$folder/calls")" = C ] && [ -z "$(find "$folder/study" -name '*.log')" ]
}
check 'an interrupt ends the study, too' study_stops
check 'no temporary folder is left' test -z "$(ls "$TMPDIR")"
finish
