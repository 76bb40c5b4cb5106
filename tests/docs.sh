#!/bin/bash
# Executes the documents: every command line in them runs, every block of code is compiled or run, every name of the
# tables is explained. What is of no kind known here fails. GV_FULL=yes runs as written what otherwise runs on less
# data, or not at all. TAP.
# shellcheck source=tests/tap.sh
. "$GV_SOURCE/tests/tap.sh"
cd "$folder" || exit 1
$full && patience=1800
unset MAKEFLAGS MAKELEVEL MFLAGS GRAPEVINE_PLUGIN_PATH GRAPEVINE_DATA_PATH
export PATH=$GV_BUILD:$PATH PKG_CONFIG_PATH=$GV_BUILD PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$folder python=
# Documents speak of the tree as seen from its root.
ln -s "$GV_SOURCE"/{tests,bench,datasets} . && ln -s "$GV_BUILD" build || exit 1
cp -R "$GV_SOURCE/examples" . && chmod -R u+w examples && cp examples/pytorch/grapevine_torch.py . || exit 1
$full || sed -i -E 's/^(epochs|seeds|eval-every) = .*/\1 = 1/' examples/*/*.ini
# Flowers of two kinds that lie apart.
awk 'BEGIN {
  print "length,width,kind"
  for (i = 0; i < 60; i++)
    print i % 2 * 3 + i % 7 / 7 "," i % 5 / 5 "," (i % 2 ? "iris" : "rose")
}' >flowers.csv
grapevine help | sed -n -E '/^Example/q; s/^  ([a-z0-9][a-z0-9-]*) +[^ ].*/\1/p' >names
for candidate in python3 /usr/bin/python3; do
  command -v $candidate >/dev/null && $candidate -c 'import torch' 2>/dev/null && python=$candidate && break
done

# Tests that run a whole document: DOCUMENT, WHO.
by_others='
docs/lecture.md              tests/lecture.sh
docs/own_model.md            tests/own_model.sh
examples/embed/README.md     tests/install.sh
examples/own_model/README.md tests/own_model.sh
plugins/skeleton/README.md   tests/model.sh
'
# Command lines that stand elsewhere: WHERE, what is found there | how the command begins.
elsewhere='
.ci/run           ./quickstart check    | ./quickstart
.ci/run           build-asan            | BUILD=build-asan GRAPEVINE_CONFIGURE=
.ci/run           build-tsan            | BUILD=build-tsan GRAPEVINE_CONFIGURE=
.ci/run           All that a change     | .ci/run
tests/systems/run.sh usage:             | sudo tests/systems/run.sh
.ci/run           distcheck             | autoreconf -i && mkdir -p build && cd build && ../configure
'
# With less data, fewer rounds: sed -E.
shorter='
s/--data fashion-mnist/& --train-limit 2000/
s/--epochs [1-9]+0*$/--epochs 2/
s/(grapevine train .*--rounds) (50|300)\>/\1 10/
/^grapevine train ./{/--(epochs|rounds|resume|target)/!s/$/ --epochs 3/}
s/^grapevine bench$/grapevine bench round --quick/
s/^(examples\/heterogeneity\/study\.sh)$/\1 digits 2 1/
s/^(examples\/heterogeneous\/algorithms\.sh)$/\1 30/
'
# What only shows its point when it does not end by itself.
stopped='
s/^(grapevine train .*--out runs\/long)$/stop runs\/long \1/
s/^(.*)gdb (build.*)$/\1gdb -batch -ex run \2/
s/^\.\/quickstart train/grapevine train/
s/^python3 /$python /
s/^tests\/fuzz\/run\.sh.*/CC=clang BUILD=$PWD\/build-fuzz tests\/fuzz\/run.sh 5 csv/
s/^\.\/(make_digits\.py.*)/datasets\/digits\/\1/
'

# found WHERE TEXT: the place that is said to run it has this text; a distribution has no .ci
found() { grep -qF -- "$2" "$GV_SOURCE/$1" || { echo "$1 does not say: $2"; return 1; }; }

# made TARGET [VARIABLE=VALUE]: make knows the target, and the tests that are named; its work is others'
make -s -C build -qp 2>/dev/null | sed -n -E 's/^([a-z][a-z-]*):.*/\1/p' | sort -u >targets
made() {
  local target=$1 word
  grep -qx -- "$target" targets || { echo "no target: $target"; return 1; }
  for word in "${@:2}"; do
    [[ $word != *TESTS=* ]] || [ -e "${word#*=}" ] || [ -e "${word#*=}.c" ] || { echo "no test: $word"; return 1; }
  done
}

# stop FOLDER COMMAND...: a run is stopped once it can go on
stop() {
  local run
  "${@:2}" &
  run=$!
  until [ -e "$1/checkpoint.safetensors" ] || ! kill -0 $run; do sleep 0.01; done
  kill -TERM $run
  wait $run
  [ $? = 130 ]
}
export -f stop

# wanting COMMAND: why it cannot run here; else nothing
wanting() {
  case $1 in
    *--plot* | *' plot '* | *heterogeneity/study.sh* | *' split '*--draw*)
      command -v gnuplot >/dev/null || echo 'gnuplot is not installed' ;;
    *--draw*) command -v dot >/dev/null || echo 'Graphviz is not installed' ;;
    *gdb*) command -v gdb >/dev/null || echo 'gdb is not installed' ;;
    *fashion-mnist*) [ -d /usr/share/datasets/fashion-mnist ] || echo 'fashion-mnist is not installed' ;;
    *'--model cnn'* | *'show cnn'*) grep -qx cnn names || echo 'cnn needs oneDNN' ;;
    '$python '* | *start.safetensors*) [ -n "$python" ] || echo 'PyTorch is not installed' ;;
    *make_digits.py*) [ -e "${1##* }" ] || echo 'scikit-learn is not installed' ;;
    make*doxygen) command -v doxygen >/dev/null || echo 'doxygen is not installed' ;;
    */fuzz/run.sh*) $full && command -v clang >/dev/null || echo 'GV_FULL=yes runs it, with clang' ;;
    *bench/models*) $full && [ -x build/bench/models ] || echo 'GV_FULL=yes runs it, where make bench built it' ;;
  esac
  local slow="*@(fashion-mnist|cnn|heterogene|study| bench|runs/long|runs/graphs|runs/topologies)*"
  # shellcheck disable=SC2053  # it is a pattern
  if $sanitized && [[ $1 == $slow ]]; then
    echo 'sanitizers take minutes for it'
  fi
}

declare -A done_before
# type_in NAME LINE COMMAND: a command line of a document
type_in() {
  local name=$1:$2 command=${3%%  #*} line why where text begin
  command=${command%"${command##*[! ]}"}
  [ -z "${done_before[$command]-}" ] || return
  done_before[$command]=yes
  while read -r where text; do
    begin=${text#*| } text=${text%%|*}
    text=${text%"${text##*[! ]}"}
    [ -n "$where" ] && [[ $command == "$begin"* ]] && [[ $command != './quickstart train'* ]] || continue
    if [ -e "$GV_SOURCE/$where" ]; then
      check "$name: $command: in $where" found "$where" "$text"
    else
      skip "$name: $command" "$where is no part of a distribution"
    fi
    return
  done <<<"$elsewhere"
  line=$(sed -E "$stopped" <<<"$command")
  $full || line=$(sed -E "$shorter" <<<"$line")
  why=$(wanting "$line" | head -n 1)
  case $line in
    'make -C build '* | 'make -C build-tsan '* | GV_FULL=yes*' make -C build '*)
      # shellcheck disable=SC2086  # words
      check "$name: $command" made ${line#*make -C build* }
      return ;;
    tests/soak/run.sh*) line="BUILD=$GV_BUILD tests/soak/run.sh 1 1" ;;
    'grapevine '* | '! grapevine '* | 'stop '*' grapevine '*) ;;
    GRAPEVINE_*=*' grapevine '* | GRAPEVINE_*=*' build/bench/'* | CK_*=*' build/tests/'*) ;;
    examples/*.sh* | CC=clang*' tests/fuzz/run.sh '* | datasets/digits/make_digits.py* | 'cc '* | '$python '*) ;;
    *) check "$name: $command: of a kind that is known" false; return ;;
  esac
  if [ -n "$why" ]; then
    skip "$name: $command" "$why"
  else
    check "$name: $command" timeout "$patience" bash -c "$line </dev/null"
  fi
}

# block NAME LINE LANGUAGE FILE: a fenced block
block() {
  local name=$1:$2
  case $3 in
    text) ;;  # what a program prints, or a file's content
    c) cat "$4" >>"$where_c" ;;
    ini) check "$name: a study" timeout "$patience" grapevine study "$4" --dry-run ;;
    edges) cp "$4" net.txt; check "$name: a graph" grapevine topology file:path=net.txt --nodes 4 ;;
    python)
      if [ -z "$python" ]; then
        skip "$name: Python" 'PyTorch is not installed'
      else
        check "$name: Python" timeout "$patience" "$python" "$4"
      fi ;;
    *) check "$name: a block of a kind that is known, not $3" false ;;
  esac
}

# walk DOCUMENT: from its beginning to its end; C comes first, for the commands around it compile it
walk() {
  local line kind text into
  into=$folder/blocks/${1//\//_}
  mkdir -p "$into"
  where_c=$into/manual.c
  awk -v into="$into" -f "$GV_SOURCE/tests/docs.awk" "$GV_SOURCE/$1" >"$into/list"
  while IFS=$'\t' read -r line kind text; do
    [ "$kind" = command ] || block "$1" "$line" "$kind" "$text"
  done <"$into/list"
  [ ! -e "$where_c" ] || cp "$where_c" huber.c
  while IFS=$'\t' read -r line kind text; do
    [ "$kind" != command ] || type_in "$1" "$line" "$text"
  done <"$into/list"
}

# others DOCUMENT: whoever runs it as a whole
others() { awk -v document="$1" '$1 == document { print $2 }' <<<"$by_others"; }

# links DOCUMENT: what it refers to in the tree is there, and has such a heading
links() {
  local link file anchor broken=0
  while read -r link; do
    file=${link%%#*} anchor=
    [[ $link != *'#'* ]] || anchor=${link#*#}
    if [ -z "$file" ]; then file=$GV_SOURCE/$1; else file=$(dirname "$GV_SOURCE/$1")/$file; fi
    if [ ! -e "$file" ]; then
      echo "there is no $link"
      broken=1
    elif [ -n "$anchor" ] && ! sed -n -E 's/^#+ //p' "$file" | tr 'A-Z ' 'a-z-' | sed 's/[^a-z0-9_-]//g' |
      grep -qx -- "$anchor"; then
      echo "no heading for $link"
      broken=1
    fi
  done < <(sed '/^```/,/^```/d' "$GV_SOURCE/$1" | grep -o '](\([^)]*\))' | sed 's/^](//; s/)$//' | grep -v '^http')
  return $broken
}

mapfile -t found < <(cd "$GV_SOURCE" && echo README.md && echo docs/guide.md &&
  find CONTRIBUTING.md docs examples bench datasets -name '*.md' ! -path docs/guide.md | sort)
documents=()
for document in "${found[@]}"; do
  [ -n "$(others "$document")" ] || documents+=("$document")
  check "$document: its links" links "$document"
done
while read -r document who; do
  name=$(basename "$document" .md)
  [ "$name" != README ] || name=$(basename "$(dirname "$document")")
  [[ $who != tests/* ]] || check "$document: $who" found "$who" "${name/skeleton/model new}"
done < <(grep . <<<"$by_others")
for document in "${documents[@]}"; do
  walk "$document"
done
check 'there were commands' test ${#done_before[@]} -ge 60

# explained DOCUMENT NAMES: it has a row or a word of each
explained() {
  local name missing=0
  while read -r name; do
    grep -q "\`${name}[\`:]" "$GV_SOURCE/$1" && continue
    echo "$1 says nothing of $name"
    missing=1
  done <"$2"
  return $missing
}
# rows TABLE...: names of these tables
rows() {
  local table
  for table in "$@"; do
    grapevine help | sed -n -E "/^$table - /,/^\$/s/^  ([a-z0-9][a-z0-9-]*) +[^ ].*/\1/p"
  done
}
# shows FILE: what train prints at its end has the lines that are shown there, whatever their figures
shows() {
  awk -F '  +' '{ print $2 }' "$1" | sort >shown
  grapevine train | awk -F '  +' '{ print $2 }' | sort >printed
  [ -s shown ] && [ -z "$(comm -23 shown printed)" ] || { diff shown printed; return 1; }
}
check 'README.md shows what train prints' shows blocks/README.md/1.text

# said: the guide has each of the words that come
said() {
  local word missing=0
  while read -r word; do
    grep -qE -e "$word([^a-z-]|\$)" "$GV_SOURCE/docs/guide.md" || { echo "the guide lacks $word"; missing=1; }
  done
  return $missing
}
grapevine train --help | sed -n -E 's/^  (--[a-z-]+).*/\1/p' | grep -v -e --help >options
grapevine --help | sed -n -E 's/^  ([a-z]+)  .*/grapevine \1/p' >programs
check 'the guide has every option of train' said <options
check 'the guide has every command' said <programs
lines() { [ "$(wc -l <"$2")" -ge "$1" ]; }
check 'there are names in the tables' lines 10 names
check 'there are options' lines 30 options
check 'there are commands of the program' lines 10 programs
rows model 'data set' reader split init signal network >guided
rows topology weights algorithm optimizer schedule split >defined
check 'the two lists are all names' test -z "$(sort -u guided defined | comm -3 - <(sort -u names))"
check 'the guide has the names of what a run is made of' explained docs/guide.md guided
check 'algorithms.md has a row of each' explained docs/algorithms.md defined
finish
