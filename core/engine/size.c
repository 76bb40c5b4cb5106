/* How much memory the nodes of a run take, before any of it is taken. */
#include "core/engine/internal.h"

bool gv_engine_owns(const struct gv_engine_setup *s)
{
  const struct gv_algorithm *a = s->algorithm;
  return s->async ? a->pushes || !a->in_place : !a->in_place && !a->replica_message;
}

double gv_engine_message_bytes(const struct gv_engine_setup *s)
{
  double numbers = (double)s->parameters * s->algorithm->messages;
  if (s->algorithm->pushes)  /* the weight of the mass */
    numbers++;
  return numbers * (double)sizeof(float);
}

double gv_engine_bytes(const struct gv_engine_setup *s)
{
  const struct gv_algorithm *a = s->algorithm;
  double each = a->states + s->optimizer->states + gv_engine_owns(s), more = 0;
  if (!s->async) {
    each += (s->schedule->nodes > 1 ? 2 : 1) * a->messages;
  } else if (!a->pushes) {
    each += 3;  /* of its slots; it seldom needs more */
  } else if (!s->schedule->average) {  /* which is refused */
    each++;     /* its mass */
    more = gv_mail_boxes(s->schedule);
  }
  return (each * (double)s->schedule->nodes + more) * (double)s->parameters * (double)sizeof(float);
}
