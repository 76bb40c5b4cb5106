/* push-sum: stochastic gradient push (Assran et al., ICML 2019): mass u+ = P(u - a d(z)), its weight w+ = P w,
 * w(0) = 1, and the replica z = u+/w+, for P with columns that sum to 1: a node needs to know only how many hear
 * it. Mass is neither made nor lost, so the mean of all nodes is what their steps make it; asynchronously a share
 * that was given arrives once, however late.
 * Passes: read x and d, write the message in place; read degree + 1 messages, write x, divide it. Asynchronous:
 * read x and d, write x; read x, write degree messages, read degree messages, write x and z. */
#include "core/algorithms/tables.h"
#include "core/base/clones.h"

GV_CLONES
static void step(float *restrict x, const float *restrict d, float weight, float rate, size_t n)
{
#pragma omp simd
  for (size_t i = 0; i < n; i++)
    x[i] = weight * x[i] - rate * d[i];
}

GV_CLONES
static void divide(float *restrict x, float weight, size_t n)
{
#pragma omp simd
  for (size_t i = 0; i < n; i++)
    x[i] = x[i] / weight;
}

static void local(const struct gv_options *options, const struct gv_block *block)
{
  (void)options;
  step(block->x, block->d, block->weight, block->rate, block->n);
}

static void combine(const struct gv_options *options, const struct gv_block *block)
{
  (void)options;
  if (block->weight != 1)
    divide(block->x, block->weight, block->n);
}

const struct gv_algorithm gv_algorithm_push_sum = {
    .named = {.name = "push-sum",
              .summary = "stochastic gradient push: shares go to those who hear a node; for any directed graph"},
    .messages = 1,
    .paces = GV_PACE_SYNC | GV_PACE_ASYNC,
    .in_place = true,
    .pushes = true,
    .mixing = gv_mix_neighbors,
    .local = local,
    .combine = combine,
};
