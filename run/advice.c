/* What is said while a run goes on but goes wrong. */
#include <math.h>
#include <stdio.h>

#include "core/base/log.h"
#include "core/graph/spectrum/spectrum.h"
#include "run/run.h"

/* (1 + lambda_min)/L as far as it is known: L is the loss's. */
static void bound_text(const struct gv_run *run, char *text, size_t size)
{
  struct gv_spectrum spectrum = {.lambda_min = 0};
  bool known = run->schedule->average || gv_spectrum_find(run->schedule, &spectrum, NULL) == GV_OK;
  if (known && isfinite(spectrum.lambda_min))
    snprintf(text, size, "(1 + lambda_min)/L, here %.3g/L", 1 + spectrum.lambda_min);
  else
    snprintf(text, size, "(1 + lambda_min)/L");
}

/* The test loss is known before round 0 too, and has no penalties as the training loss may have; but it may rise
 * for other reasons, where the training loss falls. So the lower of the two must have risen; or the one that there
 * is. */
static double loss_of(const struct gv_evaluation *evaluation)
{
  return evaluation != NULL ? fmin(evaluation->test_loss, evaluation->train_loss) : INFINITY;
}

void gv_run_advise(struct gv_run *run, const struct gv_evaluation *evaluation)
{
  char bound[64];
  double loss = loss_of(evaluation);
  if (!run->algorithm->bounded_step || run->advised)
    return;
  if (isnan(run->first_loss))
    run->first_loss = loss;
  if (isnan(loss) || loss <= run->first_loss)
    return;
  run->advised = true;
  bound_text(run, bound, sizeof bound);
  gv_log(GV_LOG_WARNING,
         "algorithm %s: the training loss rises; its steps must stay under %s, those of dsgd under 2/L with L the "
         "largest curvature of the loss; lower --learning-rate %s, or take --algorithm dsgd",
         run->algorithm->named.name, bound, gv_options_text(run->options, "learning-rate"));
}
