/* slowmo (Wang et al., ICLR 2020): rounds of a base algorithm; every H rounds the exact mean xa of all nodes, then
 * u = beta u + (x_prev - xa)/a; x = x_prev - alpha a u, x_prev the x that came of the last mean, x(0) at first.
 * beta = 0 and alpha = 1 leave the base with its means.
 * Two states: u and x_prev. As x = xa + (1 - alpha)(x_prev - xa) - alpha a beta u, alpha = 1 and beta = 0 give xa
 * exactly.
 * Passes: those of the base; every H rounds also both states read and written. */
#include <string.h>

#include "core/algorithms/descent.h"
#include "core/algorithms/tables.h"
#include "core/base/clones.h"

/* inverse: of the rate. */
GV_CLONES
static void slow(float *restrict x, float *restrict u, float *restrict before, float alpha, float beta, float rate,
                 float inverse, size_t n)
{
#pragma omp simd
  for (size_t i = 0; i < n; i++) {
    float moved = before[i] - x[i], kept = beta * u[i];
    u[i] = kept + moved * inverse;
    x[i] = x[i] + (1 - alpha) * moved - alpha * rate * kept;
    before[i] = x[i];
  }
}

static enum gv_mixing mixing(const struct gv_options *options, const struct gv_rhythm *rhythm, uint64_t round)
{
  (void)rhythm;
  if ((round + 1) % (uint64_t)gv_options_int(options, "period") == 0)
    return GV_MIX_GLOBAL;
  return *gv_options_text(options, "base") == 'd' ? GV_MIX_NEIGHBORS : GV_MIX_NONE;
}

static void local(const struct gv_options *options, const struct gv_block *block)
{
  (void)options;
  if (block->step == 0)
    memcpy(block->state[1], block->x, block->n * sizeof *block->x);
  gv_descend(block->x, block->x, block->d, block->rate, block->n);
}

static void combine(const struct gv_options *options, const struct gv_block *block)
{
  if (block->mixing != GV_MIX_GLOBAL)
    return;
  slow(block->x, block->state[0], block->state[1], (float)gv_options_real(options, "alpha"),
       (float)gv_options_real(options, "beta"), block->rate, gv_inverse(block->rate), block->n);
}

static const struct gv_option options[] = {
    {.key = "base", .type = GV_OPTION_CHOICE, .value = "local", .words = "local|dsgd",
     .help = "the rounds between: every node alone, or with its neighbours"},
    {.key = "period", .type = GV_OPTION_INT, .value = "12", .min = 1, .max = 4294967295.0,
     .help = "rounds from one mean of all to the next"},
    {.key = "beta", .type = GV_OPTION_REAL, .value = "0.7", .min = 0, .max = 0.9999,
     .help = "share kept of the last slow direction"},
    {.key = "alpha", .type = GV_OPTION_REAL, .value = "1", .min = 1e-6, .max = 10, .help = "slow step size"},
    {.key = NULL},
};

const struct gv_algorithm gv_algorithm_slowmo = {
    .named = {.name = "slowmo", .summary = "slow momentum on the mean of all, over local SGD or dsgd",
              .options = options},
    .messages = 1,
    .states = 2,
    .paces = GV_PACE_SYNC,
    .in_place = true,
    .own_averages = true,
    .together = true,
    .mixing = mixing,
    .local = local,
    .combine = combine,
};
