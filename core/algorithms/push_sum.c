/* push-sum: asynchronous stochastic gradient push (Assran et al., ICML 2019): x+ = P(x - a d(z)), w+ = P w, and
 * z = x+/w+. A share that was given arrives once, however late, so the mean of all nodes is what their steps
 * make it.
 * Passes: read x and d, write x; read x, write degree messages, read degree messages, write x and z. */
#include "core/algorithms/descent.h"
#include "core/algorithms/tables.h"

static void local(const struct gv_options *options, const struct gv_block *block)
{
  (void)options;
  gv_descend(block->x, block->x, block->d, block->rate, block->n);
}

const struct gv_algorithm gv_algorithm_push_sum = {
    .named = {.name = "push-sum",
              .summary = "asynchronous: shares go to the neighbours and none is lost, so the mean stays true"},
    .messages = 1,
    .paces = GV_PACE_ASYNC,
    .in_place = true,
    .pushes = true,
    .local = local,
};
