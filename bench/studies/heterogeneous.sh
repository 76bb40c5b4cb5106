#!/bin/bash
# Fashion-MNIST over 16 nodes with Dirichlet splits: algorithms on a ring and on the one-peer exponential graph, three
# seeds, each at the best of four learning rates. Prints a Markdown table; runs that are there are not run again.
#
#   bench/studies/heterogeneous.sh [FOLDER]    (default: runs/heterogeneous; some 20 minutes on two cores)
#
# GRAPEVINE names the program; EPOCHS, SEEDS, RATES, DATA, ALPHAS, NODES may be set for other sizes.
set -euo pipefail
export LC_ALL=C
out=${1:-runs/heterogeneous}
grapevine=${GRAPEVINE:-grapevine}
data=${DATA:-fashion-mnist} nodes=${NODES:-16}
read -ra seeds <<<"${SEEDS:-1 2 3}"
read -ra rates <<<"${RATES:-0.03 0.1 0.3 1}"
read -ra alphas <<<"${ALPHAS:-0.1 0.01}"
# With momentum of 0.9 a step is ten times as long in the end; its rates are a third of the others'.
algorithms=(dsgd dmsgd qg-dsgdm gt exact-diffusion pga psgd)
topologies=(ring one-peer-exponential)
mkdir -p "$out"

# run FOLDER OPTION...: one run; what is refused or diverges leaves its line in FOLDER.log and no summary; what is
# stopped leaves nothing, and ends the script: the program keeps the terminal's Ctrl-C to itself
run() {
  local folder=$1 code=0
  shift
  [ -e "$folder/summary.json" ] || [ -s "$folder.log" ] || {
    rm -rf "$folder"
    "$grapevine" train --quiet --out "$folder" "$@" 2>"$folder.log" </dev/null || code=$?
    [ $code = 0 ] || rm -rf "$folder"
    [ $code != 130 ] || { rm -f "$folder.log"; exit 130; }
  }
}

# value FOLDER KEY
value() { sed -n -E "s/^ *\"$2\": ([-+.e0-9]+),?$/\1/p" "$1/summary.json"; }

total=$((${#alphas[@]} * ${#topologies[@]} * ${#algorithms[@]} * ${#rates[@]} * ${#seeds[@]})) done=0
: >"$out/runs.csv.part"
echo 'alpha,topology,algorithm,learning_rate,seed,worst_node,mean_node,mean_model' >>"$out/runs.csv.part"
for alpha in "${alphas[@]}"; do
  for topology in "${topologies[@]}"; do
    for algorithm in "${algorithms[@]}"; do
      for rate in "${rates[@]}"; do
        for seed in "${seeds[@]}"; do
          done=$((done + 1))
          [ -t 2 ] && printf '\r\033[K%d of %d: alpha %s, %s, %s, rate %s, seed %s' \
            "$done" "$total" "$alpha" "$topology" "$algorithm" "$rate" "$seed" >&2
          on=$topology used=$rate
          [ "$algorithm" = psgd ] && on=full  # the same on any topology
          case $algorithm in dmsgd | qg-dsgdm) used=$(awk "BEGIN { print $rate / 3 }") ;; esac
          folder=$out/$alpha-$on-$algorithm-$used-$seed
          run "$folder" --data "$data" --nodes "$nodes" --split "dirichlet:alpha=$alpha" --topology "$on" \
            --algorithm "$algorithm" --optimizer sgd --learning-rate "$used" --seed "$seed" \
            --epochs "${EPOCHS:-20}" --eval-every "${EPOCHS:-20}"
          if [ -e "$folder/summary.json" ]; then
            echo "$alpha,$topology,$algorithm,$used,$seed,$(value "$folder" node_accuracy_min),$(
              value "$folder" node_accuracy_mean),$(value "$folder" test_accuracy)"
          fi >>"$out/runs.csv.part"
        done
      done
    done
  done
done
[ -t 2 ] && printf '\r\033[K' >&2
mv "$out/runs.csv.part" "$out/runs.csv"

# Of the rates at which all seeds ended, the one whose nodes are best on average; mean and deviation over seeds.
awk -F, -v seeds="${#seeds[@]}" -v algorithms="${algorithms[*]}" -v topologies="${topologies[*]}" \
  -v alphas="${alphas[*]}" '
  NR > 1 { k = $1 "," $2 "," $3 "," $4; n[k]++; rates[$1 "," $2 "," $3] = rates[$1 "," $2 "," $3] " " $4
           for (c = 6; c <= 8; c++) { sum[k, c] += $c; square[k, c] += $c * $c } }
  function cell(k, c,   mean, rest) {
    mean = sum[k, c] / n[k]; rest = square[k, c] / n[k] - mean * mean
    return sprintf("%.1f +- %.1f", 100 * mean, 100 * (rest > 0 && n[k] > 1 ? sqrt(rest * n[k] / (n[k] - 1)) : 0))
  }
  END {
    na = split(alphas, alpha, " "); nt = split(topologies, topology, " "); nm = split(algorithms, name, " ")
    for (a = 1; a <= na; a++) {
      printf "%s| alpha = %s | topology | rate | worst node | mean node | mean model |\n|---|---|---|---|---|---|\n",
             (a > 1 ? "\n" : ""), alpha[a]
      for (m = 1; m <= nm; m++)
        for (t = 1; t <= nt; t++) {
          if (name[m] == "psgd" && t > 1) continue
          key = alpha[a] "," topology[t] "," name[m]; best = ""
          count = split(rates[key], rate, " ")
          for (r = 1; r <= count; r++) {
            k = key "," rate[r]
            if (n[k] == seeds && (best == "" || sum[k, 7] > sum[best, 7])) { best = k; used = rate[r] }
          }
          shown = name[m] == "psgd" ? "all" : topology[t]
          if (best == "") printf "| %s | %s | | not defined | | |\n", name[m], shown
          else printf "| %s | %s | %s | %s | %s | %s |\n", name[m], shown, used, cell(best, 6), cell(best, 7), cell(best, 8)
        }
    }
  }' "$out/runs.csv"
