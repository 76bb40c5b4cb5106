/* The products of dense layers at training batches: OpenBLAS in one call, oneDNN's sgemm, and gemm.h's pieces.
 *
 *   make -C build bench-products
 *
 * GFLOP/s on one thread, the best of interleaved runs: what the piece sizes of models/layers/gemm.c rest on. */
#include <cblas.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/bare.h"
#include "config.h"
#include "models/layers/gemm.h"

#ifdef HAVE_DNNL
#include <oneapi/dnnl/dnnl.h>
#endif

/* The OpenMP that oneDNN was built with: one thread here. */
extern void omp_set_num_threads(int threads) __attribute__((weak));

enum { ROUNDS = 15 };

struct product {
  bool turn_a, turn_b;
  int m, n, k;
  float *a, *b, *c;
};

static void whole(void *context)
{
  const struct product *p = context;
  gemm(false, p->turn_a, p->turn_b, p->m, p->n, p->k, p->a, p->b, 0, p->c);
}

static void pieces(void *context)
{
  const struct product *p = context;
  gemm(true, p->turn_a, p->turn_b, p->m, p->n, p->k, p->a, p->b, 0, p->c);
}

static void onednn(void *context)
{
#ifdef HAVE_DNNL
  const struct product *p = context;
  dnnl_sgemm(p->turn_a ? 'T' : 'N', p->turn_b ? 'T' : 'N', p->m, p->n, p->k, 1, p->a, p->turn_a ? p->m : p->k, p->b,
             p->turn_b ? p->k : p->n, 0, p->c, p->n);
#else
  (void)context;
#endif
}

static float *values(size_t count)
{
  float *v = aligned_alloc(64, (count * sizeof *v + 63) / 64 * 64);
  if (v == NULL)
    exit(1);
  for (size_t i = 0; i < count; i++)
    v[i] = (float)(i % 13) / 13 - 0.5f;
  return v;
}

static void compare(const char *what, int in, int out, struct product p)
{
  const struct bare ways[] = {{.step = whole, .context = &p}, {.step = onednn, .context = &p},
                              {.step = pieces, .context = &p}};
  double flops = 2.0 * p.m * p.n * p.k, best[3] = {1e9, 1e9, 1e9};
  for (int round = 0; round < ROUNDS; round++)
    for (int w = 0; w < 3; w++) {
      double each = bare_seconds(&ways[w], (int)(2e7 / flops) + 2);
      best[w] = each < best[w] ? each : best[w];
    }
  printf("%4d - %-4d  %-9s  %4d x %4d x %4d  %7.0f  %7.0f  %7.0f\n", in, out, what, p.m, p.n, p.k,
         flops / best[0] / 1e9, flops / best[1] / 1e9, flops / best[2] / 1e9);
}

int main(void)
{
  static const int layers[][2] = {{784, 128}, {128, 64}, {256, 256}, {784, 512}, {3072, 512}};
  static const int batches[] = {8, 32, 128};
  if (omp_set_num_threads != NULL)
    omp_set_num_threads(1);
  openblas_set_num_threads(1);
  printf("OpenBLAS kernels %s, %s; GFLOP/s%s\n", openblas_get_corename(),
         gemm_has_small_kernels() ? "cut in pieces here" : "not cut here",
#ifdef HAVE_DNNL
         "");
#else
         "; built without oneDNN");
#endif
  float *x = values(128 * 3072), *w = values(3072 * 3072), *y = values(3072 * 3072);
  for (int b = 0; b < 3; b++) {
    int n = batches[b];
    printf("\nbatch %d\nlayer        product      m x    n x    k    OpenBLAS   oneDNN   pieces\n", n);
    for (size_t l = 0; l < sizeof layers / sizeof layers[0]; l++) {
      int in = layers[l][0], out = layers[l][1];
      compare("forward", in, out, (struct product){false, false, n, out, in, x, w, y});
      compare("weights", in, out, (struct product){true, false, in, out, n, x, w, y});
      compare("inputs", in, out, (struct product){false, true, n, in, out, x, w, y});
    }
  }
  return 0;
}
