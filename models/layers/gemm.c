/* Matrix products, whole or in pieces that OpenBLAS multiplies without copying.
 *
 * Up to 10^6 multiplications OpenBLAS's AVX-512 kernels read the operands where they lie; beyond, it packs both
 * first, which at the batch sizes of training costs a quarter of the time (bench/RESULTS.md). So a large product is
 * made of pieces below that limit; one with b turned of narrow pieces, unless it is tall, when packing pays. Other
 * processors have no such kernels, and there one call is best.
 */
#include "models/layers/gemm.h"

#include <cblas.h>
#include <string.h>

bool gemm_has_small_kernels(void)
{
  static const char *const cores[] = {"SkylakeX", "Cooperlake", "SapphireRapids"};
  const char *core = openblas_get_corename();
  for (int i = 0; i < 3; i++)
    if (strcmp(core, cores[i]) == 0)
      return true;
  return false;
}

struct piece {
  int64_t m, n, k;
};

static int64_t smaller(int64_t a, int64_t b)
{
  return a < b ? a : b;
}

void gemm(bool small_kernels, bool turn_a, bool turn_b, int64_t m, int64_t n, int64_t k, const float *a,
          const float *b, float beta, float *c)
{
  static const struct piece plain = {48, 64, 320}, turned_b = {64, 32, 480};
  enum CBLAS_TRANSPOSE ta = turn_a ? CblasTrans : CblasNoTrans, tb = turn_b ? CblasTrans : CblasNoTrans;
  int64_t lda = turn_a ? m : k, ldb = turn_b ? k : n;
  bool cut = small_kernels && (turn_b ? m <= turned_b.m : m * n > 1000000 / k);
  struct piece by = !cut ? (struct piece){m, n, k} : turn_b ? turned_b : plain;
  for (int64_t i = 0; i < m; i += by.m)
    for (int64_t j = 0; j < n; j += by.n)
      for (int64_t l = 0; l < k; l += by.k) {
        const float *from_a = turn_a ? a + l * m + i : a + i * k + l;
        const float *from_b = turn_b ? b + j * k + l : b + l * n + j;
        cblas_sgemm(CblasRowMajor, ta, tb, (int)smaller(by.m, m - i), (int)smaller(by.n, n - j),
                    (int)smaller(by.k, k - l), 1, from_a, (int)lda, from_b, (int)ldb, l > 0 ? 1 : beta,
                    c + i * n + j, (int)n);
      }
}
