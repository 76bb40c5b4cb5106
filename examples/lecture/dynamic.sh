#!/bin/sh
# Dynamic average consensus: nodes that follow the mean of signals with a small oscillation, which leaves an error,
# and of signals that settle, which does not.
# usage: dynamic.sh [NODES [ROUNDS [FORMAT]]], writes sin.csv, decay.csv and pictures (svg, png or pdf)
set -eu
nodes=${1:-64} rounds=${2:-500} format=${3:-svg}
for signal in sin:amplitude=0.1,omega=0.2 decay:amplitude=10,omega=0.2,ratio=0.95; do
  name=${signal%%:*}
  plot="--plot $name.$format"
  if ! command -v gnuplot >/dev/null; then
    echo 'no picture: gnuplot is not installed (Debian package gnuplot-nox)' >&2
    plot=
  fi
  echo "signals $signal"
  # shellcheck disable=SC2086
  "${GRAPEVINE:-grapevine}" consensus --nodes "$nodes" --rounds "$rounds" --signal "$signal" \
    --topology ring --topology grid --topology torus --topology exponential --topology one-peer-exponential \
    --csv "$name.csv" $plot
done
