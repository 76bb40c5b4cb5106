/* Tries runs of a study out: whether they could be trained, and how long they would take. */
#include "run/study/probe.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "run/run.h"

static const double enough = 0.2;  /* seconds of training that tell its speed */

static enum gv_status make(const struct gv_planned *planned, struct gv_run **run, struct gv_error *err)
{
  enum gv_status status = gv_run_create(run, err);
  for (size_t s = 0; s < planned->count && status == GV_OK; s++)
    status = gv_run_set(*run, planned->settings[s].key, planned->settings[s].value, err);
  return status;
}

static enum gv_status try_run(const struct gv_planned *planned, struct gv_error *err)
{
  struct gv_run *run = NULL;
  enum gv_status status = make(planned, &run, err);
  if (status == GV_OK)
    status = gv_run_try(run, err);
  gv_run_destroy(run);
  return status;
}

enum gv_status gv_study_check(const struct gv_study_plan *plan, double seconds, struct gv_error *err)
{
  double end = gv_seconds() + seconds;
  for (size_t r = 0; r < plan->count && gv_seconds() < end; r++) {
    const struct gv_planned *run = &plan->runs[r];
    struct gv_error why = {GV_OK, ""};
    if (run->state == GV_RUN_DONE || (r > 0 && plan->runs[r - 1].group == run->group) ||
        try_run(run, &why) == GV_OK)
      continue;
    char values[200] = "";
    for (size_t k = 0, used = 0; k < plan->varied && used < sizeof values; k++)
      used += (size_t)snprintf(values + used, sizeof values - used, "%s%s = %s", k > 0 ? ", " : "", plan->keys[k],
                               run->values[k]);
    return gv_fail(err, why.status, "%s: %s%s%s", plan->spec->path, values, *values != '\0' ? ": " : "", why.text);
  }
  return GV_OK;
}

static void stop_soon(void *context, const struct gv_result *result, uint64_t round, double seconds)
{
  (void)result;
  if (round > 0 && seconds > enough)
    gv_run_stop(context);
}

double gv_study_probe(const struct gv_planned *planned)
{
  const char *temporary = getenv("TMPDIR");
  char folder[4000], out[4096];
  struct gv_run *run = NULL;
  double seconds = NAN;
  snprintf(folder, sizeof folder, "%s/grapevine-probe-XXXXXX",
           temporary != NULL && *temporary != '\0' ? temporary : "/tmp");
  if (mkdtemp(folder) == NULL)
    return NAN;
  snprintf(out, sizeof out, "%s/run", folder);
  enum gv_status status = make(planned, &run, NULL);
  const char *const more[][2] = {
      {"out", out}, {"workers", "1"}, {"checkpoint-every", "never"}, {"eval-every", "1e9"}};
  for (size_t i = 0; i < sizeof more / sizeof more[0] && status == GV_OK; i++)
    status = gv_run_set(run, more[i][0], more[i][1], NULL);
  if (status == GV_OK) {
    gv_run_watch(run, &(struct gv_watcher){.context = run, .progress = stop_soon});
    status = gv_run_train(run, NULL);
    const struct gv_result *result = gv_run_result(run);
    if ((status == GV_OK || status == GV_INTERRUPTED) && result->last.round > 0)
      seconds = result->last.seconds / (double)result->last.round * (double)result->rounds_planned;
    if (result->folder != NULL)
      gv_folder_discard(&run->folder);
  }
  gv_run_destroy(run);
  (void)rmdir(folder);
  return seconds;
}
