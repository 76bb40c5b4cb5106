/* The gate's slow path: raise the limit, or close. Atomics are relaxed: the gate orders nothing but itself. */
#include "core/engine/gate.h"

#include "core/base/clock.h"

enum { STRIDE_MAX = 4096 };

static const uint64_t near = 4000, far = 16000;  /* microseconds between two limits: aim between */

void gv_gate_open(struct gv_gate *gate, const struct gv_stop *stop, uint64_t round)
{
  atomic_init(&gate->limit, round << 1);
  atomic_init(&gate->stride, 1);
  atomic_init(&gate->raised, 0);
  atomic_init(&gate->failed.asked, false);
  gate->stop = stop;
}

bool gv_gate_decide(struct gv_gate *gate, uint64_t round)
{
  uint64_t limit = atomic_load_explicit(&gate->limit, memory_order_relaxed);
  while (round >= limit >> 1) {
    if (limit & 1)
      return false;
    bool stop = gv_stop_asked(&gate->failed) || gv_stop_asked(gate->stop);
    uint64_t stride = atomic_load_explicit(&gate->stride, memory_order_relaxed);
    uint64_t now = (uint64_t)(1e6 * gv_seconds());
    uint64_t past = now - atomic_load_explicit(&gate->raised, memory_order_relaxed);
    if (past < near && stride < STRIDE_MAX)
      stride *= 2;
    else if (past > far && stride > 1)
      stride /= 2;
    uint64_t next = stop ? limit | 1 : ((limit >> 1) + stride) << 1;
    if (atomic_compare_exchange_weak_explicit(&gate->limit, &limit, next, memory_order_relaxed,
                                              memory_order_relaxed)) {
      atomic_store_explicit(&gate->stride, stride, memory_order_relaxed);
      atomic_store_explicit(&gate->raised, now, memory_order_relaxed);
      limit = next;
    }
  }
  return true;
}
