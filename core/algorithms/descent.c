/* x - a d, element by element. */
#include "core/algorithms/descent.h"

#include "core/base/clones.h"

GV_CLONES
static void descend(float *out, const float *x, const float *restrict d, float rate, size_t n)
{
#pragma omp simd
  for (size_t i = 0; i < n; i++)
    out[i] = x[i] - rate * d[i];
}

/* Apart, for clones are seen from outside the library. */
void gv_descend(float *out, const float *x, const float *d, float rate, size_t n)
{
  descend(out, x, d, rate, n);
}

void gv_descend_block(const struct gv_options *options, const struct gv_block *block)
{
  (void)options;
  gv_descend(block->x, block->x, block->d, block->rate, block->n);
}
