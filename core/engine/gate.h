/* gate.h - lets all workers leave at the same round without a barrier.
 *
 * Rounds below the limit may run. The first worker to reach the limit raises it, or, once a stop is asked for,
 * closes the gate there; nobody has passed it by then, so all leave at the same round. Limits lie some
 * milliseconds apart, so rounds pay one load.
 */
#ifndef GV_ENGINE_GATE_H
#define GV_ENGINE_GATE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/engine/stop.h"

struct gv_gate {
  _Atomic uint64_t limit;     /* 2 x rounds that may run + 1 once closed */
  _Atomic uint64_t stride;    /* rounds the limit was last raised by */
  _Atomic uint64_t raised;    /* clock at that time, in microseconds */
  struct gv_stop failed;      /* asked by a worker */
  const struct gv_stop *stop; /* asked by whoever runs the engine; may be NULL */
};

/* round: the first that anybody will ask for. */
void gv_gate_open(struct gv_gate *gate, const struct gv_stop *stop, uint64_t round);

bool gv_gate_decide(struct gv_gate *gate, uint64_t round);

/* Whether the calling worker runs this round; the same answer for every worker. */
static inline bool gv_gate_pass(struct gv_gate *gate, uint64_t round)
{
  return round < atomic_load_explicit(&gate->limit, memory_order_relaxed) >> 1 || gv_gate_decide(gate, round);
}

#endif
