/* How much memory the nodes of a run take, before any of it is taken. */
#include "core/engine/engine.h"

double gv_engine_bytes(const struct gv_engine_setup *s)
{
  const struct gv_algorithm *a = s->algorithm;
  int slots = s->schedule->nodes > 1 ? 2 : 1;
  int vectors = slots * a->messages + (a->in_place ? 0 : 1) + a->states + s->optimizer->states;
  return (double)vectors * (double)s->schedule->nodes * (double)s->parameters * (double)sizeof(float);
}
