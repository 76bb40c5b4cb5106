#!/bin/bash
# Runs every command line of the README and the guide, and looks up every name of the tables in the guide. TAP.
set -u
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
PATH=$GV_BUILD:$PATH

# Command lines are indented by four; what follows ./quickstart goes to the program.
sed -n -E 's/^    (\.\/quickstart (train .*)|((GRAPEVINE[A-Z_]*=[^ ]* )?grapevine .*))$/\2\3/p' \
  "$GV_SOURCE/README.md" "$GV_SOURCE/docs/guide.md" | sed -E 's/^train /grapevine train /' >commands
grapevine help | sed -n -E '/^Example/q; s/^  ([a-z0-9-]+) +[^ ].*/\1/p' >names
echo "1..$(($(wc -l <commands) + 2))"

number=0
report() {  # report STATUS WHAT: one line of TAP, with what the command said if it failed
  number=$((number + 1))
  if [ "$1" -eq 0 ]; then echo "ok $number - $2"; else echo "not ok $number - $2"; sed 's/^/# /' log; fi
}

[ "$(wc -l <commands)" -ge 10 ] && [ "$(wc -l <names)" -ge 10 ]
report $? 'commands and names are found' 2>/dev/null

while read -r command; do
  timeout 300 bash -c "$command" >log 2>&1 </dev/null
  status=$?
  if [ $status -ne 0 ] && grep -q 'install Debian package dataset-fashion-mnist' log; then
    number=$((number + 1))
    echo "ok $number - $command # SKIP fashion-mnist is not installed"
  else
    report $status "$command"
  fi
done <commands

: >log
while read -r name; do
  grep -q "\`${name}[\`:]" "$GV_SOURCE/docs/guide.md" || echo "the guide says nothing of $name" >>log
done <names
[ ! -s log ]
report $? 'the guide has every name of the tables'
