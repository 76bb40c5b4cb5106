#!/bin/bash
# The rules that keep the house in order: who may include whom, who may start threads and use atomics, length of
# lines and files. Checks the tree $GV_SOURCE and then itself, on a made-up tree that breaks one rule after another.
# TAP.
# shellcheck source=tests/tap.sh
. "$GV_SOURCE/tests/tap.sh"
if $sanitized; then  # the tree is the same, and its headers take a minute to compile
  skip 'the tree' 'sanitizers change nothing of it'
  finish
  exit
fi
tree=$GV_SOURCE
LC_ALL=C.UTF-8  # columns are characters
export LC_ALL

# Lower layers first; a file includes from its own layer and those below. Two of one height do not know each other.
height() {
  case $1 in
    include/grapevine) echo 0 ;;
    core/base) echo 1 ;;
    core/graph) echo 2 ;;
    core/exchange | core/cluster) echo 3 ;;
    core/algorithms) echo 4 ;;
    core/engine) echo 5 ;;
    plugins | datasets) echo 6 ;;
    run) echo 7 ;;
    cli) echo 8 ;;
  esac
}

# first N PATH: its first N folders
first() { local IFS=/ words; read -ra words <<<"$2"; echo "${words[*]:0:$1}"; }

# The layer of a path: its first folder, of core/ and include/ the first two. Empty where there is none.
layer() {
  case $1 in
    core/*/* | include/*/*) first 2 "$1" ;;
    */*) echo "${1%%/*}" ;;
  esac
}

sources() { (cd "$tree" && find "$@" -name '*.[ch]' 2>/dev/null | sort); }
# each PROGRAM ARGUMENT...: over the files of these, from the root of the tree: a process for all
each() { (cd "$tree" && xargs -r "$@"); }
layers=(include core plugins datasets run cli)  # folders of the layers; models, tests and examples stand beside

# included: of the files on standard input "FILE WHAT", a line for each that they include, quotes and all but system
# headers; "grapevine.h" as its full name, others as their path in the tree: beside the file as the compiler looks
# first, then from the root
included() {
  local file what
  each grep -HE '^[[:blank:]]*#[[:blank:]]*include[[:blank:]]*("[^"]*"|<grapevine/[^>]*>)' |
    sed -E 's/:[^<"]*[<"]([^">]*)[">].*/ \1/; s# grapevine/# include/grapevine/#' |
    while read -r file what; do
      [ ! -e "$tree/${file%/*}/$what" ] || [ -e "$tree/$what" ] || what=${file%/*}/$what
      echo "$file $what"
    done
}

directions() {
  local file what from to mine theirs
  sources "${layers[@]}" | while read -r file; do
    from=$(layer "$file")
    [ -n "$(height "$from")" ] || echo "$file: '$from' is no layer"
  done
  sources "${layers[@]}" | included | while read -r file what; do
    [ "$what" = config.h ] && continue
    from=$(layer "$file") to=$(layer "$what")
    case /$what in */../*) echo "$file includes $what: paths go from the root of the tree" ;; esac
    mine=$(height "$from") theirs=$(height "$to")
    if [ -z "$theirs" ]; then
      echo "$file includes $what, which is in no layer"
    elif [ "$theirs" -gt "${mine:-0}" ] || { [ "$theirs" = "$mine" ] && [ "$from" != "$to" ]; }; then
      echo "$file includes $what: $from may not know $to"
    fi
  done
}

models_stand_alone() {
  local file what
  sources models examples | included | while read -r file what; do
    case $what in
      include/grapevine/* | "$(first 2 "$file")"/*) ;;
      models/layers/* | config.h) [[ $file == models/* ]] || echo "$file includes $what: it stands alone" ;;
      *) echo "$file includes $what: a model sees <grapevine/...>, models/layers and its own folder" ;;
    esac
  done
}

# only PATTERN WHAT ALLOWED: files of layers and models that hold the pattern, but for comments, and do not match
# ALLOWED (a regex)
only() {
  local file
  sources "${layers[@]}" models | each grep -lE "$1" | grep -vE "$3" | while read -r file; do
    sed '/^ *\*/d; s#/\*.*##' "$tree/$file" | grep -qE "$1" && echo "$file: $2"
  done
}
atomics() {
  only 'stdatomic\.h|_Atomic|__atomic_|__sync_' \
    'atomics belong into core/exchange, base/epoch and barrier, engine/budget, gate and stop' \
    '^core/(exchange/|base/(epoch|barrier)\.|engine/(budget|gate|stop)[^/]*$)'
}
threads() {
  only 'pthread_create|thrd_create|#[[:blank:]]*pragma[[:blank:]]+omp[[:blank:]]+(parallel|task|target|teams)' \
    'threads are started in core/base/team_* alone' '^core/base/team_[^/]*$'
}
printing() {  # a library neither prints nor exits
  local ends='(^|[^a-z_])(printf|puts|putchar|perror|exit|abort|_exit) *\('
  only "$ends"'|(fprintf|fputs|fputc|fflush) *\([^;]*std(out|err)' 'only cli/ prints and ends the program' '^cli/'
}
long_lines() {
  { sources "${layers[@]}" models tests examples bench; (cd "$tree" && ls tests/*.sh 2>/dev/null); } |
    each grep -HnE '^.{117}' | sed -E 's#^([^:]*):([0-9]+):.*#\1:\2: more than 116 columns#'
}
long_files() {
  sources "${layers[@]}" models | each wc -l |
    awk '$2 != "total" && $1 > 450 { print $2 ": " $1 " lines; at most 450, for one job" }'
}
first_comments() {
  sources "${layers[@]}" models tests examples bench |
    each awk 'FNR == 1 && !/^\/\*/ { print FILENAME ": its first line says nothing of its job" }'
}
tidy_ends() {
  local all
  all=$(sources "${layers[@]}" models tests examples bench)
  each grep -HnE ' $|'$'\t' <<<"$all" | sed -E 's#^([^:]*):([0-9]+):.*#\1:\2: a tab, or a space at the end#'
  each tail -v -c 1 <<<"$all" | awk '/^==> / { file = $2; next } NF { print file ": the last line has no end" }'
}

# A header compiles by itself; one of the interface as C++ too, where there is a compiler for it.
flags() { sed -n -E 's/^(OPENBLAS|JANSSON|HWLOC|ZLIB)_CFLAGS = //p' "$GV_BUILD/Makefile" | tr '\n' ' '; }
headers() {
  local file external
  external=$(flags)
  for file in $(sources "${layers[@]}"); do
    [[ $file == *.h ]] || continue
    echo "#include \"$tree/$file\"" |
      $CC -std=c17 -D_GNU_SOURCE -Wall -Wextra -Wno-unused-function -Werror -fsyntax-only -I"$tree/include" \
        -I"$tree" -I"$GV_BUILD" $external -xc - 2>&1 | sed "s#^#$file: #"
  done
  if command -v g++ >/dev/null; then
    for file in $(sources include); do
      echo "#include \"$tree/$file\"" |
        g++ -Wall -Wextra -Werror -fsyntax-only -I"$tree/include" -xc++ - 2>&1 | sed "s#^#$file, as C++: #"
    done
  fi
}

rules=(directions models_stand_alone atomics threads printing long_lines long_files first_comments tidy_ends
  headers)

# clean RULE: it prints what breaks it
clean() {
  local found
  found=$("$1" 2>&1)
  echo "$found"
  [ -z "$found" ]
}
check 'there are files to check' test "$(sources "${layers[@]}" models | wc -l)" -ge 60
check 'includes point down' clean directions
check 'models and examples see the public interface alone' clean models_stand_alone
check 'atomics are where they are looked for' clean atomics
check 'threads are started in one place' clean threads
check 'only the program prints and exits' clean printing
check 'lines of at most 116 columns' clean long_lines
check 'files of at most 450 lines' clean long_files
check 'every file says what it is for' clean first_comments
check 'no tabs, no spaces at the end of a line' clean tidy_ends
check 'every header compiles by itself' clean headers

# ---- each rule finds what breaks it ----

made=$folder

# A small tree that keeps every rule; each call begins with it anew.
fresh() {
  local file
  rm -rf "$made/tree"
  for file in include/grapevine/a core/base/b core/graph/g core/exchange/x core/algorithms/l core/engine/e \
    plugins/p datasets/d run/r cli/c models/m/m tests/t; do
    mkdir -p "$made/tree/${file%/*}"
    echo "/* ${file##*/}.h - made up. */" >"$made/tree/$file.h"
    echo "/* ${file##*/}.c - made up. */" >"$made/tree/$file.c"
  done
}

# finds RULE FILE LINE...: with these lines at its end, the rule names the file, and nothing else
finds() {
  local rule=$1 file=$2 found
  shift 2
  fresh
  printf '%s\n' "$@" >>"$made/tree/$file"
  found=$(tree=$made/tree; "$rule" 2>&1)
  echo "said: $found"
  [ -n "$found" ] && ! grep -qvF "$file" <<<"$found"
}
# keeps FILE LINE...: with these lines at its end, no rule finds anything
keeps() {
  local file=$1 rule
  shift
  fresh
  printf '%s\n' "$@" >>"$made/tree/$file"
  for rule in "${rules[@]}"; do
    (tree=$made/tree; clean "$rule") || return
  done
}
include() { check "refused: $1 includes $2" finds directions "$1" "#include $2"; }
include core/base/b.c '"core/graph/g.h"'
include core/graph/g.h '"core/exchange/x.h"'
include core/exchange/x.c '"core/algorithms/l.h"'
include core/algorithms/l.c '"core/engine/e.h"'
include core/engine/e.c '"plugins/p.h"'
include core/engine/e.h '"datasets/d.h"'
include plugins/p.c '"datasets/d.h"'
include datasets/d.c '"plugins/p.h"'
include plugins/p.c '"run/r.h"'
include run/r.c '"cli/c.h"'
include include/grapevine/a.h '"core/base/b.h"'
include cli/c.c '"tests/t.h"'
include run/r.c '"models/m/m.h"'
include core/base/b.c '"../graph/g.h"'
check 'refused: a model includes of ours' finds models_stand_alone models/m/m.c '#include "core/base/b.h"'
check 'refused: an atomic in run' finds atomics run/r.c '  #  include <stdatomic.h>'
check 'refused: an atomic in the engine' finds atomics core/engine/e.h 'static _Atomic int x;'
check 'refused: a thread in plugins' finds threads plugins/p.c '  pthread_create(&t, NULL, f, NULL);'
check 'refused: a parallel region in a model' finds threads models/m/m.c '#pragma omp parallel for'
check 'refused: the library prints' finds printing run/r.c '  printf("done\n");'
check 'refused: the library exits' finds printing core/base/b.c '  exit(1);'
check 'refused: a line of 117 columns' finds long_lines tests/t.c "// $(printf 'x%.0s' {1..114})"
check 'refused: a file of 451 lines' finds long_files run/r.c "$(yes '//' | head -n 450)"
check 'refused: a space at the end' finds tidy_ends cli/c.c 'int x; '
check 'refused: a tab' finds tidy_ends cli/c.c $'int\tx;'
check 'refused: a header that needs another' finds headers core/graph/g.h 'struct gv_x { size_t n; };'
endless() {
  fresh
  printf 'int x;' >>"$made/tree/cli/c.c"
  [ "$(tree=$made/tree; tidy_ends | cut -d: -f1)" = cli/c.c ]
}
check 'refused: a last line without an end' endless
silent() {
  fresh
  echo 'int x;' >"$made/tree/cli/c.c"
  [ "$(tree=$made/tree; first_comments | cut -d: -f1)" = cli/c.c ]
}
check 'refused: a file that says nothing of itself' silent
check 'kept: the layers below, and the own' keeps cli/c.c '#include <grapevine/a.h>' '#include "cli/c.h"' \
  '#include "run/r.h"' '#include "core/base/b.h"' '#include "datasets/d.h"' '#include "plugins/p.h"' \
  '#include "config.h"'
check 'kept: a model with a header of its own' keeps models/m/m.c '#include "m.h"' '#include <grapevine/a.h>'
check 'kept: a comment that speaks of printf("x") and pthread_create' keeps run/r.c '/* printf("x"); */' \
  ' * pthread_create(' 'int x;  /* _Atomic */'
check 'kept: 116 columns that are more bytes' keeps tests/t.c "// $(printf 'ä%.0s' {1..113})"
finish
