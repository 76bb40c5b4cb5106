#!/bin/bash
# Builds so that code counts its runs, runs the suite, and says by folder how many lines and branches it reached.
# usage: tests/coverage.sh [FILE.html]: also a page for each file; the makefile's target is `make coverage`.
# BUILD names the folder it is built in [build-coverage]; TESTS, which tests [all]; with TESTS= what earlier ones
# reached is shown. Needs gcc and gcovr. Exit status 1: a folder is below what is asked of it, or a test failed.
set -euo pipefail
export GCOV_ERROR_FILE=/dev/null  # where a test leaves no room for the counters, that is no news
export CK_TIMEOUT_MULTIPLIER=10  # what counts is slow
source=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
build=${BUILD:-$source/build-coverage}
folders=(core plugins datasets cli run)
lines=90 branches=75  # per cent, of the first four; run is shown beside them

command -v gcovr >/dev/null || { echo 'coverage: gcovr is not here: Debian package gcovr' >&2; exit 1; }
[ -x "$source/configure" ] || (cd "$source" && autoreconf -i)
mkdir -p "$build"
# Little is optimised, so that a line stays a line.
[ -f "$build/Makefile" ] ||
  (cd "$build" && "$source/configure" -q CC="${COVERAGE_CC:-gcc}" CFLAGS='-g -O1' --enable-coverage)
make -s -C "$build" -j "$(nproc)"
status=0
if [ "${TESTS-all}" = all ]; then
  find "$build" -name '*.gcda' -delete
  rm -f "$build/manual/made"  # the build makes the pages, and what makes them is looked at, too
  make -s -C "$build"
  make -s -C "$build" check || status=1
elif [ -n "$TESTS" ]; then
  make -s -C "$build" check TESTS="$TESTS" || status=1
fi

# What libtool compiles a second time, for shared libraries, lies in .libs and is the same source.
page=()
[ $# -eq 0 ] || page=(--html-details "$1")
cd "$source"
gcovr --root . --gcov-executable gcov --exclude-unreachable-branches --exclude-throw-branches \
  --gcov-ignore-parse-errors --filter "($(IFS='|'; echo "${folders[*]}"))/" \
  --json-summary "$build/coverage.json" --txt "$build/coverage.txt" ${page[@]+"${page[@]}"} "$build" \
  2>"$build/gcovr.log" || { cat "$build/gcovr.log" >&2; exit 1; }

# The summary has a line a key, in this order: of a file's branches and lines, then its name.
awk -v wanted="${folders[*]}" -v lines="$lines" -v branches="$branches" '
  function number(text) { gsub(/[^0-9.]/, "", text); return text + 0 }
  /"branch_covered"/ { bc = number($2) } /"branch_total"/ { bt = number($2) }
  /"filename"/ { name = $2; gsub(/[",]/, "", name); split(name, part, "/"); folder = part[1] }
  /"line_covered"/ { lc = number($2) }
  /"line_total"/ && name != "" {
    LC[folder] += lc; LT[folder] += number($2); BC[folder] += bc; BT[folder] += bt; files[folder]++; name = "" }
  END {
    count = split(wanted, order, " ")
    printf "%-10s %6s %8s %8s %8s %8s\n", "folder", "files", "lines", "reached", "branches", "reached"
    for (i = 1; i <= count; i++) {
      f = order[i]
      l = LT[f] ? 100 * LC[f] / LT[f] : 0; b = BT[f] ? 100 * BC[f] / BT[f] : 0
      low = f != "run" && (l < lines || b < branches)
      printf "%-10s %6d %8d %7.1f%% %8d %7.1f%%%s\n", f, files[f], LT[f], l, BT[f], b, low ? "  too few" : ""
      bad = bad || low
    }
    exit bad
  }' <(tr ',' '\n' <"$build/coverage.json" | sed 's/[{[]/\n/g') || status=1
echo "files: $build/coverage.txt; asked for: $lines % of the lines, $branches % of the branches"
exit $status
