#!/bin/bash
# Every algorithm and optimizer from the command line: where they end on different data, what goes with what,
# faults, metrics. TAP.
# shellcheck source=tests/cli.sh
. "$GV_SOURCE/tests/cli.sh"

train() { run train --quiet --data digits --model logreg "$@"; }

# value KEY FOLDER: of summary.json
value() { sed -n -E "s/^ *\"$1\": ([-+.e0-9]+),?$/\1/p" "$2/summary.json"; }

# holds EXPRESSION NAME=VALUE...: awk says so of these numbers
holds() {
  local expression=$1 sets=()
  shift
  for pair in "$@"; do sets+=(-v "$pair"); done
  awk "${sets[@]}" "BEGIN { exit !($expression) }" || { echo "not $expression: $*"; return 1; }
}

# ---- each trains ----

learns() {
  rm -rf run
  train --nodes 9 --topology ring --epochs 12 --out run "$@" >"$out" 2>&1 || { cat "$out"; return 1; }
  [ ! -s "$out" ] && holds 'reached > 0.75' reached="$(value test_accuracy run)"
}
# On the odd ring each of them is defined.
for algorithm in $(names algorithm); do
  case $algorithm in
    adpsgd) options=(--algorithm adpsgd --workers 2) ;;
    *) options=(--algorithm "$algorithm") ;;
  esac
  check "$algorithm learns" learns "${options[@]}"
done
check 'there are algorithms' test "$(names algorithm | wc -l)" -ge 16
for compress in top-k random-k sign 8-bit identity; do
  check "choco with $compress learns" learns --algorithm "choco:compress=$compress,share=0.2"
done
for optimizer in $(names optimizer); do
  case $optimizer in
    adam* | rmsprop) rate=0.02 ;;
    *) rate=0.1 ;;
  esac
  check "$optimizer learns, with decay and clipping" learns --optimizer "$optimizer:weight-decay=1e-4,clip=3" \
    --learning-rate $rate
done

# A message of choco takes less than a tenth with a twentieth of the elements, each with its index.
compressed() {
  train --nodes 9 --topology ring --rounds 4 --out whole && train --nodes 9 --topology ring --rounds 4 \
    --algorithm choco:compress=top-k,share=0.05 --out part || return
  holds 'whole == 2 * 4 * 650 && part == 2 * 33 * 8 && messages == 2' whole="$(value bytes_per_node whole)" \
    part="$(value bytes_per_node part)" messages="$(value messages_per_node part)"
}
check 'bytes that a node sends are those of compressed messages' compressed

# ---- where they end ----

# Digits, one class a node, a ring of 10, full gradients, a constant rate: the objective at the mean model.
ordered() {
  local rounds=1000 a
  $sanitized && rounds=400
  GRAPEVINE=$grapevine "$GV_SOURCE/examples/heterogeneous/algorithms.sh" $rounds ends >"$out" 2>"$err" || {
    cat "$err"
    return 1
  }
  cat "$out"
  for a in psgd gt exact-diffusion pga:period=10 dsgd dsgd-awc; do value objective "ends/$a"; done >objectives
  [ "$(wc -l <"$out")" = 7 ] && [ ! -s "$err" ] && awk '
    { f[NR] = $1 }
    END {
      near = (f[2] / f[1] - 1) ^ 2 < 4e-4 && (f[3] / f[1] - 1) ^ 2 < 4e-4
      exit !(near && 1.05 * f[1] < f[4] && 1.05 * f[2] < f[4] && 1.05 * f[4] < f[5] && 1.05 * f[5] < f[6])
    }' objectives
}
check 'one class a node: psgd, gt, exact-diffusion before pga, dsgd, dsgd-awc' ordered

# ---- global averages, faults ----

# differs FOLDER OPTION...: another model than the plain run's, the same on one worker and on two
train --nodes 8 --topology torus --epochs 3 --out plain >"$out" 2>&1 || cat "$out"
differs() {
  rm -rf one two
  train --nodes 8 --topology torus --epochs 3 --workers 1 --out one "$@" &&
    train --nodes 8 --topology torus --epochs 3 --workers 2 --out two "$@" &&
    cmp one/model.safetensors two/model.safetensors && ! cmp -s one/model.safetensors plain/model.safetensors
}
check 'links fail, the same for any number of workers' differs --drop-link 0.3
check 'nodes sit out rounds, the same for any number of workers' differs --churn 0.3
check 'both, in push-sum' differs --churn 0.2 --drop-link 0.2 --algorithm push-sum
check 'global averages in between' differs --global-every 5
counted() { holds 'g == int(r / 5) && g > 0' g="$(value global_averages one)" r="$(value rounds one)"; }
check 'they are counted' counted
as_pga() {
  train --nodes 8 --topology torus --epochs 3 --algorithm pga:period=5 --out pga && cmp pga/model.safetensors \
    one/model.safetensors
}
check '--global-every H on dsgd is pga:period=H, bit for bit' as_pga

refused 2 'needs the same W in every round' train --algorithm d2 --nodes 9 --topology ring --drop-link 0.1
refused 2 'in asynchronous pace' train --pace async --topology ring --drop-link 0.1
refused 2 "drop-link is '1.5'" train --drop-link 1.5
refused 2 'accepted: --pace sync' train --pace async --topology ring --churn 0.1
refused 2 'push-sum' train --nodes 8 --topology one-peer-exponential --drop-link 0.1
refused 2 'says itself when all nodes are averaged' train --algorithm pga --global-every 3
refused 2 'lambda_min(W) = -0.6' train --algorithm d2 --nodes 16 --topology torus
refused 2 'exact-diffusion' train --algorithm d2 --nodes 8 --topology ring
refused 2 'is directed' train --algorithm exact-diffusion --topology exponential --nodes 8
refused 2 'has a momentum of its own' train --algorithm dmsgd --optimizer momentum
refused 2 'accepted: sgd, momentum, nesterov' train --algorithm gt --optimizer adam --topology ring
refused 2 'is an asynchronous algorithm' train --algorithm adpsgd --pace sync
refused 2 'needs the messages of one and the same round' train --algorithm gt --pace async
refused 2 'compress' train --algorithm choco:compress=zip --topology ring
lazy_is_defined() { train --algorithm d2 --weights lazy --nodes 8 --topology ring --rounds 20 --out lazy; }
check 'd2 with lazy weights on an even ring, as its line says' lazy_is_defined

# A step past (1 + lambda_min)/L: dsgd-awc's loss rises and it says why, dsgd's does not.
warned() {
  local code=0
  run train --data digits --model logreg --nodes 8 --topology ring --algorithm "$1" --optimizer sgd \
    --schedule constant --learning-rate 3 --epochs 10 --out "warned-$1" >"$out" 2>"$err" || code=$?
  cat "$err"
  [ $code -le 1 ] && grep -q 'warning: .*dsgd-awc' "$err"
}
check 'dsgd-awc with too long a step is warned of' warned dsgd-awc
not_warned() { ! warned dsgd && [ -e warned-dsgd/summary.json ]; }
check 'dsgd with the same step is not' not_warned
with_a_penalty() {  # which is part of the training loss alone, and falls with it
  run train --data digits --model mlp:l2=0.1 --nodes 8 --topology ring --algorithm dsgd-awc --optimizer sgd \
    --schedule constant --learning-rate 0.02 --epochs 6 --out penalty 2>"$err" || return
  cat "$err" penalty/metrics.csv
  ! grep -q warning "$err"
}
check 'nor is a training loss above the test loss of the start for its penalty' with_a_penalty

# ---- metrics ----

measured() {
  local split=$1
  rm -rf "m-$split"
  train --nodes 8 --topology ring --split "$2" --epochs 2 --metrics all --workers 1 --out "m-$split" &&
    train --nodes 8 --topology ring --split "$2" --epochs 2 --metrics all --workers 2 --out "m-$split-2" || return
  awk -F, 'NR == 1 { for (c = 1; c <= NF; c++) at[$c] = c; next }
    { for (k in at) if (k ~ /^(objective|gradient|drift)/ && ($at[k] == "" || $at[k] < 0)) exit 1; n++ }
    END { if (n < 3) exit 1 }' "m-$split/metrics.csv" || { cat "m-$split/metrics.csv"; return 1; }
  diff <(cut -d, -f 1,2,5-8,10,18- "m-$split/metrics.csv") <(cut -d, -f 1,2,5-8,10,18- "m-$split-2/metrics.csv")
}
check 'metrics all: there at every evaluation, the same on two workers' measured even iid
check 'on different data' measured uneven dirichlet:alpha=0.1
dissimilar() {
  holds 'uneven > 5 * even' uneven="$(value gradient_dissimilarity m-uneven)" \
    even="$(value gradient_dissimilarity m-even)"
}
check 'gradients of different data differ by more' dissimilar
same_bits() {
  train --nodes 8 --topology ring --split iid --epochs 2 --out unmeasured &&
    cmp unmeasured/model.safetensors m-even/model.safetensors
}
check 'measuring moves nothing' same_bits
unmeasured() { grep -q '"objective": null' unmeasured/summary.json; }
check 'what was not asked for is null' unmeasured
refused 2 "metrics is 'some'" train --metrics some
shown() {
  run train --data digits --model logreg --nodes 8 --topology ring --rounds 30 --metrics all --out shown >"$out" \
    2>"$err" || return
  cat "$out"
  grep -qE '^  objective +[0-9.]+, gradient norm [0-9.]+, zeta\^2' "$out" &&
    grep -q 'drift of the farthest node' "$out" &&
    grep -qE 'sent by a node a round +2 messages, 5\.[0-9]* KiB$' "$out"
}
check 'the table shows them, and what a node sent' shown
finish
