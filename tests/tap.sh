#!/bin/bash
# What the test scripts share: a folder of their own, $folder, and one line of TAP a check. To be sourced.
set -u
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
log=$folder/log
number=0

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

skip() { number=$((number + 1)); echo "ok $number - $1 # SKIP $2"; }

finish() { echo "1..$number"; }
