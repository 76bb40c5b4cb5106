#!/bin/bash
# `grapevine cost`: its table, JSON, what it refuses. TAP.
# shellcheck source=tests/cli.sh
. "$GV_SOURCE/tests/cli.sh"
subcommand=(cost)
check 'the published pair, and that it was calibrated on it' \
  prints '278 ms' '150 ms' 'calibrated on one published pair' -- --network fitted --nodes 256 --topology ring
uncalibrated() {
  local network
  for network in fitted:bandwidth=1e12 fitted:alpha=1 ethernet-10g alpha=2.53e-4,bandwidth=1.364e9; do
    run --network "$network" --nodes 8 --topology ring >"$out" || return
    ! grep calibrated "$out" || return
  done
}
check 'no other network claims that' uncalibrated
check 'by default several sizes and topologies' prints 'all-reduce' 'ring' 'one-peer-exponential' '   256 ' --
check 'with a period' prints 'ring, all every 20' -- --topology ring --period 20
check 'with computing' prints 'round' -- --compute-time 0.1
check 'any network' prints 'alpha 1.0 s, 2 GB/s' -- --network alpha=1,bandwidth=2e9
check 'help' prints 'Example' -- --help
json() {
  run --json --nodes 8 --topology ring --parameters 1000 --network alpha=1,bandwidth=4000 >"$out" || return
  python3 - "$out" <<'END'
import json, sys
page = json.load(open(sys.argv[1]))
assert page["bytes"] == 4000 and page["alpha"] == 1 and page["bandwidth"] == 4000, page
one, two = page["methods"]
assert one["messages"] == 14 and abs(one["seconds"] - (14 + 2 * 7 / 8)) < 1e-9, one
assert two["method"] == "ring" and two["messages"] == 2 and two["seconds"] == 4 and two["bytes"] == 8000, two
assert page["network"] == "alpha=1,bandwidth=4000" and page["calibrated"] is False, page
END
  for network in fitted fitted:bandwidth=1364000000 fitted:bandwidth=1e12; do
    run --json --network $network >"$out" || return
    python3 -c 'import json, sys
page = json.load(open(sys.argv[1]))
assert page["network"] == sys.argv[2], page
assert page["calibrated"] is (sys.argv[2][-4:] != "1e12"), page' "$out" $network || return
  done
}
with_python 'JSON' json
refused 2 "nodes is '1'" --nodes 1
refused 2 "nodes is '4,'" --nodes 4,
refused 2 "unknown network 'fited'; did you mean 'fitted'" --network fited
refused 2 'bandwidth is missing' --network alpha=1
refused 2 "unknown topology 'rong'" --topology rong
refused 2 'power of two' --topology hypercube --nodes 6
refused 2 'parameters' --parameters 0
finish
