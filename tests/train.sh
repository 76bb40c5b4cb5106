#!/bin/bash
# The whole program as its user meets it: what it trains, what it refuses, how it stops, what it leaves. TAP.
# shellcheck source=tests/cli.sh
. "$GV_SOURCE/tests/cli.sh"

train() { run train --quiet "$@"; }

# value FILE KEY: a number of a summary
value() { sed -n "s/^ *\"$2\": \"\\{0,1\\}\\([^\",]*\\)\"\\{0,1\\},\\{0,1\\}\$/\\1/p" "$1"; }

# least FILE KEY BOUND
least() {
  local found
  found=$(value "$1" "$2")
  awk -v found="$found" -v bound="$3" 'BEGIN { exit !(found != "" && found + 0 >= bound + 0) }' && return
  echo "$2 is '$found', and at least $3 was expected"
  return 1
}

below() {
  ! least "$@" >/dev/null && return
  echo "$2 is $(value "$1" "$2"), and less than $3 was expected"
  return 1
}

# same A B...: the models of these runs are the same bytes
same() {
  local first=$1 other
  shift
  for other; do cmp "$first/model.safetensors" "$other/model.safetensors" || return; done
}

# ---- it trains ----

soon=10
$sanitized && soon=$patience

defaults() {
  (mkdir ../defaults && cd ../defaults && run train >"$out" 2>"$err") || { cat "$err"; return 1; }
  cat "$out"
  local summary
  summary=$(echo ../defaults/runs/*/summary.json)
  least "$summary" test_accuracy 0.96 && below "$summary" seconds $soon && least "$summary" nodes 8 || return
  grep -q 'accuracy of the mean model' "$out" && grep -q 'nodes, min / mean / max' "$out" &&
    grep -q 'consensus distance' "$out" && grep -q 'samples/s' "$out" &&
    [ "$(grep -c '^  .*grapevine train ' "$out")" = 3 ]
}
check "no option at all: 0.96 on digits within $soon s, a table, three commands to try" defaults

names() { run help | sed -n "/^$1 - /,/^\$/s/^  \\([a-z0-9-]*\\) .*/\\1/p"; }  # the names that help lists of a kind
topologies=$(names topology | grep -vx file)  # which has no default: tests/families.sh
check 'help lists the topologies' test "$(echo $topologies | wc -w)" -ge 3

bits() {
  local base="--nodes 8 --split dirichlet:alpha=0.5 --epochs 2 --topology $1 --algorithm $2" w
  for w in 1 2 5; do train $base --workers $w --out "../bits-$1-$2-$w" || return; done
  train $base --workers 2 --out "../bits-$1-$2-again" || return
  same "../bits-$1-$2-1" "../bits-$1-$2-2" "../bits-$1-$2-5" "../bits-$1-$2-again" &&
    least "../bits-$1-$2-1/summary.json" test_accuracy 0.3
}
# Some algorithms are asynchronous, and of some topologies every node waits for all.
in_step() { train --rounds 1 --pace sync --algorithm $1 --out "../step-$1" 2>/dev/null; }
# Each algorithm meets a graph that stays and one that changes, each topology dsgd; all of both take a minute, and
# tests/test_families.c has them in one process.
is_tried() {
  $full || [ "$2" = dsgd ] || [[ $1 = ring || $1 = one-peer-exponential ]]
}
for topology in $topologies; do
  for algorithm in $(names algorithm); do
    is_tried $topology $algorithm && in_step $algorithm || continue
    rm -r "../step-$algorithm"
    check "the same bits from 1, 2 and 5 workers and again: $topology, $algorithm" bits $topology $algorithm
  done
done
differ() { ! cmp -s ../bits-ring-dsgd-1/model.safetensors "../bits-$1-1/model.safetensors"; }
check 'another topology gives other bits' differ full-dsgd

sizes() {
  local n topology
  for n in 1 2 3 7 64; do
    for topology in one-peer-exponential ring random-matching full; do
      train --nodes $n --topology $topology --rounds 10 --out "../n$n-$topology" || return
      [ "$(value "../n$n-$topology/summary.json" nodes)" = $n ] || return
    done
  done
}
check '1, 2, 3, 7 and 64 nodes' sizes

lengths() {
  train --rounds 7 --eval-every 1000 --out ../rounds && [ "$(value ../rounds/summary.json rounds)" = 7 ] &&
    [ "$(wc -l <../rounds/metrics.csv)" = 3 ] || return
  train --batch full --epochs 3 --out ../full && [ "$(value ../full/summary.json rounds)" = 3 ] || return
  train --rounds=5 --batch=9999 --out=../capped && [ "$(value ../capped/summary.json rounds)" = 5 ]
}
check '--rounds, --batch full, a batch larger than a shard, --key=value' lengths

by_path() {
  train --epochs 2 --out ../by-name &&
    train --epochs 2 --data "$GV_SOURCE/datasets/digits" --out ../by-path || return
  cmp <(tail -c 68904 ../by-name/model.safetensors) <(tail -c 68904 ../by-path/model.safetensors)
}
check 'a folder by its path gives the same parameters as its name' by_path

apart() {
  train --pace async --topology $1 --algorithm $2 --workers $3 --straggler 5:20 --epochs "$5" --eval-every "$5" \
    --out "../apart-$1-$2-$3" &&
    least "../apart-$1-$2-$3/summary.json" test_accuracy "$4" &&
    least "../apart-$1-$2-$3/summary.json" staleness_max 5
}
several='1 2 8' epochs=100
$full && epochs=400
$sanitized && several=2 epochs=100
for algorithm in dsgd adpsgd push-sum; do
  for workers in $several; do
    check "asynchronous, one node slow: ring, $algorithm, $workers workers" \
      apart ring $algorithm $workers 0.6 $epochs
  done
  check "asynchronous, one node slow: $algorithm" apart one-peer-exponential $algorithm 2 0.8 100
done

model() { train --model "$1" --out "../model-$1" && least "../model-$1/summary.json" test_accuracy "$2"; }
check 'linreg learns the digits: 0.91' model linreg 0.91
check 'logreg learns the digits: 0.93' model logreg 0.93
if [ -e "$GV_BUILD/models/.libs/cnn.so" ]; then
  check 'cnn learns the digits: 0.96' model cnn 0.96
  bits_of_cnn() {
    local w
    for w in 1 2 5; do train --model cnn --epochs 2 --batch 20 --workers $w --out "../cnn-$w" || return; done
    same ../cnn-1 ../cnn-2 ../cnn-5
  }
  check 'the same bits from 1, 2 and 5 workers: cnn' bits_of_cnn
else
  skip 'cnn learns the digits: 0.96' 'built without oneDNN'
  skip 'the same bits from 1, 2 and 5 workers: cnn' 'built without oneDNN'
fi

hidden=128-64
$sanitized && hidden=16
thousand() {
  train --model "mlp:hidden=$hidden" --nodes 1000 --batch 1 --rounds 20 --out ../thousand &&
    [ "$(value ../thousand/summary.json nodes)" = 1000 ]
}
check 'a thousand nodes of mlp' thousand

fashion=/usr/share/datasets/fashion-mnist
fashion() {
  train --model $1 --data fashion-mnist --nodes 8 --epochs $epochs --eval-every 5 --out ../fashion &&
    least ../fashion/summary.json test_accuracy $2
}
learner='mlp 0.84' epochs=2
$full && learner='mlp 0.87' epochs=10
$sanitized && learner='logreg 0.83'  # minutes less
# shellcheck disable=SC2086
if [ -d $fashion ]; then
  check "fashion-mnist over 8 nodes, $epochs epochs: $learner" fashion $learner
else
  skip "fashion-mnist over 8 nodes: $learner" 'Debian package dataset-fashion-mnist is not installed'
fi

# ---- what it says ----

json() {
  run train --epochs 1 --json --out ../json >"$out" 2>"$err" || { cat "$err"; return 1; }
  cmp "$out" ../json/summary.json && [ ! -s "$err" ] && python3 -m json.tool <"$out"
}
with_python '--json prints the summary and nothing else' json
quiet() { train --epochs 1 --out ../quiet >"$out" 2>"$err" && [ ! -s "$out" ] && [ ! -s "$err" ]; }
check '--quiet prints nothing' quiet
verbose() {
  run train --quiet --verbose --epochs 1 --workers 2 --out ../verbose >"$out" 2>"$err" || return
  cat "$err"
  [ ! -s "$out" ] && grep -q 'model mlp from .*mlp\.so' "$err" &&
    grep -q '1438 training and 359 test' "$err" &&
    grep -q 'worker 0 .*: nodes 0 to 6 in steps of 2' "$err" &&
    grep -q 'worker 1 .*: nodes 1 to 7 in steps of 2' "$err" &&
    run train --quiet --verbose --epochs 1 --workers 2 --topology ring --out ../verbose-ring >"$out" 2>"$err" &&
    grep -q 'worker 0 .*: nodes 0 to 3$' "$err" && grep -q 'worker 1 .*: nodes 4 to 7$' "$err"
}
check '--verbose says what was found and who stands where' verbose

# One error line and exit 1, the results are there, and the table went into no file of the run.
no_stdout() {
  local lines
  case $1 in
    closed) run train --epochs 2 --json --out "../out-$1" >&- 2>"$err" ;;
    full) run train --epochs 2 --json --out "../out-$1" >/dev/full 2>"$err" ;;
  esac
  local code=$?
  cat "$err"
  [ $code = 1 ] && [ "$(wc -l <"$err")" = 1 ] && grep -q '^grapevine: error: standard output' "$err" &&
    [ "$(grep -c , "../out-$1/metrics.csv")" = 4 ] && [ "$(wc -l <"../out-$1/metrics.csv")" = 4 ] &&
    [ -s "../out-$1/model.safetensors" ]
}
check 'a closed standard output is an error and harms no file' no_stdout closed
check 'a full standard output is an error' no_stdout full
no_stderr() {
  run train --epochs 2 --out ../no-stderr >"$out" 2>&- && [ "$(wc -l <../no-stderr/metrics.csv)" = 4 ] &&
    ! grep -q epoch <(tail -n +2 ../no-stderr/metrics.csv)
}
check 'a closed standard error harms no file' no_stderr
full_help() {
  local code=0
  run "$@" >/dev/full 2>"$err" || code=$?
  cat "$err"
  [ $code = 1 ] && [ "$(wc -l <"$err")" = 1 ]
}
check 'a full standard output is an error of help too' full_help help
check 'a full standard output is an error of --version too' full_help --version

page() { run "$@" >"$out" 2>"$err" && [ -s "$out" ] && [ ! -s "$err" ]; }
example() { page "$@" && grep -q '^ *grapevine ' <(sed -n '/^Example/,$p' "$out"); }
for words in '--help' 'help' 'help --help' 'train --help' 'help train' 'help help' 'train --nodes 4 --help'; do
  check "grapevine $words: a page with an example" example $words
done
pages() {
  local name count=0
  for name in $(run help | sed -n '/^Example/q; s/^  \([a-z0-9][a-z0-9-]*\) .*/\1/p'); do
    page help "$name" && grep -q "^$name (" "$out" || { echo "help $name"; cat "$out" "$err"; return 1; }
    count=$((count + 1))
  done
  echo "$count pages"
  [ $count -ge 20 ]
}
check 'grapevine help NAME explains every name that help lists' pages

# ---- what it refuses ----

watched=(. "$folder/defaults")

refused 2 "did you mean 'train'" trian
refused 2 "unknown command 'xyzzy'" xyzzy
refused 2 "unknown command '--nodes'" --nodes 4
refused 2 "did you mean '--topology'" train --topolgy ring
refused 2 "unknown option '--xyzzyplugh'" train --xyzzyplugh
refused 2 "did you mean '--nodes'" train --node 4
refused 2 "did you mean '--epochs'" train --epoch=4
refused 2 "unknown option '--e'" train --e 4
refused 2 "unknown option '--w'" train --w
refused 2 "unknown option '-nodes'; did you mean '--nodes'" train -nodes 4
refused 2 "unknown option '-n'" train -n 4
refused 2 "'ring' is no option" train ring --bogus 3
refused 2 "'ring' is no option" train --nodes 4 ring
refused 2 "unknown option '--bogus'" train --bogus 3 ring
refused 2 "option '--quiet' takes no value" train --quiet=yes
refused 2 "option '--nodes' wants a value" train --nodes
refused 2 "option '--seed' wants a value" train --nodes 4 --seed
for row in topology:rong:ring algorithm:dsdg:dsgd split:idd:iid optimizer:momentun:momentum schedule:cosin:cosine \
  weights:metroplis:metropolis model:logref:logreg data:digit:digits; do
  IFS=: read -r option wrong right <<<"$row"
  extra=
  [ $option = weights ] && extra='--topology ring'
  refused 2 "'$wrong'" train --$option $wrong $extra
  check "refused: it names $right" grep -qF "did you mean '$right'" "$err"
done
refused 2 'directed' train --topology one-peer-exponential --weights metropolis
for row in 'nodes 0' 'nodes -3' 'nodes 2.5' 'nodes many' 'nodes 99999999999999999999' 'workers 0' 'batch 0' \
  'batch half' 'epochs 0' 'epochs nan' 'epochs -1' 'rounds 0' 'rounds 5e9' 'learning-rate 0' 'learning-rate inf' \
  'learning-rate 0.1x' 'seed -1' 'eval-every 0'; do
  set -- $row
  refused 2 "$1 is '$2'; accepted: " train --$1 $2
done
refused 2 "nodes is ''" train --nodes ''
refused 2 '1438 training samples' train --nodes 1439
refused 2 'workers 9' train --workers 9
if command -v taskset >/dev/null; then  # on one processor: of many, OpenBLAS's limit is said first
  with=(taskset -c "$(sed -n 's/^Cpus_allowed_list:.*[^0-9]\([0-9]*\)$/\1/p' /proc/self/status)")
  refused 2 '2 workers want a processor a thread, and there are 1' train --workers 2 --bind compact
  refused 2 'of 2 threads want a processor' train --workers 1 --threads-per-node 2 --bind scatter
  with=()
else
  skip 'refused: more threads than processors, bound' 'taskset is not installed'
fi
refused 2 "bind is 'close'; accepted: 'compact', 'scatter' or 'none'" train --bind close
refused 1 'their vectors take at least' train --model mlp:hidden=60000-60000 --nodes 1000
refused 2 'threads-per-node 256: this OpenBLAS serves' train --workers 8 --threads-per-node 256
refused 2 'workers 8 of 100 threads: this OpenBLAS serves' train --workers 8 --threads-per-node 100
refused 2 "threads-per-node is '0'" train --threads-per-node 0
refused 2 'rounds 5 and epochs 2' train --rounds 5 --epochs 2
refused 2 "unknown option 'depth'" train --model logreg:depth=3
refused 2 "l2 is 'x'" train --model logreg:l2=x
refused 2 "'l2' is no key=value" train --model logreg:l2
refused 2 "alpha is '-1'" train --split dirichlet:alpha=-1
refused 2 "did you mean 'alpha'" train --split dirichlet:alfa=1
refused 2 "unknown option 'p'" train --topology ring:p=1
refused 2 'name' train --topology :p=1
refused 2 'no such file' train --model ./absent.so
refused 2 'is not a folder' train --plugin-dir ./absent
refused 2 "nothing is named 'rinh'; did you mean 'ring'" help rinh
refused 2 "nothing is named 'tran'; did you mean 'train'" help tran
refused 2 "nothing is named 'lgreg'; did you mean 'logreg'" help lgreg
refused 2 'one name' help ring full

# ---- data that are not what they should be ----

digits=$GV_SOURCE/datasets/digits
# data NAME: a folder with plain copies of the digits, to be spoilt
data() {
  mkdir "$1" && for file in train-images-idx3 train-labels-idx1 t10k-images-idx3 t10k-labels-idx1; do
    gzip -dc "$digits/$file-ubyte.gz" >"$1/$file-ubyte" || return
  done
}
poke() { printf "$3" | dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null; }  # FILE OFFSET BYTES
data good
refused 1 'no such file or folder' train --data ./nowhere
refused 1 'no such file or folder' train --data ./nowhere --nodes 64 --workers 64  # no warning beside the error
mkdir empty
refused 1 'no reader recognizes' train --data ./empty
refused 2 "did you mean 'digits'" train --data digitz:x=1
refused 2 'has no options' train --data digits:fold=3
refused 1 'there is no such folder' train --data idx:path=nowhere
refused 1 'is no folder' train --data idx:path=good/t10k-labels-idx1-ubyte
data part && rm part/t10k-labels-idx1-ubyte
refused 1 'part: the file t10k-labels-idx1-ubyte is missing' train --data ./part
data short && truncate -s 50000 short/train-images-idx3-ubyte
refused 1 'short/train-images-idx3-ubyte: 49984 bytes follow its header' train --data ./short
data stub && truncate -s 7 stub/train-labels-idx1-ubyte
refused 1 'stub/train-labels-idx1-ubyte: 7 bytes' train --data ./stub
data nil && truncate -s 0 nil/t10k-images-idx3-ubyte
refused 1 'nil/t10k-images-idx3-ubyte: 0 bytes' train --data ./nil
data long && echo more >>long/t10k-labels-idx1-ubyte
refused 1 'long/t10k-labels-idx1-ubyte: 364 bytes follow' train --data ./long
data lie && poke lie/train-images-idx3-ubyte 4 '\377\377\377\377'
refused 1 'lie/train-images-idx3-ubyte: its header promises 4294967295 images' train --data ./lie
data huge && poke huge/train-images-idx3-ubyte 4 '\177\377\377\377\0\0\177\377\0\0\177\377'
refused 1 'huge/train-images-idx3-ubyte' train --data ./huge
data packed && poke packed/train-images-idx3-ubyte 4 '\177\377\377\377' && gzip packed/train-images-idx3-ubyte
refused 1 'bytes follow its header, which promises 2147483647 images' train --data ./packed
data none && poke none/train-images-idx3-ubyte 4 '\0\0\0\0'
refused 1 'promises 0 images' train --data ./none
data cross && cp cross/train-labels-idx1-ubyte cross/train-images-idx3-ubyte
refused 1 'starts with 0x00000801' train --data ./cross
data uneven && cp uneven/t10k-labels-idx1-ubyte uneven/train-labels-idx1-ubyte
refused 1 '359 labels' train --data ./uneven
data wide && poke wide/t10k-images-idx3-ubyte 8 '\0\0\0\04\0\0\0\020'
refused 1 'images of 4 x 16' train --data ./wide
mkdir cut && cp "$digits"/*.gz cut && chmod u+w cut/* && truncate -s 9000 cut/train-images-idx3-ubyte.gz
refused 1 'cut/train-images-idx3-ubyte.gz: the compressed data end too early' train --data ./cut
mkdir bent && cp "$digits"/*.gz bent && chmod u+w bent/* &&
  poke bent/train-images-idx3-ubyte.gz 9000 '\377\0\377\0\377\0\377\0\377\0\377\0'
refused 1 'bent/train-images-idx3-ubyte.gz: the compressed data' train --data ./bent
check 'the plain copies are good' train --data ./good --epochs 1 --out ../plain
check 'and give the same parameters as the packed ones' cmp <(tail -c 68904 ../plain/model.safetensors) \
  <(train --epochs 1 --out ../packed && tail -c 68904 ../packed/model.safetensors)

# ---- plugins with a flaw ----

plugins=$GV_BUILD/tests/plugins/.libs
for row in 'abi:has plugin interface 77' 'size:has 8 bytes' "entry:without 'grapevine_model'" \
  "function:has no function 'gradient'" "name:calls itself 'another'" 'unnamed:has no name' \
  'summary:has no summary' 'option:option table' 'symbol:nowhere_to_be_found'; do
  refused 1 "${row#*:}" train --plugin-dir "$plugins" --model "${row%%:*}"
done
refused 1 "has no function 'gradient'" train --model "$plugins/function.so"
with=("GRAPEVINE_PLUGIN_PATH=$plugins")
refused 1 'has plugin interface 77' train --model abi
refused 1 'has plugin interface 77' help abi
with=()
# A gradient that fails. This plugin also makes mistakes on purpose, which are warned of.
gradient_fails() {
  local code=0
  run train --quiet --model "$plugins/services.so:flag=yes,whole=8" "$@" 2>"$err" || code=$?
  cat "$err"
  [ $code = 1 ] && [ ! -e failed ] && [ "$(grep -vc warning: "$err")" = 1 ] &&
    grep -q 'error: node 0, round 0: model services: the first reason, of 2$' "$err"
}
check 'a gradient that fails: node, round and the reason; no folder' gradient_fails --workers 1 --out failed/run
check 'the same from two workers' gradient_fails --workers 2 --out failed/run
echo 'no ELF' >text.so
refused 1 'cannot be loaded' train --model ./text.so

# ---- output folders ----

train --epochs 1 --out kept
cp -a kept ../copy
refused 2 'already holds a run' train --out kept
refused 2 'already holds a run' train --out ./kept/
check 'and the run in it is as it was' diff -r kept ../copy
refused 2 'is a file' train --out text.so
refused 1 'Not a directory' train --out text.so/below
refused 1 'Not a directory' train --out text.so/far/below
refused 2 'empty' train --out ''
refused 1 'name too long' train --out "new/$(printf 'x%.0s' {1..300})"
if [ "$(id -u)" != 0 ]; then
  mkdir -m 555 locked
  refused 1 'Permission denied' train --out locked/run
  refused 1 'Permission denied' train --out locked
else
  skip 'refused: an output folder without the right to write' 'root may write everywhere'
fi
refused 2 'did you mean' train --out fresh/run --topology rong  # and fresh is not made
check 'an existing empty folder is taken' train --epochs 1 --out empty
spaced() { train --epochs 1 --out "a b/ü 'c'/" && [ -s "a b/ü 'c'/model.safetensors" ]; }
check 'a folder of any name, and its parents' spaced

# ---- numbers that run away ----

diverge() {
  local code=0
  run train --model logreg:l2=1000 --learning-rate 100 --eval-every 0.1 --quiet --out "$1" >"$out" 2>"$err" ||
    code=$?
  cat "$err"
  [ $code = 1 ] && [ ! -s "$out" ] && [ "$(wc -l <"$err")" = 2 ] && grep -q 'metrics.csv' "$err" &&
    [ "$(grep -c '^grapevine: error: node [0-9]*, round [0-9]*: the loss is' "$err")" = 1 ] &&
    [ ! -e "$1/model.safetensors" ] && [ "$(wc -l <"$1/metrics.csv")" -ge 3 ] &&
    ! grep -qi 'nan\|inf' "$1/metrics.csv"
}
check 'a loss that is not finite names node and round and keeps what was measured' diverge diverged
refused 1 'the learning rate' train --quiet --model logreg:l2=1e6 --learning-rate 1e6 --eval-every 1e6
same_end() {
  local w
  for w in 1 2 5; do
    run train --model logreg:l2=1000 --learning-rate 100 --workers $w --quiet --out "../end$w" 2>&1 |
      grep -o 'error:.*' >"../end-$w"
  done
  [ -s ../end-1 ] && cmp ../end-1 ../end-2 && cmp ../end-1 ../end-5
}
check 'and every number of workers names the same' same_end

# ---- what the environment does ----

refuse_serial_blas() {
  echo 'int openblas_get_parallel(void); int openblas_get_parallel(void) { return 0; }' >../shim.c
  $CC -shared -fPIC -o ../shim.so ../shim.c || return
  with=("LD_PRELOAD=$folder/shim.so")
  refuse 1 libopenblas0-pthread train
  local code=$?
  with=()
  return $code
}
if $sanitized; then
  skip 'refused: an OpenBLAS that is unsafe under threads' 'a sanitizer must be loaded first'
else
  check 'refused: an OpenBLAS that is unsafe under threads' refuse_serial_blas
fi

train --epochs 2 --out ../plainly
surroundings() {
  timeout -k 10 $patience env "$1" "$grapevine" train --quiet --epochs 2 --out "../$1" && same ../plainly "../$1"
}
for setting in OMP_NUM_THREADS=1 OMP_NUM_THREADS=64 OMP_DYNAMIC=true OPENBLAS_NUM_THREADS=7 OMP_PROC_BIND=true \
  OMP_WAIT_POLICY=active LC_ALL=de_DE.UTF-8; do
  check "the same bits with $setting" surroundings $setting
done
if grep -q '"workers": "openmp"' ../plainly/config.json; then
  with=(OMP_THREAD_LIMIT=1)
  refused 1 OMP_THREAD_LIMIT train --quiet --workers 2
  refused 1 OMP_THREAD_LIMIT train --quiet --workers 2 --out thread/limit
  refused 1 'workers 1 of 2 threads: OpenMP gives 1' train --quiet --workers 1 --threads-per-node 2
  with=()
else
  skip 'refused: fewer threads than workers' 'the workers are no OpenMP threads'
fi
alone() { OMP_THREAD_LIMIT=1 train --epochs 2 --workers 1 --out ../alone && same ../plainly ../alone; }
check 'one worker needs no second thread' alone

# What OpenMP binds the first thread to is not all that the process may use.
places() {
  local bind
  train --epochs 1 --out ../unbound || return
  for bind in true close spread; do
    OMP_PROC_BIND=$bind train --epochs 1 --out "../bound$bind" || return
    [ "$(value "../bound$bind/summary.json" workers)" = "$(value ../unbound/summary.json workers)" ] || return
  done
}
check 'OMP_PROC_BIND takes no processors away' places

# Threads that share a node's batch: the same bits for any number of workers, close to what one thread computes.
crews() {
  local t w
  train --epochs 3 --model "$1" --batch 30 --out "../crew-$1-1" || return
  for t in 2 3; do
    for w in 1 2 5; do
      train --epochs 3 --model "$1" --batch 30 --threads-per-node $t --workers $w --out "../crew-$1-$t-$w" || return
    done
    same "../crew-$1-$t-1" "../crew-$1-$t-2" "../crew-$1-$t-5" || return
    awk -v a="$(value "../crew-$1-1/summary.json" test_loss)" \
      -v b="$(value "../crew-$1-$t-1/summary.json" test_loss)" \
      'BEGIN { print a, b; exit !(a != b && (a - b) ^ 2 < 1e-8) }' || return
  done
  [ "$(grep -c '"thread": 2,' "../crew-$1-3-2/config.json")" = 2 ]
}
check 'the same bits from 1, 2 and 5 workers of 2 and of 3 threads: mlp' crews mlp
if [ -e "$GV_BUILD/models/.libs/cnn.so" ]; then
  check 'the same bits from 1, 2 and 5 workers of 2 and of 3 threads: cnn' crews cnn
else
  skip 'the same bits from 1, 2 and 5 workers of 2 and of 3 threads: cnn' 'built without oneDNN'
fi
automatic() {  # all threads that the machine gives, on one node
  train --nodes 1 --epochs 1 --threads-per-node auto --out ../automatic && train --epochs 1 --out ../workers &&
    grep -q '"workers": 1,' ../automatic/config.json || return
  local cores quota served
  cores=$(value ../automatic/config.json cores) quota=$(value ../automatic/config.json quota)
  served=$(run train --quiet --nodes 1400 --workers 1400 --threads-per-node 256 --out ../served 2>&1 |
    sed -n 's/.*this OpenBLAS serves at most \([0-9]*\) threads.*/\1/p')
  awk -v cores="$cores" -v quota="$quota" -v served="${served:-$cores}" \
    -v got="$(value ../automatic/config.json threads_per_node)" 'BEGIN {
      if (quota != "null" && quota < cores) { cores = int(quota); if (cores < quota) cores++ }
      if (served < cores) cores = served
      print got ", of " cores; exit got != cores }'
}
check '--threads-per-node auto: a single node takes all cores that a quota and OpenBLAS leave' automatic

# Where workers stand changes nothing but the speed; the map says where that was.
placed() {
  local bind
  for bind in none compact scatter; do
    train --epochs 2 --bind $bind --workers 1 --verbose --out "../placed-$bind" 2>"$err"
    cat "$err"
    grep -q "binding $bind\$" "$err" && same ../plainly "../placed-$bind" || return
    case $bind in
      none) grep -q 'worker 0 wherever' "$err" && grep -q '"processor": null' "../placed-$bind/config.json" ;;
      *) grep -q 'worker 0 on processor' "$err" && grep -q '"processor": [0-9]' "../placed-$bind/config.json" ;;
    esac || return
  done
}
check 'the same bits with --bind none, compact and scatter, and the map is said and saved' placed
masked() {
  local cpu
  cpu=$(sed -n 's/^Cpus_allowed_list:.*[^0-9]\([0-9]*\)$/\1/p' /proc/self/status)
  taskset -c "$cpu" "$grapevine" train --quiet --epochs 1 --out ../masked &&
    grep -q "\"processor\": $cpu,\$" ../masked/config.json && grep -q '"workers": 1,' ../masked/config.json
}
if command -v taskset >/dev/null; then
  check 'workers stay within the affinity mask' masked
else
  skip 'workers stay within the affinity mask' 'taskset is not installed'
fi

threads() {  # 60 stacks of 64 MiB where 3 GB may be mapped
  local code=0
  (ulimit -s 65536 && ulimit -v 3000000 && run train --quiet --nodes 60 --workers 60 --rounds 3 --out ../many) \
    >"$out" 2>"$err" || code=$?
  cat "$err"
  [ $code = 1 ] && grep -q 'error: workers 60: only [0-9]* threads can be had' "$err" && [ ! -e ../many ]
}
if $sanitized; then
  skip 'threads that cannot be had are an error' 'sanitizers map terabytes'
else
  check 'threads that cannot be had are an error' threads
fi

# Products that take OpenBLAS's buffers, on as many workers as it serves; one more worker is refused.
crowd() {
  local most
  run train --quiet --nodes 1400 --workers 1400 --out ../crowd 2>"$err"
  cat "$err"
  most=$(sed -n 's/.*this OpenBLAS serves at most \([0-9]*\) threads.*/\1/p' "$err")
  [ -n "$most" ] || return
  train --model mlp:hidden=100 --data fashion-mnist --nodes $most --workers $most --rounds 2 --out ../crowd 2>"$err"
  cat "$err"
  [ -s ../crowd/summary.json ] && [ "$(wc -l <"$err")" -le 1 ] &&  # the warning that they take turns, no more
    refuse 2 "this OpenBLAS serves at most $most" train --nodes 1400 --workers $((most + 1))
}
if $sanitized || [ ! -d $fashion ]; then
  skip 'as many workers as OpenBLAS serves, and not one more' 'too long for sanitizers, or no fashion-mnist'
else
  check 'as many workers as OpenBLAS serves, and not one more' crowd
fi

# Whatever OpenBLAS, oneDNN and OpenMP are told, a worker computes alone: no thread but the workers' and those that
# OpenBLAS makes when it is loaded.
lonely() {
  local pid threads own model=mlp
  [ -e "$GV_BUILD/models/.libs/cnn.so" ] && model=cnn
  own=$(nproc --all)
  [ "$own" -lt 8 ] || own=8
  env OPENBLAS_NUM_THREADS=8 OMP_NUM_THREADS=8 GOTO_NUM_THREADS=8 OMP_DYNAMIC=true OMP_NESTED=true \
    OMP_MAX_ACTIVE_LEVELS=4 OMP_PROC_BIND=spread DNNL_MAX_CPU_ISA=ALL \
    "$grapevine" train --quiet --model $model --workers 2 --rounds 4e9 --eval-every 1e6 --out ../lonely 2>"$err" &
  pid=$!
  await test -s ../lonely/metrics.csv
  sleep 0.3
  threads=$(ls /proc/$pid/task | wc -l)
  kill -INT $pid
  wait $pid
  cat "$err"
  echo "$threads threads, and $own of OpenBLAS at the most"
  [ "$threads" -ge 2 ] && [ "$threads" -le $((2 + own - 1)) ]
}
if $sanitized; then
  skip 'no threads but the workers and those of OpenBLAS' 'sanitizers have threads of their own'
else
  check 'no threads but the workers and those of OpenBLAS' lonely
fi
crossed() {
  env OPENBLAS_NUM_THREADS=8 OMP_NUM_THREADS=8 GOTO_NUM_THREADS=8 OMP_DYNAMIC=true OMP_NESTED=true \
    OMP_MAX_ACTIVE_LEVELS=4 OMP_PROC_BIND=spread OMP_PLACES=cores "$grapevine" train --quiet --workers 2 "$@"
}
alike() {
  train --epochs 2 --model "$1" --out "../alike-$1" && crossed --epochs 2 --model "$1" --out "../crossed-$1" &&
    same "../alike-$1" "../crossed-$1"
}
check 'the same bits whatever libraries are told: mlp' alike mlp
if [ -e "$GV_BUILD/models/.libs/cnn.so" ]; then
  check 'the same bits whatever libraries are told: cnn' alike cnn
else
  skip 'the same bits whatever libraries are told: cnn' 'built without oneDNN'
fi

# ---- stopping ----

# stop NAME SIGNAL...: a run that would take hours, stopped; it saves within seconds
stop() {
  local name=$1 started pid code=0 signal
  shift
  "$grapevine" train --model logreg --rounds 4e9 --eval-every 1e6 --quiet --out "../$name" >"$out" 2>"$err" &
  pid=$!
  await test -s "../$name/metrics.csv"
  sleep 0.3
  started=$SECONDS
  for signal; do kill "-$signal" $pid; done
  (sleep 30; kill -KILL $pid 2>/dev/null) &
  local guard=$!
  wait $pid || code=$?
  kill $guard 2>/dev/null
  cat "$err"
  [ $code = 130 ] && [ $((SECONDS - started)) -lt 20 ] || { echo "exit status $code"; return 1; }
  [ "$(value "../$name/summary.json" interrupted)" = true ] && least "../$name/summary.json" rounds 1 || return
  # header length, header and 650 floats: the file is whole
  local length
  length=$(od -An -t u8 -N 8 "../$name/model.safetensors" | tr -d ' ')
  [ "$(stat -c %s "../$name/model.safetensors")" = $((8 + length + 2600)) ] && [ "$(ls "../$name" | wc -l)" = 6 ] &&
    [ "$(wc -l <"$err")" = 1 ] && grep -q "stopped on request after round.*train --resume ../$name" "$err"
}
check 'SIGINT ends a run within seconds, and all is saved' stop int INT
check 'so does SIGTERM' stop term TERM
check 'two signals at once are one: timeout sends to process and group' stop twice INT INT
check 'SIGINT and SIGTERM at once are one' stop both INT TERM

full() {
  local pid
  begin unsaid train --rounds 4e9 --json --out ../unsaid >/dev/full && ends_by 1 INT &&
    grep -q 'standard output cannot be written' "$err" && [ -e ../unsaid/summary.json ]
}
if [ -w /dev/full ]; then
  check 'a stopped run says when its results cannot be written' full
else
  skip 'a stopped run says when its results cannot be written' 'no /dev/full'
fi

early() {
  local code delay
  for delay in 0.01 0.03 0.06; do
    code=0
    timeout --preserve-status -k 20 -s INT $delay "$grapevine" train --rounds 4e9 --quiet --out "../early$delay" \
      >"$out" 2>"$err" || code=$?
    [ $code = 130 ] || { echo "exit status $code after $delay s"; cat "$err"; return 1; }
    [ ! -e "../early$delay/config.json" ] || [ -e "../early$delay/summary.json" ] || return
  done
}
check 'SIGINT while a run begins leaves a whole run or none' early

finish
