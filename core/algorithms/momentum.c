/* momentum: m = b m + g; the direction is m (Polyak's heavy ball; PyTorch's SGD with momentum, without 1 - b). */
#include "core/algorithms/tables.h"
#include "core/base/clones.h"

GV_CLONES
static void step(const float *restrict g, float *restrict m, float b, size_t n)
{
#pragma omp simd
  for (size_t i = 0; i < n; i++)
    m[i] = b * m[i] + g[i];
}

static const float *direction(const struct gv_options *options, const struct gv_slope *s)
{
  step(s->g, s->state[0], (float)gv_options_real(options, "beta"), s->n);
  return s->state[0];
}

static const struct gv_option options[] = {
    {.key = "beta", .type = GV_OPTION_REAL, .value = "0.9", .min = 0, .max = 0.9999,
     .help = "share kept of the last direction"},
    GV_OPTIMIZER_COMMON("0"),
};

const struct gv_optimizer gv_optimizer_momentum = {
    .named = {.name = "momentum", .summary = "heavy ball: m = beta m + g", .options = options},
    .states = 1,
    .direction = direction,
};
