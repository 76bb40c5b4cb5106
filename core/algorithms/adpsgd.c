/* adpsgd: asynchronous decentralized SGD (Lian et al., ICML 2018), x+ = avg(x, newest neighbours) - a d with the
 * gradient taken at x, before the average.
 * Passes: read x, d and degree messages, write x, which is the next message. */
#include "core/algorithms/descent.h"
#include "core/algorithms/tables.h"

static void combine(const struct gv_options *options, const struct gv_block *block)
{
  (void)options;
  gv_descend(block->x, block->mixed[0], block->d, block->rate, block->n);
}

const struct gv_algorithm gv_algorithm_adpsgd = {
    .named = {.name = "adpsgd",
              .summary = "asynchronous: the average with the newest neighbours, less the step taken meanwhile"},
    .messages = 1,
    .paces = GV_PACE_ASYNC,
    .replica_message = true,
    .combine = combine,
};
