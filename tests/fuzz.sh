#!/bin/bash
# Every reader on the kept inputs of its fuzzer: read or refused, within the memory that they may take. TAP.
# shellcheck source=tests/cli.sh
. "$GV_SOURCE/tests/cli.sh"
corpus=$GV_SOURCE/tests/fuzz/corpus
replay() {
  "$GV_BUILD/tests/fuzz/replay" "$1" "$corpus/$1"/*
}
for name in $("$grapevine" data list | awk '/^Readers/ { on = 1; next } NF == 0 { on = 0 } on { print $1 }'); do
  check "$name: $(find "$corpus/$name" -type f 2>/dev/null | wc -l) inputs" replay "$name"
done
check 'there were readers' test $number -ge 6
finish
