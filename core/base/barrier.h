/* barrier.h - where all threads of a group wait for each other, as gv_epoch_wait does. */
#ifndef GV_BASE_BARRIER_H
#define GV_BASE_BARRIER_H

#include "core/base/epoch.h"

struct gv_barrier {
  struct gv_epoch passed;  /* times that all were there; wraps */
  _Alignas(GV_APART) _Atomic uint32_t arrived;
  uint32_t threads;
};

/* For that many threads. It holds nothing that would have to be given back. */
void gv_barrier_init(struct gv_barrier *barrier, int threads);

/* Returns when every thread has called it. Memory written before is seen after. */
void gv_barrier_wait(struct gv_barrier *barrier);

#endif
