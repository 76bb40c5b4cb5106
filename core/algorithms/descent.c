/* x - a d, element by element. */
#include "core/algorithms/descent.h"

#include "core/base/clones.h"

GV_CLONES
void gv_descend(float *out, const float *x, const float *restrict d, float rate, size_t n)
{
#pragma omp simd
  for (size_t i = 0; i < n; i++)
    out[i] = x[i] - rate * d[i];
}
