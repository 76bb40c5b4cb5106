#!/bin/bash
# The reference of the public headers is made without a warning, and what is not documented gives one. TAP.
# shellcheck source=tests/tap.sh
. "$GV_SOURCE/tests/tap.sh"
if ! command -v doxygen >/dev/null; then
  skip 'the reference of the public headers' 'doxygen is not installed'
  finish
  exit
fi
cd "$folder" || exit 1
cp -R "$GV_SOURCE/include/grapevine" include && chmod -R u+w include || exit 1

# document INPUT...: as make doxygen does, from other headers
document() {
  rm -rf api && mkdir api || return 1
  { cat "$GV_BUILD/docs/Doxyfile"; echo "INPUT = $*"; echo 'OUTPUT_DIRECTORY = api'; } | doxygen -
}

# misses LINE HEADER: where the header ends with this line too
misses() {
  sed -i "\$i $1" "include/$2"
  if document include; then
    echo "nothing was said against: $1"
    return 1
  fi
}

check 'the public headers, without a warning' document "$GV_SOURCE/docs/api.dox" "$GV_SOURCE/include/grapevine"
check 'it has a first page' grep -q 'what programs and plugins' -i api/html/index.html
check 'it has the functions of a model' grep -rql max_threads api/html
check 'it has what trains from a program' grep -rql gv_run_train api/html
check 'a function without a word is found' misses 'int gv_mute(int x);' status.h
finish
