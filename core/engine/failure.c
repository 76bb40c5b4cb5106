/* Failures: each worker keeps its earliest, by round and then node, the engine reports the earliest of all. */
#include <stdarg.h>
#include <stdio.h>

#include "core/engine/internal.h"

bool gv_worker_is_past_failure(const struct gv_worker *worker, uint64_t round, int node)
{
  return worker->failed &&
         (round > worker->fail_round || (round == worker->fail_round && node >= worker->fail_node));
}

void gv_worker_fail(struct gv_worker *worker, uint64_t round, int node, enum gv_status status,
                    const char *format, ...)
{
  if (!gv_worker_is_past_failure(worker, round, node)) {
    char text[GV_ERROR_TEXT];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    gv_fail(&worker->error, status, "%s", text);
    worker->failed = true;
    worker->fail_round = round;
    worker->fail_node = node;
  }
  gv_stop_ask(&worker->engine->gate.failed);
}

bool gv_engine_failed(const struct gv_engine *e)
{
  for (int w = 0; w < e->setup.workers; w++)
    if (e->worker[w].failed)
      return true;
  return false;
}

enum gv_status gv_engine_failure(const struct gv_engine *e, struct gv_error *err)
{
  const struct gv_worker *first = NULL;
  for (int w = 0; w < e->setup.workers; w++) {
    const struct gv_worker *worker = &e->worker[w];
    if (worker->failed && (first == NULL || worker->fail_round < first->fail_round ||
                           (worker->fail_round == first->fail_round && worker->fail_node < first->fail_node)))
      first = worker;
  }
  return first == NULL ? GV_OK : gv_fail(err, first->error.status, "%s", first->error.text);
}
