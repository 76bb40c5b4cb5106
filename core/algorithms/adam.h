/* adam.h - what adam and adamw share. */
#ifndef GV_ALGORITHMS_ADAM_H
#define GV_ALGORITHMS_ADAM_H

#include "core/algorithms/optimizer.h"

/* Options beta1, beta2 and epsilon; states m and v. */
const float *gv_adam(const struct gv_options *options, const struct gv_slope *slope);

#define GV_ADAM_OPTIONS                                                                                  \
  {.key = "beta1", .type = GV_OPTION_REAL, .value = "0.9", .min = 0, .max = 0.9999,                      \
   .help = "share kept of the mean gradient"},                                                           \
  {.key = "beta2", .type = GV_OPTION_REAL, .value = "0.999", .min = 0, .max = 0.999999,                  \
   .help = "share kept of the mean squared gradient"},                                                   \
  {.key = "epsilon", .type = GV_OPTION_REAL, .value = "1e-8", .min = 1e-30, .max = 1,                    \
   .help = "added to the root of that mean"}

#endif
