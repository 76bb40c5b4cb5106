/* constant: the learning rate as it is given. */
#include "core/algorithms/tables.h"

static double factor(const struct gv_options *options, double t, double T, double rounds_per_epoch)
{
  (void)options;
  (void)t;
  (void)T;
  (void)rounds_per_epoch;
  return 1;
}

static const struct gv_option options[] = {GV_RATE_WARMUP, {.key = NULL}};

const struct gv_rate_schedule gv_rate_constant = {
    .named = {.name = "constant", .summary = "the same rate in every round", .options = options},
    .factor = factor,
};
