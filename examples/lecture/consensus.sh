#!/bin/sh
# Average consensus of seven families: how fast n nodes agree on the mean of their numbers.
# usage: consensus.sh [NODES [ROUNDS [FORMAT]]], writes consensus.csv and consensus.FORMAT (svg, png or pdf)
set -eu
nodes=${1:-64} rounds=${2:-300} format=${3:-svg}
plot="--plot consensus.$format"
if ! command -v gnuplot >/dev/null; then
  echo 'no picture: gnuplot is not installed (Debian package gnuplot-nox)' >&2
  plot=
fi
# shellcheck disable=SC2086
exec "${GRAPEVINE:-grapevine}" consensus --nodes "$nodes" --rounds "$rounds" \
  --topology ring --topology grid --topology torus --topology geometric --topology erdos-renyi \
  --topology exponential --topology one-peer-exponential \
  --csv consensus.csv $plot
