/* reduce.h - sums over whole vectors, in double and in an order of their own that no vector width changes. */
#ifndef GV_ENGINE_REDUCE_H
#define GV_ENGINE_REDUCE_H

#include <stddef.h>

/* sum (a - b)^2 */
double gv_squared_distance(const float *a, const float *b, size_t n);

/* sum v^2 */
double gv_squared_norm(const float *v, size_t n);
double gv_squared_norm_double(const double *v, size_t n);

#endif
