/* stop.h - the wish that a run ends soon; asked from any thread, also from a signal handler. */
#ifndef GV_ENGINE_STOP_H
#define GV_ENGINE_STOP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/* Zero-initialised: nobody asked. Relaxed: the wish orders nothing else. */
struct gv_stop {
  atomic_bool asked;
};

static inline void gv_stop_ask(struct gv_stop *stop)
{
  atomic_store_explicit(&stop->asked, true, memory_order_relaxed);
}

static inline bool gv_stop_asked(const struct gv_stop *stop)
{
  return stop != NULL && atomic_load_explicit(&stop->asked, memory_order_relaxed);
}

#endif
