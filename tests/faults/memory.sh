# Memory that is refused, at one place after the other, once or from there on. To be sourced by tests/faults.sh.
refusing=$GV_BUILD/tests/faults/.libs/memory.so
mkdir memory memory/temporary && cd memory || exit 1
printf '[base]\nrounds = 3\nnodes = 4\nmodel = logreg\n[vary]\ntopology = ring | full\n' >study.ini
printf '5\n0 1\n1 2\n2 3\n3 4\n4 0\n' >edges.txt
printf 'x,y,label\n1,2,0\n2,3,1\n3,5,0\n4,4,1\n5,6,0\n6,7,1\n' >table.csv
run train --quiet --nodes 4 --workers 2 --rounds 3 --model logreg --out kept >/dev/null 2>&1
# which fails in its fourth round, a checkpoint after each
run train --quiet --nodes 4 --workers 2 --rounds 5 --checkpoint-every 0.1 --eval-every 0.1 --out paused \
  --model "$GV_BUILD/tests/plugins/.libs/faulty.so:in=gradient,at=13,how=say" >/dev/null 2>&1

# the variables are for the program alone, not for what starts it
refused_once() {
  timeout -k 5 60 env TMPDIR="$PWD/temporary" GV_FAULT_AT="$1" GV_FAULT_ON="$on" LD_PRELOAD="$refusing" \
    "$grapevine" "${@:2}"
}

begins=  # a folder that the command goes on with, as r
before_each() {
  rm -rf $(outputs)
  [ -z "$begins" ] || cp -r "$begins" r
}
outputs() { ls -d r st page.html rows.csv predictions.csv 2>/dev/null; }
# What the command made is what it made with memory, but where it says what it had none for.
as_before() {
  local file
  ! grep -qE 'warning: .*(no memory|Cannot allocate)' "$err" || return 0
  for file in $(cd good && find . -name '*.html' -o -name '*.safetensors' -o -name '[rp]*.csv')
  do
    grep -qsE 'not drawn|No picture' "$file" || cmp "good/$file" "$file" || return
  done
  $timed || grep -q 'unusable: .*no memory' "$out" || cmp "good/${out##*/}" "$out"
}

# refuses ARGUMENT...: at every place, or at some of them from the start to the end, the command ends with one
# line, or does without
refuses() {
  local count step at code on tried=0
  rm -f count
  before_each
  on=no GV_FAULT_COUNT=count refused_once 0 "$@" >"$out" 2>"$err" ||
    { cat "$err"; echo 'fails by itself'; return 1; }
  count=$(cat count)
  [ "$count" -gt 0 ] || { echo 'nothing is counted'; return 1; }
  rm -rf good && mkdir good && cp -r "$out" $(outputs) good
  for on in no yes; do
    step=$((count / 3 + 1))
    ! $full || step=$((count / 20 + 1))
    ! $every || step=1
    for ((at = 1 + (${#1} + tried) % step; at <= count; at += step)); do
      code=0
      before_each
      refused_once $at "$@" >"$out" 2>"$err" || code=$?
      tried=$((tried + 1))
      [ -z "$(ls temporary)" ] || { echo "place $at of $count, on=$on: left over: $(find temporary)"; return 1; }
      if [ $code = 0 ]; then
        as_before || { echo "place $at of $count, on=$on: it says that all is well"; return 1; }
        continue
      fi
      if [ $code != 1 ] || [ "$(grep -c '^grapevine: error: ' "$err")" != 1 ] ||
          grep -qvE '^grapevine: |^[0-9]+ of [0-9]+: |^stopping; ' "$err"; then
        echo "place $at of $count, on=$on: exit status $code"
        head -n 5 "$err"
        return 1
      fi
      if [ -n "$begins" ]; then
        { run "$@" && cmp good/r/model.safetensors r/model.safetensors; } >"$out" 2>&1 ||
          { echo "place $at of $count, on=$on: does not go on"; cat "$out"; return 1; }
      fi
      [ -z "$(outputs)" ] || whole . || { echo "place $at of $count, on=$on"; return 1; }
    done
  done
  echo $tried >tried
}
refuses_all() {
  rm -f tried
  check "no memory: ${*:1:3}" refuses "$@"
  faults=$((faults + $(cat tried 2>/dev/null || echo 0)))
}

nothing_counted() {
  rm -f count
  GV_FAULT_COUNT=count on=no refused_once 0 help >/dev/null 2>&1
  [ "$(cat count 2>/dev/null || echo 0)" = 0 ]
}
if $sanitized; then
  skip 'no memory' 'a sanitizer has its own allocator'
elif nothing_counted; then
  skip 'no memory' 'this build does not let a library stand in for malloc'
else
  timed=true  # what they print has times in it
  refuses_all train --quiet --nodes 4 --workers 2 --rounds 3 --model logreg --out r
  refuses_all train --quiet --nodes 3 --workers 2 --rounds 2 --model logreg --out r --data table.csv \
    --algorithm choco --topology ring --checkpoint-every 1
  begins=paused
  refuses_all train --quiet --resume r
  begins=
  refuses_all eval --model-file kept/model.safetensors --predictions predictions.csv
  refuses_all consensus --rounds 5 --csv rows.csv
  refuses_all study study.ini --dry-run
  refuses_all study study.ini --out st
  refuses_all topology ring --nodes 16
  timed=false
  refuses_all topology list
  refuses_all data list
  refuses_all data show table.csv
  refuses_all plot kept --json
  refuses_all model list
  refuses_all report kept --out page.html
  refuses_all cost
  refuses_all help
  refuses_all help ring
  own_crash() {
    local code=0
    (ulimit -c 0; GV_FAULT_AT=20 GV_FAULT_HOW=segv LD_PRELOAD=$refusing "$grapevine" cost) >"$out" 2>"$err" ||
      code=$?
    cat "$err"
    [ $code = 139 ] && one_line "$err" && grep -qF "segmentation fault; no model was at work there" "$err"
  }
  check "a crash of the program's own is called so" own_crash
fi
cd ..
