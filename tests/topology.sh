#!/bin/bash
# grapevine topology: figures, matrices as files, pictures, the list, growth, advice, and what is refused. TAP.
# shellcheck source=tests/cli.sh
. "$GV_SOURCE/tests/cli.sh"
subcommand=(topology)

# json EXPRESSION ARGUMENT...: it prints JSON, and the Python expression over it, `page`, is true
json() {
  run "${@:2}" --json >"$out" 2>"$err" && [ ! -s "$err" ] && page "$1" "$out" || { cat "$err"; return 1; }
}

# ---- pages ----

for words in --help 'ring --help' 'list --help' 'growth --help' 'advise --help'; do
  # shellcheck disable=SC2086
  check "grapevine topology $words: a page with an example" prints usage: Example '  grapevine topology ' -- $words
done
bare() {
  local code=0
  run >"$out" 2>"$err" || code=$?
  [ $code = 2 ] && [ ! -s "$out" ] && grep -q '^  growth ' "$err"
}
check 'grapevine topology alone: the page, as an error' bare
check 'a page: the ring' prints 'ring, 16 nodes, weights metropolis' 'rho              0.949253' '0.050747' static \
  'rounds to 1e-3   133' -- ring --nodes 16
check 'a page: a smallest eigenvalue of 0, not of rounding' prints 'lambda_min       0 ' 'W is J' -- ring --nodes 2
check 'a page: exact after a period' prints 'exact after 4 rounds' 'period 4' 'directed' -- \
  one-peer-exponential --nodes 16
check 'a page: seven nodes of a base graph, exact too' prints 'exact after 5 rounds' -- base --nodes 7
check 'a page: the first rounds of what is drawn anew are a sample' prints 'rho              0 ' \
  'P the product of the first 2 rounds' 'measured, the slower of z_i = i and normal numbers' -- \
  random-matching --nodes 4 --seed 1
no_property() { ! grep -q -e 'exact' -e 'at least' "$out"; }
check 'and their J no property' no_property

# ---- figures ----

keys='all(k in page for k in "topology nodes weights time_varying period directed symmetric connected degree_min
  degree_mean degree_max rho spectral_gap lambda_min doubly_stochastic_error messages_per_round
  rounds_to_1e3".split())
  and page["connected"] and page["doubly_stochastic_error"] < 1e-12 and 0 <= page["rho"] <= 1 + 1e-12
  and page["degree_min"] <= page["degree_mean"] <= page["degree_max"] and page["rounds_to_1e3"] >= 1
  and abs(page["messages_per_round"] - page["nodes"] * page["degree_mean"]) < 1e-6
  and page["time_varying"] == (page["period"] != 1) and (page["lambda_min"] is not None) ==
  (page["period"] == 1 and page["symmetric"])'
"$grapevine" topology list | sed -n -E '2,$s/^  ([a-z0-9-]+) .*/\1/p' | grep -v '^file$' >families
check 'the list has families' test "$(wc -l <families)" -ge 9
# defined NAME NODES: what is not defined says so as a usage error
figures() {
  local code=0
  run "$1" --nodes "$2" --json >"$out" 2>"$err" || code=$?
  [ $code = 2 ] && grep -qE "topology $1: nodes $2 " "$err" && [[ $1 == @(hypercube|one-peer-ring) ]] && return
  json "$keys and page['topology'] == '$1' and page['nodes'] == $2" "$1" --nodes "$2"
}
while read -r family; do
  for n in 1 2 3 8 17; do
    check "figures: $family, $n nodes" figures "$family" $n
  done
done <families
check 'figures: the torus has the eigenvalues of its closed form' json 'abs(page["rho"] - 0.6) < 1e-12 and
  abs(page["lambda_min"] + 0.6) < 1e-12 and page["messages_per_round"] == 64 and page["rounds_to_1e3"] == 14' \
  torus --nodes 16
check 'figures: full is the average' json 'page["rho"] == 0 and page["weights"] == "average" and
  page["messages_per_round"] == 30 and page["rounds_to_1e3"] == 1' full --nodes 6
check 'figures: an odd one-peer exponential graph' json 'abs(page["rho"] - 0.125) < 1e-12 and
  page["period"] == 3 and page["rho_rounds"] == 3 and
  page["weights"] == "uniform" and not page["symmetric"]' one-peer-exponential --nodes 7
check 'figures: rounds that never repeat' json 'page["period"] is None and page["time_varying"] and
  page["seed"] == 5' random-matching --nodes 8 --seed 5
check 'figures: a weight rule' json 'page["weights"] == "lazy" and page["lambda_min"] >= 0' ring --nodes 8 \
  --weights lazy
check 'figures: 100000 nodes of a ring' json 'abs(page["spectral_gap"] / 1.3159472533e-9 - 1) < 1e-6 and
  5.2e9 < page["rounds_to_1e3"] < 5.3e9' ring --nodes 100000

# ---- matrices ----

ring_matrix() {
  run ring --nodes 7 --matrix ring.txt >/dev/null || return
  awk -v n=7 '{ if (NF != n) exit bad = 1
      for (j = 1; j <= n; j++) { d = (j - NR + n) % n; w = d == 0 || d == 1 || d == n - 1 ? 1 / 3 : 0
        if (($j - w) ^ 2 > 1e-30) exit bad = 1 } }
    END { exit bad || NR != n }' ring.txt
}
check 'matrix: a ring of 7 nodes' ring_matrix
rows_sum() {
  run "$1" --nodes 12 --seed 3 --matrix rows.txt >/dev/null || return
  awk '{ s = 0; for (j = 1; j <= NF; j++) s += $j; if ((s - 1) ^ 2 > 1e-24 || NF != 12) exit bad = 1 }
    END { exit bad || NR != 12 }' rows.txt
}
for family in star grid exponential full erdos-renyi base equi-static; do
  check "matrix: rows of $family sum to 1" rows_sum $family
done
of_round() {
  run one-peer-exponential --nodes 8 --round "$1" --matrix round.txt >/dev/null &&
    [ "$(awk -v j="$2" 'NR == 1 { print $1, $j }' round.txt)" = '0.5 0.5' ]
}
check 'matrix: round 2, node 0 receives from 4' of_round 2 5
check 'matrix: round 3 is round 0 again, node 0 receives from 7' of_round 3 8
market() {
  run ring --nodes 2001 --matrix big.mtx >/dev/null &&
    [ "$(head -n 1 big.mtx)" = '%%MatrixMarket matrix coordinate real general' ] &&
    grep -qx '2001 2001 6003' big.mtx && grep -qE '^1 2001 0\.3333333333333333' big.mtx &&
    [ "$(grep -vc '^%' big.mtx)" = 6004 ]
}
check 'matrix: 2001 nodes as Matrix Market' market
check 'matrix: what was written is read again, with the same gap' json \
  'abs(page["spectral_gap"] / 3.2866e-06 - 1) < 1e-3 and page["weights"] == "own" and page["degree_max"] == 2' \
  file:path=big.mtx --nodes 2001
check 'matrix: of weights below 0' json 'page["nodes"] == 2001' star --weights laplacian --nodes 2001 \
  --matrix star.mtx
check 'matrix: what was written with weights below 0 is read again' json \
  'abs(page["rho"] - 2000 / 2002) < 1e-9 and page["symmetric"]' file:path=star.mtx --nodes 2001
check 'matrix: beside JSON' json 'page["nodes"] == 4' ring --nodes 4 --matrix four.txt
appended() {  # as /dev/stdout, which it leads to; nothing could take its place in /proc
  run ring --nodes 3 --matrix /proc/self/fd/1 >all.txt && [ "$(wc -l <all.txt)" -gt 12 ]
}
check 'matrix: on standard output, before the figures' appended
killed() {  # in the middle of a file of 80 MB or so: nothing is left of it
  local id before
  before=$(ls -lR .)
  "$grapevine" topology full --nodes 12000 --matrix killed.mtx >/dev/null &
  id=$!
  sleep 1
  kill -KILL $id || return
  wait $id 2>/dev/null
  [ "$before" = "$(ls -lR .)" ]
}
check 'matrix: nothing is left of one that was killed' killed
check 'matrix: it was written' test "$(wc -l <four.txt)" = 4

# ---- pictures ----

has_edges() {
  local file=$1 edge
  shift
  for edge; do
    grep -qF "  $edge [" "$file" || { echo "$edge is missing"; cat "$file"; return 1; }
  done
}
drawn() { run "$@" >/dev/null; }
check 'a ring as DOT' drawn ring --nodes 5 --draw ring.dot
check 'its edges' has_edges ring.dot '0 -- 1' '1 -- 2' '2 -- 3' '3 -- 4' '0 -- 4'
check 'and no more' test "$(grep -c -- ' -- ' ring.dot)" = 5
check 'positions' grep -qE '^  0 \[pos="[0-9.]+,200\.00"\]' ring.dot
check 'one-peer exponential as DOT' drawn one-peer-exponential --nodes 8 --draw rounds.dot
check 'arrows from sender to receiver, of all rounds' has_edges rounds.dot '7 -> 0' '6 -> 0' '0 -> 4' '3 -> 7'
check 'a legend of rounds' grep -q 'label="round 2"' rounds.dot
check 'one round of it' drawn one-peer-exponential --nodes 8 --round 1 --draw one.dot
one_round() { has_edges one.dot '6 -> 0' '7 -> 1' && ! grep -q '7 -> 0' one.dot; }
check 'has its edges alone' one_round
# where NODE FILE AXIS: its place in a drawing
where() { sed -n -E "s/^  $1 \[.*pos=\"([0-9.]+),([0-9.]+)\".*/\\$3/p" "$2"; }
prime_torus() {  # a ring, so a circle, with the caption beside it
  run torus --nodes 17 --draw prime.dot >/dev/null && run ring --nodes 17 --draw circle.dot >/dev/null || return
  [ "$(where 4 prime.dot 1)" = "$(where 4 circle.dot 1)" ] &&
    [ "$(where 4 prime.dot 2)" = "$(where 4 circle.dot 2)" ]
}
check 'a torus of a prime n is drawn as the ring that it is' prime_torus
clear_caption() {  # of what leads around 31 nodes in a row
  run torus --nodes 62 --draw wide.dot >/dev/null || return
  [ "$(where caption wide.dot 2 | cut -d. -f1)" -gt "$(($(where 0 wide.dot 2 | cut -d. -f1) + 100))" ]
}
check 'a caption stands above the widest arc' clear_caption
large_caption() {  # three in a hundred of the picture's width
  run line --nodes 40 --draw long.dot >/dev/null && grep -qE 'caption .*fontsize=3[0-9]\.' long.dot
}
check 'a caption grows with the picture' large_caption
check 'a file as DOT leaves the layout to Graphviz' drawn file:path=big.mtx --nodes 2001 --draw file.dot
layout() { ! grep -q pos= file.dot && has_edges file.dot '0 -- 2000'; }
check 'without positions' layout
if command -v neato >/dev/null; then
  begins() { head -c "${#2}" "$1" | grep -qaF "$2"; }
  for family in ring line star grid torus hypercube exponential one-peer-exponential base geometric full; do
    check "$family as SVG" drawn "$family" --nodes 16 --draw "$family.svg"
    check "$family.svg is one, with its nodes" test "$(grep -c '<ellipse' "$family.svg")" = 16
  done
  check 'an SVG begins as one' begins ring.svg '<?xml'
  check 'a torus as PNG' drawn torus --nodes 16 --draw torus.png
  check 'a PNG begins as one' begins torus.png $'\x89PNG'
  printf '%s\n' '0 1' '1 2' '2 3' >four.edges
  check 'a graph from a file as SVG' drawn file:path=four.edges --nodes 4 --draw four.svg
else
  skip 'pictures as SVG and PNG' 'Graphviz is not installed'
fi
no_program() {
  local code=0
  mkdir -p empty
  PATH=$PWD/empty "$grapevine" topology ring --nodes 4 --draw none.svg >"$out" 2>"$err" || code=$?
  cat "$err"
  [ $code = 1 ] && grep -q 'Debian package graphviz' "$err" && [ -z "$(ls none.svg* 2>/dev/null)" ]
}
check 'without Graphviz: one line that names the package, and no file' no_program

crashing() {
  local code=0
  mkdir -p fake && printf '#!/bin/sh\nulimit -c 0\nkill -SEGV $$\n' >fake/neato && chmod +x fake/neato || return
  PATH=$PWD/fake:$PATH "$grapevine" topology ring --nodes 4 --draw none.svg >"$out" 2>"$err" || code=$?
  cat "$err"
  [ $code = 1 ] && grep -q 'none.svg: neato was ended by a signal: Segmentation fault' "$err" &&
    [ "$(wc -l <"$err")" = 1 ] && [ -z "$(ls none.svg* 2>/dev/null)" ]
}
check 'when Graphviz crashes: one line that names the signal, and no file' crashing

# ---- list, growth, advise ----

check 'list: families with degree and rounds' prints 'one-peer-exponential         1  period 4' 'powers of two' \
  'drawn anew' 'even n' '  file ' -- list
narrow() {
  local command
  for command in 'list' 'advise --nodes 16'; do
    # shellcheck disable=SC2086  # words
    prints ring -- $command && ! grep -nE '.{117}' "$out" || return
  done
}
check 'list, advise: no line is wider than 116 columns' narrow
at_80() {  # columns of a terminal, in which no line is left to wrap
  local commands="stty columns 80; '$grapevine' topology list; '$grapevine' topology base"
  script -qc "$commands" /dev/null </dev/null >"$out" &&
    grep -q one-peer "$out" && ! sed 's/\x1b\[[0-9;]*[mK]//g; s/\r//g' "$out" | grep -nE '.{81}'
}
if has_terminals; then
  check 'list and a page on a terminal of 80 columns' at_80
else
  skip 'list and a page on a terminal of 80 columns' 'there is no pseudo terminal'
fi
check 'list --json' json '[t for t in page["topologies"] if t["topology"] == "ring" and t["degree"] == 2 and
  not t["time_varying"]]' list
all_named() {
  while read -r family; do
    grep -q "^$family " "$out" || { echo "no $family"; return 1; }
  done <families
}
check 'growth' prints 'law' '1/n^2' 'exact in 4' -- growth --nodes 16,32,64
check 'growth has all families' all_named
check 'growth: slopes of the ring, and none of what is exact' json \
  '[f for f in page["families"] if f["topology"] == "ring" and abs(f["slope"] + 2) < 0.05 and
  f["law_slope"] == -2 and f["law"] == "1/n^2"] and [f for f in page["families"] if
  f["topology"] == "one-peer-exponential" and f["exact_rounds"] == [3, 4, 5] and f["slope"] is None]' \
  growth --nodes 8,16,32
check 'growth, advise: nothing that is drawn anew is exact' json '[f for f in page["families"] if
  f["topology"] == "random-matching" and f["exact_rounds"] == [None, None]]' growth --nodes 2,4
check 'advise: rounds are counted from no lucky start' json '[r for r in page["ranking"] if
  r["topology"] == "random-matching" and r["rounds_to_1e3"] > 5 and r["exact_rounds"] is None]' \
  advise --nodes 3 --seed 2
check 'growth: what is not defined' json '[f for f in page["families"] if f["topology"] == "hypercube" and
  f["gap_per_round"][0] is None and f["gap_per_round"][1] is not None]' growth --nodes 12,16
check 'advise' prints 'Take one-peer-exponential: 4 rounds of 1 message a node' 'exact in' -- advise --nodes 16
check 'advise has all families' all_named
check 'advise: no exponential shortcut for 12 nodes' json 'page["ranking"][0]["topology"] == "base" and
  page["ranking"][0]["exact_rounds"] == 5' advise --nodes 12
check 'advise: a degree' json 'all(r["degree_max"] <= 2 for r in page["ranking"]) and
  "ring" in [r["topology"] for r in page["ranking"]]' advise --nodes 12 --degree 2

# ---- refusals ----

refused 2 "did you mean 'ring'" rign
refused 2 'topology wants a name' --nodes 4
refused 2 'no power of two; the next ones are 4 and 8' hypercube --nodes 6
refused 2 'round' ring --round -1
refused 2 'nodes' ring --nodes 0
refused 2 'degree' advise --degree 0
refused 2 'nodes' advise --nodes 1
refused 2 "nodes is '16,'" growth --nodes 16,
refused 2 "nodes is '1'" growth --nodes 1
refused 2 'list takes no name' list ring
refused 2 'growth takes no name' growth ring
refused 2 'advise takes no name' advise ring
refused 2 '.svg, .png, .dot' ring --draw x.jpeg
refused 2 'at most 5000' ring --nodes 5001 --draw x.dot
refused 2 'too many to tell apart' full --nodes 1000 --draw x.dot
refused 2 'more than 60000 edges' exponential --nodes 5000 --draw x.dot
refused 1 'absent/w.txt: cannot be written' ring --matrix absent/w.txt
refused 1 'absent/w.dot: cannot be written' ring --draw absent/w.dot
refused 2 "the file's name is empty" ring --matrix ''
refused 2 'name the same file' ring --matrix x.dot --draw x.dot
mkdir folder.dot
refused 1 'folder.dot: cannot be written: Is a directory' ring --draw folder.dot
refused 1 'folder.dot: cannot be written: Is a directory' ring --matrix folder.dot
ln -s /dev/full full
refused 1 'No space left' ring --nodes 200 --matrix full
refused 2 'W = J' full --nodes 20001 --matrix w.mtx
refused 2 "did you mean '--nodes'" ring --node 4
refused 2 'leave --weights out' exponential --weights lazy
finish
