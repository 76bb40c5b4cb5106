/* Tries runs of a study out, as far as the first round. */
#include "run/study/check.h"

#include <stdio.h>

#include "core/base/clock.h"
#include "run/run.h"

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
