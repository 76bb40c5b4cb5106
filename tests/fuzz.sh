#!/bin/bash
# Every reader of data and every other parser on the kept inputs of its fuzzer: read or refused in one line, and
# everything given back; readers take no more memory than they may. TAP.
# shellcheck source=tests/cli.sh
. "$GV_SOURCE/tests/cli.sh"
corpus=$GV_SOURCE/tests/fuzz/corpus
replay() {
  GLIBC_TUNABLES=glibc.malloc.tcache_count=0 "$GV_BUILD/tests/fuzz/replay" "$1" "$corpus/$1"/*
}
for kept in "$corpus"/*/; do
  name=$(basename "$kept")
  check "$name: $(find "$kept" -type f | wc -l) inputs" replay "$name"
done
check 'there were targets' test $number -ge 14
for name in $("$grapevine" data list | awk '/^Readers/ { on = 1; next } NF == 0 { on = 0 } on { print $1 }'); do
  check "reader $name has kept inputs" test -d "$corpus/$name"
done
unknown() { ! "$GV_BUILD/tests/fuzz/replay" nothing "$corpus/csv"/* 2>&1; }
check 'a target that is none is refused' unknown
finish
