/* optimizer.h - the extension point for optimizers: from a gradient to a direction, element by element. */
#ifndef GV_ALGORITHMS_OPTIMIZER_H
#define GV_ALGORITHMS_OPTIMIZER_H

#include <stddef.h>

#include "core/base/named.h"

enum { GV_OPTIMIZER_STATES_MAX = 2 };

struct gv_optimizer {
  struct gv_named named;
  int states;  /* vectors kept a node */

  /* Returns the direction (n) for gradient g (n), in d or in one of the states; each state (n) is zero before the
   * first round. d overlaps none of them. NULL: the direction is the gradient itself. */
  const float *(*direction)(const struct gv_options *options, const float *g, float *d, float *const *state,
                            size_t n);
};

extern const struct gv_table gv_optimizer_table;  /* of struct gv_optimizer */

#endif
