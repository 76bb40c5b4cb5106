/* decentlam: DecentLaM (Yuan et al., ICCV 2021): t = (x - avg(x - a d))/a; m = b m + t; x+ = x - a m. Momentum of
 * what a round of dsgd does, average and all, so that the bias is dsgd's and not 1/(1-b) times it. As x+ = avg(x -
 * a d) - a b m_prev, b = 0 is dsgd bit for bit. A round with a global average is one of dmsgd: t of that round
 * would hold all that the nodes were apart, over a.
 * Passes: read x and d, write the message; read degree + 1 messages, x and m, write x and m. */
#include <string.h>

#include "core/algorithms/descent.h"
#include "core/algorithms/tables.h"
#include "core/base/clones.h"

/* inverse: of the rate. */
GV_CLONES
static void step(float *restrict x, const float *restrict mixed, float *restrict m, float b, float rate,
                 float inverse, size_t n)
{
#pragma omp simd
  for (size_t i = 0; i < n; i++) {
    float kept = b * m[i];
    m[i] = kept + (x[i] - mixed[i]) * inverse;
    x[i] = mixed[i] - rate * kept;
  }
}

GV_CLONES
static void push(float *restrict message, const float *restrict x, const float *restrict d, float *restrict m,
                 float b, float rate, size_t n)
{
#pragma omp simd
  for (size_t i = 0; i < n; i++) {
    m[i] = b * m[i] + d[i];
    message[i] = x[i] - rate * m[i];
  }
}

static void local(const struct gv_options *options, const struct gv_block *block)
{
  if (block->mixing == GV_MIX_GLOBAL)
    push(block->message[0], block->x, block->d, block->state[0], (float)gv_options_real(options, "beta"),
         block->rate, block->n);
  else
    gv_descend(block->message[0], block->x, block->d, block->rate, block->n);
}

static void combine(const struct gv_options *options, const struct gv_block *block)
{
  float b = (float)gv_options_real(options, "beta");
  if (block->mixing == GV_MIX_GLOBAL)
    memcpy(block->x, block->mixed[0], block->n * sizeof *block->x);
  else
    step(block->x, block->mixed[0], block->state[0], b, block->rate, gv_inverse(block->rate), block->n);
}

static const struct gv_option options[] = {
    {.key = "beta", .type = GV_OPTION_REAL, .value = "0.9", .min = 0, .max = 0.9999,
     .help = "share kept of the last movement"},
    {.key = NULL},
};

const struct gv_algorithm gv_algorithm_decentlam = {
    .named = {.name = "decentlam", .summary = "momentum without momentum's bias; for fixed symmetric W",
              .options = options},
    .messages = 1,
    .states = 1,
    .paces = GV_PACE_SYNC,
    .symmetric = true,
    .fixed = true,
    .own_momentum = true,
    .mixing = gv_mix_neighbors,
    .local = local,
    .combine = combine,
};
