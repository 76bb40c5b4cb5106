/* Nodes made slow on purpose: after its work a node sleeps what a slower processor would take longer. */
#include <time.h>

#include "core/base/clock.h"
#include "core/engine/internal.h"

/* Sleeps are cut so that a stop is noticed soon. */
static const double slice = 0.01;

void gv_pause(double seconds)
{
  struct timespec rest = {.tv_sec = (time_t)seconds};
  rest.tv_nsec = (long)(1e9 * (seconds - (double)rest.tv_sec));
  (void)nanosleep(&rest, NULL);  /* a signal ends it early: then there may be something to do */
}

void gv_straggle(struct gv_engine *e, int node, double began)
{
  double now = gv_seconds(), until = now + (e->setup.slow[node] - 1) * (gv_thread_seconds() - began);
  while (now < until && !gv_stop_asked(&e->gate.failed) && !gv_stop_asked(e->setup.stop)) {
    gv_pause(until - now < slice ? until - now : slice);
    now = gv_seconds();
  }
}
