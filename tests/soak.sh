#!/bin/bash
# A few drawn configurations over all tables; tests/soak/run.sh tries as many as there is time for.
source "${0%/*}/tap.sh"
export GLIBC_TUNABLES=glibc.malloc.tcache_count=0 TMPDIR=$folder GV_SOAK_LIMIT=$patience
export GRAPEVINE_PLUGIN_PATH=$GV_BUILD/models/.libs GRAPEVINE_DATA_PATH=$GV_BUILD/datasets

# For 4 s, and where the machine is too busy for one to be trained and one refused by then, for longer.
some() { grep -qE '^[0-9]+ configurations in .* [1-9][0-9]* trained, .* [1-9][0-9]* were refused' "$folder/said"; }
drawn() {
  local seconds
  for seconds in 4 16 64 256; do
    "$GV_BUILD/tests/soak/soak" $seconds 1 >"$folder/said" || { cat "$folder/said"; return 1; }
    if some; then break; fi
  done
  cat "$folder/said"
}
check 'drawn configurations hold all that is checked of a run' drawn
sed 's/^/# /' "$log"
check 'some train, some are refused' some
again() { "$GV_BUILD/tests/soak/soak" 0 1 3 | sed 's,soak[.][^/]*,,; s,in [0-9]* s,,'; }
check 'one that is drawn again is the same' diff <(again) <(again)
check 'what is no number is refused' bash -c '! "$GV_BUILD/tests/soak/soak" x'
finish
