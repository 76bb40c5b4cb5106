#!/bin/bash
# Faults put in on purpose: models that crash or fail, memory that is refused, full disks, closed streams, signals,
# clocks that jump, nonsense in the environment, sizes beyond the usual. Each must end in one line or do no harm,
# and leave nothing half-written. GV_FULL=yes: more of them; GV_FAULTS_EVERY=yes: every place where memory is
# taken, for an hour, and what needs much of the machine; GV_FAULTS='memory disk': these parts alone. TAP.
# shellcheck source=tests/cli.sh
. "$GV_SOURCE/tests/cli.sh"
faults=0 every=false  # put in so far
[ "${GV_FAULTS_EVERY:-no}" = no ] || every=true
reads=true
command -v python3 >/dev/null || reads=false
$reads || skip 'what is left of JSON and safetensors can be read' 'python3 is not installed'

# one_line FILE: it holds exactly one line, which the program says of itself
one_line() {
  [ "$(wc -l <"$1")" = 1 ] && grep -q '^grapevine: ' "$1" || { echo 'not one line:'; cat "$1"; return 1; }
}

# whole FOLDER: every file in it is one, and none is left over
whole() {
  [ -z "$(find "$1" -name '*.tmp' -print -quit 2>/dev/null)" ] || { find "$1" -name '*.tmp'; return 1; }
  readable "$1"
}
readable() {
  $reads || return 0
  find "$1" -name '*.json' -o -name '*.safetensors' 2>/dev/null | sort -u | python3 -S -c '
import json, os, struct, sys
for name in sys.stdin.read().split("\n")[:-1]:
    with open(name, "rb") as file:
        if name.endswith(".json"):
            json.load(file)
            continue
        size, = struct.unpack("<Q", file.read(8))
        tensors = json.loads(file.read(size))
    ends = [t["data_offsets"][1] for key, t in tensors.items() if key != "__metadata__"]
    assert 8 + size + max(ends, default=0) == os.path.getsize(name), name + " is cut off"
'
}

# same_bits FOLDER FOLDER: the two runs ended with the same model and the same figures but for times
same_bits() {
  cmp "$1/model.safetensors" "$2/model.safetensors" && diff <(figures "$1") <(figures "$2")
}

parts=(models memory disk signals environment large)
[ -z "${GV_FAULTS:-}" ] || read -ra parts <<<"$GV_FAULTS"  # some of them only
for part in "${parts[@]}"; do
  before=$faults
  # shellcheck source=/dev/null
  . "$GV_SOURCE/tests/faults/$part.sh"
  echo "# $part: $((faults - before)) faults"
done
echo "# $faults faults"
finish
