#!/bin/bash
# Every topology of the table trains from the command line, for many numbers of nodes; GV_FULL=yes: all to 17. TAP.
# shellcheck source=tests/cli.sh
. "$GV_SOURCE/tests/cli.sh"

names topology >topologies
names weights >rules
check 'there are topologies' test "$(wc -l <topologies)" -ge 3
check 'there are weight rules' test "$(wc -l <rules)" -ge 3

nodes='1 2 3 4 6 7 8 9 12 16'
$full && nodes='1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17'
$sanitized && nodes='1 2 3 8 17'

train() { "$grapevine" train --rounds 2 --quiet --out "run" --data digits --model logreg "$@"; }

# Either the run folder names the topology, or one line says why not, as for 6 nodes of a hypercube.
trains() {
  local n ran=0
  for n in $nodes; do
    rm -rf run
    if train --nodes "$n" --topology "$1" >out 2>&1; then
      named_in_config "$1" || { echo "$1, $n nodes: config.json names another topology"; return 1; }
      ran=$((ran + 1))
    elif [ "$(wc -l <out)" -ne 1 ] || ! grep -qE "^grapevine: error: topology $1: nodes $n " out; then
      echo "$1, $n nodes:"
      cat out
      return 1
    fi
  done
  [ $ran -ge 3 ] || { echo "$1 took $ran of the numbers of nodes $nodes"; return 1; }
}
named_in_config() { grep -A 1 '"topology": {' run/config.json | grep -q "\"name\": \"$1\""; }

while read -r name; do
  case $name in
    file)
      printf '0 1\n1 2\n2 0\n' >triangle.txt
      rm -rf run
      check 'a graph from a file trains' train --nodes 3 --topology file:path=triangle.txt ;;
    *) check "$name trains" trains "$name" ;;
  esac
done <topologies

while read -r rule; do
  rm -rf run
  check "weights $rule train" train --nodes 9 --topology grid --weights "$rule"
done <rules
finish
