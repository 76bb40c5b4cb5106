/* The matrix products of dense layers, bare. */
#include <cblas.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "bench/bare.h"
#include "config.h"

#ifdef HAVE_DNNL
#include <oneapi/dnnl/dnnl.h>
#endif

struct product {
  int turn_a, turn_b, m, n, k, onednn;
  float *a, *b, *c;
};

struct products {
  struct product *product;
  int count;
};

double seconds_now(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

double bare_seconds(const struct bare *bare, int repeats)
{
  double start = seconds_now();
  for (int i = 0; i < repeats; i++)
    bare->step(bare->context);
  return (seconds_now() - start) / repeats;
}

static void multiply(void *context)
{
  const struct product *p = context;
  int lda = p->turn_a ? p->m : p->k, ldb = p->turn_b ? p->k : p->n;
#ifdef HAVE_DNNL
  if (p->onednn) {
    dnnl_sgemm(p->turn_a ? 'T' : 'N', p->turn_b ? 'T' : 'N', p->m, p->n, p->k, 1, p->a, lda, p->b, ldb, 0, p->c,
               p->n);
    return;
  }
#endif
  cblas_sgemm(CblasRowMajor, p->turn_a ? CblasTrans : CblasNoTrans, p->turn_b ? CblasTrans : CblasNoTrans, p->m,
              p->n, p->k, 1, p->a, lda, p->b, ldb, 0, p->c, p->n);
}

static void all(void *context)
{
  struct products *products = context;
  for (int i = 0; i < products->count; i++)
    multiply(&products->product[i]);
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

/* Takes the better library of the two for p. */
static void choose(struct product *p)
{
#ifdef HAVE_DNNL
  double least[2] = {1e9, 1e9};
  for (int run = 0; run < 20; run++) {
    struct bare one = {.step = multiply, .context = p};
    p->onednn = run % 2;
    double each = bare_seconds(&one, 50);
    least[run % 2] = each < least[run % 2] ? each : least[run % 2];
  }
  p->onednn = least[1] < least[0];
#else
  (void)p;
#endif
}

/* The product in the form that is fastest: for narrow results weights lie (out, in), else (in, out). */
struct bare bare_dense(int n, const int *width, int count)
{
  struct products *products = calloc(1, sizeof *products);
  struct product *next = calloc((size_t)(3 * count), sizeof *next);
  struct bare bare = {.step = all, .context = products};
  if (products == NULL || next == NULL)
    exit(1);
  products->product = next;
  float *x = values((size_t)(n * width[0]));
  for (int l = 0; l + 1 < count; l++) {
    int in = width[l], out = width[l + 1], narrow = out <= 64;
    float *w = values((size_t)(in * out)), *g = values((size_t)(in * out)), *y = values((size_t)(n * out));
    *next++ = narrow ? (struct product){0, 1, out, n, in, 0, w, x, y}
                     : (struct product){0, 0, n, out, in, 0, x, w, y};
    *next++ = narrow ? (struct product){0, 0, out, in, n, 0, y, x, g}
                     : (struct product){1, 0, in, out, n, 0, x, y, g};
    if (l > 0)
      *next++ = narrow ? (struct product){1, 0, n, in, out, 0, y, w, x}
                       : (struct product){0, 1, n, in, out, 0, y, w, x};
    x = y;
  }
  products->count = (int)(next - products->product);
  int onednn = 0;
  for (int i = 0; i < products->count; i++) {
    choose(&products->product[i]);
    onednn += products->product[i].onednn;
  }
  snprintf(bare.what, sizeof bare.what, "%d products: %d OpenBLAS, %d oneDNN", products->count,
           products->count - onednn, onednn);
  return bare;
}
