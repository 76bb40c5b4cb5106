/* psgd: parallel SGD, x+ = x - a mean_j g_j: what all nodes would do with one model and the union of their batches.
 * Passes: the model writes the gradient into the message; a global average; read mean and x, write x. */
#include "core/algorithms/tables.h"
#include "core/base/clones.h"

static enum gv_mixing mixing(const struct gv_options *options, uint64_t round)
{
  (void)options;
  (void)round;
  return GV_MIX_GLOBAL;
}

GV_CLONES
static void step(float *restrict x, const float *restrict d, float rate, size_t n)
{
#pragma omp simd
  for (size_t i = 0; i < n; i++)
    x[i] = x[i] - rate * d[i];
}

static void combine(const struct gv_options *options, const struct gv_block *block)
{
  (void)options;
  step(block->x, block->d, block->rate, block->n);
}

const struct gv_algorithm gv_algorithm_psgd = {
    .named = {.name = "psgd", .summary = "parallel SGD: the gradients of all nodes are averaged every round"},
    .messages = 1,
    .gradient_message = true,
    .mixing = mixing,
    .combine = combine,
};
