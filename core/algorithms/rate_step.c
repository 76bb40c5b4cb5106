/* step: the rate falls by a factor every so many epochs. */
#include <math.h>

#include "core/algorithms/tables.h"

static double factor(const struct gv_options *options, double t, double T, double rounds_per_epoch)
{
  double every =
      gv_options_is_word(options, "every") ? T / 3 : gv_options_real(options, "every") * rounds_per_epoch;
  return pow(gv_options_real(options, "gamma"), floor(t / every));
}

static const struct gv_option options[] = {
    GV_RATE_WARMUP,
    {.key = "every", .type = GV_OPTION_REAL, .value = "third", .min = 0.001, .max = 1e6, .words = "third",
     .help = "epochs between two falls; third: a third of the run"},
    {.key = "gamma", .type = GV_OPTION_REAL, .value = "0.1", .min = 1e-6, .max = 1, .help = "factor of each fall"},
    {.key = NULL},
};

const struct gv_rate_schedule gv_rate_step = {
    .named = {.name = "step", .summary = "the rate falls by gamma every so many epochs", .options = options},
    .factor = factor,
};
