#!/bin/bash
# What a run measures when asked: targets that end it, nodes.csv, TensorBoard's event files, read by others. TAP.
# shellcheck source=tests/cli.sh
. "$GV_SOURCE/tests/cli.sh"
subcommand=(train --quiet --model logreg)

# column FILE NAME: of a CSV file, found by its name
column() {
  awk -F, -v name="$2" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) c = i; next } { print $c }' "$1"
}
# value FOLDER KEY: of summary.json
value() { sed -n -E "s/^ *\"$2\": ([^,]*),?$/\1/p" "$1/summary.json"; }

# ends PACE: at the first evaluation that is good enough, and as a whole run
ends() {
  run --pace "$1" --epochs 30 --target-accuracy 0.85 --out "ends-$1" || return
  cat "ends-$1/metrics.csv" "ends-$1/summary.json"
  column "ends-$1/metrics.csv" test_accuracy |
    awk '{ last = $1 >= 0.85; there += last } END { exit !(last && there == 1) }' &&
    [ "$(value "ends-$1" rounds_to_target)" = "$(column "ends-$1/metrics.csv" round | tail -n 1)" ] &&
    [ "$(value "ends-$1" rounds)" = "$(value "ends-$1" rounds_to_target)" ] &&
    [ "$(value "ends-$1" seconds_to_target)" = "$(value "ends-$1" seconds)" ] &&
    [ "$(value "ends-$1" epochs_to_target)" = "$(value "ends-$1" epochs)" ] &&
    [ "$(value "ends-$1" rounds)" -lt "$(value "ends-$1" rounds_planned)" ] &&
    [ "$(value "ends-$1" interrupted)" = false ] && [ -s "ends-$1/model.safetensors" ]
}
check 'an accuracy ends a run: in step' ends sync
check 'an accuracy ends a run: asynchronous' ends async

nulls() {
  local key
  for key in target_accuracy target_loss rounds_to_target epochs_to_target seconds_to_target; do
    [ "$(value "$1" $key)" = "${2:-null}" ] || { [ $key = target_accuracy ] && [ -n "${3-}" ]; } ||
      { cat "$1/summary.json"; return 1; }
  done
}
never() {
  run --epochs 2 --target-accuracy 1 --out never && nulls never null 1 &&
    [ "$(value never target_accuracy)" = 1.0 ] &&
    run --epochs 1 --out plain && nulls plain
}
check 'one that is not reached ends nothing' never

table() {
  local subcommand=(train)
  run --model logreg "${@:2}" >"$out" 2>"$err" || { cat "$err"; return 1; }
  cat "$out"
  grep -qE "$1" "$out"
}
check 'the table says when' table '^  accuracy 0.8 reached +after [0-9]+ rounds, ' --target-accuracy 0.8
check 'the table says that not' table '^  accuracy 1 not reached +in 6 rounds, ' --target-accuracy 1 --rounds 6
quadratic=(--data quadratic:zeta2=4,condition=20 --model linreg --optimizer sgd --batch full)
check 'an objective ends a run without a test set' table '^  objective [0-9.]+ reached +after' "${quadratic[@]}" \
  --metrics all --rounds 300 --eval-every 10 --target-loss 17
check 'a test loss ends a run' table '^  test loss 0.7 reached +after' --target-loss 0.7

refused 2 'no classes' "${quadratic[@]}" --target-accuracy 0.9
refused 2 'no test set' --test-share 0 --data blobs --target-loss 1
refused 2 'leave one out' --target-accuracy 0.9 --target-loss 1
refused 2 'from 0 to 1' --target-accuracy 1.5

# Rows and sums of nodes.csv beside metrics.csv.
nodes() {
  run --nodes 40 --topology ring --workers 2 --epochs 2 --nodes-csv --out nodes || return
  head -n 45 nodes/nodes.csv
  [ "$(head -n 1 nodes/nodes.csv)" = round,node,rounds,train_loss,test_loss,test_accuracy,distance ] &&
    [ "$(wc -l <nodes/nodes.csv)" = $((1 + 40 * $(column nodes/metrics.csv round | wc -l))) ] || return
  paste -d ' ' <(column nodes/metrics.csv round) <(column nodes/metrics.csv consensus_distance) \
    <(column nodes/metrics.csv node_accuracy_mean) <(column nodes/metrics.csv train_loss) >wanted
  awk -F, 'NR == FNR { split($0, w, " "); d[w[1]] = w[2]; a[w[1]] = w[3]; l[w[1]] = w[4]; next } FNR == 1 { next }
    { D[$1] += $7 * $7; L[$1] += $4; if ($6 != "") { A[$1] += $6; N[$1]++ } if ($3 != $1) bad = 1 }
    function off(x, y) { return (x - y) * (x - y) > 1e-10 * y * y + 1e-12 }
    END { for (r in d) { seen++
        if (N[r] != 32 || off(sqrt(D[r] / 40), d[r]) || off(A[r] / N[r], a[r])) bad = 1
        if (r > 0 && off(L[r] / 40, l[r])) bad = 1 }
      exit bad || seen < 2 }' wanted nodes/nodes.csv
}
check 'nodes.csv: its rows sum to those of metrics.csv' nodes
same_bits() {
  run --nodes 40 --topology ring --epochs 2 --out without && [ ! -e without/nodes.csv ] &&
    cmp without/model.safetensors nodes/model.safetensors
}
check 'and change no bit of the model' same_bits
held() { mkdir held && touch held/nodes.csv; }
check 'a folder with nodes.csv' held
refused 2 'already holds a run (nodes.csv)' --out held

# Seconds of the cluster over samples of the largest node, which the others wait for: about the same, whichever node
# it is. Node 0 has 5, 36 and 617 of them.
largest() {
  local seed s rounds=100
  $sanitized && rounds=30  # they are slow there, and far longer than what else takes time
  for seed in 5 1 3; do
    run --model mlp --seed $seed --workers 1 --nodes 8 --split quantity:beta=0.3 --batch full --topology full \
      --network alpha=0,bandwidth=1e15 --rounds $rounds --eval-every $rounds --out unlike$seed || return
    s=$(sed -n -E 's/^ *"size_max": ([0-9]+),?$/\1/p' unlike$seed/split.json | head -n 1)
    echo "$seed $(value unlike$seed simulated_seconds) $s"
  done | tee "$out"
  awk '{ x = $2 / $3; if (NR == 1 || x < low) low = x; if (x > high) high = x }
    END { exit !(NR == 3 && low > 0 && high < 4 * low) }' "$out"
}
check 'the cluster waits for the largest batch' largest

mkdir board
touch file
events() {
  run --epochs 2 --metrics all --tensorboard board --out deep/first &&
    run --epochs 1 --tensorboard board --out second &&
    ls -R board && [ "$(ls board)" = $'first\nsecond' ] &&
    [ "$(ls -d board/*/events.out.tfevents.*.0 | wc -l)" = 2 ]
}
# Two runs whose folders have the same name; the second is killed behind its first checkpoint, and goes on.
twins() {
  local lines epochs=5000
  $sanitized && epochs=1500
  run --epochs 1 --tensorboard twins --out a/run || return
  "$grapevine" "${subcommand[@]}" --epochs $epochs --eval-every 50 --checkpoint-every 500 --tensorboard twins \
    --out b/run &
  until [ -e b/run/checkpoint.safetensors ]; do kill -0 $! 2>"$err" || return; sleep 0.005; done
  lines=$(wc -l <b/run/metrics.csv)
  until [ "$(wc -l <b/run/metrics.csv)" -gt $((lines + 1)) ]; do kill -0 $! 2>"$err" || return; sleep 0.001; done
  kill -KILL $! && { wait $!; } 2>"$err"
  run --resume b/run --tensorboard twins || return
  ls -R twins
  [ "$(ls twins)" = $'run\nrun-2' ] && [ "$(cat twins/run-2/run_folder.txt)" = "$(pwd -P)/b/run" ] &&
    [ "$(ls twins/run/events.* | wc -l)" = 1 ] && [ "$(ls twins/run-2/events.* | wc -l)" = 2 ]
}
check 'runs of one name have a folder each, and go on in it' twins
check 'event files, a folder a run' events
what='protoc and crc32c read the same figures'
if ! command -v protoc >/dev/null; then
  skip "$what" 'protoc is not here: Debian package protobuf-compiler'
elif ! /usr/bin/python3 -c 'import crc32c' 2>/dev/null; then
  skip "$what" 'a second crc32c is not here: Debian package python3-crc32c'
else
  check "$what: a run that was killed" /usr/bin/python3 "$GV_SOURCE/tests/events.py" \
    "$GV_SOURCE/tests/event.proto" b/run/metrics.csv twins/run-2/events.*
  for name in deep/first second; do
    check "$what: $name" /usr/bin/python3 "$GV_SOURCE/tests/events.py" "$GV_SOURCE/tests/event.proto" \
      $name/metrics.csv board/"${name#*/}"/events.*
  done
fi
refused 1 'tensorboard file: the folder file/x cannot be made' --tensorboard file --out x
# Options of a run whose loss is not finite before its second evaluation: no folder, and no events.
diverging=(--model logreg:l2=1e6 --learning-rate 1e6 --optimizer sgd --eval-every 1000 --rounds 1000)
refused 1 'round' "${diverging[@]}" --nodes-csv --tensorboard new/board --out y
finish
