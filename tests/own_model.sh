#!/bin/bash
# Builds examples/own_model as its README says, away from every tree, then loads, checks and trains it. TAP.
# shellcheck source=tests/tap.sh
. "$GV_SOURCE/tests/tap.sh"
cp "$GV_SOURCE"/examples/own_model/* "$folder" && chmod u+w "$folder"/* && cd "$folder" || exit 1
export PKG_CONFIG_PATH=$GV_BUILD

conform() { timeout 120 "$GV_BUILD/grapevine" model check ./svm.so; }

train() {
  timeout 300 "$GV_BUILD/grapevine" train --plugin-dir . --model svm --epochs 5 --out run --quiet || return
  # summary.json, test_accuracy: at least 0.9
  awk -F: '/"test_accuracy"/ { found = 1; good = $2 + 0 >= 0.9 } END { exit !(found && good) }' run/summary.json ||
    { cat run/summary.json; return 1; }
}

# Without warnings, and without the flags of the make that runs this test. A sanitizer's run time must come first
# in a process, and stands in the program: its plugins may leave it out.
check 'it builds with make and pkg-config' \
  env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS make "CC=$CC" \
  'CFLAGS=-O2 -Wall -Wextra -Wconversion -Wno-sign-conversion -Werror'
check 'it loads and keeps the rules of model.h' conform
check 'it learns the digits' train
finish
