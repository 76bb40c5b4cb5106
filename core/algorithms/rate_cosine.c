/* cosine: half a cosine from the rate to a last share of it (Loshchilov and Hutter, ICLR 2017; no restarts). */
#include <math.h>

#include "core/algorithms/tables.h"

static double factor(const struct gv_options *options, double t, double T, double rounds_per_epoch)
{
  (void)rounds_per_epoch;
  double last = gv_options_real(options, "last"), share = t < T ? t / T : 1;
  return last + (1 - last) * 0.5 * (1 + cos(3.14159265358979323846 * share));
}

static const struct gv_option options[] = {
    GV_RATE_WARMUP,
    {.key = "last", .type = GV_OPTION_REAL, .value = "0", .min = 0, .max = 1,
     .help = "share of the rate at the end of the run"},
    {.key = NULL},
};

const struct gv_rate_schedule gv_rate_cosine = {
    .named = {.name = "cosine", .summary = "half a cosine down to a last share of the rate", .options = options},
    .factor = factor,
};
