/* rmsprop (Tieleman and Hinton 2012): v = a v + (1-a) g^2; the direction is g/(sqrt(v) + epsilon). */
#include <math.h>

#include "core/algorithms/tables.h"
#include "core/base/clones.h"

GV_CLONES
static void step(const float *restrict g, float *restrict d, float *restrict v, float a, float epsilon, size_t n)
{
#pragma omp simd
  for (size_t i = 0; i < n; i++) {
    v[i] = a * v[i] + (1 - a) * (g[i] * g[i]);
    d[i] = g[i] / (sqrtf(v[i]) + epsilon);
  }
}

static const float *direction(const struct gv_options *options, const struct gv_slope *s)
{
  step(s->g, s->d, s->state[0], (float)gv_options_real(options, "alpha"),
       (float)gv_options_real(options, "epsilon"), s->n);
  return s->d;
}

static const struct gv_option options[] = {
    {.key = "alpha", .type = GV_OPTION_REAL, .value = "0.99", .min = 0, .max = 0.999999,
     .help = "share kept of the mean squared gradient"},
    {.key = "epsilon", .type = GV_OPTION_REAL, .value = "1e-8", .min = 1e-30, .max = 1,
     .help = "added to the root of that mean"},
    GV_OPTIMIZER_COMMON("0"),
};

const struct gv_optimizer gv_optimizer_rmsprop = {
    .named = {.name = "rmsprop", .summary = "the gradient over the root of its mean square", .options = options},
    .states = 1,
    .adaptive = true,
    .direction = direction,
};
