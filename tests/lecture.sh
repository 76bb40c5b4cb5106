#!/bin/bash
# The lecture's experiments at a small size: every study and script of examples/lecture, and their page. TAP.
# shellcheck source=tests/cli.sh
. "$GV_SOURCE/tests/cli.sh"
if $sanitized; then
  skip 'the lecture' 'sanitizers make its hundreds of runs slow, and they are those of other tests'
  finish
  exit
fi
made() {  # by a program that is named from here, as one is that was just built
  GRAPEVINE=$(realpath -s --relative-to=. "$grapevine") "$GV_SOURCE/examples/lecture/lecture.sh" page quick \
    2>"$err" || { cat "$err"; return 1; }
  cat page/lecture.md
}
check 'a page' made
eight() { [ "$(grep -c "$1" page/lecture.md)" = 8 ]; }
check 'of eight parts' eight '^## [1-8]\.'
check 'that each say what was measured' eight '^\*\*Measured\.\*\* .* \*\*The shape '
check 'whose shapes agree' eight '\*\*The shape agrees\.\*\*$'
numbers() {
  ! grep -n -i -E 'nan|inf\b|\| - \||\|  \|' page/lecture.md && [ "$(grep -c '^| ' page/lecture.md)" -ge 25 ]
}
check 'with a number in every cell' numbers
if command -v gnuplot >/dev/null; then
  pictures() {
    local name names
    names=$(sed -n -E 's/^!\[.*\]\((.*)\)$/\1/p' page/lecture.md)
    [ "$(wc -l <<<"$names")" = "$(find page/lecture -name '*.svg' | wc -l)" ] &&
      [ "$(wc -l <<<"$names")" -ge 9 ] || return
    for name in $names; do grep -q '</svg>' "page/$name" || { echo "$name"; return 1; }; done
  }
  check 'and its pictures' pictures
else
  skip 'and its pictures' 'gnuplot is not installed'
fi
docs() {  # the page in docs/ is of these experiments
  [ "$(grep '^## ' "$GV_SOURCE/docs/lecture.md")" = "$(grep '^## ' page/lecture.md)" ] &&
    ! grep -q 'small size' "$GV_SOURCE/docs/lecture.md" || return
  local name
  for name in $(sed -n -E 's/^!\[.*\]\((.*)\)$/\1/p' "$GV_SOURCE/docs/lecture.md"); do
    [ -s "$GV_SOURCE/docs/$name" ] || { echo "$name"; return 1; }
  done
}
check 'the page in docs is a whole one, with its pictures' docs
finish
