#!/bin/bash
# `grapevine train --live` in a pseudo terminal: what it draws, that it gives the screen back however it ends, and
# what it says where there is no terminal. TAP.
# shellcheck source=tests/cli.sh
. "$GV_SOURCE/tests/cli.sh"
enter=$'\033[?1049h' leave=$'\033[?1049l'
export TERM=xterm LC_ALL=C.UTF-8
unset NO_COLOR
ulimit -c 0

run_live() { run train --live "$@"; }
refused 2 'leave one out' train --live --quiet

no_terminal='grapevine: warning: live: standard error is no terminal'
plain() {
  run_live --epochs 3 --out plain >"$out" 2>"$err" || { cat "$err"; return 1; }
  cat "$out" "$err"
  [ "$(head -n 1 "$err")" = "$no_terminal; progress is shown in lines" ] &&
    [ "$(grep -c '^epoch ' "$err")" = 3 ] && ! grep -q $'\033' "$out" "$err" &&
    grep -q 'accuracy of the mean model' "$out" && ! grep -q '"live"' plain/config.json
}
check 'no terminal: a line says so, and progress is shown as always' plain
json() {
  run_live --epochs 3 --json --out json >"$out" 2>"$err" && cmp "$out" json/summary.json &&
    [ "$(cat "$err")" = "$no_terminal; there is no progress to see" ]
}
check 'nor with --json' json

if ! has_terminals; then
  skip 'in a pseudo terminal' 'there is none: it takes script, of Debian package bsdutils, and /dev/pts'
  finish
  exit
fi

# started COLUMNS ROWS ARGUMENT...: `train --live` in a terminal of that size, in the background; what is written to
# descriptor 3 is typed there, all that comes out of it is in `screen`, and pid and code are files
started() {
  local columns=$1 rows=$2
  shift 2
  rm -f keys screen pid code
  mkfifo keys
  printf '%s\n' 'trap : INT' "stty cols $columns rows $rows" \
    "sh -c 'echo \$\$ >pid; exec \"\$0\" train --live $* >stdout' \"\$GRAPEVINE\"" 'echo $? >code' >inside
  GRAPEVINE=$grapevine timeout -k 10 $patience script -qfc 'sh ./inside' /dev/null <keys >screen 2>&1 &
  terminal=$!
  exec 3>keys
}
# ended STATUS: the run is over, with that exit status
ended() {
  wait "$terminal"
  exec 3>&-
  [ "$(cat code)" = "$1" ] || { echo "exit status $(cat code), not $1"; cat -v screen; return 1; }
}
times() { grep -aoF -e "$1" screen | wc -l; }
# shown TEXT [TIMES]: waits until that text came so many times
shown() {
  await was_shown "$@" || { cat -v screen; return 1; }
}
was_shown() { [ "$(times "$1")" -ge "${2:-1}" ]; }
# after TEXT: all that came behind the last time that this text did
after() {
  awk -v RS='\001' -v text="$1" '
    { while ((at = index($0, text)) > 0) $0 = substr($0, at + length(text)); print }' screen
}
# picture: the same, as text
picture() { after "$leave" | tr -d '\r' | sed $'s/\033\\[[0-9;]*m//g'; }
# restored [TIMES]: the screen was taken so many times, given back as often, and at last
restored() {
  [ "$(times "$enter")" = "${1:-1}" ] && [ "$(times "$leave")" = "${1:-1}" ] &&
    [ "$(times $'\033[?25l')" = "$(times $'\033[?25h')" ] &&
    ! after "$leave" | grep -qaF "$enter" && return
  cat -v screen
  return 1
}
endless=(--model logreg --rounds 4000000000 --eval-every 20)

whole() {
  started 100 30 --model logreg --topology ring --epochs 400 --out whole
  ended 0 && restored || return
  after "$leave" >end
  cat -v end
  grep -qa 'grapevine train.*  logreg on digits, 8 nodes, ring, dsgd  .*whole' screen &&
    grep -qa ' %  round' screen && grep -qa 'consensus distance.*(log)' end && grep -qa '⠉\|⣀\|⠒' end &&
    grep -qa 'epoch' end && grep -qa $'\033\\[36mtest accuracy 0.9' end && ! grep -qa '^epoch ' screen &&
    grep -q 'accuracy of the mean model' stdout && ! grep -q $'\033' stdout
}
check 'a run: curves while it trains, the last ones stay, the table follows' whole
same_bits() {
  run train --quiet --model logreg --topology ring --epochs 400 --out unseen
  cmp unseen/model.safetensors whole/model.safetensors
}
check 'and the same bits as without' same_bits

# Frames begin at the upper left corner, which is a \001 here; what is not ASCII is one character, '#'.
fits() {
  started "$1" "$2" --model logreg --epochs 200 --out "fits-$1-$2"
  ended 0 && restored && ! picture | grep -aE "^.{$1}" || return
  tr -d '\r' <screen | sed $'s/\033\\[H/\001/g; s/\033\\[[0-9;?]*[a-zA-Z]//g; s/[^ -~\001]/#/g' >frames
  awk -v columns="$1" -v rows="$2" 'BEGIN { RS = "\001" }
    NR > 2 && split(frame, line, "\n") > rows { print "too high: " frame; bad = 1 }
    { if (NR > 2) for (i in line) if (length(line[i]) >= columns) { print "too wide: " line[i]; bad = 1 }
      frame = $0 }
    END { exit bad || NR < 3 }' frames
}
for size in '80 24' '120 40' '40 12' '40 7' '9 3' '1 1'; do
  check "it fits into $size" fits $size
done

ascii() {
  LC_ALL=C NO_COLOR=1 started 80 24 --model logreg --epochs 200 --out ascii
  ended 0 && restored || return
  cat -v screen
  ! LC_ALL=C grep -qa '[^[:print:][:space:]'$'\033'']' screen && grep -qa '^ .*[|+] *\**\*\*' screen &&
    ! grep -qa $'\033\\[[0-9]*m' <(sed $'s/\033\\[0m\033\\[H//g' screen)
}
check 'ASCII where the locale is not UTF-8; no colours with NO_COLOR' ascii
losses() {
  started 80 24 --data quadratic --model linreg --metrics all --rounds 300 --eval-every 10 --out losses
  ended 0 && restored && picture | grep -qa '^train loss .*  objective ' &&
    picture | grep -qa '^ *0 .* round$' && ! grep -qa accuracy screen
}
check 'without classes: the losses, by rounds' losses
json_and_view() {
  started 80 24 --model logreg --epochs 20 --json --out both
  ended 0 && restored && cmp stdout both/summary.json
}
check '--json: the view on standard error, the summary alone on standard output' json_and_view
dumb() {
  TERM=dumb started 80 24 --model logreg --epochs 2 --out dumb
  ended 0 || return
  cat -v screen
  ! grep -qa $'\033' screen && [ "$(grep -ca '^epoch ' screen)" = 2 ] &&
    grep -qa '^grapevine: warning: live: TERM names no terminal .*; progress is shown in lines' screen
}
check 'a dumb terminal shows progress in lines' dumb
# not_redrawn COMMAND: what draws its progress in place does not on a dumb terminal
not_redrawn() {
  local term code
  for term in xterm dumb; do
    code=0
    mkdir -p "on-$term"
    TERM=$term GRAPEVINE=$grapevine timeout -k 10 $patience \
      script -qec "cd on-$term; \"\$GRAPEVINE\" $* >stdout" /dev/null </dev/null >"screen-$term" 2>&1 || code=$?
    cat -v "screen-$term"
    [ $code = 0 ] || return
  done
  grep -qaF $'\033[K' screen-xterm && ! grep -qa $'\033' screen-dumb
}
printf '%s\n' '[base]' 'model = logreg' 'rounds = 10' 'train-limit = 300' >lines.ini
for words in 'topology ring' 'bench start --quick' 'study ../lines.ini'; do
  check "and $words no line in place" not_redrawn "$words"
done
warned() {
  started 80 24 --model logreg --algorithm dsgd-awc --learning-rate 60 --schedule constant --topology ring \
    --weights lazy --split sorted --nodes 16 --epochs 1000 --out warned
  ended 0 && restored "$(times "$leave")" && [ "$(times 'warning: algorithm dsgd-awc')" -ge 2 ] &&
    tr -d '\r' <screen | grep -qaF "${leave}grapevine: warning: algorithm dsgd-awc"
}
check 'a warning stands in the view, and below it when the screen is given back' warned
# A log line begins a line of its own also where progress is redrawn in place, without --live.
beside_progress() {
  local words=(train --model logreg --algorithm dsgd-awc --learning-rate 60 --schedule constant --topology ring
    --weights lazy --split sorted --nodes 16 --epochs 100 --out beside)
  GRAPEVINE=$grapevine timeout -k 10 $patience script -qec "\"\$GRAPEVINE\" ${words[*]} >/dev/null" /dev/null \
    </dev/null >screen 2>&1 || { cat -v screen; return 1; }
  tr '\r' '\n' <screen | sed $'s/^\033\\[K//' >lines
  grep -a 'grapevine: ' lines
  grep -qa '^grapevine: warning: algorithm dsgd-awc' lines && ! grep -qa '.grapevine: ' lines
}
check 'a warning does not stand behind the line of progress' beside_progress
in_colour() {
  TERM=$1 GRAPEVINE=$grapevine timeout -k 10 $patience script -qec "\"\$GRAPEVINE\" train --nodes 0" /dev/null \
    </dev/null >screen 2>&1
  cat -v screen
  grep -qa 'nodes is' screen && [ "$(grep -ca $'\033\\[31m' screen)" = "$2" ]
}
check 'errors are in colour' in_colour xterm 1
check 'but on a dumb terminal' in_colour dumb 0
diverged() {
  started 90 24 --model logreg:l2=1000 --learning-rate 100 --eval-every 0.1 --out diverged
  ended 1 && restored "$(times "$leave")" && picture | grep -qa 'error: .*the loss is'
}
check 'a run that fails gives the screen back and says why' diverged

control_c() {
  started 80 24 "${endless[@]}" --out ctrl-c
  shown 'test accuracy' 3 && printf '\003' >&3 && ended 130 && restored &&
    picture | grep -qa 'stopped on request.*train --resume ctrl-c' && [ -s ctrl-c/summary.json ]
}
check 'Ctrl-C saves and gives the screen back' control_c
resumed() {
  started 80 24 --resume ctrl-c
  shown 'test accuracy' 3 && printf '\003' >&3 && ended 130 && restored && picture | grep -qa '^ *0 .* round$'
}
check 'and --resume goes on with its curves' resumed
# by SIGNAL STATUS: ends a run that would take hours
by() {
  started 80 24 "${endless[@]}" --out "by-$1"
  shown 'test accuracy' 2 && kill "-$1" "$(cat pid)" && ended "$2" && restored && ! grep -qa 'crashed' screen
}
check 'so does SIGTERM' by TERM 130
check 'SIGQUIT gives it back' by QUIT 131
check 'SIGABRT, too' by ABRT 134
faulty=$GV_BUILD/tests/plugins/.libs/faulty.so
# crashes HOW STATUS
crashes() {
  started 80 24 --model "$faulty:in=gradient,at=1000,how=$1" --rounds 4000000000 --out "crash-$1"
  ended "$2" && restored && picture | grep -qa "^grapevine: model 'faulty' .* crashed in its gradient"
}
if $sanitized; then
  skip 'crashes' 'a sanitizer has its own last words'
else
  check 'a crash gives it back, and is told below' crashes segv 139
  check 'so does the end of a stack' crashes stack 139
  check 'and an abort' crashes abort 134
fi
# A process whose parent is in another session does not stop, but for what it does before.
pause() {
  started 80 24 "${endless[@]}" --out pause
  shown 'test accuracy' 2 && kill -TSTP "$(cat pid)" && shown "$leave" && kill -CONT "$(cat pid)" &&
    shown "$enter" 2 && printf '\003' >&3 && ended 130 && restored 2
}
check 'Ctrl-Z gives it back, and going on takes it again' pause
finish
