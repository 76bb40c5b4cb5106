/* psi + x - psi_prev, element by element. */
#include "core/algorithms/correct.h"

#include "core/base/clones.h"

GV_CLONES
static void begin(float *restrict x, const float *restrict d, float *restrict psi, float rate, size_t n)
{
#pragma omp simd
  for (size_t i = 0; i < n; i++) {
    x[i] = x[i] - rate * d[i];
    psi[i] = x[i];
  }
}

GV_CLONES
static void correct(float *restrict x, const float *restrict d, float *restrict psi, float rate, size_t n)
{
#pragma omp simd
  for (size_t i = 0; i < n; i++) {
    float stepped = x[i] - rate * d[i];
    x[i] = stepped + (x[i] - psi[i]);
    psi[i] = stepped;
  }
}

void gv_correct(const struct gv_options *options, const struct gv_block *block)
{
  (void)options;
  (block->step == 0 ? begin : correct)(block->x, block->d, block->state[0], block->rate, block->n);
}
