/* psgd: parallel SGD, x+ = x - a mean_j g_j: what all nodes would do with one model and the union of their batches.
 * Passes: the model writes the gradient into the message; a global average; read mean and x, write x. */
#include "core/algorithms/descent.h"
#include "core/algorithms/tables.h"

static enum gv_mixing mixing(const struct gv_options *options, const struct gv_rhythm *rhythm, uint64_t round)
{
  (void)rhythm;
  (void)options;
  (void)round;
  return GV_MIX_GLOBAL;
}

const struct gv_algorithm gv_algorithm_psgd = {
    .named = {.name = "psgd", .summary = "parallel SGD: the gradients of all nodes are averaged every round"},
    .messages = 1,
    .paces = GV_PACE_SYNC,
    .gradient_message = true,
    .own_averages = true,
    .together = true,
    .mixing = mixing,
    .combine = gv_descend_block,
};
