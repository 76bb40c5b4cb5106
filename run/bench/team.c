/* Times what a team of workers does together. */
#include "core/base/clock.h"
#include "run/bench/bench.h"

enum { WAYS = 8, REPEATS_MAX = 1 << 24 };

struct timing {
  struct gv_bench *bench;
  const struct gv_together *what;
  struct gv_samples *samples;
  /* Written by worker 0 between two barriers, read by all after the second. */
  int repeats[WAYS];
  double start, seconds;
  bool over;
  struct gv_error error;
};

/* t->seconds <- of all workers together, for worker 0 to read. The clock starts when all are there, and nobody
 * works before it runs. */
static void measure(struct timing *t, struct gv_team *team, int worker, int way, int repeats)
{
  gv_team_barrier(team);
  if (worker == 0)
    t->start = gv_seconds();
  gv_team_barrier(team);
  t->what->work(t->what->context, team, worker, way, repeats);
  gv_team_barrier(team);
  if (worker == 0)
    t->seconds = gv_seconds() - t->start;
}

/* Warms up, and finds how many repeats last long enough. */
static void calibrate(struct timing *t, struct gv_team *team, int worker, int way)
{
  double least = t->bench->quick ? 1e-3 : 1e-2;
  bool enough = false;
  if (worker == 0)
    t->repeats[way] = 1;
  while (!enough) {
    gv_team_barrier(team);
    measure(t, team, worker, way, t->repeats[way]);
    if (worker == 0) {
      double factor = t->seconds > 0 ? 1.1 * least / t->seconds : 16;
      if (t->seconds >= least || t->repeats[way] >= REPEATS_MAX / 16)
        t->over = true;
      else
        t->repeats[way] = (int)((double)t->repeats[way] * (factor < 2 ? 2 : factor > 16 ? 16 : factor));
    }
    gv_team_barrier(team);
    enough = t->over;
    gv_team_barrier(team);
    if (worker == 0)
      t->over = false;
  }
  gv_team_barrier(team);
}

static void body(void *arg, struct gv_team *team, int worker)
{
  struct timing *t = arg;
  for (int w = 0; w < t->what->workers; w++) {  /* one after the other, so the first failure is the one told */
    if (w == worker && t->what->place != NULL && t->error.status == GV_OK)
      (void)t->what->place(t->what->context, worker, &t->error);
    gv_team_barrier(team);
  }
  if (t->error.status != GV_OK)
    return;
  for (int way = 0; way < t->samples->ways; way++)
    calibrate(t, team, worker, way);
  for (int i = 0; i < t->samples->count; i++) {
    if (worker == 0)
      t->over = gv_bench_stopped(t->bench, &t->error) != GV_OK;
    gv_team_barrier(team);
    if (t->over)
      return;
    for (int way = 0; way < t->samples->ways; way++) {
      measure(t, team, worker, way, t->repeats[way]);
      if (worker == 0)
        t->samples->seconds[way * t->samples->count + i] = t->seconds / t->repeats[way];
    }
  }
}

enum gv_status gv_bench_together(struct gv_bench *bench, struct gv_samples *samples, const struct gv_together *what,
                                 struct gv_error *err)
{
  struct timing timing = {.bench = bench, .what = what, .samples = samples, .error = {GV_OK, ""}};
  enum gv_status status = gv_team_run(what->workers, gv_bench_cpus(bench, what->workers), body, &timing, err);
  if (status == GV_OK && timing.error.status != GV_OK)
    status = gv_fail(err, timing.error.status, "%s", timing.error.text);
  return status;
}
