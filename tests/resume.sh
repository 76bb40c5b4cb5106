#!/bin/bash
# `grapevine train --resume`: runs that are stopped, or killed at random moments a hundred times, end with the same
# bits; files that are damaged, foreign or of another run are refused. TAP.
# shellcheck source=tests/cli.sh
. "$GV_SOURCE/tests/cli.sh"
subcommand=(train --quiet)
RANDOM=7

same() {
  cmp "$1/model.safetensors" "$2/model.safetensors" && diff <(figures "$1") <(figures "$2") &&
    diff <(ls "$1") <(ls "$2") && { [ ! -e "$1/nodes.csv" ] || cmp "$1/nodes.csv" "$2/nodes.csv"; }
}

# ---- killed ----

experiments=(
  '--algorithm gt --optimizer nesterov --topology ring --nodes-csv --tensorboard events'
  '--optimizer adam --model logreg:l2=1e-3'
  '--algorithm aga --split dirichlet:alpha=0.3 --topology ring'
  '--algorithm d2 --topology hypercube --weights lazy --optimizer momentum'
  '--algorithm choco:compress=8-bit --topology torus --split shards'
  '--algorithm push-sum --topology exponential --last-batch drop'
  '--algorithm slowmo --optimizer adamw --batch 7 --last-batch short'
  '--algorithm qg-dsgdm --drop-link 0.1 --churn 0.1 --topology base:k=2'
  '--algorithm psgd --optimizer rmsprop --schedule step:every=3'
  '--algorithm exact-diffusion --topology grid --split classes --metrics all')

now() { date +%s%N; }
kills=15 thousands=20  # of rounds in runs that are stopped in their middle
$full && kills=100
$sanitized && kills=12  # programs start slowly there
[ "${GV_SANITIZE:-no}" != thread ] || kills=4 thousands=4  # and rounds are slow

# whole E: the experiment from one end to the other, once; $took is how many milliseconds that is
whole() {
  local began
  began=$(now)
  [ -e "whole$1" ] ||
    run ${experiments[$1]} --compute-time 1e-3 --compute-jitter 0.3 --epochs 60 --out "whole$1" 2>"$err" ||
    { cat "$err"; return 1; }
  [ -e "whole$1.took" ] || echo $((($(now) - began) / 1000000)) >"whole$1.took"
  took=$(cat "whole$1.took")
}

# piecewise E FOLDER: the same, killed at most ten times after random times; counts in $killed
piecewise() {
  local code=137 last=$((killed + 10)) words=()
  [ $last -le $kills ] || last=$kills
  read -r -a words <<<"${experiments[$1]}"
  while [ $code = 137 ]; do
    if [ -e "$2/config.json" ]; then
      words=(--resume "$2" --workers $((RANDOM % 3 + 1)))
    else
      words=(${experiments[$1]} --compute-time 1e-3 --compute-jitter 0.3 --epochs 60)
      words+=(--checkpoint-every 0.5 --out "$2" --workers $((RANDOM % 3 + 1)))
    fi
    code=0
    if [ $killed -lt $last ]; then
      local at=$((took * (RANDOM % 90 + 5) / 100))
      "$grapevine" train --quiet "${words[@]}" 2>"$err" &
      sleep "$((at / 1000)).$(printf %03d $((at % 1000)))"
      kill -KILL $! 2>/dev/null
      { wait $!; code=$?; } 2>/dev/null
      [ $code = 137 ] && killed=$((killed + 1))
    else
      run "${words[@]}" 2>"$err" || code=$?
    fi
    [ $code = 2 ] && grep -q 'the run is finished' "$err" && return  # killed between its last file and its end
    [ $code = 0 ] || [ $code = 137 ] || { cat "$err"; return 1; }
  done
}

killed=0 turn=0
often() {
  local e took
  while [ $killed -lt $kills ] && [ $turn -lt 400 ]; do
    e=$((turn % ${#experiments[@]}))
    whole $e && piecewise $e "part$turn" && same "whole$e" "part$turn" ||
      { echo "experiment $e, run $turn, after $killed kills: ${experiments[$e]}"; return 1; }
    rm -r "part$turn"
    turn=$((turn + 1))
  done
  echo "$killed kills in $turn runs"
  [ $killed = $kills ]
}
check "killed (-9) $kills times at random moments, resumed, the same bits" often

# ---- stopped ----

# stopped SIGNAL: in the middle of a run whose checkpoints are none but this
stopped() {
  rm -rf stop straight
  set -- "$1" --model logreg --algorithm gt --topology ring --rounds ${thousands}000 --eval-every 30 \
    --compute-time 1e-3
  run "${@:2}" --out straight || return
  begin stop "${@:2}" --out stop && await at_least 3 'wc -l <stop/metrics.csv' && ends_by 130 "$1" || return
  [ -s stop/checkpoint.safetensors ] && grep -q '"interrupted": true' stop/summary.json &&
    grep -q 'train --resume stop' "$err" || { cat "$err"; return 1; }
  run --resume stop/ --workers 1 && same straight stop && grep -q '"interrupted": false' stop/summary.json
}
check 'SIGINT saves a checkpoint, and --resume ends with the same bits' stopped INT
check 'SIGTERM does, too' stopped TERM

# A run is stopped once and kept in ./kept, with two checkpoints.
begin kept --model logreg --rounds 4e9 --eval-every 1 --checkpoint-every 1 --out kept
await test -e kept/checkpoint.previous.safetensors
locked() {
  local code=0
  run --resume kept >"$out" 2>locked || code=$?
  cat locked
  [ $code = 1 ] && grep -q 'resume kept: another process trains in this folder' locked
}
check 'a folder in which a run is trained is not resumed' locked
check 'SIGINT ends it' ends_by 130 INT
check 'a checkpoint and the one before it are kept' \
  test -s kept/checkpoint.safetensors -a -s kept/checkpoint.previous.safetensors

readable() {
  python3 - kept/checkpoint.safetensors <<'END'
import json, struct, sys
data = open(sys.argv[1], "rb").read()
length = struct.unpack("<Q", data[:8])[0]
header = json.loads(data[8:8 + length])
about = header.pop("__metadata__")
assert header["x"]["shape"] == [8, 650] and header["x"]["dtype"] == "F32", header["x"]
assert header["states"]["shape"] == [8, 1, 650], header["states"]
assert header["nodes"] == {"dtype": "F64", "shape": [8, 4], "data_offsets": [0, 256]}, header["nodes"]
assert json.loads(about["options"])["model"] == "logreg"
rounds = struct.unpack("<32d", data[8 + length:8 + length + 256])[2::4]
assert set(rounds) == {json.loads(about["counters"])["round"]}, rounds
END
}
with_python 'it is a safetensors file with the run in its metadata' readable

# copied: a fresh copy of that folder in ./copy
copied() { rm -rf copy && cp -r kept copy; }
previous() {
  copied && rm copy/checkpoint.safetensors && briefly copy --resume copy/checkpoint.previous.safetensors &&
    grep -q 'train --resume copy' "$err" && [ -s copy/checkpoint.safetensors ]
}
check 'the one before can be named' previous
# What is printed can be typed as it stands: the program, wherever it lies, and a name that a shell takes apart.
typed() {
  local name="my run's" words=()
  cp -r kept "$name" && briefly "$name" --resume "$name" || return
  cat "$err"
  eval "words=($(sed -n 's/^grapevine: .*; `\(.*\)` goes on$/\1/p' "$err"))"
  [ "$(command -v "${words[0]}")" -ef "$grapevine" ] && [ "${words[*]:1}" = "train --resume $name" ] &&
    [ "${words[3]}" = "$name" ] &&
    truncate -s 100 "$name/checkpoint.safetensors" &&
    refuse 1 "--resume 'my run'\\''s/checkpoint.previous.safetensors'" --resume "$name"
}
check 'the command that goes on can be typed as it is printed' typed

# full CHECKPOINT: gone on from in the copy, where no file may grow to the size of a checkpoint, and stopped. Its
# metrics.csv stays short.
full() {
  cp copy/checkpoint.previous.safetensors previous && cp copy/checkpoint.safetensors newest || return
  rm copy/model.safetensors copy/summary.json
  (
    trap '' XFSZ
    small_files 30
    begin copy --resume "$1" --checkpoint-every 1e6 && sleep 0.3 && ends_by 1 INT
  ) || return
  tail -n 3 "$err"
  grep -q '"interrupted": true' copy/summary.json && [ -s copy/model.safetensors ] &&
    tail -n 2 "$err" | grep -q '^grapevine: `.*grapevine train --resume copy` goes on from the last ch' || return
  grep -q 'checkpoint.safetensors: cannot be written: File too large' "$err" || { echo 'no reason'; return 1; }
  cmp copy/checkpoint.previous.safetensors previous && cmp copy/checkpoint.safetensors newest &&
    diff <(ls seldom) <(ls copy)
}
full_disk() {
  briefly seldom --model logreg --rounds 4e9 --eval-every 1e6 --checkpoint-every 0.1 --out seldom || return
  rm -rf copy && cp -r seldom copy && full copy && truncate -s 100 copy/checkpoint.safetensors &&
    full copy/checkpoint.previous.safetensors
}
check 'when no checkpoint can be written, both stay as they were, and the rest is saved' full_disk
aside() {  # a damaged newest one does not take the place of the one before, from which a run went on
  copied && truncate -s 100 copy/checkpoint.safetensors
  cp copy/checkpoint.previous.safetensors previous
  briefly copy --resume copy/checkpoint.previous.safetensors --checkpoint-every 1e9 || return
  cmp copy/checkpoint.previous.safetensors previous && [ "$(stat -c %s copy/checkpoint.safetensors)" -gt 1000 ]
}
check 'a damaged checkpoint does not take the place of the one before' aside

only_previous() {
  local subcommand=(train)
  copied && rm copy/checkpoint.safetensors && briefly copy --resume copy || return
  cat "$err"
  [ "$(grep -c 'goes on from the one before it, checkpoint.previous.safetensors' "$err")" = 1 ] &&
    ! grep -q 'it goes on after round 0' "$err" && [ -s copy/checkpoint.safetensors ]
}
check 'without the newest a run goes on from the one before' only_previous

# spoiled WHAT COMMAND...: done in the copy, it is refused
spoiled() {
  local what=$1
  shift
  copied
  (cd copy && "$@") || return
  ls -l copy >before
  refuse 1 "$what" --resume copy || return
  ls -l copy | diff before -
}
cut_short() { truncate -s "$1" checkpoint.safetensors; }
check 'refused: an empty checkpoint' spoiled 'begins with 8' cut_short 0
check 'refused: one cut in its header' spoiled 'cut short' cut_short 100
check 'and the one before it is named' spoiled '--resume copy/checkpoint.previous.safetensors' cut_short 100
alone() { rm checkpoint.previous.safetensors && truncate -s 100 checkpoint.safetensors; }
nothing_else() { spoiled 'cut short' alone && ! grep -q previous "$err"; }
check 'unless there is none' nothing_else
check 'refused: one cut in its values' spoiled 'cut short' cut_short -100
check 'refused: a model for a checkpoint' spoiled 'no checkpoint of a run' \
  cp model.safetensors checkpoint.safetensors
check 'refused: config.json of another run' \
  spoiled "a run with model 'logreg', and config.json beside it says 'mlp'" \
  sed -i 's/"model": "logreg"/"model": "mlp"/' config.json
check 'refused: a config.json that is no JSON' spoiled 'config.json' sed -i '1d' config.json
check 'refused: another form of file' spoiled 'form' \
  sed -i 's/"grapevine_checkpoint":"3"/"grapevine_checkpoint":"9"/' checkpoint.safetensors
check 'refused: damaged counters' spoiled 'damaged' sed -i 's/\\"whole\\"/\\"While\\"/' checkpoint.safetensors
# poke BYTES BACK: so many bytes before the end of the file; its last values are the nodes' states, before them x,
# before that the clock, before that loss, weight and rounds of each node
poke() {
  printf '%b' "$1" | dd of=checkpoint.safetensors bs=1 seek=$(($(stat -c %s checkpoint.safetensors) - $2)) \
    conv=notrunc status=none
}
vectors=$((8 * 650 * 4))
check 'refused: weights that are no numbers' spoiled 'no number' poke '\xff\xff\xff\xff' $((vectors + 4))
check 'and the one before it is named' \
  spoiled '--resume copy/checkpoint.previous.safetensors' poke '\xff\xff\xff\xff' $((vectors + 4))
check 'refused: a state that is no number' spoiled 'no number' poke '\xff\xff\xff\xff' 4
infinite_weight() {
  local begin
  begin=$(python3 -c 'import struct, sys; print(8 + struct.unpack("<Q", sys.stdin.buffer.read(8))[0])' \
    <checkpoint.safetensors)
  poke '\0\0\0\0\0\0\xf0\x7f' $(($(stat -c %s checkpoint.safetensors) - begin - 8))
}
with_python 'refused: a mass without end' spoiled 'no number' infinite_weight
check 'refused: an option that is no text' spoiled "its option 'seed' is no text" \
  sed -i 's/\\"seed\\":\\"1\\"/\\"seed\\":11111/' checkpoint.safetensors
check 'refused: an option that is not there' spoiled "no option 'seed', which config.json beside it has" \
  sed -i 's/\\"seed\\"/\\"Seed\\"/' checkpoint.safetensors
foreign_metrics() { echo mine >metrics.csv; }
check 'refused: a metrics.csv that is no run'"'"'s' spoiled 'first line' foreign_metrics
shorten() { head -n -3 metrics.csv >short && mv short metrics.csv; }
check 'refused: one that is shorter than the checkpoint' spoiled 'after the row of round' shorten
check 'refused: one without a row' spoiled 'it has no row' sed -i '2,$d' metrics.csv
check 'refused: without a metrics.csv' spoiled 'copy/metrics.csv: it is missing' rm metrics.csv
anew() { rm checkpoint* && foreign_metrics; }
not_overwritten() { spoiled 'first line' anew && [ "$(<copy/metrics.csv)" = mine ]; }
check 'refused: such a one before the first checkpoint' not_overwritten
elsewhere() {
  mkdir -p else && cp kept/checkpoint.safetensors else/
  refuse 1 'else/metrics.csv: it is missing' --resume else/checkpoint.safetensors &&
    [ "$(ls else)" = checkpoint.safetensors ]
}
check 'refused: a copy of a checkpoint in another folder' elsewhere
torn() {  # killed while the first line was written
  copied && rm copy/checkpoint* && truncate -s 50 copy/metrics.csv
  briefly copy --resume copy || return
  grep -q 'begins anew' "$err" && [ "$(head -n 1 copy/metrics.csv)" = "$(head -n 1 kept/metrics.csv)" ]
}
check 'a metrics.csv cut in its first line begins anew' torn

copied
watched=(copy)
refused 2 'nodes 9: the run in copy/checkpoint.safetensors has 8; it goes on as' --resume copy --nodes 9
refused 2 'leave --out out' --resume copy --out other
same_number() { copied && briefly copy --resume copy --nodes 8e0 --batch 32; }
check 'what is given again may be written in another way' same_number
refused 1 'no such folder' --resume nowhere
refused 2 'name is empty' --resume ''
mkdir empty
refused 1 'no run was begun there' --resume empty
finished() { run --model logreg --epochs 1 --out done && refuse 2 'is finished' --resume done; }
check 'a finished run is not begun again' finished
same_options() {
  briefly copy --resume copy --nodes 8 --model logreg || return
  grep -q 'goes on' "$err"
}
check 'options that say the same may be given' same_options

# One value of as many samples is another.
other_data() {
  for s in {1..200}; do echo "$((s % 7)).5,$((s % 3)),$((s % 2))"; done >d.csv
  briefly changed --model logreg --data d.csv --rounds 4e9 --out changed && briefly changed --resume changed ||
    return
  grep -q 'resume changed' "$err" || { cat "$err"; return 1; }
  sed -i '77s/.5/.25/' d.csv
  refuse 1 'data d.csv: as many samples as when the run was saved, and others' --resume changed
}
check 'refused: other data of the same size' other_data
mkdir -p beside
from_another_folder() {
  (cd beside && refuse 2 'named from the folder in which the run was begun' --resume ../changed) &&
    grep -q "data d.csv.*unknown data set 'd.csv'" "$err"
}
check 'data named from another folder are said to be' from_another_folder

other_edges() {
  printf '%s\n' '0 1' '1 2' '2 3' '3 4' '4 5' '5 6' '6 7' '7 0' >ed.txt
  briefly edges --model logreg --topology file:path=ed.txt --rounds 4e9 --out edges &&
    briefly edges --resume edges || return
  grep -q 'resume edges' "$err" || { cat "$err"; return 1; }
  sed -i 's/^7 0$/7 1/' ed.txt
  refuse 1 'topology file:path=ed.txt: other edges than when the run was saved' --resume edges
}
check 'refused: another edge list' other_edges
before_edges() {  # a checkpoint of a version that did not say which they were
  sed -i 's/\\"graph_crc32\\"/\\"Graph_crc32\\"/' edges/checkpoint.safetensors && briefly edges --resume edges
}
check 'a checkpoint that says nothing of the edges goes on' before_edges
edges_from_another_folder() {
  (cd beside && refuse 1 'named from the folder in which the run was begun' --resume ../edges) &&
    grep -q 'topology file:path=ed.txt.*No such file' "$err"
}
check 'edges named from another folder are said to be' edges_from_another_folder
any_bytes() {  # a path that is not UTF-8 is another in the file, so it is named again
  local path=$'d\xff.csv'
  for s in {1..200}; do echo "$((s % 7)).5,$((s % 3)),$((s % 2))"; done >"$path"
  briefly bytes --model logreg --data "./$path" --rounds 4e9 --out bytes &&
    briefly bytes --resume bytes --data "./$path" && briefly bytes --resume bytes --data "./$path" &&
    grep -q 'resume bytes' "$err"
}
check 'data whose path is not UTF-8 can be named again' any_bytes

# A node's threads share a batch, and decide on its last bits: as many go on, whatever the processors.
team() {
  local words=(--model logreg --nodes 2 --topology full --threads-per-node auto --workers 1)
  words+=(--rounds ${thousands}000)
  [ "$(nproc)" -ge 4 ] || words+=(--nodes 1)
  run "${words[@]}" --out whole || return
  begin pinned "${words[@]}" --checkpoint-every 0.5 --out pinned && await test -e pinned/checkpoint.safetensors &&
    ends_by 130 INT || return
  timeout $patience taskset -c "$first" "$grapevine" train --quiet --resume pinned || return
  cmp whole/model.safetensors pinned/model.safetensors
}
first=$(taskset -cp $$ 2>/dev/null | sed 's/.*: //; s/[-,].*//')
if [ -n "$first" ] && [ "$(nproc)" -gt 1 ]; then
  check 'a run whose nodes have teams goes on on one processor with the same bits' team
else
  skip 'teams on one processor' 'it takes taskset and two processors'
fi

# What is not said again is as it was: where plugins lie, how often checkpoints are written, events.
as_begun() {
  local words=(--model services --plugin-dir "$GV_BUILD/tests/plugins/.libs" --checkpoint-every never)
  briefly begun "${words[@]}" --tensorboard ev --rounds 4e9 --out begun &&
    briefly begun --resume begun --checkpoint-every 1 && briefly begun --resume begun || return
  grep -q 'train --resume begun' "$err" && [ "$(ls ev/begun | grep -c ^events)" = 3 ] &&
    grep -q '\\"checkpoint-every\\":\\"1\\"' begun/checkpoint.safetensors
}
check 'options that are not given again are those of the run' as_begun

asynchronous() {
  local before
  briefly async --pace async --rounds 4e9 --out async && [ -s async/checkpoint.safetensors ] || return
  before=$(awk -F'[:,]' '/"rounds":/ { print $2 + 0 }' async/summary.json)
  begin async --resume async && await at_least $(($(wc -l <async/metrics.csv) + 2)) 'wc -l <async/metrics.csv' &&
    ends_by 130 INT && [ "$(awk -F'[:,]' '/"rounds":/ { print $2 + 0 }' async/summary.json)" -gt "$before" ]
}
check 'an asynchronous run goes on' asynchronous

# A node's step may be under way when a checkpoint is written, and the run dies.
slow_node() {
  begin slow --model logreg --algorithm adpsgd --topology ring --straggler 3:20 --rounds 4e9 --checkpoint-every 1 \
    --out slow && await test -e slow/checkpoint.previous.safetensors || return
  { ends_by 137 KILL || return; } 2>/dev/null
  briefly slow --resume slow && grep -q 'train --resume slow' "$err"
}
check 'an asynchronous run with a slow node goes on after kill -9' slow_node

never() {
  briefly never --rounds 4e9 --checkpoint-every never --out never &&
    [ ! -e never/checkpoint.safetensors ] && grep -q 'mean model of that round' "$err"
}
check 'without checkpoints there is none' never
finish
