/* epoch.h - a counter that one thread raises and others wait for: the only synchronisation of neighbours,
 * and what a barrier is made of.
 *
 * gv_epoch_raise is a release: what was written before it is seen after the gv_epoch_wait that it ends,
 * which is an acquire. Counters are 32 bits and may wrap: comparisons are by signed difference.
 */
#ifndef GV_BASE_EPOCH_H
#define GV_BASE_EPOCH_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/base/memory.h"

struct gv_epoch {
  _Alignas(GV_APART) _Atomic uint32_t value;
  _Atomic uint32_t sleepers;  /* threads in, or on their way into, the futex */
};

/* Raises to value and wakes who sleeps. One thread at a time for an epoch. */
void gv_epoch_raise(struct gv_epoch *epoch, uint32_t value);

/* Pauses briefly, yields a few times, then sleeps; see epoch.c. */
void gv_epoch_wait_slowly(struct gv_epoch *epoch, uint32_t value);

static inline bool gv_epoch_reached(struct gv_epoch *epoch, uint32_t value)
{
  /* pairs with the store in gv_epoch_raise */
  return (int32_t)(atomic_load_explicit(&epoch->value, memory_order_acquire) - value) >= 0;
}

/* Returns when the epoch has reached value. */
static inline void gv_epoch_wait(struct gv_epoch *epoch, uint32_t value)
{
  if (!gv_epoch_reached(epoch, value))
    gv_epoch_wait_slowly(epoch, value);
}

#endif
