/* dmsgd: decentralized momentum SGD: m = b m + d; x+ = avg(x - a m). The step along m is 1/(1-b) times as long as
 * dsgd's in the long run, and so is its bias.
 * Passes: read x, d and m, write m and the message in place; read degree + 1 messages, write x. */
#include "core/algorithms/tables.h"
#include "core/base/clones.h"

GV_CLONES
static void step(float *restrict x, const float *restrict d, float *restrict m, float b, float rate, size_t n)
{
#pragma omp simd
  for (size_t i = 0; i < n; i++) {
    m[i] = b * m[i] + d[i];
    x[i] = x[i] - rate * m[i];
  }
}

static void local(const struct gv_options *options, const struct gv_block *block)
{
  step(block->x, block->d, block->state[0], (float)gv_options_real(options, "beta"), block->rate, block->n);
}

static const struct gv_option options[] = {
    {.key = "beta", .type = GV_OPTION_REAL, .value = "0.9", .min = 0, .max = 0.9999,
     .help = "share kept of the last direction"},
    {.key = NULL},
};

const struct gv_algorithm gv_algorithm_dmsgd = {
    .named = {.name = "dmsgd", .summary = "decentralized momentum SGD: every node its own heavy ball",
              .options = options},
    .messages = 1,
    .states = 1,
    .paces = GV_PACE_SYNC,
    .in_place = true,
    .own_momentum = true,
    .mixing = gv_mix_neighbors,
    .local = local,
};
