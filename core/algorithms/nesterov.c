/* nesterov: m = b m + g; the direction is g + b m (the form of Sutskever et al., ICML 2013). */
#include "core/algorithms/tables.h"
#include "core/base/clones.h"

GV_CLONES
static void step(const float *restrict g, float *restrict d, float *restrict m, float b, size_t n)
{
#pragma omp simd
  for (size_t i = 0; i < n; i++) {
    m[i] = b * m[i] + g[i];
    d[i] = g[i] + b * m[i];
  }
}

static const float *direction(const struct gv_options *options, const struct gv_slope *s)
{
  step(s->g, s->d, s->state[0], (float)gv_options_real(options, "beta"), s->n);
  return s->d;
}

static const struct gv_option options[] = {
    {.key = "beta", .type = GV_OPTION_REAL, .value = "0.9", .min = 0, .max = 0.9999,
     .help = "share kept of the last direction"},
    GV_OPTIMIZER_COMMON("0"),
};

const struct gv_optimizer gv_optimizer_nesterov = {
    .named = {.name = "nesterov", .summary = "Nesterov's momentum: m = beta m + g, direction g + beta m",
              .options = options},
    .states = 1,
    .direction = direction,
};
