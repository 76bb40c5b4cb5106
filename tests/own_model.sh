#!/bin/bash
# Builds examples/own_model as its README says, away from every tree, then loads, checks and trains it; and does
# what docs/own_model.md says. TAP.
# shellcheck source=tests/tap.sh
. "$GV_SOURCE/tests/tap.sh"
cp "$GV_SOURCE"/examples/own_model/* "$folder" && chmod u+w "$folder"/* && cd "$folder" || exit 1
export PKG_CONFIG_PATH=$GV_BUILD

conform() { timeout 120 "$GV_BUILD/grapevine" model check ./svm.so; }

train() {
  timeout 300 "$GV_BUILD/grapevine" train --plugin-dir . --model svm --epochs 5 --out run --quiet && learned run
}

# Without warnings, and without the flags of the make that runs this test. A sanitizer's run time must come first
# in a process, and stands in the program: its plugins may leave it out.
check 'it builds with make and pkg-config' \
  env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS make "CC=$CC" \
  'CFLAGS=-O2 -Wall -Wextra -Wconversion -Wno-sign-conversion -Werror'
check 'it loads and keeps the rules of model.h' conform
check 'it learns the digits' train

# ---- the guide ----

guide=$GV_SOURCE/docs/own_model.md
mkdir guide && cd guide || exit 1
PATH=$GV_BUILD:$PATH
unset MAKEFLAGS MAKELEVEL MFLAGS GRAPEVINE_PLUGIN_PATH GRAPEVINE_DATA_PATH

# Each line that is indented by four is a command; they are typed one after the other, in one shell.
sed -n '/^```c$/,/^```$/d; s/^    //p' "$guide" >commands
type_in() { eval "$1" </dev/null; }
while read -r command <&3; do
  check "$command" type_in "$command"
done 3<"$folder/guide/commands"
check 'there are commands in the guide' test "$number" -ge 11
check 'the first run learned the digits' learned "$(find runs -mindepth 1 -maxdepth 1 | sort | head -n 1)"

# excerpts FILE: all that the guide shows of C stands there, line after line
excerpts() {
  local line text='' whole count=0
  whole=$(<"$1")
  while IFS= read -r line; do
    case $line in
      '```c') text=$'\n' ;;
      '```')
        [ -n "$text" ] || continue
        count=$((count + 1))
        [[ $'\n'$whole$'\n' == *"$text"* ]] || { echo "not in $1:$text"; return 1; }
        text=
        ;;
      *) [ -z "$text" ] || text+=$line$'\n' ;;
    esac
  done <"$guide"
  echo "$count excerpts"
  [ "$count" -ge 8 ]
}
check 'what it shows of C is what model new writes' excerpts mine.c
finish
