#!/bin/bash
# Runs the lecture's experiments and writes what came of them: FOLDER/lecture.md, and pictures in FOLDER/lecture/.
# usage: lecture.sh [FOLDER [quick]]; `quick` tries everything at a small size. $GRAPEVINE is the program.
# shellcheck disable=SC2016  # Markdown's backquotes
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-docs} size=${2:-whole}
export GRAPEVINE=${GRAPEVINE:-grapevine}
[[ $GRAPEVINE != */* ]] || GRAPEVINE=$(realpath -s "$GRAPEVINE")  # what follows is done in another folder
mkdir -p "$out/lecture"
out=$(cd "$out" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
page=$work/lecture.md began=$SECONDS runs=0
draws=yes
command -v gnuplot >/dev/null || { draws=no; echo 'no pictures: gnuplot is not installed (gnuplot-nox)' >&2; }

# The numbers that a small size changes.
if [ "$size" = quick ]; then
  sizes=(2 4) cost_nodes=4,16 most=16 periodic=(10 32) consensus=16 growth=16,32,64
else
  sizes=(1 2 4 8 16 32) cost_nodes=4,16,64,256 most=256 periodic=(20 50 100) consensus=64 growth=16,64,256,1024
fi
last=${sizes[-1]} largest=${periodic[-1]}

# ---- writing ----

say() { printf '%s\n' "$@" >>"$page"; }
block() { say '```'; cat >>"$page"; say '```' ''; }
plot() { [ $draws = no ] || "$GRAPEVINE" plot "$@"; }
# picture NAME TEXT: one that was drawn
picture() { [ $draws = no ] || { mv "$1" "$out/lecture/$1"; say "![$2](lecture/$1)" ''; }; }
# agrees CONDITION WORDS...: whether the numbers have the shape that the lecture says
agrees() {
  local verdict='The shape agrees.'
  awk "BEGIN { exit !($1) }" || verdict='The shape does not agree.'
  say "**Measured.** ${*:2} **$verdict**" ''
}
ratio() { awk "BEGIN { printf \"%.3g\", ($1) / ($2) }"; }
number() { printf '%.3g' "$1"; }

# ---- running ----

# study NAME: runs it below ./NAME
study() {
  local file=$here/$1.ini
  echo "$1" >&2
  if [ "$size" = quick ]; then  # one seed, few rounds, small lists, one section of sizes less
    sed -E -e 's/^seeds = .*/seeds = 1/; s/^rounds = 1000$/rounds = 20/; s/^rounds = 3072/rounds = 640/' \
      -e 's/^target-accuracy = .*/target-accuracy = 0.5/; s/^epochs = .*/epochs = 2/' \
      -e 's/ \| 64 \| 256$//; s/^nodes = 20 \| 50 \| 100$/nodes = 10 | 32/' \
      -e '/^\[vary (1|8|16|32)\]/,/^$/d' "$file" >"$1.ini"
    file=$1.ini
  fi
  "$GRAPEVINE" study "$file" --out "$1" --quiet --parallel "${2:-auto}" >/dev/null
  runs=$((runs + $(find "$1" -name summary.json | wc -l)))
}
# of STUDY COLUMN KEY VALUE...: the mean, or the deviation with _std, of the row where each key has that value
of() {
  awk -F, -v column="$2" -v wanted="${*:3}" '
    NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; n = split(wanted, want, " ") }
    NR > 1 { good = 1; for (i = 1; i < n; i += 2) good = good && $at[want[i]] == want[i + 1] }
    NR > 1 && good { print $at[column] }
  ' "$1/summary.csv" | head -1
}
# cell FORMAT SCALE STUDY COLUMN KEY VALUE...: mean +- deviation in a format, times a scale
cell() {
  local mean deviation
  mean=$(of "${@:3}") deviation=$(of "$3" "$4_std" "${@:5}")
  [ -n "$mean" ] || { printf -- -; return; }
  awk -v m="$mean" -v d="$deviation" -v scale="$2" -v form="$1" 'BEGIN {
    printf form, m * scale; if (d != "") printf " ± " form, d * scale }'
}
# row CELL...: one of a table of Markdown; rule COLUMNS: the line under its head
row() { printf '| %s ' "$@" >>"$page"; say '|'; }
rule() { printf '|---' >>"$page"; printf -- '|--:%.0s' $(seq 2 "$1") >>"$page"; say '|'; }

say '# The lecture, measured' '' \
  'The simulations and tables of a lecture on decentralized communication and average consensus (K. Yuan), as' \
  '`make lecture` runs them: a study or a script each in [examples/lecture](../examples/lecture). First what' \
  'the lecture says, then what was measured here; ± is one standard deviation over seeds. The time of the' \
  'cluster is that of the simulated clock: a machine a node, each of which computes a given time a round and' \
  'sends by the alpha-beta model.' ''
[ "$size" != quick ] || say 'This page was made at a small size, to try the programs.' ''

# ---- 1 ----
say '## 1. Communication of a round: O(n) against O(1)' '' \
  '**The lecture.** Parallel SGD averages over all n nodes in every round: 2(n-1) messages one after the other,' \
  'so its latency grows with n. A node of decentralized SGD on a sparse graph receives one or two messages,' \
  'however many nodes there are.' '' 'By the model, for 100,000 parameters:' ''
"$GRAPEVINE" cost --nodes $cost_nodes --topology ring --topology one-peer-exponential --parameters 1e5 >cost.txt
block <cost.txt
study rounds 1
say "On this machine, by the clock, $(nproc) cores for all nodes, a mean taken slice by slice in shared memory:" ''
row nodes 'psgd, us a round' 'dsgd, us a round' 'psgd, us a node' 'dsgd, us a node' 'psgd, bytes' 'dsgd, bytes'
rule 7
us=1000  # that a second of so many rounds is a round
[ "$size" != quick ] || us=50000
for n in ${cost_nodes//,/ }; do
  cells=()
  for form in "%.0f $us seconds" "%.1f $(ratio $us "$n") seconds" '%.0f 1 bytes_per_node'; do
    read -r digits scale figure <<<"$form"
    for algorithm in psgd dsgd; do
      cells+=("$(cell "$digits" "$scale" rounds "$figure" nodes "$n" algorithm $algorithm)")
    done
  done
  row "$n" "${cells[@]/% ± 0/}"
done
say '' 'A shared memory has no latency to add up: it is what makes the difference on a network.' ''
simulated() { of rounds simulated_seconds nodes "$1" algorithm "$2"; }
p0=$(simulated 4 psgd) p1=$(simulated $most psgd) d0=$(simulated 4 dsgd) d1=$(simulated $most dsgd)
agrees "$p1 / $p0 > 1.2 && $d1 / $d0 < 1.05" \
  'By the simulated clock, which counts the computation too, a round of parallel SGD takes' \
  "$(ratio "$p1" "$p0") times as long with $most nodes as with 4, one of decentralized SGD" \
  "$(ratio "$d1" "$d0") times."

# ---- 2 ----
say '## 2. Communication of an iteration, by topology' '' \
  '**The lecture.** A ring sends 2 messages a round, a grid or torus 4, the static exponential graph log2 n,' \
  'the one-peer exponential graph 1; parallel SGD needs all nodes.' ''
"$GRAPEVINE" cost --nodes 64 --topology ring --topology torus --topology exponential \
  --topology one-peer-exponential --topology random-matching --topology base:k=1 --period 20 >cost.txt
block <cost.txt
agrees "$(awk '$2 == "ring" && $3 == 2 || $2 == "torus" && $3 == 4 || $2 == "exponential" && $3 == 6 ||
  $2 == "one-peer-exponential" && $3 == 1 { n++ } END { print n + 0 }' cost.txt) == 4" \
  'The messages are those numbers.'

# ---- 3 ----
say '## 3. Linear speedup' '' \
  '**The lecture.** n nodes reach the same accuracy in about 1/n of the rounds, with parallel SGD and with' \
  'decentralized SGD alike; in time decentralized SGD is ahead, for its rounds are cheaper, and periodic global' \
  'averages keep it there.' '' \
  'To a test accuracy of 94 % (digits, mlp, one-peer exponential graph, learning rate in proportion to n):' ''
study speedup
row nodes 'psgd, rounds' 'time, s' 'dsgd, rounds' 'time, s' 'pga:period=8, rounds' 'time, s'
rule 7
for n in "${sizes[@]}"; do
  cells=()
  for algorithm in psgd dsgd pga:period=8; do
    cells+=("$(cell %.0f 1 speedup rounds_to_target nodes "$n" algorithm $algorithm)"
      "$(cell %.2f 1 speedup simulated_seconds_to_target nodes "$n" algorithm $algorithm)")
  done
  row "$n" "${cells[@]}"
done
say ''
plot speedup --x nodes --log-x --y rounds_to_target,simulated_seconds_to_target --log --title 'to 94 %' \
  -o speedup.svg
picture speedup.svg 'rounds and time of the cluster to 94 % against the number of nodes'
say 'After 30 epochs, in the form of the lecture'"'"'s table of ImageNet:' ''
study budget
cells=()
for n in "${sizes[@]}"; do cells+=("n = $n: accuracy, %" 'time, s'); done
row method "${cells[@]}"
rule $((2 * ${#sizes[@]} + 1))
for algorithm in psgd dsgd pga:period=8; do
  cells=()
  for n in "${sizes[@]}"; do
    cells+=("$(cell %.1f 100 budget test_accuracy nodes "$n" algorithm $algorithm)"
      "$(printf %.2f "$(of budget simulated_seconds nodes "$n" algorithm $algorithm)")")
  done
  row $algorithm "${cells[@]}"
done
say ''
first=${sizes[0]} linear=$((last / sizes[0]))
r1=$(of speedup rounds_to_target nodes "$first" algorithm dsgd)
rd=$(of speedup rounds_to_target nodes "$last" algorithm dsgd)
rp=$(of speedup rounds_to_target nodes "$last" algorithm psgd)
tp=$(of budget simulated_seconds nodes "$last" algorithm psgd)
td=$(of budget simulated_seconds nodes "$last" algorithm dsgd)
ap=$(of budget test_accuracy nodes "$last" algorithm psgd)
ad=$(of budget test_accuracy nodes "$last" algorithm dsgd)
agrees "$r1 / ${rd:-1e9} > 0.4 * $linear && $r1 / ${rp:-1e9} > 0.4 * $linear && $td < $tp && $ad > $ap - 0.01" \
  "$last nodes need $(ratio "$r1" "${rp:-1e9}") times fewer rounds than $first with parallel SGD and" \
  "$(ratio "$r1" "${rd:-1e9}") times fewer with decentralized SGD, which for the same epochs takes" \
  "$(ratio "$td" "$tp") of its time."

# ---- 4 ----
say '## 4. Periodic global averaging' '' \
  '**The lecture** (Chen et al., ICML 2021). On different data and sparse graphs decentralized SGD stays' \
  'further from the minimum than parallel SGD, the more so the more nodes. A global average every H rounds' \
  'brings it back, the nearer the smaller H, at 1/H of the price; local SGD with the same period is further' \
  'away than either.' '' \
  'Logistic regression in 10 dimensions, every node another law, as in the simulation of that paper. Objective' \
  'at the mean model less the least one, times 10^5, mean over rounds 128 to 1024, before the learning rate is' \
  'first halved:' ''
study minimum
study periodic
# least NODES: the least objective; excess TOPOLOGY NODES ALGORITHM: over it, in those rounds
least() {
  awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i } END { print $at["objective"] }' \
    minimum/"$1"-*/metrics.csv
}
excess() {
  local name=${3//[:=]/-}
  awk -F, -v least="$(least "$2")" '
    FNR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    $at["round"] >= 128 && $at["round"] <= 1024 { sum += $at["objective"] - least; n++ }
    END { printf "%.2f", 1e5 * sum / n }' periodic/"$1-$2-$name"-s*/metrics.csv
}
methods=(psgd dsgd local:period=16 pga:period={2,4,8,16,32,64})
row method "${periodic[@]/#/ring, }" "${periodic[@]/#/grid, }" "time of the cluster a round, ring of $largest, us"
rule $((2 * ${#periodic[@]} + 2))
rounds=3072
[ "$size" != quick ] || rounds=640
for method in "${methods[@]}"; do
  cells=()
  for topology in ring grid; do
    for n in "${periodic[@]}"; do cells+=("$(excess $topology "$n" "$method")"); done
  done
  row "$method" "${cells[@]}" "$(cell %.0f "$(ratio 1e6 $rounds)" periodic simulated_seconds topology ring \
    nodes "$largest" algorithm "$method" | cut -d' ' -f1)"
done
say ''
for graph in ring grid; do
  for n in "${periodic[@]}"; do
    [ $graph = ring ] || [ "$n" = "$largest" ] || continue
    chosen=("periodic/$graph-$n"-{psgd,dsgd,local-period-16,pga-period-4,pga-period-16,pga-period-64}-s*)
    plot "${chosen[@]}" --x round --y objective --minus "$(least "$n")" --log --title "$graph of $n nodes" \
      -o "periodic-$graph-$n.svg"
    picture "periodic-$graph-$n.svg" "what is left of the objective against rounds, $graph of $n nodes"
  done
done
chosen=(periodic/ring-"$largest"-{psgd,dsgd,local-period-16,pga-period-4,pga-period-16,pga-period-64}-s*)
plot "${chosen[@]}" --x simulated_seconds --log-x --y objective --minus "$(least "$largest")" --log \
  --title "ring of $largest nodes" -o periodic-time.svg
picture periodic-time.svg "the same against the time of the cluster, ring of $largest nodes"
gd=$(excess ring "$largest" dsgd) gp=$(excess ring "$largest" psgd) g4=$(excess ring "$largest" pga:period=4)
g16=$(excess ring "$largest" pga:period=16) gl=$(excess ring "$largest" local:period=16)
agrees "$gd > 1.2 * $gp && $g4 < $g16 * 1.1 && $g16 < $gd && $gl > $gd" \
  "On the ring of $largest nodes parallel SGD stays $gp x 10^-5 above the least objective, decentralized SGD" \
  "$gd x 10^-5, with a global average every 16 rounds $g16 x 10^-5, every 4 rounds $g4 x 10^-5, and local SGD of" \
  "period 16 $gl x 10^-5."

# ---- 5, 6 ----
say '## 5. Average consensus and its bound' '' \
  '**The lecture.** Partial averaging brings all nodes to the mean as fast as rho^k: slow on a ring, fast on' \
  'exponential and Erdos-Renyi graphs; the error never exceeds rho^k times the first.' ''
"$here/consensus.sh" $consensus 300 >consensus.txt
block < <(grep -v '^files' consensus.txt | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}')
picture consensus.svg 'distance to the mean beside its bound'
agrees "$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next } $at["bound"] == "" { next } { n++ }
  $at["bound"] > 1e-9 && $at["error"] > $at["bound"] * (1 + 1e-9) { over++ }
  END { print (n > 0 ? over + 0 : 1) }' consensus.csv) == 0" \
  'In no round of any of the seven is the error above its bound.'
say '## 6. Rates of consensus' '' \
  '**The lecture.** The spectral gap shrinks like 1/n^2 on the ring, 1/n on the torus, 1/ln n on the' \
  'exponential graph, and not at all on Erdos-Renyi and Equi graphs.' ''
"$GRAPEVINE" topology growth --nodes $growth >growth.txt
block <growth.txt
agrees "$(awk '$1 == "ring" && $(NF - 1) < -1.8 || $1 == "torus" && $(NF - 1) < -0.7 && $(NF - 1) > -1.3 ||
  $1 == "exponential" && $(NF - 1) > -0.4 || $1 == "equi-static" && $(NF - 1) > -0.3 { n++ } END { print n + 0 }' \
  growth.txt) == 4" 'The fitted slopes of ring, torus, exponential and equi-static lie at those of the laws.'

# ---- 7 ----
say '## 7. Dynamic average consensus' '' \
  '**The lecture.** x(k+1) = W x(k) + z(k+1) - z(k) follows the mean of signals: where they keep moving by at' \
  'most e a round the error stays under e/(1 - rho), and where they settle it goes to 0.' ''
followers=32
[ "$size" != quick ] || followers=16
"$here/dynamic.sh" $followers 1000 >dynamic.txt
block < <(grep -v '^files' dynamic.txt)
picture sin.svg 'signals that keep oscillating'
picture decay.svg 'signals that settle'
# end FILE: over all topologies the largest error of the last round, and whether it is under its limit
end() {
  awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    $at["round"] == 1000 { if ($at["tracking"] > worst) worst = $at["tracking"]; n++
      if ($at["limit"] == "" || $at["tracking"] > $at["limit"] + 1e-9) over++ }
    END { print worst + 0, (n > 0 && over == 0) }' "$1"
}
read -r moving under < <(end sin.csv)
read -r settled _ < <(end decay.csv)
agrees "$under && $settled < 1e-3 * $moving" \
  "After 1000 rounds the worst error of $followers nodes is $(number "$moving") where signals oscillate," \
  "each under its limit, and $(number "$settled") where they settle."

# ---- 8 ----
say '## 8. Heterogeneous data' '' \
  '**The lecture.** The less alike the data of the nodes (a small alpha), the worse decentralized SGD, most of' \
  'all on sparse graphs; gradient tracking takes the bias away, and parallel SGD does not feel the graph.' '' \
  'Accuracy of the worst of 16 nodes in percent (digits, logistic regression, 20 epochs):' ''
study heterogeneity
alphas=(0.05 0.1 0.5 1 10)
row 'topology, algorithm' "${alphas[@]/#/alpha = }"
rule 6
for case in 'ring dsgd' 'ring gt' 'exponential dsgd' 'exponential gt' 'one-peer-exponential psgd'; do
  cells=()
  for alpha in "${alphas[@]}"; do
    cells+=("$(cell %.1f 100 heterogeneity node_accuracy_min split "dirichlet:alpha=$alpha" topology "${case% *}" \
      algorithm "${case#* }")")
  done
  [ "${case#* }" != psgd ] || case='any psgd'
  row "${case% *}, ${case#* }" "${cells[@]}"
done
say ''
plot heterogeneity --x split --log-x --y test_accuracy,node_accuracy_min --title 'dirichlet splits' \
  -o heterogeneity.svg
picture heterogeneity.svg 'accuracy of the mean model and of the worst node against alpha'
worst() { of heterogeneity node_accuracy_min split dirichlet:alpha="$1" topology "$2" algorithm "$3"; }
hr=$(worst 0.05 ring dsgd) hi=$(worst 10 ring dsgd) he=$(worst 0.05 exponential dsgd) ht=$(worst 0.05 ring gt)
hp=$(worst 0.05 one-peer-exponential psgd)
percent() { awk "BEGIN { printf \"%.0f\", 100 * $1 }"; }
agrees "$hr < $hi - 0.05 && $he > $hr && $ht > $hr && $hp > $he - 0.02" \
  "The worst node of decentralized SGD on the ring falls from $(percent "$hi") % at alpha = 10 to" \
  "$(percent "$hr") % at 0.05, where it has $(percent "$he") % on the exponential graph," \
  "$(percent "$ht") % with gradient tracking on the ring and $(percent "$hp") % with parallel SGD."

say '---' '' \
  "$runs runs, $(grep -c '^\*\*Measured' "$page") comparisons, $(grep -c 'shape agrees' "$page") of which agree;" \
  "$(((SECONDS - began + 30) / 60)) minutes on $(nproc) cores, by $("$GRAPEVINE" --version | head -1)."
mv "$page" "$out/lecture.md"
echo "$out/lecture.md" >&2
