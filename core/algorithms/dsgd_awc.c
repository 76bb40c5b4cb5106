/* dsgd-awc: decentralized SGD, combine while adapting: x+ = avg(x) - a d. The replica is published before its
 * gradient is taken, so messages travel meanwhile; in return the step must stay under (1 + lambda_min)/L (Yuan,
 * Ling, Yin 2016) and the bias on heterogeneous data is larger than dsgd's.
 * Passes: read d and degree + 1 messages, write x. */
#include "core/algorithms/descent.h"
#include "core/algorithms/tables.h"

static void combine(const struct gv_options *options, const struct gv_block *block)
{
  (void)options;
  gv_descend(block->x, block->mixed[0], block->d, block->rate, block->n);
}

const struct gv_algorithm gv_algorithm_dsgd_awc = {
    .named = {.name = "dsgd-awc", .summary = "dsgd that averages while it computes; needs smaller steps"},
    .messages = 1,
    .paces = GV_PACE_SYNC,
    .replica_message = true,
    .bounded_step = true,
    .mixing = gv_mix_neighbors,
    .combine = combine,
};
