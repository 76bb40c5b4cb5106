/* descent.h - the step that most algorithms take somewhere. */
#ifndef GV_ALGORITHMS_DESCENT_H
#define GV_ALGORITHMS_DESCENT_H

#include <float.h>

#include "core/algorithms/algorithm.h"

/* out (n) <- x - rate d; out may be x, and overlaps d not at all. */
void gv_descend(float *out, const float *x, const float *d, float rate, size_t n);

/* 1/rate, for what was moved to be told in gradients; 0 for a rate of 0, which moves nothing, and for one so small
 * that its inverse would not be finite. */
static inline float gv_inverse(float rate)
{
  return rate >= FLT_MIN ? 1 / rate : 0;
}

/* A kernel: x <- x - rate d. */
void gv_descend_block(const struct gv_options *options, const struct gv_block *block);

#endif
