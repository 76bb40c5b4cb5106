/* dsgd: decentralized SGD, adapt then combine: x+ = avg(x - a d).
 * Passes: read x and d, write the message in place; read degree + 1 messages, write x. */
#include "core/algorithms/tables.h"
#include "core/base/clones.h"

static enum gv_mixing mixing(const struct gv_options *options, uint64_t round)
{
  (void)options;
  (void)round;
  return GV_MIX_NEIGHBORS;
}

GV_CLONES
static void step(float *x, const float *restrict d, float rate, size_t n)
{
#pragma omp simd
  for (size_t i = 0; i < n; i++)
    x[i] = x[i] - rate * d[i];
}

static void local(const struct gv_options *options, const struct gv_block *block)
{
  (void)options;
  step(block->x, block->d, block->rate, block->n);
}

const struct gv_algorithm gv_algorithm_dsgd = {
    .named = {.name = "dsgd", .summary = "decentralized SGD: a local step, then the average with the neighbours"},
    .messages = 1,
    .in_place = true,
    .mixing = mixing,
    .local = local,
};
