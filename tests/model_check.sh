#!/bin/bash
# grapevine model check, as the author of a plugin meets it: its lines, its exit status, crashes and silence. TAP.
# shellcheck source=tests/tap.sh
. "$GV_SOURCE/tests/tap.sh"
cd "$folder" || exit 1
unset GRAPEVINE_PLUGIN_PATH
out=$folder/out err=$folder/err
plugins=$GV_BUILD/tests/plugins/.libs

run() { timeout -k 10 $patience "$GV_BUILD/grapevine" model check "$@" >"$out" 2>"$err"; }

# ends STATUS COMMAND...: that is its exit status
ends() {
  local want=$1 got
  shift
  "$@"
  got=$?
  cat "$out" "$err"
  [ $got = "$want" ] || { echo "exit status $got, not $want"; return 1; }
}

# keeps MODEL OPTION...: every line is ok or skipped, then a verdict
keeps() {
  ends 0 run "$@" || return
  [ ! -s "$err" ] && [ "$(grep -cE '^(ok|skipped)  ' "$out")" -ge 16 ] || return
  [ "$(sed '/^ok  /d; /^skipped  /d; /^$/d' "$out")" = "$(tail -n 1 "$out")" ] &&
    tail -n 1 "$out" | grep -qE 'keeps the rules of model.h: [0-9]+ checked, [0-9]+ skipped$'
}
check 'logreg keeps the rules' keeps logreg
check 'for other samples and options too' keeps logreg:l2=0.1 --shape 3x5x4 --classes 7 --batch 9
check 'for one sample of one feature' keeps logreg --shape 1 --classes 2 --batch 1
check 'a model without a flaw keeps them' keeps "$plugins/broken.so"
targets() { ends 0 run "$plugins/services.so:text=floats" && grep -q '1 float target,' "$out"; }
check 'one that refuses labels gets float targets' targets
once() {
  sort "$err" | uniq -d | cmp - /dev/null &&
    [ "$(grep -c 'warning: the model reads an option' "$err")" = 4 ]
}
check 'a warning that every instance gives is shown once' once

# finds FLAW TEXT OPTION...: exit status 1; the last line of a rule is the only broken one, and has the text
finds() {
  local flaw=$1 text=$2
  shift 2
  ends 1 run "$plugins/broken.so:flaw=$flaw" "$@" || return
  [ "$(grep -c '^broken  ' "$out")" = 1 ] && tail -n 1 "$out" | grep -q 'breaks a rule of model.h$' &&
    tail -n 3 "$out" | head -n 1 | grep '^broken  ' | grep -qF "$text"
}
check 'a wrong gradient' finds slope "the gradient of tensor 'weight' is not the slope of the loss: off by 4."
check 'a global variable' finds global "it writes to its global variable 'shared'"
check 'a write past g' finds outside-g 'gradient writes outside g'
check 'a crash is a line' finds crash 'nothing else: gradient, 1 sample crashed: Aborted'
check 'a crash on NaN' finds crash-on-nan 'not finite show, and do no harm: gradient, 32 samples crashed: '
check 'an exit is a line' finds exit 'gradient, 1 sample ended the process with exit status 3'
strange_files() {  # none of them the harness's
  (exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- && finds writes-files '1 sample wrote to a file descriptor that it had')
}
check 'writing to what others opened is a line' strange_files
check 'silence is a line' finds hang 'gradient, 1 sample did not return within 0.5 s' --patience 0.5

memory() {
  if $sanitized; then
    keeps "$plugins/broken.so:flaw=allocates" && grep -q '^skipped  gradient and evaluate allocate nothing' "$out"
  else
    finds allocates 'gradient allocates 5000 bytes in its own code'
  fi
}
check 'memory taken in gradient' memory

# One whose parent is killed must not stay behind.
orphan() {
  "$GV_BUILD/grapevine" model check "$plugins/broken.so:flaw=hang" >"$out" 2>"$err" &
  local parent=$! child=''
  await has_child && kill -9 $parent || return
  wait $parent 2>/dev/null
  echo "child '$child'"
  await is_gone "${child% }"
}
has_child() {
  child=$(cat "/proc/$parent/task/$parent/children" 2>/dev/null)
  [ -n "$child" ] && grep -q 'init is' "$out"
}
is_gone() { [ ! -e "/proc/$1/status" ] || grep -q '^State:.*Z' "/proc/$1/status"; }
if [ -e "/proc/$$/task/$$/children" ]; then
  check 'nothing stays behind' orphan
else
  skip 'nothing stays behind' 'no list of children in /proc'
fi

loads() {
  ends 1 run "$plugins/abi.so" && grep -q '^broken   *the plugin loads.*has plugin interface 77' "$out" || return
  ends 1 run "$plugins/option.so" && grep -q '^broken .*its option table: depth is' "$out" || return
  echo 'no plugin' >text.so
  ends 1 run ./text.so && grep -q '^broken .*cannot be loaded' "$out"
}
check 'a plugin that does not load breaks the first rule' loads

json() {
  ends 0 run logreg --json && grep -q '"conforms": true' "$out" || return
  [ "$(grep -c '"result": "ok"' "$out")" -ge 13 ] || return
  ends 1 run "$plugins/broken.so:flaw=crash" --json && grep -q '"conforms": false' "$out" &&
    [ "$(grep -c '"result": "broken"' "$out")" = 1 ] && [ "$(head -c 1 "$out")" = '{' ]
}
check '--json says the same' json

# refused STATUS TEXT OPTION...: one line on stderr, nothing on stdout
refused() {
  local status=$1 text=$2
  shift 2
  ends "$status" run "$@" && [ ! -s "$out" ] && [ "$(wc -l <"$err")" = 1 ] && grep -qF "$text" "$err"
}
check 'refused: no model' refused 2 'which model?'
check 'refused: an unknown one' refused 2 "unknown model 'logerg'; did you mean 'logreg'?" logerg
check 'refused: an option it has not' refused 2 "model logreg: unknown option 'l3'" logreg:l3=1
check 'refused: a shape that is none' refused 2 "check: shape is '3x3'" logreg --shape 3x3
check 'refused: a side of nothing' refused 2 "check: shape is '3x0x3'" logreg --shape 3x0x3
check 'refused: too many features' refused 2 "check: shape is '1000000x1000000x1'" logreg --shape 1000000x1000000x1
check 'refused: labels and targets' refused 2 'leave one out' logreg --classes 3 --outputs 3
check 'refused: an unknown option' refused 2 "did you mean '--classes'" logreg --clases 3
unwanted() {
  ends 1 run logreg --outputs 3 && grep -q 'error: model logreg: it learns classes.*; --shape, --cl' "$err" &&
    ! grep -q '^broken' "$out"
}
check 'samples that the model refuses break no rule' unwanted
help() {
  ends 0 run --help && grep -q '^Example' "$out" && ends 0 run logreg --help && grep -q -- --patience "$out"
}
check '--help has an example' help
finish
