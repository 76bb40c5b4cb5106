/* gt: gradient tracking, adapt then combine (Xu et al., CDC 2015; Di Lorenzo and Scutari 2016): s = avg(s_prev) +
 * d - d_prev, s(0) = d(0); x+ = avg(x - a s). The mean of s is that of d in every round, so the nodes step along
 * the mean gradient and reach the minimiser however different their data.
 * One state: avg(s) - d, what the next d is added to. Two messages: the stepped replica and s.
 * Passes: read x, d and the state, write x, s and the state; read 2 (degree + 1) messages and the state, write x
 * and the state. */
#include "core/algorithms/tables.h"
#include "core/base/clones.h"

GV_CLONES
static void track(float *restrict x, const float *restrict d, float *restrict state, float *restrict s, float rate,
                  size_t n)
{
#pragma omp simd
  for (size_t i = 0; i < n; i++) {
    s[i] = state[i] + d[i];
    x[i] -= rate * s[i];
    state[i] = -d[i];
  }
}

GV_CLONES
static void keep(float *restrict state, const float *restrict mixed, size_t n)
{
#pragma omp simd
  for (size_t i = 0; i < n; i++)
    state[i] += mixed[i];
}

static void local(const struct gv_options *options, const struct gv_block *block)
{
  (void)options;
  track(block->x, block->d, block->state[0], block->message[1], block->rate, block->n);
}

static void combine(const struct gv_options *options, const struct gv_block *block)
{
  (void)options;
  keep(block->state[0], block->mixed[1], block->n);
}

const struct gv_algorithm gv_algorithm_gt = {
    .named = {.name = "gt", .summary = "gradient tracking: steps along the mean gradient; exact on different data"},
    .messages = 2,
    .states = 1,
    .paces = GV_PACE_SYNC,
    .in_place = true,
    .linear = true,
    .mixing = gv_mix_neighbors,
    .local = local,
    .combine = combine,
};
