/* descent.h - the step that most algorithms take somewhere. */
#ifndef GV_ALGORITHMS_DESCENT_H
#define GV_ALGORITHMS_DESCENT_H

#include "core/algorithms/algorithm.h"

/* out (n) <- x - rate d; out may be x, and overlaps d not at all. */
void gv_descend(float *out, const float *x, const float *d, float rate, size_t n);

/* A kernel: x <- x - rate d. */
void gv_descend_block(const struct gv_options *options, const struct gv_block *block);

#endif
