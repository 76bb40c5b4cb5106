#!/bin/bash
# `grapevine study`: what stands in its file, what is run, interruptions, tables. TAP.
# shellcheck source=tests/cli.sh
. "$GV_SOURCE/tests/cli.sh"
subcommand=(study)

# sixty FILE: a study of sixty small runs
sixty() {
  cat >"$1" <<'END'
; two algorithms by three topologies, then three by two numbers of nodes; five seeds of each
[base]
data = digits
train-limit = 300
model = logreg
rounds = 60
eval-every = 1
compute-time = 1e-3
seeds = 5

[vary]
topology = ring | exponential |
  full
algorithm = dsgd | gt

[vary more]
algorithm = psgd | local:period=4 | pga:period=3
nodes = 4 | 8
END
}

# ---- what is run ----

sixty small.ini
dry() {
  run small.ini --dry-run >"$out" 2>"$err" || { cat "$err"; return 1; }
  tail -2 "$out"
  [ ! -e runs ] && [ "$(grep -c 'to do ' "$out")" = 60 ] && grep -q '^60 runs, 60 to do; about .* at a time' "$out"
}
check 'a dry run lists every combination once, and writes nothing' dry

mkdir "$folder/none" "$folder/some"
tried() {  # in the folder for temporary files, which is left as it was; without one there is no estimate
  local with=(TMPDIR="$folder/some")
  run small.ini --dry-run | tail -1 | grep 'about .* (by trying [0-9]* of 12 combinations)' || return
  with=(TMPDIR="$folder/none/none")
  run small.ini --dry-run | tail -1 | grep '^60 runs, 60 to do$' && [ -z "$(ls "$folder/some")" ]
}
check 'and tries runs out beside it' tried
all_cores() {
  printf '%s\n' '[base]' 'rounds = 1' 'nodes = 1024' 'workers = auto' 'model = logreg' >auto.ini
  run auto.ini --dry-run | grep ' with 1 at a time'
}
check 'runs with all workers are trained one at a time' all_cores

whole() {
  run small.ini --out whole --quiet >whole.txt 2>"$err" || { cat "$err"; return 1; }
  cat whole.txt "$err"
  [ ! -s "$err" ] && [ "$(wc -l <whole.txt)" = 14 ] && [ "$(wc -l <whole/summary.csv)" = 13 ] &&
    [ "$(ls whole | grep -c -- '-s[1-5]-')" = 60 ] && grep -q '^  \* marks the best of each column$' whole.txt
}
check 'all are run' whole
# All columns of a summary but for seconds.
figures() {
  cut -d, -f "$(head -1 "$1" | tr , '\n' | grep -n . | grep -v ':seconds' | cut -d: -f1 | paste -sd,)" "$1"
}

# interrupted FOLDER SIGNAL: begun, stopped when some more are done; the program's exit status in $code
interrupted() {
  local before pid
  before=$(find "$1" -name summary.json 2>/dev/null | wc -l)
  "$grapevine" study small.ini --out "$1" --parallel 2 >"$out" 2>"$err" &  # many cores would be through too soon
  pid=$!
  await at_least $((before + 9)) "find '$1' -name summary.json | wc -l"
  kill "-$2" $pid
  code=0
  { wait $pid || code=$?; } 2>/dev/null
}
twice() {
  local begun
  interrupted part INT
  cat "$err"
  [ $code = 130 ] && grep -q 'stopped on request, .* of 60 runs are done; the same command goes on' "$err" || return
  begun=$(find part -name summary.json -newer small.ini | wc -l)
  [ "$begun" -ge 9 ] && [ "$begun" -lt 60 ] || { echo "$begun done"; return 1; }
  find part -name summary.json -exec grep -l '"interrupted": false' {} + | sort | xargs stat -c '%i %y %n' >before
  interrupted part TERM
  [ $code = 130 ] || return
  run small.ini --out part --quiet >part.txt 2>"$err" || { cat "$err"; return 1; }
  diff whole.txt part.txt && diff <(figures whole/summary.csv) <(figures part/summary.csv) || return
  cut -d' ' -f5 before | xargs stat -c '%i %y %n' | diff before -
}
check 'interrupted twice: the same table, and nothing is done twice' twice
killed() {
  interrupted killed KILL
  [ $code = 137 ] || return
  run small.ini --out killed --quiet >killed.txt 2>"$err" || { cat "$err"; return 1; }
  diff whole.txt killed.txt
}
check 'killed (-9): the same table' killed

# ---- the processes of a study ----

# slow FOLDER: a study of two runs that take minutes, begun there as $study, once both train
slow() {
  printf '%s\n' '[base]' 'model = mlp:hidden=256-256' 'epochs = 20000' 'nodes = 2' 'seeds = 2' \
    'workers = 1' >slow.ini
  "$grapevine" study slow.ini --parallel 2 --out "$1" >"$out" 2>"$err" &
  study=$!
  await at_least 2 "find '$1' -name metrics.csv | wc -l"
  [ "$(training "$1" | wc -l)" = 2 ]
}
# training FOLDER: the processes that train below it, a line each; status 1: none
training() {
  local process words found=1
  for process in /proc/[0-9]*; do
    { mapfile -d '' -t words <"$process/cmdline"; } 2>/dev/null || continue
    [[ "${words[*]}" == *'grapevine train '*"=$1/"* ]] || continue
    echo "${process#/proc/}"
    found=0
  done
  return $found
}
idle() { ! training "$1"; }
# signal SIGNAL FOLDER: to all of them
signal() {
  local processes
  mapfile -t processes < <(training "$2")
  [ ${#processes[@]} = 0 ] || kill "-$1" "${processes[@]}"
}
# orphaned SIGNAL: the study gets it; its runs stop with a checkpoint each, and nothing trains on
orphaned() {
  local code=0 where=$folder/here/orphans-$1
  slow "$where" || return
  { kill "-$1" $study && wait $study; } 2>/dev/null
  await idle "$where" || code=1
  signal 9 "$where"
  [ $code = 0 ] && [ "$(find "$where" -name checkpoint.safetensors | wc -l)" = 2 ]
}
check 'runs of a study that was killed (-9) stop, and save' orphaned KILL
check 'SIGHUP ends a study and its runs' orphaned HUP
hung_up() {
  local code=0
  slow "$folder/here/hung" || return
  kill -HUP $study
  { wait $study || code=$?; } 2>/dev/null
  cat "$err"
  [ $code = 130 ] && grep -q '^stopping; 2 runs under way save$' "$err"
}
check 'and is told of' hung_up
nohup_kept() {
  (trap '' HUP; exec "$grapevine" train --quiet --model logreg --rounds 3000 --out nohup) &
  local pid=$!
  await test -e nohup/config.json
  kill -HUP $pid
  wait $pid
}
check 'SIGHUP that is ignored stays so' nohup_kept
held() {  # a run in whose folder something trains is waited for, the other goes on
  local code=0 where holder
  sed 's/20000/3/' slow.ini >held.ini
  run held.ini --out held --quiet >"$out" 2>"$err" || { cat "$err"; return 1; }
  rm held/s*/summary.json
  where=$(echo held/s1-*)
  mkfifo end && flock "$where" sh -c 'echo >has; read -r end <end' &
  holder=$!
  await test -e has || return
  run held.ini --out held --parallel 1 >"$out" 2>"$err" &
  await eval 'ls held/s2-*/summary.json'
  echo >end
  wait $holder
  wait $! || code=$?
  cat "$out" "$err"
  [ $code = 0 ] && [ "$(sed -n '$s/.*: \(s[12]\)-.*/\1/p' "$err")" = s1 ] && ! grep -q failed "$err"
}
check 'a run that another process trains is waited for' held
narrow() {  # as long as no run is done, too; never wider than the terminal
  local words="study slow.ini --out narrow"
  TERM=xterm script -qfec "stty cols 30; echo \$\$ >narrow.pid; exec $grapevine $words" /dev/null \
    </dev/null >typed 2>&1 &
  await foretold
  kill -INT "$(cat narrow.pid)"
  wait $!
  lines
  foretold && ! lines | grep -E '^.{30}' | grep 'runs done'
}
lines() { tr '\r' '\n' <typed | sed 's/\x1b\[K//'; }
foretold() { lines | grep -q '^0 of 2 runs done, [0-9]* \(s\|min\|h\)'; }
what='the line of progress fits the terminal, and says how long it takes from the start'
if has_terminals; then check "$what" narrow; else skip "$what" 'no pseudo terminal'; fi
stopped() {
  local code=0
  slow "$folder/here/stopped" || return
  signal INT "$folder/here/stopped"
  { wait $study || code=$?; } 2>/dev/null
  cat "$err"
  [ $code = 130 ] && ! grep -q failed "$err" && grep -q 'run s1-.* stopped' "$err" &&
    grep -q '2 runs were stopped, 0 of 2 are done; the same command goes on' "$err"
}
check 'a run that somebody else stops is not called failed' stopped
workers() {  # one number in the whole study
  printf '%s\n' '[base]' 'epochs = 1' 'seeds = 3' 'model = logreg' >w.ini
  run w.ini --parallel 2 --out w2 --quiet >"$out" && run w.ini --parallel 1 --out w1 --quiet >"$out" || return
  grep -h '"workers":' w1/s*/summary.json w2/s*/summary.json
  [ "$(cat w1/s*/summary.json | grep '"workers":' | sort -u | wc -l)" = 1 ] &&
    [ "$(cat w2/s*/summary.json | grep '"workers":' | sort -u | wc -l)" = 1 ]
}
check 'all runs of a study have as many workers' workers

# ---- what is not run again ----

again() {
  touch before && run small.ini --out whole --quiet >again.txt && diff whole.txt again.txt &&
    [ -z "$(find whole -name 'model.safetensors' -newer before)" ]
}
check 'a study that is done is only tabulated' again
table() { run small.ini --out part --table >again.txt && diff whole.txt again.txt; }
check 'the table alone' table
edited() {  # what stays in the file is not run again
  sed 's/dsgd | gt/dsgd | gt | exact-diffusion/; s/exponential/torus/' small.ini >edited.ini
  touch before && run edited.ini --out whole >"$out" 2>"$err" || return
  [ "$(find whole -name model.safetensors -newer before | wc -l)" = 25 ]
}
check 'an edited study runs what is new' edited
axis() {  # a key that begins to vary, and options of where and how fast
  printf '%s\n' '[base]' 'epochs = 1' 'model = logreg' 'nodes = 8' '[vary]' 'topology = ring | full' >a.ini
  run a.ini --out axis --quiet >"$out" || return
  printf '%s\n' '[base]' 'epochs = 1' 'model = logreg' 'workers = 1' '[vary]' 'topology = ring | full' \
    'nodes = 8 | 4' >a.ini
  run a.ini --out axis --dry-run | grep '^4 runs, 2 to do' && touch before && sleep 0.02 &&
    run a.ini --out axis --quiet >"$out" && cat "$out" && [ "$(find axis -name model.safetensors | wc -l)" = 4 ] &&
    [ "$(find axis -name model.safetensors -newer before | wc -l)" = 2 ] &&
    grep -q '"folder": "ring-s1-' axis/study.json && grep -q '"folder": "ring-4-s1-' axis/study.json
}
check 'nor is what was done before a key began to vary' axis
varied_workers() {
  printf '%s\n' '[base]' 'epochs = 1' 'model = logreg' '[vary]' 'workers = 1 | 2' >v.ini
  run v.ini --out varied --quiet >"$out" && [ "$(find varied -name model.safetensors | wc -l)" = 2 ]
}
check 'an option of how fast, when it varies, is one that tells apart' varied_workers
varied_here() {  # in one section alone: what the study passes to the runs of the others is none of their settings
  printf '%s\n' '[base]' 'epochs = 1' 'model = logreg' 'nodes = 4' '[vary]' 'workers = 1 | 2' 'bind = none' \
    '[vary two]' 'topology = full' >here.ini
  run here.ini --out here --parallel 2 --quiet >"$out" 2>"$err" || { cat "$err"; return 1; }
  run here.ini --out here --parallel 1 --dry-run | grep '^3 runs, 0 to do'
}
check 'also where it varies in one section alone' varied_here
other() {  # a folder of the right name is no proof
  local code=0
  cp -r varied mixed && sed -i 's/"learning-rate": "0.1"/"learning-rate": "0.2"/' mixed/1-s1-*/config.json
  run v.ini --out mixed --quiet >"$out" 2>"$err" || code=$?
  cat "$out" "$err"
  [ $code = 1 ] && grep -q 'run 1-s1-.* failed: its folder holds a run of other options' "$err"
}
check 'a folder with the name of a run and other options is not taken for it' other

# ---- numbers ----

statistics() {
  python3 - part <<'END'
import csv, json, statistics, sys
study = json.load(open(sys.argv[1] + "/study.json"))
assert study["vary"] == ["topology", "algorithm", "nodes"], study["vary"]
rows = list(csv.DictReader(open(sys.argv[1] + "/summary.csv")))
assert len(rows) == 12 and len(study["runs"]) == 60
for row in rows:
    runs = [r for r in study["runs"] if all(r["values"][k] == row[k] for k in study["vary"])]
    assert len(runs) == 5 and row["runs"] == "5"
    for key in ("test_accuracy", "test_loss", "consensus_distance", "simulated_seconds"):
        values = [json.load(open(f"{sys.argv[1]}/{r['folder']}/summary.json"))[key] for r in runs]
        mean, std = statistics.mean(values), statistics.stdev(values)
        assert abs(float(row[key]) - mean) <= 1e-8 * abs(mean), (key, row)
        assert abs(float(row[key + "_std"]) - std) <= 1e-6 * abs(std) + 1e-12, (key, row)
END
}
with_python 'means and deviations are those of the runs' statistics
json() {
  run small.ini --out part --table --format json | python3 -c '
import json, sys
page = json.load(sys.stdin)
best = [g for g in page["groups"] if g["figures"]["test_accuracy"]["best"]]
top = max(g["figures"]["test_accuracy"]["mean"] for g in page["groups"])
assert len(page["groups"]) == 12 and best and all(g["figures"]["test_accuracy"]["mean"] == top for g in best)'
}
with_python 'JSON' json
latex() {
  run small.ini --out part --table --format latex >"$out" && cat "$out" && grep -q '^\\end{tabular}' "$out" &&
    [ "$(grep -c ' & .*\\\\$' "$out")" = 13 ] && grep -q '\\textbf{' "$out"
}
check 'LaTeX' latex
markdown() { run small.ini --out part --table --format markdown >"$out" && [ "$(grep -c '^|.*|$' "$out")" = 14 ]; }
check 'Markdown' markdown
csv() { run small.ini --out part --table --format csv | cmp - part/summary.csv; }
csv_of_some() {
  run small.ini --out part --table --format csv --metrics test_loss,rounds >"$out" && cat "$out" &&
    head -n 1 "$out" | grep -qE ',runs,test_loss,test_loss_std,rounds,rounds_std$' &&
    run small.ini --out part --table --format json --metrics test_loss >"$out" && cat "$out" &&
    grep -q '"test_loss"' "$out" && ! grep -q '"test_accuracy"' "$out"
}
check 'CSV' csv
check 'csv and json: the figures that are asked for alone' csv_of_some
check 'figures that are asked for' \
  prints 'test loss' 'rounds' -- small.ini --out part --table --metrics test_loss,rounds
watched=(part)
refused 2 "no figure 'loss'; accepted are test_accuracy" small.ini --out part --table --metrics loss
refused 2 "the runs have no figure 'objective'; there are: test_accuracy" small.ini --out part --table \
  --metrics objective
refused 2 "no figure 'nonsense'" small.ini --out part --table --format json --metrics nonsense
early() {  # before the first run
  refuse 2 "did you mean 'test_loss'?" small.ini --out early --metrics test_los && [ ! -e early ]
}
check 'a mistyped figure is refused before anything is trained' early

# ---- what goes wrong ----

failing() {
  printf '%s\n' '[base]' 'epochs = 2' 'seeds = 2' '[vary]' 'learning-rate = 0.1 | 1e6' \
    'model = logreg | linreg' >f.ini
  local code=0
  run f.ini --out failing >"$out" 2>"$err" || code=$?
  cat "$out" "$err"
  [ $code = 1 ] && grep -q 'failed: .*learning rate' "$err" &&
    grep -q 'runs failed; the table has the others, and the same command tries them again' "$err" &&
    [ "$(grep -c '^  [01]' "$out")" = 4 ] && grep -q ' 0 of 2 ' "$out"
}
check 'a run that fails is told of, the others are tabulated' failing
full() {  # no summary.csv: the table all the same, and all that went wrong is told of
  local code=0
  mkdir -p full/summary.csv
  run f.ini --out full >"$out" 2>"$err" || code=$?
  cat "$out" "$err"
  [ $code = 1 ] && [ "$(grep -c '^  [01]' "$out")" = 4 ] && grep -q 'error: .*runs failed; .*; .*summary.csv' "$err"
}
check 'a summary.csv that cannot be written does not take the table away' full
# made KEY ALTERNATIVES, then FIGURES of each run on standard input: a study in made/ whose summaries are these
made() {
  local line folder
  rm -rf made
  printf '%s\n' '[base]' 'model = logreg' 'epochs = 1' 'seeds = 2' '[vary]' "$1 = $2" >made.ini
  run made.ini --out made --quiet >"$out" || return
  while read -r folder line; do
    echo "{\"interrupted\": false, $line}" >"$(echo made/"$folder"-*)/summary.json"
  done
}
incomplete() {  # a mean over some of the seeds is no best one
  made nodes '2 | 4' <<'END' || return
2-s1 "test_accuracy": 0.9
2-s2 "test_accuracy": 0.8
4-s1 "test_accuracy": 0.99
END
  rm made/4-s2-*/summary.json
  run made.ini --out made --table --metrics test_accuracy >"$out" && cat "$out" &&
    grep -q '^  2 .* 2  \*0.850 ± 0.071$' "$out" && grep -q '^  4 .* 1 of 2  *0.9900$' "$out"
}
check 'a group in which runs are missing says so, and is not the best' incomplete
partial() {  # a figure that not all finished runs have
  made nodes '2 | 4' <<'END' || return
2-s1 "test_accuracy": 0.5, "rounds_to_target": 12
2-s2 "test_accuracy": 0.5, "rounds_to_target": null
4-s1 "test_accuracy": 0.5, "rounds_to_target": 20
4-s2 "test_accuracy": 0.5, "rounds_to_target": 30
END
  run made.ini --out made --table --metrics rounds_to_target >"$out" && cat "$out" &&
    grep -q ' 12.00 (1 of 2)$' "$out" && grep -q ' \*25.0 ± 7.1$' "$out" &&
    run made.ini --out made --table --format csv >"$out" && cat "$out" &&
    [ "$(cut -d, -f5-7 "$out" | tr '\n' ' ')" = \
      'rounds_to_target,rounds_to_target_std,rounds_to_target_runs 12,,1 25,7.07106781,2 ' ]
}
check 'a mean over some of the finished runs says over how many' partial
digits() {  # what reads alike is marked alike, in one notation
  made nodes '2 | 4 | 8' <<'END' || return
2-s1 "test_accuracy": 0.91, "test_loss": 0.00041
2-s2 "test_accuracy": 0.93, "test_loss": 0.00053
4-s1 "test_accuracy": 0.9101, "test_loss": 0.3
4-s2 "test_accuracy": 0.9301, "test_loss": 0.5
8-s1 "test_accuracy": 0.90, "test_loss": 0.25
8-s2 "test_accuracy": 0.92, "test_loss": 0.25
END
  run made.ini --out made --table --metrics test_accuracy,test_loss >"$out" && cat "$out" &&
    [ "$(grep -c '  \*0.920 ± 0.014  ' "$out")" = 2 ] && grep -qF '*(4.70 ± 0.85)e-04' "$out" &&
    grep -q ' 0.25 ± 0$' "$out"
}
check 'marks go by the digits that are shown; mean and deviation have one exponent' digits
escaped() {
  printf '%s\n' '[base]' 'epochs = 1' 'metrics = all' '[vary]' 'data = digits | blobs:classes=2' \
    'plugin-dir = a^b~c{d}$e\f_g | other' >l.ini
  mkdir 'a^b~c{d}$e\f_g' other && run l.ini --out l --quiet >"$out" && run l.ini --out l --table --format latex \
    --metrics gradient_dissimilarity >"$out" && cat "$out" && grep -qF 'zeta\textasciicircum{}2' "$out" &&
    grep -qF 'a\textasciicircum{}b\textasciitilde{}c\{d\}\$e\textbackslash{}f\_g' "$out"
}
check 'LaTeX: what it reads as its own is escaped' escaped
busy() {
  local code=0
  "$grapevine" study small.ini --out busy >/dev/null 2>&1 &
  await test -e busy/study.json
  run small.ini --out busy >"$out" 2>"$err" || code=$?
  cat "$err"
  { kill -INT $! && wait $!; } 2>/dev/null
  [ $code = 1 ] && grep -q 'another study is at work in this folder' "$err"
}
check 'two studies in one folder: one is refused' busy
example() {
  run "$GV_SOURCE/examples/study/topologies.ini" --out example --quiet >"$out" 2>"$err" || { cat "$err"; return 1; }
  cat "$out"
  [ "$(wc -l <"$out")" = 14 ]
}
check 'the example' example
check 'help' prints 'Example' 'seeds = 5' -- --help
finish
