/* qg-dsgdm: quasi-global momentum (Lin et al., ICML 2021): p = b h + d; x+ = avg(x - a p); h = b h + (1-b)(x -
 * x+)/a. The momentum follows how the replica really moved, to which the neighbours' gradients have come through
 * the averages; for different data, on any graph.
 * Passes: read x, d and h, write the message; read degree + 1 messages, x and h, write x and h. */
#include "core/algorithms/descent.h"
#include "core/algorithms/tables.h"
#include "core/base/clones.h"

GV_CLONES
static void step(float *restrict message, const float *restrict x, const float *restrict d, const float *restrict h,
                 float b, float rate, size_t n)
{
#pragma omp simd
  for (size_t i = 0; i < n; i++)
    message[i] = x[i] - rate * (b * h[i] + d[i]);
}

/* inverse: of the rate. */
GV_CLONES
static void follow(float *restrict x, const float *restrict mixed, float *restrict h, float b, float inverse,
                   size_t n)
{
#pragma omp simd
  for (size_t i = 0; i < n; i++) {
    h[i] = b * h[i] + (1 - b) * ((x[i] - mixed[i]) * inverse);
    x[i] = mixed[i];
  }
}

static void local(const struct gv_options *options, const struct gv_block *block)
{
  step(block->message[0], block->x, block->d, block->state[0], (float)gv_options_real(options, "beta"), block->rate,
       block->n);
}

static void combine(const struct gv_options *options, const struct gv_block *block)
{
  follow(block->x, block->mixed[0], block->state[0], (float)gv_options_real(options, "beta"),
         gv_inverse(block->rate), block->n);
}

static const struct gv_option options[] = {
    {.key = "beta", .type = GV_OPTION_REAL, .value = "0.9", .min = 0, .max = 0.9999,
     .help = "share kept of the last movement"},
    {.key = NULL},
};

const struct gv_algorithm gv_algorithm_qg_dsgdm = {
    .named = {.name = "qg-dsgdm", .summary = "quasi-global momentum: follows how all moved; for different data",
              .options = options},
    .messages = 1,
    .states = 1,
    .paces = GV_PACE_SYNC,
    .own_momentum = true,
    .mixing = gv_mix_neighbors,
    .local = local,
    .combine = combine,
};
