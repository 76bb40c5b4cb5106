/* A barrier of a count and an epoch. OpenMP's spins for milliseconds, which is right only where no other process
 * wants the processors: two runs of two workers that shared two cores took three times as long as one after the
 * other. */
#include "core/base/barrier.h"

void gv_barrier_init(struct gv_barrier *barrier, int threads)
{
  atomic_init(&barrier->passed.value, 0);
  atomic_init(&barrier->passed.sleepers, 0);
  atomic_init(&barrier->arrived, 0);
  barrier->threads = (uint32_t)threads;
}

void gv_barrier_wait(struct gv_barrier *barrier)
{
  /* Nobody raises it before this thread has arrived. */
  uint32_t next = atomic_load_explicit(&barrier->passed.value, memory_order_relaxed) + 1;
  /* The last has acquired what all before it released, and releases it by the epoch. */
  if (atomic_fetch_add_explicit(&barrier->arrived, 1, memory_order_acq_rel) + 1 < barrier->threads) {
    gv_epoch_wait(&barrier->passed, next);
    return;
  }
  atomic_store_explicit(&barrier->arrived, 0, memory_order_relaxed);  /* the epoch shows it to who arrives next */
  gv_epoch_raise(&barrier->passed, next);
}
