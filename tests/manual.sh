#!/bin/bash
# Man pages and completion say what --help says: every command has a page, every option of every command is in it
# with the same words, and is offered by the completion. TAP.
# shellcheck source=tests/cli.sh
. "$GV_SOURCE/tests/cli.sh"
manual=$GV_BUILD/manual
PATH=$GV_BUILD:$PATH

# ---- what --help says ----

# below HELP: the commands that such a page lists; options HELP: its options; told HELP: each with its whole text
below() { sed -nE '/^usage:/d; s/^  ([a-z]+) +[^ ].*/\1/p; /^  --/q' "$1"; }
options() { sed -nE 's/^  (--[a-z-]+) .*/\1/p' "$1"; }
told() {
  awk '/^  --/ { if (text != "") print text; text = $0; on = 1; next }
    on && /^      / { text = text " " $0; next }
    { if (text != "") print text; text = ""; on = 0 }
    END { if (text != "") print text }' "$1" | sed -E 's/^ +//; s/ +/ /g; s/`//g'
}
# written PAGE: the same of a man page
written() {
  awk '/^\.SH OPTIONS/ { on = 1; next } /^\.SH/ && on { on = 0 }
    on && /^\.TP/ { if (text != "") print text; text = ""; getline; sub(/ \\fI.*/, ""); text = $0; next }
    on { text = text " " $0 }
    END { if (text != "") print text }' "$1" |
    sed -E 's/\\f[BRI]//g; s/\\&//g; s/\\\(aq/'"'"'/g; s/\\\(ga/`/g; s/\\\(dq/"/g; s/\\\(ha/^/g;
      s/\\\(ti/~/g; s/\\-/-/g; s/\\e/\\/g; s/ +/ /g'
}

# Topologies, models and data sets are commands' names, too, only where the page has commands.
commands=('')
"$grapevine" --help >"$folder/help"
for name in $(below "$folder/help"); do
  commands+=("$name")
  case $name in
    model | data | topology)
      "$grapevine" "$name" --help >"$folder/help"
      for under in $(below "$folder/help"); do commands+=("$name $under"); done ;;
  esac
done
check 'there are commands, and commands under commands' test ${#commands[@]} -ge 20

page_of() { local name=grapevine${1:+ $1}; echo "$manual/${name// /-}.1"; }
# shellcheck disable=SC2086  # a command may be two words
has_page() {
  "$grapevine" $1 --help >"$folder/help" && told "$folder/help" >"$folder/told" && [ -s "$folder/told" ] &&
    written "$(page_of "$1")" >"$folder/written" && diff "$folder/told" "$folder/written"
}
for command in "${commands[@]}"; do
  check "grapevine${command:+ $command}: its page has the options of --help, in the same words" has_page "$command"
done
no_other_page() {
  for command in "${commands[@]}"; do page_of "$command"; done | sort >"$folder/wanted"
  printf '%s\n' "$manual"/*.1 | sort | diff "$folder/wanted" -
}
check 'there is a page of every command, and no other' no_other_page
sections() {
  local section
  for page in "$manual"/*.1; do
    for section in NAME SYNOPSIS DESCRIPTION OPTIONS EXAMPLES ENVIRONMENT 'EXIT STATUS' 'SEE ALSO'; do
      grep -qx ".SH $section" "$page" || { echo "$page: no $section"; return 1; }
    done
  done
  for section in PLUGIN DATA; do
    grep -q "^.fBGRAPEVINE_${section}_PATH" "$manual/grapevine.1" || return
  done
}
check 'every page has its sections' sections
# What a page refers to is there.
references() {
  sed -n 's/\\-/-/g; s/^\.BR \([a-z-]*\) (1).*/\1/p' "$manual"/*.1 | sort -u >"$folder/named"
  [ "$(wc -l <"$folder/named")" -eq ${#commands[@]} ] || return
  while read -r name; do [ -e "$manual/$name.1" ] || { echo "$name is not there"; return 1; }; done <"$folder/named"
}
check 'every page is referred to, and all that is referred to is there' references

# Each linter says nothing of any page.
quiet() { "$@" >"$folder/said" 2>&1; cat "$folder/said"; [ ! -s "$folder/said" ]; }
rendered() { LC_ALL=C.UTF-8 MANROFFSEQ='' MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z "$1" >/dev/null; }
all_rendered() { local page; for page in "$manual"/*.1; do quiet rendered "$page" || return; done; }
if command -v man >/dev/null && command -v groff >/dev/null; then
  check 'man renders every page without a warning' all_rendered
else
  skip 'man renders every page' 'man is not installed'
fi
if command -v mandoc >/dev/null; then
  check 'mandoc finds nothing to say of any page' quiet mandoc -T lint -W style "$manual"/*.1
else
  skip 'mandoc finds nothing to say' 'mandoc is not installed'
fi

# ---- the completion ----

check 'bash reads the completion' bash -n "$manual/grapevine"
# shellcheck source=/dev/null
. "$manual/grapevine"
complete_line() { COMP_LINE=$1 COMP_POINT=${#1} COMP_WORDBREAKS=$' \t\n"\'><=;|&(:'; _grapevine; }
offers_all() {
  local line="grapevine${1:+ $1}"
  # shellcheck disable=SC2086
  "$grapevine" $1 --help >"$folder/help" && options "$folder/help" | sort >"$folder/wanted"
  complete_line "$line --"
  printf '%s\n' "${COMPREPLY[@]}" | sort | diff "$folder/wanted" -
}
for command in "${commands[@]}"; do
  check "grapevine${command:+ $command} --: all its options are offered, and nothing else" offers_all "$command"
done
# offered LINE WORD...: just these, in any order
offered() {
  complete_line "$1"
  diff <(printf '%s\n' "${@:2}" | sort) <(printf '%s\n' "${COMPREPLY[@]}" | sort)
}
offers() { check "completed: $1" offered "$@"; }
mapfile -t topologies < <(names topology)
mapfile -t known < <("$grapevine" data list | sed -nE '/^Known/,/^$/s/^  ([a-z0-9-]+) .*/\1/p')
mkdir -p folder/inner && touch folder/file.csv 'folder/a b.csv' folder/mine.so
offers 'grapevine to' topology
offers 'grapevine model ' list show check new
offers 'grapevine model n' new
offers 'grapevine train --topology ' "${topologies[@]}"
offers 'grapevine train --topology=' "${topologies[@]}"
offers 'grapevine train --topology=one-peer-e' one-peer-exponential
offers 'grapevine topology ' list growth advise "${topologies[@]}"
offers 'grapevine topology ring --weights me' metropolis
offers 'grapevine train --bind ' compact scatter none
offers 'grapevine train --bind=s' scatter
offers 'grapevine train --workers ' auto
offers 'grapevine train --nodes '
offers 'grapevine train --topology geometric:' radius=
offers 'grapevine train --split=dirichlet:alpha=0.1,m' 0.1,min=
offers 'grapevine train --split dirichlet:alpha=0.1,alph'
offers 'grapevine train --model mlp:act' activation=
offers 'grapevine model show logr' logreg
offers 'grapevine model show ./folder/m' ./folder/mine.so
offers 'grapevine help dirich' dirichlet
offers 'grapevine help consen' consensus
offers 'grapevine plot folder/' folder/inner
offers 'grapevine plot --out folder/f' folder/file.csv
offers 'grapevine plot -o folder/f' folder/file.csv
offers 'grapevine train --data folder/a\ ' 'folder/a b.csv'
offers 'grapevine train --data dig' digits
offers 'VARIABLE=1 grapevine train --plugin-dir=folder/' folder/inner
offers 'grapevine consensus --init ' index random file
offers 'grapevine bench av' average
offers 'grapevine xyzzy --topology ri'
every_name() {
  local name
  for name in "${known[@]}"; do
    complete_line "grapevine train --data $name"
    [[ " ${COMPREPLY[*]} " == *" $name "* ]] || { echo "$name is not offered"; return 1; }
  done
  [ ${#known[@]} -ge 3 ]
}
check 'every known data set is offered' every_name

# As it is typed: bash itself puts the answers in place.
typed() {
  printf '%s\n' "PS1='> '; . '$manual/grapevine'" 'grapevine() { printf "<%s>" "$@"; echo; }' \
    $'X=1 grapevine tra\t--topology=ri\t--split dirichlet:alp\t0.1,m\t9 --out folder/in\tdeep' exit >"$folder/keys"
  timeout 60 script -qec 'bash --norc -i' /dev/null <"$folder/keys" | tee "$out"
  grep -q '<train><--topology=ring><--split><dirichlet:alpha=0.1,min=9><--out><folder/inner/deep>' "$out"
}
if has_terminals; then check 'at a terminal' typed; else skip 'at a terminal' 'there is none to be had'; fi
finish
