#!/bin/bash
# What the test scripts share: a folder of their own, $folder, and one line of TAP a check. To be sourced.
set -u
# Who starts tests by nohup has them ignore SIGHUP, and some services SIGPIPE, which only a new program can undo.
ignored=$(sed -n 's/^SigIgn:[[:space:]]*//p' /proc/$$/status)
(( 0x${ignored:-0} & 0x1001 )) && exec env --default-signal=HUP,PIPE bash "$0" "$@"
folder=$(mktemp -d) || exit 1
trap 'kill -KILL $(jobs -pr) 2>/dev/null; rm -rf "$folder"' EXIT  # what a failed check left in the background
log=$folder/log
number=0
sanitized=false full=false patience=120  # seconds
[ "${GV_SANITIZE:-no}" = no ] || sanitized=true patience=400
[ "${GV_FULL:-no}" = no ] || full=true  # make check-full: all combinations, for minutes

# check WHAT COMMAND...: a line of TAP, and the first lines of what the command said if it failed
check() {
  local what=$1
  shift
  number=$((number + 1))
  if "$@" >"$log" 2>&1; then
    echo "ok $number - $what"
  else
    echo "not ok $number - $what"
    head -n 40 "$log" | sed 's/^/# /'
  fi
}

# small_files KIB: from here on none grows beyond that. A coverage build's counters, which it would cut off, go
# elsewhere.
small_files() {
  ulimit -f "$1"
  export GCOV_PREFIX=$folder/counters
}

# A python3 that is a script of a version manager takes longer to find its interpreter than that takes to start.
if shim=$(command -v python3) && [ "$(head -c 2 "$shim")" = '#!' ]; then
  eval "python3() { $(python3 -c 'import shlex, sys; print(shlex.quote(sys.executable))') \"\$@\"; }"
fi
# with_python WHAT COMMAND...: a check that takes Python to look at what was made
with_python() { if command -v python3 >/dev/null; then check "$@"; else skip "$1" 'python3 is not installed'; fi; }

# await COMMAND...: waits until it succeeds
await() {
  local last=$((SECONDS + patience))
  until "$@"; do
    [ $SECONDS -lt $last ] || { echo "waited $patience s for: $*"; return 1; }
    sleep 0.02
  done
}

# For await. catches PID: it has begun to watch for SIGINT.
catches() { local mask; mask=$(sed -n 's/^SigCgt:[[:space:]]*//p' "/proc/$1/status") && [ $((0x$mask & 2)) != 0 ]; }

# learned FOLDER: summary.json of this run, test_accuracy: at least 0.9
learned() {
  awk -F: '/"test_accuracy"/ { found = 1; good = $2 + 0 >= 0.9 } END { exit !(found && good) }' "$1/summary.json" ||
    { cat "$1/summary.json"; return 1; }
}

# figures FOLDER: the columns of this run's metrics.csv but for seconds, which no two runs share
figures() {
  awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i != "seconds") keep[i] = 1 }
    { line = ""; for (i = 1; i <= NF; i++) if (keep[i]) line = line "," $i; print line }' "$1/metrics.csv"
}

# new_commands FILE: the command lines that `grapevine model new` printed there; that of a command which this
# grapevine does not have is left out
new_commands() {
  if "$GV_BUILD/grapevine" model --help | grep -q '^  check '; then
    sed '1,/^Try next$/d; s/^  //' "$1"
  else
    sed '1,/^Try next$/d; s/^  //; / model check /d' "$1"
  fi
}

skip() { number=$((number + 1)); echo "ok $number - $1 # SKIP $2"; }

finish() { echo "1..$number"; }
