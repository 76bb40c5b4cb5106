# Sizes beyond the usual: a hundred thousand nodes; with GV_FAULTS_EVERY=yes a vector of 2 GiB. To be
# sourced by tests/faults.sh.
mkdir large && cd large || exit 1
# within GIB COMMAND...: in so much memory, or refused in one line
within() {
  local code=0 gib=$1
  shift
  faults=$((faults + 1))
  (ulimit -v $((gib * 1024 * 1024)); "$@" >"$out" 2>"$err") || code=$?
  cat "$err" "$out"
  [ $code = 0 ] || { [ $code -le 2 ] && [ "$(grep -c '^grapevine: error: ' "$err")" = 1 ] &&
    ! grep -qv '^grapevine: ' "$err"; }
}
many() { within 6 run train --quiet --nodes 100000 --topology ring --rounds 2 --workers 2 --out many "$@"; }
finished() { "$@" && whole many && [ -s many/summary.json ]; }
if $sanitized; then
  skip 'a hundred thousand nodes' 'a sanitizer takes memory of its own'
else
  check 'a hundred thousand nodes train' finished many --model logreg --data blobs:samples=200000 --split iid
  rm -rf many
  check 'more nodes than samples: in one line' many --model logreg --data digits
  rm -rf many
  check 'a hundred thousand nodes agree' within 4 run consensus --nodes 100000 --topology exponential --rounds 3
  check 'a hundred thousand nodes, all beside all' within 4 run topology full --nodes 100000
  huge() {
    within "$1" run train --quiet --nodes 2 --workers 1 --rounds 1 --topology full --out huge \
      --model "$GV_BUILD/tests/plugins/.libs/faulty.so:parameters=$2" || return
    rm -rf huge
  }
  check 'a vector that no memory holds: in one line' huge 4 10000000000
  if ! $every; then
    skip 'a vector of 2 GiB and more' 'GV_FAULTS_EVERY=yes runs it: it takes 20 GiB of memory'
  else
    two_gib() {
      local patience=1800
      huge 40 $(((1 << 29) + 3)) && [ ! -s "$err" ]
    }
    check 'a vector of 2 GiB and more' two_gib
  fi
fi
cd ..
