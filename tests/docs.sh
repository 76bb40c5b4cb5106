#!/bin/bash
# Runs every command line of the README and the guide, and looks up every name of the tables in the guide. TAP.
# shellcheck source=tests/tap.sh
. "$GV_SOURCE/tests/tap.sh"
cd "$folder" || exit 1
PATH=$GV_BUILD:$PATH
ln -s "$GV_SOURCE/examples" examples  # documents speak of them as seen from the root of the tree

# Command lines are indented by four; what follows ./quickstart goes to the program.
sed -n -E 's/^    (\.\/quickstart (train .*)|((GRAPEVINE[A-Z_]*=[^ ]* )?grapevine .*))$/\2\3/p' \
  "$GV_SOURCE/README.md" "$GV_SOURCE/docs/guide.md" | sed -E 's/^train /grapevine train /' >commands
grapevine help | sed -n -E '/^Example/q; s/^  ([a-z0-9][a-z0-9-]*) +[^ ].*/\1/p' >names
check 'there are commands in the documents' test "$(wc -l <commands)" -ge 10
check 'there are names in the tables' test "$(wc -l <names)" -ge 10

here=yes
[ -d /usr/share/datasets/fashion-mnist ] || here=no
while read -r command; do
  if [[ $command == *--plot* || $command == *' plot '* ]] && ! command -v gnuplot >/dev/null; then
    skip "$command" 'gnuplot is not installed'
  elif [[ $command == *topology*--draw*.@(svg|png)* ]] && ! command -v neato >/dev/null; then
    skip "$command" 'Graphviz is not installed'
  elif [ $here = no ] && [[ $command == *fashion-mnist* ]]; then
    skip "$command" 'fashion-mnist is not installed'
  elif $sanitized && [[ $command == *@(fashion-mnist|cnn|heterogeneity)* ]]; then
    skip "$command" 'sanitizers take minutes for it'
  elif [[ $command == *'--model cnn'* ]] && ! grep -qx cnn names; then
    skip "$command" 'cnn needs oneDNN'
  else
    check "$command" timeout $patience bash -c "$command </dev/null"
  fi
done <commands

explained() {
  local name missing=0
  while read -r name; do
    grep -q "\`${name}[\`:]" "$GV_SOURCE/docs/guide.md" && continue
    echo "the guide says nothing of $name"
    missing=1
  done <names
  return $missing
}
check 'the guide has every name of the tables' explained
finish
