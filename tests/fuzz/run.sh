#!/bin/bash
# Fuzzes what reads bytes from outside with libFuzzer and the address and undefined sanitizers. Needs clang.
# usage: tests/fuzz/run.sh [SECONDS [TARGET ...]]: each so long [600], two at a time, JOBS=1: one [all]
# BUILD names the folder it is built in [build-fuzz]; the fewest inputs that reach all code found are left there, in
# merged-TARGET, to be kept in tests/fuzz/corpus.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P) source=$(cd "$here/../.." && pwd -P)
build=${BUILD:-$source/build-fuzz} seconds=${1:-600}
targets=("${@:2}")
[ ${#targets[@]} -gt 0 ] || targets=(idx cifar csv libsvm npy npz safetensors checkpoint study edges numbers run
  names table)
program=$build/tests/fuzz/target

[ -x "$source/configure" ] || (cd "$source" && autoreconf -i)
mkdir -p "$build"
[ -f "$build/Makefile" ] || (cd "$build" && "$source/configure" -q CC="${CC:-clang}" --disable-shared \
  CFLAGS='-g -O1 -Wno-pass-failed' --enable-sanitize=fuzzer-no-link,address,undefined --without-onednn --without-hwloc)
make -s -C "$build" run/page/assets.h  # which `make all` would make first
make -s -C "$build" -j "$(nproc)" tests/fuzz/target

# fuzz TARGET: from the kept inputs and what earlier runs of this build found.
fuzz() {
  local found=$build/found/$1 kept=$here/corpus/$1 log=$build/fuzz-$1.log
  mkdir -p "$found" "$kept"
  GV_FUZZ_TARGET=$1 "$program" -max_total_time="$seconds" -max_len=16384 -malloc_limit_mb=512 -rss_limit_mb=3000 \
    -timeout=20 -artifact_prefix="$build/crash-$1-" -print_final_stats=1 "$found" "$kept" >"$log" 2>&1 ||
    { tail -n 40 "$log"; echo "$1: failed; $log has all"; return 1; }
  rm -rf "$build/merged-$1"
  mkdir "$build/merged-$1"
  GV_FUZZ_TARGET=$1 "$program" -merge=1 -max_len=4096 "$build/merged-$1" "$kept" "$found" >"$log.merge" 2>&1
  echo "$1: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs in $seconds s," \
    "$(find "$build/merged-$1" -type f | wc -l) reach all of the code found"
}

status=0 running=()
for target in "${targets[@]}"; do
  fuzz "$target" &
  running+=($!)
  if [ ${#running[@]} -eq "${JOBS:-2}" ]; then
    for process in "${running[@]}"; do wait "$process" || status=1; done
    running=()
  fi
done
for process in "${running[@]}"; do wait "$process" || status=1; done
exit $status
