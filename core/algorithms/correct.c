/* psi + x - psi_prev, element by element, by what they are apart. */
#include "core/algorithms/correct.h"

#include "core/base/clones.h"

GV_CLONES
static void correct(float *restrict x, const float *restrict d, const float *restrict c, float rate, size_t n)
{
#pragma omp simd
  for (size_t i = 0; i < n; i++)
    x[i] = x[i] - rate * d[i] + c[i];
}

/* x may be phi: of a node alone. */
GV_CLONES
static void move(float *x, float *restrict c, const float *phi, const float *restrict apart, size_t n)
{
#pragma omp simd
  for (size_t i = 0; i < n; i++) {
    x[i] = phi[i] + apart[i];
    c[i] = c[i] + apart[i];
  }
}

void gv_correct_local(const struct gv_options *options, const struct gv_block *block)
{
  (void)options;
  correct(block->x, block->d, block->state[0], block->rate, block->n);
}

void gv_correct_combine(const struct gv_options *options, const struct gv_block *block)
{
  (void)options;
  if (block->mixing == GV_MIX_NEIGHBORS)
    move(block->x, block->state[0], block->own[0], block->mixed[0], block->n);
}
