#!/bin/bash
# The benchmarks' own judgement, on made-up figures, and the comparison with PyTorch in its quick mode. TAP.
# shellcheck source=tests/tap.sh
. "$GV_SOURCE/tests/tap.sh"
cd "$folder" || exit 1
unset GRAPEVINE_PLUGIN_PATH GRAPEVINE_DATA_PATH PEERS_PYTHON
export GV_BUILD
out=$folder/out err=$folder/err

# ---- instructions ----

instructions() { bash "$GV_SOURCE/bench/instructions.sh" --stored stored "$@"; }
key=$(instructions --key)

# judged STATUS SAID COUNT...: these lines "MODEL COUNT" against figures of a million end so, and say so
judged() {
  local status=$1 said=$2 found=0
  printf '# made up\n%s logreg 1000000\n%s mlp 1000000\nother-1,flags mlp 10\n' "$key" "$key" >stored
  shift 2
  printf '%s\n' "$@" >counted
  instructions --counted counted >"$out" 2>&1 || found=$?
  cat "$out"
  [ $found = "$status" ] && grep -q -e "$said" "$out"
}
check 'the key names compiler, processor and flags' grep -qE '^(gcc|clang)-[0-9]+,[^, ]+,[^, ]+(,[^ ]*)?$' <<<"$key"
check '4 % more instructions pass' judged 0 '+4.00 %  ok' 'logreg 1040000' 'mlp 1000000'
check '6 % more are a failure' judged 1 '+6.00 %  MORE THAN 5 % ABOVE' 'logreg 1000000' 'mlp 1060000'
check 'it says which' judged 1 '^logreg .*MORE THAN' 'logreg 1060000' 'mlp 1000000'
check '6 % fewer pass, with advice' judged 0 'better: store it' 'logreg 940000'
check 'a model without a figure is said' judged 0 'no stored figure' 'cnn 5'
check 'nothing counted is a failure' judged 1 'MODEL INSTRUCTIONS'
check 'a count that is no number is a failure' judged 1 'MODEL INSTRUCTIONS' 'logreg 1000000' 'mlp many'

another() {
  echo 'other-1,flags mlp 10' >stored
  echo 'mlp 99' >counted
  instructions --counted counted >"$out" && cat "$out" && grep -q 'skipped: .*other-1,flags' "$out"
}
check 'figures for another compiler are not compared' another
update() {
  printf '# first\nother-1,flags mlp 10\n%s mlp 20\n%s cnn 30\n' "$key" "$key" >stored
  echo 'mlp 21' >counted
  instructions --counted counted --update && cat stored &&
    cmp stored <(printf '# first\nother-1,flags mlp 10\n%s cnn 30\n%s mlp 21\n' "$key" "$key")
}
check '--update replaces its own lines alone' update
refused() { local found=0; instructions --nonsense || found=$?; [ $found = 2 ]; }
check 'an unknown option is refused' refused

# A profile as callgrind writes it: names once, costs of calls apart, relative positions.
parsed() {
  cat >profile <<'END'
# callgrind format
version: 1
events: Ir
ob=(1) /lib/libopenblas.so.0
fn=(1) gemm
0 1000
ob=(2) /src/build/grapevine
fl=(2) a.c
fn=(2) round
10 7
+2 5
cob=(3) /src/build/models/.libs/mlp.so
cfn=(3) gradient
calls=2 0
* 5000
-1 3
ob=(3)
fn=(3)
0x10 100
cob=(1)
cfn=(1)
calls=1 0
+3 1000
* 20
ob=(4) /src/models/libc.so.6
fn=(4) memset
0 999
totals: 2134
END
  [ "$(awk -f "$GV_SOURCE/bench/callgrind.awk" profile)" = 135 ]
}
check 'our own objects are counted, each cost once' parsed

# ---- beside PyTorch ----

peers() { timeout -k 10 600 bash "$GV_SOURCE/bench/peers/run.sh" "$@"; }

without_torch() {
  printf '#!/bin/sh\nexec false\n' >python
  chmod +x python
  PEERS_PYTHON=$folder/python peers --quick >"$out" 2>"$err" || return
  cat "$err"
  [ ! -s "$out" ] && [ "$(wc -l <"$err")" = 1 ] && grep -q 'skipped: PyTorch is not here' "$err"
}
check 'without PyTorch: one line, and no failure' without_torch

torch=
for candidate in /usr/bin/python3 python3; do
  command -v $candidate >/dev/null && $candidate -c 'import torch' 2>/dev/null && torch=$candidate && break
done

without_data() {
  peers --quick --data-not-an-option >"$out" 2>"$err" && return 1
  peers --data "$folder/nowhere/" >"$out" 2>"$err" || return
  cat "$err"
  [ ! -s "$out" ] && [ "$(wc -l <"$err")" = 1 ] && grep -q 'skipped: .*no such file' "$err"
}
table() {
  peers --quick --models logreg >"$out" 2>"$err" || { cat "$err"; return 1; }
  cat "$out"
  [ "$(head -n 1 "$out")" = 'peer model form processes threads batch samples_per_second' ] &&
    awk '/^$/ { exit } NR > 1 && (NF != 7 || $7 + 0 <= 0) { bad = 1; print } NR > 1 { seen[$1 " " $4 " " $5]++ }
      END { exit bad || !(seen["grapevine 1 1"] == 1 && seen["grapevine 1 2"] == 1 && seen["pytorch 1 1"] > 3 &&
        seen["pytorch 2 1"] > 1) }' "$out" &&
    [ "$(grep -c '^logreg  *\(one worker\|two nodes\) .*[0-9]' "$out")" = 2 ]
}
json() {
  peers --quick --models cnn --json >"$out" 2>"$err" || { cat "$err"; return 1; }
  cat "$out"
  "$torch" - "$out" <<'END'
import json, sys
found = json.load(open(sys.argv[1]))
keys = {"peer", "model", "form", "processes", "threads", "batch", "samples_per_second"}
assert all(set(row) == keys and row["samples_per_second"] > 0 and row["batch"] == 32 for row in found["rows"])
models = {row["model"] for row in found["rows"]}
assert len(found["comparisons"]) == 2 * len(models), found["comparisons"]
assert models == {"cnn"} or len(found["skipped"]) == 2 and "cnn" in found["skipped"][0], found["skipped"]
for one in found["comparisons"]:
    best = [row for row in found["rows"] if row["form"] == one["best"] and row["model"] == one["model"]]
    assert any(row["samples_per_second"] == one["theirs"] for row in best), one
    assert one["lowest"] <= one["ratio"] <= one["highest"], one
END
}
for one in without_data table json; do
  if [ -z "$torch" ]; then
    skip "beside PyTorch: $one" 'PyTorch is not here: Debian package python3-torch'
  elif $sanitized; then
    skip "beside PyTorch: $one" 'speed of a sanitized build says nothing'
  else
    check "beside PyTorch: $one" $one
  fi
done
finish
