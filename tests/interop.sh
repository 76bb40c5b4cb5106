#!/bin/bash
# Models between Grapevine and PyTorch: saved ones give the same scores there, and PyTorch's start a run here. Each
# is skipped without PyTorch, Debian package python3-torch. TAP.
# shellcheck source=tests/tap.sh
. "$GV_SOURCE/tests/tap.sh"
cd "$folder" || exit 1
unset GRAPEVINE_PLUGIN_PATH GRAPEVINE_DATA_PATH
digits=$GV_SOURCE/datasets/digits
export PYTHONPATH=$GV_SOURCE/examples/pytorch PYTHONDONTWRITEBYTECODE=1 PYTHONWARNINGS=ignore

python=
for candidate in python3 /usr/bin/python3; do
  command -v $candidate >/dev/null && $candidate -c 'import torch' 2>/dev/null && python=$candidate && break
done

run() { timeout -k 10 300 "$GV_BUILD/grapevine" "$@"; }
interop() { timeout -k 10 300 "$python" "$GV_SOURCE/tests/torch/interop.py" "$@"; }

# with WHAT MODEL COMMAND...: a check, where PyTorch and the model are
with() {
  local what=$1 model=$2
  shift 2
  if [ -z "$python" ]; then
    skip "$what" 'PyTorch is not here: Debian package python3-torch'
  elif [ ! -e "$GV_BUILD/models/.libs/$model.so" ]; then
    skip "$what" "the model $model is not built here"
  else
    check "$what" "$@"
  fi
}

reference() { "$python" "$GV_SOURCE/tests/torch/reference.py" --check "$GV_SOURCE/tests/torch/reference.json"; }
with 'the stored reference is what this PyTorch computes' logreg reference

same_scores() {
  local out=${1//[^a-z0-9]/_}
  run train --quiet --model "$1" --epochs 4 --learning-rate 0.05 --out "$out" &&
    run eval --model-file "$out/model.safetensors" --predictions "$out.csv" --json >"$out.json" &&
    interop scores "$out/model.safetensors" "$out.csv" "$digits"
}
for spec in logreg linreg:l2=0.01 mlp mlp:hidden=20,activation=tanh mlp:hidden=30-20-10,activation=gelu \
  cnn:channels=4-6,kernel=3 cnn:channels=5,kernel=5,hidden=16; do
  with "the same scores from PyTorch: $spec" "${spec%%:*}" same_scores $spec
done

# starts MODEL OPTIONS SHAPES: a run from PyTorch's weights begins at PyTorch's loss; eval finds it too
starts() {
  local loss as=$1${2:+-set}
  loss=$(interop start "$as.safetensors" "$1" "$2" "$3" "$digits") &&
    run train --quiet --model "$1${2:+:}$2" --init "$as.safetensors" --rounds 1 --out "start-$as" &&
    run eval --model-file "$as.safetensors" --json >"$as.json" || return
  echo "PyTorch: $loss"
  cat "start-$as/metrics.csv" "$as.json"
  awk -F, -v loss="$loss" 'NR == 2 { exit !(loss > 1 && ($5 - loss)^2 < 1e-11) }' "start-$as/metrics.csv" &&
    awk -F'[:,]' -v loss="$loss" '$1 ~ /"loss"/ { found = ($2 - loss)^2 < 1e-11 } END { exit !found }' "$as.json"
}
with 'a run starts from what PyTorch saved: logreg' logreg starts logreg '' '{"weight": [10, 64], "bias": [10]}'
with 'a run starts from what PyTorch saved: mlp' mlp starts mlp hidden=12-9,activation=tanh \
  '{"hidden1.weight": [12, 64], "hidden2.weight": [9, 12], "output.weight": [10, 9]}'
with 'a run starts from what PyTorch saved: cnn' cnn starts cnn channels=3,kernel=3,pool=2,hidden=none \
  '{"conv1.weight": [3, 1, 3, 3], "output.weight": [10, 48]}'
with 'a run starts from what PyTorch saved: cnn as it is by default' cnn starts cnn '' \
  '{"conv1.weight": [16, 1, 5, 5], "conv2.weight": [32, 16, 5, 5], "output.weight": [10, 128]}'

prints() {
  "$python" "$PYTHONPATH/grapevine_torch.py" mlp/model.safetensors >printed && cat printed &&
    grep -q 'model=mlp' printed && grep -qE '^hidden1.weight +\[128, 64\]$' printed
}
with 'the example prints what a file holds' mlp prints
finish
