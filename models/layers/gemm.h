/* gemm.h - matrix products of OpenBLAS, cut where its small kernels are faster. */
#ifndef MODELS_LAYERS_GEMM_H
#define MODELS_LAYERS_GEMM_H

#include <stdbool.h>
#include <stdint.h>

/* Whether OpenBLAS has kernels here that multiply small matrices without copying them first. To be asked once, by
 * `create`; a product of pieces has other last bits than a whole one. */
bool gemm_has_small_kernels(void);

/* c (m, n) <- a b + beta c, all row-major and without gaps. a is (m, k), or (k, m) when turn_a; b is (k, n), or
 * (n, k) when turn_b. No side exceeds 2^31 - 1. */
void gemm(bool small_kernels, bool turn_a, bool turn_b, int64_t m, int64_t n, int64_t k, const float *a,
          const float *b, float beta, float *c);

#endif
