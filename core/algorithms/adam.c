/* adam (Kingma and Ba, ICLR 2015): m = b1 m + (1-b1) g; v = b2 v + (1-b2) g^2; the direction is m/(1-b1^t) /
 * (sqrt(v/(1-b2^t)) + epsilon) in step t = 1, 2, ... */
#include "core/algorithms/adam.h"

#include <math.h>

#include "core/algorithms/tables.h"
#include "core/base/clones.h"

/* What is one for all elements of a step. */
struct moments {
  float b1, b2, first, second, epsilon;  /* first = 1/(1-b1^t), second = 1/(1-b2^t) */
};

GV_CLONES
static void step(const float *restrict g, float *restrict d, float *restrict m, float *restrict v,
                 struct moments by, size_t n)
{
#pragma omp simd
  for (size_t i = 0; i < n; i++) {
    m[i] = by.b1 * m[i] + (1 - by.b1) * g[i];
    v[i] = by.b2 * v[i] + (1 - by.b2) * (g[i] * g[i]);
    d[i] = m[i] * by.first / (sqrtf(v[i] * by.second) + by.epsilon);
  }
}

const float *gv_adam(const struct gv_options *options, const struct gv_slope *s)
{
  float b1 = (float)gv_options_real(options, "beta1"), b2 = (float)gv_options_real(options, "beta2");
  double t = (double)s->step + 1;  /* the bias is that of the betas as float: near 1 they differ by percents */
  const struct moments by = {b1, b2, (float)(1 / (1 - pow((double)b1, t))), (float)(1 / (1 - pow((double)b2, t))),
                             (float)gv_options_real(options, "epsilon")};
  step(s->g, s->d, s->state[0], s->state[1], by, s->n);
  return s->d;
}

static const struct gv_option options[] = {GV_ADAM_OPTIONS, GV_OPTIMIZER_COMMON("0")};

const struct gv_optimizer gv_optimizer_adam = {
    .named = {.name = "adam", .summary = "the mean gradient over the root of its mean square",
              .options = options},
    .states = 2,
    .adaptive = true,
    .direction = gv_adam,
};
