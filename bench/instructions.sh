#!/bin/bash
# Instructions that a training round takes in our own code, counted by valgrind, beside the stored figures: over 5 %
# more is a failure. A count hardly depends on the machine and on what else it does; seconds do.
#
#   make -C build bench-instructions                 compare
#   make -C build bench-instructions ARGS=--update   store what is counted now, for this compiler and these flags
#   bench/instructions.sh --help
#
# Two runs that differ in length alone: their difference is the rounds, without start and end. OpenBLAS is held to
# kernels that every x86-64 processor has, as valgrind works out others slowly; what it takes is not counted.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
build=${GV_BUILD:-$here/../build}
stored=$here/instructions.txt
limit=5         # percent
models='logreg mlp'
update=no counted='' folder=''

say() { echo "bench-instructions: $*"; }
die() { say "$@" >&2; exit 1; }

usage() {
  cat <<END
usage: bench/instructions.sh [--update] [--key] [--stored FILE] [--counted FILE]

  --update        store what is counted, instead of comparing
  --key           print what figures are stored by, and end
  --stored FILE   the figures [$stored]
  --counted FILE  do not run: take these lines "MODEL INSTRUCTIONS"

GV_BUILD is the folder of the build [build].
END
}

# setting NAME: a variable of the build's makefile
setting() { sed -n "s/^$1 = *//p" "$build/Makefile" | head -n 1; }

# key: all that decides what is executed but the source: compiler and release, processor family, the clones of our
# kernels that valgrind lets run (it has no AVX-512), flags. One word.
key() {
  local compiler version clones=default
  compiler=$(setting CC)
  version=$($compiler -dumpversion)
  if $compiler --version | grep -qi clang; then compiler=clang; else compiler=gcc; fi
  if grep -qw avx2 /proc/cpuinfo 2>/dev/null; then clones=avx2; fi
  echo "$compiler-${version%%.*},$(uname -m),$clones,$(setting CFLAGS | tr -s ' ' ',')"
}

# profile MODEL ROUNDS: instructions of our own code in a run
profile() {
  local out=$folder/$1.$2
  valgrind --tool=callgrind --callgrind-out-file="$out" \
    "$build/grapevine" train --quiet --model "$1" --data digits \
    --nodes 8 --workers 1 --topology one-peer-exponential --algorithm dsgd --rounds "$2" --eval-every 1000000 \
    --seed 1 --out "$folder/run.$1.$2" >"$folder/log" 2>&1 </dev/null ||
    { cat "$folder/log" >&2; die "the run of $1 under valgrind failed"; }
  awk -f "$here/callgrind.awk" "$out"
}

# count: "MODEL INSTRUCTIONS" a line, of a round of 8 nodes. Rounds are a multiple of 3, the period of the topology.
count() {
  local model short long rounds=48
  for model in $models; do
    short=$(profile "$model" $rounds)
    long=$(profile "$model" $((2 * rounds)))
    [ "$short" -gt 0 ] && [ "$long" -gt "$short" ] || die "$model: $short and $long instructions were counted"
    echo "$model $(((long - short) / rounds))"
  done
}

# compare KEY COUNTED: a line a model; status 1 when one is above the limit. Only models with a figure are judged.
compare() {
  awk -v key="$1" -v limit=$limit '
    FNR == NR { if ($1 == key) figure[$2] = $3; next }
    !($1 in figure) { printf "%-8s %12d  no stored figure\n", $1, $2; next }
    {
      change = 100 * ($2 / figure[$1] - 1)
      verdict = change > limit ? "MORE THAN " limit " % ABOVE" : "ok"
      if (change < -limit)
        verdict = "better: store it, with --update"
      printf "%-8s %12d  stored %12d  %+.2f %%  %s\n", $1, $2, figure[$1], change, verdict
      bad += change > limit
    }
    END { exit bad > 0 }' "$stored" "$2"
}

# store KEY COUNTED: replaces the lines of this key and these models
store() {
  local new=$folder/new
  {
    grep '^#' "$stored" || true
    awk -v key="$1" 'FNR == NR { taken[$1] = 1; next }
      !/^#/ && NF == 3 && !($1 == key && $2 in taken)' "$2" "$stored"
    sed "s#^#$1 #" "$2"
  } >"$new"
  cat "$new" >"$stored"
}

while [ $# -gt 0 ]; do
  case $1 in
    --update) update=yes ;;
    --key) key; exit ;;
    --stored) stored=${2:?--stored FILE}; shift ;;
    --counted) counted=${2:?--counted FILE}; shift ;;
    -h | --help) usage; exit ;;
    *) usage >&2; exit 2 ;;
  esac
  shift
done

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
[ -r "$build/Makefile" ] || die "no build in $build"
[ -e "$stored" ] || die "no file $stored"
mine=$(key)
if [ $update = no ] && ! grep -qF "$mine " "$stored"; then
  say "skipped: no figures are stored for $mine; there are some for $(awk '!/^#/ { print $1 }' "$stored" |
    sort -u | tr '\n' ' ')"
  exit 0
fi
if [ -z "$counted" ]; then
  if grep -q 'define GV_SANITIZE' "$build/config.h"; then say 'skipped: this build is for a sanitizer'; exit 0; fi
  command -v valgrind >/dev/null || { say 'skipped: there is no valgrind'; exit 0; }
  export OPENBLAS_CORETYPE=Nehalem OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 GRAPEVINE_PLUGIN_PATH=
  unset GRAPEVINE_DATA_PATH
  counted=$folder/counted
  count >"$counted"
fi
awk 'NF != 2 || $2 !~ /^[0-9]+$/ || $2 == 0 { bad = 1 } END { exit bad || NR == 0 }' "$counted" ||
  die "$counted: accepted are lines 'MODEL INSTRUCTIONS', one or more"
say "$mine, instructions of a round of 8 nodes"
if [ $update = yes ]; then
  store "$mine" "$counted"
  sed 's/$/  stored/' "$counted"
else
  compare "$mine" "$counted" || die "a round takes more than $limit % more instructions than stored; see above"
fi
