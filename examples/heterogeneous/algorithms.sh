#!/bin/sh
# Ten nodes on a ring, each with one digit alone: where every algorithm ends with the same steps.
# usage: algorithms.sh [ROUNDS [FOLDER]], leaves a run's files in FOLDER/ALGORITHM
set -eu
rounds=${1:-3000} folder=${2:-runs/heterogeneous-digits}
LC_ALL=C
export LC_ALL
printf '%-18s %10s %14s %12s %12s %10s\n' algorithm objective 'gradient norm' 'mean model' 'worst node' consensus
for algorithm in psgd gt exact-diffusion pga:period=10 dsgd dsgd-awc; do
  "${GRAPEVINE:-grapevine}" train --quiet --data digits --model logreg --split classes:per-node=1 --nodes 10 \
    --topology ring --algorithm "$algorithm" --optimizer sgd --learning-rate 0.3 --schedule constant --batch full \
    --rounds "$rounds" --eval-every "$rounds" --metrics all --out "$folder/$algorithm" </dev/null
  awk -F, -v algorithm="$algorithm" '
    NR == 1 { for (c = 1; c <= NF; c++) at[$c] = c }
    END {
      printf "%-18s %10.6f %14.2e %10.1f %% %10.1f %% %10.1e\n", algorithm, $at["objective"], $at["gradient_norm"],
             100 * $at["test_accuracy"], 100 * $at["node_accuracy_min"], $at["consensus_distance"]
    }' "$folder/$algorithm/metrics.csv"
done
