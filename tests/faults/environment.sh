# Clocks that jump, and nonsense in the environment. To be sourced by tests/faults.sh.
mkdir environment && cd environment || exit 1
unset OPENBLAS_CORETYPE  # other kernels have other bits, and cases below take away what it says
training=(train --quiet --nodes 6 --workers 2 --rounds 60 --eval-every 0.5 --model logreg)
run "${training[@]}" --compute-time 1e-3 --out plain >/dev/null 2>&1

# ---- clocks ----

jumping=$GV_BUILD/tests/faults/.libs/clock.so
# jumps HOW ARGUMENT...: it ends, with the same bits, and no time in its files is negative or none
jumps() {
  faults=$((faults + 1))
  rm -rf r
  timeout -k 5 $patience env GV_CLOCK="$1" LD_PRELOAD="$jumping" "$grapevine" "${@:2}" --out r >"$out" 2>"$err" ||
    { cat "$err"; return 1; }
  whole r && awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i ~ /seconds/) times[i] = $i; next }
    { for (i in times) if ($i !~ /^[0-9.e+-]+$/ || $i < 0) { print times[i] ": " $i; bad = 1 } }
    END { exit bad }' r/metrics.csv && ! grep -E '"[a-z_]*seconds[a-z_]*": -' r/summary.json
}
jumps_alike() { jumps "$@" && same_bits plain r; }
consensus_jumps() {
  faults=$((faults + 1))
  timeout -k 5 $patience env GV_CLOCK=back LD_PRELOAD="$jumping" "$grapevine" consensus --rounds 2000 >"$out" &&
    ! grep -E ' -[0-9.]+ [mun]?s' "$out"
}
if $sanitized; then
  skip 'clocks that jump' 'nothing is preloaded beside a sanitizer'
else
  check 'the time of day jumps by days' jumps_alike wall "${training[@]}" --compute-time 1e-3
  check 'the monotonic clock goes back' jumps_alike back "${training[@]}" --compute-time 1e-3
  check 'it does where times are measured' jumps back "${training[@]}" --checkpoint-every 0.1
  check 'it does in asynchronous pace, with a slow node' jumps back "${training[@]}" --pace async --straggler 1:2
  check 'it does in consensus' consensus_jumps
fi

# ---- the environment ----

# nonsense NAME=VALUE...: the same bits, or refused in one line
nonsense() {
  local code=0
  faults=$((faults + 1))
  rm -rf r
  timeout -k 5 $patience env "$@" "$grapevine" "${training[@]}" --compute-time 1e-3 --out r >"$out" 2>"$err" ||
    code=$?
  # OpenMP says in lines of its own what it does not understand
  grep -v '^libgomp: \|^OMP: \|^$' "$err" >own
  if [ $code = 0 ]; then
    ! grep -qv '^grapevine: warning: ' own && same_bits plain r || { cat own; return 1; }
  else
    { [ $code = 1 ] || [ $code = 2 ]; } && one_line own && [ ! -e r ] ||
      { echo "exit status $code"; cat "$err"; return 1; }
  fi
}
variables=(OMP_NUM_THREADS=-3 OMP_NUM_THREADS=99999999999 OMP_NUM_THREADS=many OMP_NUM_THREADS= OMP_NUM_THREADS=0
  OMP_PROC_BIND=perhaps OMP_PROC_BIND=spread,close,true OMP_PROC_BIND=false 'OMP_PLACES={999999}' OMP_PLACES=moons
  'OMP_PLACES={0:1}:1000000' 'OMP_PLACES={-1}' 'OMP_PLACES={0}' OMP_DYNAMIC=yes OMP_DYNAMIC=true OMP_THREAD_LIMIT=1
  OMP_THREAD_LIMIT=-1 OMP_THREAD_LIMIT=x OMP_SCHEDULE=guided,-4 OMP_SCHEDULE=dynamic,1 OMP_WAIT_POLICY=sometimes
  OMP_WAIT_POLICY=passive OMP_STACKSIZE=1 OMP_STACKSIZE=16k OMP_STACKSIZE=999999T OMP_STACKSIZE=-5M
  OMP_STACKSIZE=2000G OMP_STACKSIZE=9000000G OMP_STACKSIZE=-1B OMP_STACKSIZE=4MB OMP_STACKSIZE=soft OPENBLAS_NUM_THREADS=-7 OPENBLAS_NUM_THREADS=100000 OPENBLAS_NUM_THREADS=x
  OPENBLAS_CORETYPE=nonsense GOMP_SPINCOUNT=-1 GOMP_SPINCOUNT=infinite GOMP_SPINCOUNT=x GOMP_CPU_AFFINITY=77777
  OMP_NESTED=maybe OMP_MAX_ACTIVE_LEVELS=-1 OMP_MAX_ACTIVE_LEVELS=0 OMP_CANCELLATION=x DNNL_MAX_CPU_ISA=none
  TMPDIR=/nowhere HOME=/nowhere LC_ALL=xx_YY.nonsense LANG=de_DE TERM=nonsense COLUMNS=-1 TZ=nonsense
  MALLOC_ARENA_MAX=-1 GRAPEVINE_PLUGIN_PATH=:::/nowhere: GRAPEVINE_DATA_PATH=:)
for variable in "${variables[@]}"; do
  check "nonsense: $variable" nonsense "$variable"
done
check 'nonsense: no environment at all' nonsense -i
cd ..
