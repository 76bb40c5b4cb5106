/* rate.h - the extension point for learning-rate schedules: a factor, and a pure function of the round. */
#ifndef GV_ALGORITHMS_RATE_H
#define GV_ALGORITHMS_RATE_H

#include <stdint.h>

#include "core/base/named.h"

struct gv_rate_schedule {
  struct gv_named named;
  /* The factor after t of T rounds, both without the warm-up; rounds_per_epoch >= some fraction > 0. */
  double (*factor)(const struct gv_options *options, double t, double T, double rounds_per_epoch);
};

/* Every schedule's table begins with this row: gv_rate reads it. */
#define GV_RATE_WARMUP                                                                              \
  {.key = "warmup", .type = GV_OPTION_REAL, .value = "0", .min = 0, .max = 1e6,                     \
   .help = "epochs over which the rate rises linearly from 0"}

extern const struct gv_table gv_rate_table;  /* of struct gv_rate_schedule */

/* The learning rate of a round of `rounds`: base x warm-up x factor. */
double gv_rate(const struct gv_rate_schedule *schedule, const struct gv_options *options, double base,
               uint64_t round, uint64_t rounds, double rounds_per_epoch);

#endif
