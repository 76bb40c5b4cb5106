#!/bin/bash
# Grapevine beside PyTorch: finds the program and an interpreter with PyTorch, and runs compare.py.
#
#   make -C build bench-peers [ARGS='--models logreg,mlp --repeats 3']
#   bench/peers/run.sh --help
#
# GV_BUILD is the folder of the build [build]; PEERS_PYTHON an interpreter to take instead of looking for one. What
# is absent is skipped with one line, and that is no failure.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
build=${GV_BUILD:-$here/../../build}
export PYTHONDONTWRITEBYTECODE=1 PYTHONWARNINGS=ignore

skipped() { echo "bench-peers: skipped: $*" >&2; exit 0; }

has_torch() { command -v "$1" >/dev/null && "$1" -c 'import torch' 2>/dev/null; }

# Debian's package belongs to /usr/bin/python3; another python3 may stand before it in PATH.
python=
for candidate in ${PEERS_PYTHON:-/usr/bin/python3 python3}; do
  if has_torch "$candidate"; then python=$candidate; break; fi
done
[ -n "$python" ] ||
  skipped "PyTorch is not here (looked in ${PEERS_PYTHON:-/usr/bin/python3 python3}): Debian package python3-torch"
grapevine=$build/grapevine
[ -x "$grapevine" ] || { echo "bench-peers: no program $grapevine; make -C build" >&2; exit 1; }
exec "$python" "$here/compare.py" --grapevine "$grapevine" "$@"
