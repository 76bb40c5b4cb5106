#!/bin/bash
# `grapevine plot`: means and bands against numbers written by hand, groups, pictures, refusals. TAP.
# shellcheck source=tests/cli.sh
. "$GV_SOURCE/tests/cli.sh"
subcommand=(plot)

# made FOLDER SEED TOPOLOGY LAST: a run's folder with three evaluations; the last accuracy is LAST
made() {
  mkdir -p "$1"
  printf '{"options": {"seed": "%s", "topology": "%s", "workers": "%s", "nodes": "4"}}\n' "$2" "$3" "$2" \
    >"$1/config.json"
  printf '%s\n' round,epoch,seconds,simulated_seconds,train_loss,test_accuracy,consensus_distance,bytes_per_node \
    "0,0,0,0,,0.1,0,0" "10,1,0.$2,1,2.5,0.5,0.25,100" "20,2,0.5,2,0.25,$4,1e-3,100" >"$1/metrics.csv"
}
made hand/a 1 ring 0.7
made hand/b 2 ring 0.9
made hand/c 1 full 0.8
mkdir study
cp -r hand/a study/one
cp -r hand/c study/two
echo '{"runs": [{"folder": "one"}, {"folder": "two"}, {"folder": "three"}]}' >study/study.json

# points ARGUMENTS -- PYTHON: the panels of --json satisfy it
points() {
  local words=()
  while [ "$1" != -- ]; do words+=("$1"); shift; done
  run "${words[@]}" --json >"$out" 2>"$err" || { cat "$err"; return 1; }
  cat "$out"
  python3 -c "import json, sys
p = json.load(open(sys.argv[1]))
g = p[0]['groups']
near = lambda a, b: abs(a - b) < 1e-9
assert $2" "$out"
}
with_python 'runs that differ in the seed are one curve, with the mean and the deviation of the sample' \
  points hand -- "[c['label'] for c in g] == ['ring', 'full'] and near(g[0]['mean'][2], 0.8) and \
  near(g[0]['std'][2], 0.02 ** 0.5) and g[0]['std'][0] == 0 and \
  g[1]['std'] == [None] * 3 and g[0]['x'] == [0, 1, 2]"
with_python 'over time the mean of both' points hand --x seconds -- \
  "near(g[0]['x'][1], 0.15) and near(g[0]['x'][2], 0.5)"
with_python 'over rounds' points hand --x round -- "g[0]['x'] == [0, 10, 20]"
with_python 'over bytes: those of all rounds' points hand --x bytes -- "g[0]['x'] == [0, 1000, 2000]"
with_python 'over the time of a cluster' points hand --x simulated_seconds -- "g[0]['x'] == [0, 1, 2]"
with_python 'cells that are empty are left out' points hand --y train_loss -- \
  "g[0]['x'] == [1, 2] and g[0]['mean'] == [2.5, 0.25]"
with_python 'several columns' \
  points hand --y test_accuracy,consensus_distance -- "[c['y'] for c in p] == \
  ['test_accuracy', 'consensus_distance']"
with_python 'single runs' points hand/a hand/c -- "[c['label'] for c in g] == ['ring', 'full']"
with_python 'one run' points hand/b/ -- "[c['label'] for c in g] == ['b'] and near(g[0]['mean'][2], 0.9)"
with_python 'several folders of one group' points hand/a hand/b -- "[c['label'] for c in g] == ['mean']"
written_twice() {  # texts of one number are one value
  cp -r hand/a tenth && mkdir -p twice && mv tenth twice/a && cp -r hand/b twice/b &&
    sed -i 's/"nodes"/"learning-rate": "0.1", "nodes"/' twice/a/config.json &&
    sed -i 's/"nodes"/"learning-rate": "0.10", "nodes"/' twice/b/config.json &&
    points twice -- "len(g) == 1 and near(g[0]['mean'][2], 0.8)"
}
with_python 'a number that is written in two ways is one' written_twice
with_python 'a study' points study -- "[c['label'] for c in g] == ['ring', 'full']"
waiting() {
  run study --json >/dev/null 2>"$err" && cat "$err" &&
    grep -q '1 runs of the study have nothing to show yet' "$err"
}
check 'what a study has not begun is told' waiting
torn() {
  cp -r hand/a torn && printf '30,3,0.' >>torn/metrics.csv && points torn -- "g[0]['x'] == [0, 1, 2]"
}
with_python 'a row that is being written is left out' torn

# ---- over an option ----

# ended FOLDER SEED NODES SPLIT ACCURACY ROUNDS: a run that is at its end; each number of nodes has a learning rate
ended() {
  made "$1" "$2" ring "$5"
  sed -i "s/\"nodes\": \"4\"/\"nodes\": \"$3\", \"learning-rate\": \"0.$3\", \"split\": \"$4\"/" "$1/config.json"
  echo "{\"interrupted\": false, \"rounds_to_target\": $6, \"name\": \"x\"}" >"$1/summary.json"
}
ended sizes/a 1 2 dirichlet:alpha=0.05,by=node 0.5 30
ended sizes/b 2 2 dirichlet:alpha=0.05,by=node 0.7 50
ended sizes/c 1 8 dirichlet:alpha=0.5,by=node 0.8 10
ended sizes/d 1 80 dirichlet:alpha=10,by=node 0.9 5
with_python 'over an option, with what goes along with it' points sizes --x nodes -- \
  "len(g) == 1 and g[0]['x'] == [2, 8, 80] and near(g[0]['mean'][0], 0.6) and \
  near(g[0]['std'][0], 0.02 ** 0.5) and near(g[0]['mean'][2], 0.9) and g[0]['std'][2] is None"
with_python 'figures of the end' points sizes --x nodes --y rounds_to_target -- "g[0]['mean'] == [40, 10, 5]"
with_python 'over the number in an option of an option' points sizes --x split -- "g[0]['x'] == [0.05, 0.5, 10]"
stopped() {  # what a run had come to when it was stopped is not what it comes to
  cp -r sizes stopped && sed -i 's/false/true/; s/"name"/"test_accuracy": 0.1, "name"/' stopped/b/summary.json &&
    points stopped --x nodes -- "near(g[0]['mean'][0], 0.5) and g[0]['std'][0] is None"
}
with_python 'without runs that were interrupted' stopped
with_python 'less a constant' points sizes --x nodes --minus 0.25 -- "near(g[0]['mean'][1], 0.55)"
two_kinds() {
  cp -r sizes kinds && for run in a c d; do
    cp -r sizes/$run kinds/$run-full && sed -i 's/"ring"/"full"/' kinds/$run-full/config.json || return
  done
  points kinds --x nodes -- "[c['label'] for c in g] == ['ring', 'full'] and g[1]['x'] == [2, 8, 80]"
}
with_python 'what does not go along with it has curves of its own' two_kinds
refused 2 "which is '4' in every run" hand --json --x nodes
refused 2 "not one text with another number" hand --json --x topology
refused 2 'bytes_per_node, rounds_to_target' sizes --json --x nodes --y rounds
fewer() {  # of four runs one went on
  local i
  for i in 1 2 3 4; do made "fewer/$i" $i ring 0.7 && [ $i = 4 ] || sed -i '$d' "fewer/$i/metrics.csv"; done
  points fewer -- "g[0]['x'] == [0, 1]"
}
with_python 'a curve ends where most of its runs have ended' fewer

if command -v gnuplot >/dev/null; then
  # drawn FILE KIND ARGUMENTS
  drawn() {
    local file=$1 kind=$2
    shift 2
    run "$@" -o "$file" >"$out" 2>"$err" || { cat "$err"; return 1; }
    [ ! -s "$out" ] && [ ! -s "$err" ] && [ "$(head -c ${#kind} "$file")" = "$kind" ]
  }
  check 'SVG' drawn p.svg '<?xml' hand
  check 'PNG' drawn p.png $'\x89PNG' hand --log --y train_loss
  check 'PDF' drawn p.pdf '%PDF' hand --x bytes --log-x --title "O'Hara, <b>"
  check 'over an option' drawn r.svg '<?xml' sizes --x nodes --log-x --y rounds_to_target --log
  check 'whose values stand at the axis' grep -q '<tspan[^>]*> *80<' r.svg
  check 'panels' drawn q.svg '<?xml' hand --y test_accuracy,consensus_distance,train_loss --log
  check 'a legend, titled by what varies' grep -q '>topology<' q.svg
  check 'with a name for each curve' grep -q '>full<' q.svg
  check 'and axes in words' grep -q 'consensus distance' q.svg
  counted() {  # those of all curves, at 0 and below
    made below/a 1 ring 0.7 && made below/b 1 full 0.8 && sed -i '3s/0.25/-0.25/' below/b/metrics.csv || return
    drawn below.svg '<?xml' below --y train_loss,consensus_distance --log && grep -c '<text' below.svg &&
      [ "$(grep -c 'points at 0 or below, 3 of them, have no logarithm and are left out' below.svg)" = 1 ]
  }
  check 'what has no logarithm is counted' counted
  least() {  # a decade below it is no double
    made tiny/a 1 ring 0.7 && sed -i 's/,0.25,100/,5e-324,100/; s/1e-3/0/' tiny/a/metrics.csv &&
      drawn tiny.svg '<?xml' tiny --y consensus_distance --log
  }
  check 'the least double is no trap' least
  many() {
    local i
    for i in $(seq 24); do
      made "many/$i" 1 ring 0.7 && sed -i "s/\"nodes\": \"4\"/\"nodes\": \"$i\"/" "many/$i/config.json"
    done
    drawn many.svg '<?xml' many && [ "$(grep -c '>24<' many.svg)" -ge 1 ]
  }
  check 'two dozen curves' many
else
  skip 'pictures' 'gnuplot is not installed'
fi

refused 2 'which runs?'
refused 1 'no such folder' nothing --json
refused 1 'there is no run in it' .. --json
refused 2 "p.gif': accepted are names that end in" hand -o p.gif
refused 2 "no figures 'loss'; there are: round" hand --json --y loss
refused 2 "x is 'time'; accepted: round" hand --json --x time
broken() {
  cp -r hand/a broken && echo '1,2,x,4,5,6,7,8' >>broken/metrics.csv &&
    refuse 1 'line 5: a cell is no number' broken --json
}
check 'refused: a cell that is no number' broken
short() { cp -r hand/a short && echo '1,2' >>short/metrics.csv && refuse 1 'line 5: fewer cells' short --json; }
check 'refused: a row that is too short' short
empty() { cp -r hand/a empty && : >empty/metrics.csv && refuse 1 'it is empty' empty --json; }
check 'refused: an empty file' empty
check 'help' prints 'Example' -- --help
finish
