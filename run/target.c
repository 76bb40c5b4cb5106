/* The value that ends a run once an evaluation reaches it: which, whether the data have it, whether it is there. */
#include <string.h>

#include "run/run.h"

enum gv_status gv_run_resolve_target(struct gv_run *run, struct gv_error *err)
{
  const struct gv_options *o = run->options;
  struct gv_result *result = &run->result;
  const char *accuracy = gv_options_text(o, "target-accuracy"), *loss = gv_options_text(o, "target-loss");
  bool by_accuracy = !gv_options_is_word(o, "target-accuracy"), by_loss = !gv_options_is_word(o, "target-loss");
  bool tested = run->source.test_samples > 0, objective = strcmp(gv_options_text(o, "metrics"), "all") == 0;
  if (by_accuracy && by_loss)
    return gv_fail(err, GV_USAGE, "target-accuracy %s and target-loss %s both end the run; leave one out", accuracy,
                   loss);
  if (by_accuracy && run->source.shape.classes == 0)
    return gv_fail(err, GV_USAGE, "target-accuracy %s: data %s have no classes; --target-loss is for them",
                   accuracy, run->dataset->name);
  if (by_accuracy && !tested)
    return gv_fail(err, GV_USAGE, "target-accuracy %s: data %s have no test set to be accurate on; --target-loss "
                   "with --metrics all ends a run by its objective", accuracy, run->dataset->name);
  if (by_loss && !tested && !objective)
    return gv_fail(err, GV_USAGE, "target-loss %s: data %s have no test set; --metrics all measures the objective "
                   "instead", loss, run->dataset->name);
  if (by_accuracy)
    result->target_metric = "test_accuracy";
  else if (by_loss)
    result->target_metric = tested ? "test_loss" : "objective";
  result->target = gv_options_real(o, by_accuracy ? "target-accuracy" : "target-loss");
  return GV_OK;
}

bool gv_run_on_target(const struct gv_run *run)
{
  const struct gv_result *r = &run->result;
  if (r->target_metric == NULL)
    return false;
  if (strcmp(r->target_metric, "test_accuracy") == 0)
    return r->last.test_accuracy >= r->target;
  return (strcmp(r->target_metric, "test_loss") == 0 ? r->last.test_loss : r->last.objective) <= r->target;
}
