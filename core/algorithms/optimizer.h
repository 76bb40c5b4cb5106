/* optimizer.h - the extension point for optimizers: from a gradient to a direction, element by element. */
#ifndef GV_ALGORITHMS_OPTIMIZER_H
#define GV_ALGORITHMS_OPTIMIZER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/named.h"

enum { GV_OPTIMIZER_STATES_MAX = 2 };

/* One block of one node's gradient; every pointer is at the block's first element. */
struct gv_slope {
  size_t n;                               /* elements, >= 1 */
  uint64_t step;                          /* rounds that this node has done: 0 in its first */
  const float *g;                         /* gradient, clipped and, but for `decoupled`, with its decay */
  float *d;                               /* where the direction may be written */
  float *state[GV_OPTIMIZER_STATES_MAX];  /* zero before the first round */
};

struct gv_optimizer {
  struct gv_named named;
  int states;      /* vectors kept a node */
  bool adaptive;   /* not linear in the gradients */
  bool decoupled;  /* weight decay is added to the direction, not to the gradient (Loshchilov and Hutter, 2019) */

  /* Returns the direction (n), in slope->d or in one of the states. NULL: the direction is the gradient itself. */
  const float *(*direction)(const struct gv_options *options, const struct gv_slope *slope);
};

/* Every optimizer's table ends with these rows, which the engine reads. */
#define GV_OPTIMIZER_COMMON(decay)                                                                          \
  {.key = "weight-decay", .type = GV_OPTION_REAL, .value = decay, .min = 0, .max = 1e3,                     \
   .help = "so many times the weights are added"},                                                          \
  {.key = "clip", .type = GV_OPTION_REAL, .value = "none", .min = 1e-12, .max = 1e12, .words = "none",      \
   .help = "a gradient longer than this (2-norm) is shortened to it"},                                      \
  {.key = NULL}

extern const struct gv_table gv_optimizer_table;  /* of struct gv_optimizer */

#endif
