#!/bin/bash
# grapevine consensus: its table, CSV, JSON and pictures, the lecture's examples, and what it refuses. TAP.
# shellcheck source=tests/cli.sh
. "$GV_SOURCE/tests/cli.sh"
subcommand=(consensus)

# One-peer-exponential of 4 nodes by hand: 0 1 2 3; 3/2 1/2 3/2 5/2; 3/2 everywhere.
by_hand() {
  run --topology one-peer-exponential --nodes 4 --rounds 3 --csv hand.csv >"$out" || return
  cat hand.csv "$out"
  [ "$(head -n 1 hand.csv)" = round,error,bound ] &&
    awk -F, 'NR > 1 { if ($1 != NR - 2 || NF != 3) exit 2; e[$1] = $2; b[$1] = $3 }
      END { exit !(NR == 5 && (e[0]^2 - 5)^2 < 1e-24 && (e[1]^2 - 2)^2 < 1e-24 && e[2] < 1e-14 && e[3] < 1e-14 &&
                   (b[1]^2 - 5)^2 < 1e-24 && b[2] < 1e-12) }' hand.csv
}
check 'errors and bounds of four nodes by hand' by_hand

# The ring: rho^k of the closed form bounds the error, and in the end the error shrinks by just rho.
of_a_ring() {
  run --topology ring --nodes 12 --rounds 200 --csv ring.csv >"$out" || return
  awk -F, 'NR > 1 { pi = atan2(0, -1); rho = (1 + 2 * cos(2 * pi / 12)) / 3
      bound = first == "" ? $2 : first * rho^$1; if (first == "") first = $2
      if ($2 > bound * (1 + 1e-9) || ($3 / bound - 1)^2 > 1e-16) exit 2
      if ($1 == 100) a = $2; if ($1 == 101) b = $2 }
    END { print b / a, rho; exit !((b / a - rho)^2 < 1e-16 && NR == 202) }' ring.csv
}
check 'the bound of a ring is rho^k, and it shrinks by rho' of_a_ring

several() {
  run --topology ring --topology erdos-renyi:p=0.5 --topology equi-static:m=5 --topology random-matching \
    --nodes 20 --rounds 50 --csv several.csv >"$out" 2>"$err" || return
  cat "$out" "$err"
  [ ! -s "$err" ] && [ "$(head -n 1 several.csv)" = topology,round,error,bound ] &&
    [ "$(wc -l <several.csv)" = 205 ] && [ "$(grep -c '^erdos-renyi:p=0.5,' several.csv)" = 51 ] &&
    [ "$(grep -c '^random-matching,[0-9]*,[^,]*,$' several.csv)" = 51 ] &&
    [ "$(grep -c '^random-matching ' "$out")" = 2 ]
}
check 'several topologies make one table; drawn anew every round, there is no bound' several
quoted() {
  run --topology ring --topology base:k=2 --topology file:path=edges,path=edges --nodes 3 --rounds 2 --csv q.csv \
    >"$out" && grep -q '^"file:path=edges,path=edges",0,' q.csv
}
printf '0 1\n1 2\n' >edges
check 'a name with a comma stands in quotes' quoted

workers() {
  local w
  for w in 1 2 3; do
    run --topology torus --topology random-matching --nodes 5000 --rounds 30 --init random --workers $w \
      --csv workers$w.csv >"$out" || return
  done
  cmp workers1.csv workers2.csv && cmp workers1.csv workers3.csv
}
check 'the same bits from 1, 2 and 3 workers' workers
seeds() {
  run --init random --csv one.csv --rounds 1 >"$out" &&
    run --init random --csv two.csv --rounds 1 --seed 2 >"$out" &&
    ! cmp -s one.csv two.csv && awk -F, 'NR == 2 { exit !($2 > 1 && $2 < 8) }' one.csv
}
check '--init random: normal numbers, others for another seed' seeds

columns='round,error,bound,tracking,limit'
signal_sin() {  # the error is that of x and of the mean of z alike; under the limit in the end
  run --topology torus --nodes 16 --rounds 200 --signal sin:amplitude=0.5,omega=0.3 --csv sin.csv >"$out" || return
  [ "$(head -n 1 sin.csv)" = $columns ] &&
    awk -F, 'NR > 1 { if (NF != 5 || ($2 - $4)^2 > 1e-18 || $2 > $3 * (1 + 1e-9)) exit 2; e = $4; l = $5 }
      END { print e, l; exit !(NR == 202 && e < l && e > 0.01 && l < 4) }' sin.csv
}
check '--signal sin: a bound that holds, and a limit' signal_sin
signal_decay() {
  run --topology torus --nodes 16 --rounds 300 --signal decay:amplitude=0.5,omega=0.3,ratio=0.8 --csv decay.csv \
    >"$out" || return
  awk -F, 'NR > 1 { if ($2 > $3 * (1 + 1e-9) + 1e-12) exit 2; e = $4 } END { print e; exit !(e < 1e-12) }' decay.csv
}
check '--signal decay: the error goes to 0' signal_decay
signal_file() {  # of a formula written out, the same
  awk 'BEGIN { for (k = 0; k <= 20; k++) for (i = 0; i < 5; i++)
    printf "%.17g%s", i + sin(0.1 * k + i), i < 4 ? ", " : "\n" }' >z.csv
  run --nodes 5 --rounds 20 --signal file:z.csv --csv f.csv >"$out" &&
    run --nodes 5 --rounds 20 --signal sin --csv s.csv >"$out" || return
  paste -d, f.csv s.csv | awk -F, 'NR > 1 { if (($2 - $7)^2 > 1e-24 || ($4 - $9)^2 > 1e-24) exit 2 }
    END { exit NR != 22 }'
}
check '--signal file: one row a round' signal_file
init_file() {
  printf '# a row a node\n0 10\n\n1\t20  # the second\n2, 30\n' >start &&
    run --nodes 3 --init file:start --csv i.csv \
    --rounds 1 --topology full >"$out" || return
  awk -F, 'NR == 2 { exit !(($2^2 - 202)^2 < 1e-20) }' i.csv && awk -F, 'NR == 3 { exit !($2 < 1e-13) }' i.csv
}
check '--init file: rows of two numbers' init_file

as_json() {
  run --topology ring --topology random-matching --nodes 10 --rounds 30 --signal sin --json >j.json 2>"$err" &&
    [ ! -s "$err" ] && python3 - <<'END2'
import json
j = json.load(open("j.json"))
assert j["nodes"] == 10 and j["rounds"] == 30 and j["signal"] == "sin", j
ring, matching = j["topologies"]
assert ring["topology"] == "ring" and 0 < ring["rho"] < 1 and matching["rho"] is None
assert [r["round"] for r in ring["table"]] == [0, 1, 2, 5, 10, 20, 30]
assert all(r["tracking"] <= r["bound"] for r in ring["table"])
assert all(r["limit"] is None for r in matching["table"])
END2
}
with_python '--json' as_json

# ---- pictures, and the lecture's ----

lecture() { GRAPEVINE=$grapevine "$GV_SOURCE/examples/lecture/$1.sh" 16 40 "$2" >"$out" 2>"$err"; }
picture() { head -c 300 "$1" | grep -qa "$2"; }
seven() {
  lecture consensus svg || return
  [ "$(cut -d, -f1 consensus.csv | sort -u | wc -l)" = 8 ] && [ "$(wc -l <consensus.csv)" = 288 ] &&
    [ "$(grep -c '^one-peer-exponential,' consensus.csv)" = 41 ]
}
dynamic() {
  lecture dynamic png || return
  [ "$(wc -l <sin.csv)" = 206 ] && [ "$(wc -l <decay.csv)" = 206 ] && grep -q 'signals decay' "$out"
}
check 'examples/lecture/consensus.sh: seven families' seven
check 'examples/lecture/dynamic.sh: two signals' dynamic
drawn() {
  run --topology ring --topology full --rounds 5000 --plot p.pdf >"$out" && picture p.pdf '^%PDF' &&
    run --nodes 1 --rounds 0 --plot one.svg >"$out" && picture one.svg '<svg' &&
    picture consensus.svg '<svg' && grep -q 'one-peer-exponential' consensus.svg && picture sin.png PNG &&
    picture decay.png PNG && ! ls ./*.tmp
}
calm() {  # one point a period of a bound that jumps in it: 100 rounds of a period of 4 are 27 points, not 101
  run --topology one-peer-exponential --nodes 12 --signal sin --rounds 100 --plot calm.svg >"$out" || return
  awk '/stroke-dasharray/ { for (k = 1; k <= NF; k++) n += $k ~ /^[LM]?[0-9.]+,[0-9.]+$/ }
    END { print n; exit !(n > 5 && n < 40) }' calm.svg
}
if command -v gnuplot >/dev/null; then
  check 'the bound of a topology with a period is a line' calm
  check 'pictures: .svg, .png and .pdf, with the names of the topologies' drawn
else
  skip 'pictures: .svg, .png and .pdf, with the names of the topologies' 'gnuplot is not installed'
fi

interrupted() {  # what was done is written
  "$grapevine" consensus --nodes 20000 --rounds 10000000 --csv stopped.csv >"$out" 2>"$err" &
  pid=$!
  await catches $pid && sleep 1 && ends_by 130 INT || return
  grep -q 'stopped on request after round' "$err" && [ "$(wc -l <stopped.csv)" -gt 2 ] &&
    [ "$(tail -n 1 stopped.csv | cut -d, -f1)" = "$(sed -n 's/.*after round \([0-9]*\) .*/\1/p' "$err")" ]
}
check 'a signal ends it with all that was done' interrupted
early() {  # the spectrum of a million nodes takes longer than this
  local code=0
  "$grapevine" consensus --nodes 1000000 --rounds 100 --csv early.csv >"$out" &
  sleep 0.4
  kill -TERM $!
  SECONDS=0
  wait $! 2>/dev/null || code=$?
  [ $code = 143 ] && [ $SECONDS -lt 2 ] && ! ls early.csv* 2>/dev/null
}
check 'a signal before the first round ends it at once' early
no_zero_times() {  # also where the machine was busy with something else and it took longer
  run --nodes 4 --rounds 2 >"$out" && cat "$out" && ! grep -q ' 0\.0 ms' "$out" &&
    grep -q -E ' ([1-9][0-9]*|[0-9.]*[1-9][0-9.]*) (us|ms|s)$' "$out"
}
check 'a time under a millisecond has digits' no_zero_times

# ---- what it refuses ----

refused 2 "did you mean 'ring'" --topology rings
refused 2 "did you mean 'ring'" --topology full --topology rings
refused 2 "rounds is '-1'" --rounds -1
refused 2 "rounds is 'many'" --rounds many
refused 2 "nodes is '0'" --nodes 0
refused 2 "nodes is '1000000000'" --nodes 1000000000
refused 2 'leave --weights out' --weights lazy --topology exponential
refused 2 "unknown init 'idnex'; did you mean 'index'" --init idnex
refused 2 "unknown signal 'cos'" --signal cos
refused 2 "unknown option 'ampl'" --signal sin:ampl=2
refused 2 "ratio is '2'" --signal decay:ratio=2
refused 2 'leave one of them out' --signal sin --init index
refused 2 'the file'\''s name is missing' --init file
refused 1 'nowhere: cannot be read: No such file' --init file:nowhere
refused 1 '.: cannot be read' --init file:.
refused 1 'start: 3 rows of numbers for 4 nodes' --init file:start --nodes 4
printf '1\n2 3\n' >uneven
refused 1 'uneven, line 2: a row of 2 numbers, where those before have 1' --init file:uneven --nodes 2
printf '1\nnan\n' >nan
refused 1 'nan, line 2: a number is nan' --init file:nan --nodes 2
printf '1\n\n1e200\n' >large
refused 1 'large, line 3: a number is 1e200' --init file:large --nodes 2
printf '1\n2,x\n' >word
refused 1 "word, line 2: 'x' is no number" --init file:word --nodes 2
printf '1,\n2,\n' >comma
refused 1 "comma, line 1: '' is no number" --init file:comma --nodes 2
printf '1\n\0002\n' >zero
refused 1 'zero, line 2: a zero byte' --init file:zero --nodes 2
: >empty
refused 1 'empty: there are no numbers' --init file:empty
refused 1 'z.csv: 21 rows; rounds 0 to 21 need 22' --signal file:z.csv --nodes 5 --rounds 21
refused 1 'z.csv: rows of 5 numbers for 4 nodes' --signal file:z.csv --nodes 4 --rounds 2
refused 1 'nowhere/c.csv: cannot be written' --csv nowhere/c.csv
refused 1 '.: cannot be written: Is a directory' --csv .
refused 2 "csv: the file's name is empty" --csv ''
refused 2 "plot 'p.gif': accepted are names that end in .svg" --plot p.gif
without_gnuplot() {
  local code=0
  PATH=/nowhere "$grapevine" consensus --plot new.svg >"$out" 2>"$err" || code=$?
  cat "$err"
  [ $code = 1 ] && [ "$(wc -l <"$err")" = 1 ] && grep -q 'Debian package gnuplot-nox' "$err" && [ ! -e new.svg ]
}
check 'refused: a picture without gnuplot, with the name of its package' without_gnuplot
full() {
  local code=0
  run >/dev/full 2>"$err" || code=$?
  cat "$err"
  [ $code = 1 ] && grep -q 'standard output' "$err"
}
check 'a full standard output is an error' full
page() { "$grapevine" "$@" >"$out" 2>"$err" && grep -q '^ *grapevine consensus ' "$out" && [ ! -s "$err" ]; }
check 'consensus --help: a page with an example' page consensus --help
check 'help consensus: the same' page help consensus
finish
