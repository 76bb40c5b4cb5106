/* descent.h - the step that most algorithms take somewhere. */
#ifndef GV_ALGORITHMS_DESCENT_H
#define GV_ALGORITHMS_DESCENT_H

#include <stddef.h>

/* out (n) <- x - rate d; out may be x, and overlaps d not at all. */
void gv_descend(float *out, const float *x, const float *d, float rate, size_t n);

#endif
