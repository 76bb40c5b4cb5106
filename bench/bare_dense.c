/* A training loop of dense layers, bare: products of the libraries, and a loop of C for all else. */
#include <cblas.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/bare.h"
#include "config.h"
#include "core/base/clones.h"

#ifdef HAVE_DNNL
#include <oneapi/dnnl/dnnl.h>
#endif

enum { FORWARD, WEIGHTS, INPUTS, PRODUCTS, LAYERS_MAX = 8 };

/* c (m, n) <- a b; turn_a: a lies as (k, m); turn_b: b lies as (n, k). */
struct product {
  int turn_a, turn_b, m, n, k, onednn;
};

/* The last layer's y and d lie (out, n), as its product is fastest; the others' (n, out). */
struct layer {
  int in, out, last, out_first;  /* out_first: w and its gradient lie (out, in) */
  struct product product[PRODUCTS];
  float *w, *b, *gw, *gb, *y, *d;
};

struct layers {
  int n, count, wants_dx;
  struct layer layer[LAYERS_MAX];
  float *most, *sum;  /* (n) */
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

static void *memory(size_t bytes)
{
  void *block = aligned_alloc(64, (bytes + 127) / 64 * 64);
  if (block == NULL)
    exit(1);
  return memset(block, 0, bytes);
}

float *bare_values(unsigned long count)
{
  float *v = memory(count * sizeof *v);
  for (unsigned long i = 0; i < count; i++)
    v[i] = (float)(i * 2654435761u % 1009) / 1009 - 0.5f;
  return v;
}

int *bare_labels(unsigned long count)
{
  int *labels = memory(count * sizeof *labels);
  for (unsigned long i = 0; i < count; i++)
    labels[i] = (int)(i * 2654435761u % 1009 % 10);
  return labels;
}

float *bare_samples(const int *labels, unsigned long count, unsigned long features)
{
  float *x = bare_values(count * features);
  for (unsigned long i = 0; i < count; i++)
    for (unsigned long f = features * (unsigned)labels[i] / 10; f < features * ((unsigned)labels[i] + 1) / 10; f++)
      x[i * features + f] += 1;
  return x;
}

/* ---- products ---- */

static void multiply(const struct product *p, const float *a, const float *b, float *c)
{
  int lda = p->turn_a ? p->m : p->k, ldb = p->turn_b ? p->k : p->n;
#ifdef HAVE_DNNL
  if (p->onednn) {
    dnnl_sgemm(p->turn_a ? 'T' : 'N', p->turn_b ? 'T' : 'N', p->m, p->n, p->k, 1, a, lda, b, ldb, 0, c, p->n);
    return;
  }
#endif
  cblas_sgemm(CblasRowMajor, p->turn_a ? CblasTrans : CblasNoTrans, p->turn_b ? CblasTrans : CblasNoTrans, p->m,
              p->n, p->k, 1, a, lda, b, ldb, 0, c, p->n);
}

/* Takes the better library of the two for p; returns seconds. */
static double choose(struct product *p)
{
  double least[2] = {1e9, 1e9};
  float *a = bare_values((size_t)p->m * (size_t)p->k), *b = bare_values((size_t)p->k * (size_t)p->n);
  float *c = bare_values((size_t)p->m * (size_t)p->n);
  int libraries = 1;
#ifdef HAVE_DNNL
  libraries = 2;
#endif
  for (int run = 0; run < 20; run++) {
    p->onednn = run % libraries;
    double start = seconds_now();
    for (int i = 0; i < 50; i++)
      multiply(p, a, b, c);
    double each = (seconds_now() - start) / 50;
    least[p->onednn] = each < least[p->onednn] ? each : least[p->onednn];
  }
  p->onednn = least[1] < least[0];
  free(a);
  free(b);
  free(c);
  return least[p->onednn];
}

/* The products of a layer at batches of n, its weights lying one way or the other. */
static void lay(struct layer *l, int n, int out_first)
{
  int in = l->in, out = l->out;
  l->out_first = out_first;
  if (l->last) {
    l->product[FORWARD] = (struct product){!out_first, 1, out, n, in, 0};  /* W x^T */
    l->product[WEIGHTS] = out_first ? (struct product){0, 0, out, in, n, 0} : (struct product){1, 1, in, out, n, 0};
    l->product[INPUTS] = (struct product){1, !out_first, n, in, out, 0};   /* d^T W */
  } else {
    l->product[FORWARD] = (struct product){0, out_first, n, out, in, 0};   /* x W^T */
    l->product[WEIGHTS] = out_first ? (struct product){1, 0, out, in, n, 0} : (struct product){1, 0, in, out, n, 0};
    l->product[INPUTS] = (struct product){0, !out_first, n, in, out, 0};   /* d W */
  }
}

static void choose_all(struct layer *l, int n, int wants_inputs)
{
  double seconds[2] = {0, 0};
  for (int pass = 0; pass < 3; pass++) {
    int out_first = pass < 2 ? pass : seconds[1] < seconds[0];
    lay(l, n, out_first);
    for (int p = 0; p < PRODUCTS; p++)
      if (p != INPUTS || wants_inputs)
        seconds[out_first] += choose(&l->product[p]);
  }
}

/* ---- what is not a product ---- */

GV_CLONES
static void bias_and_relu(float *restrict y, const float *restrict b, int n, int out)
{
  for (int i = 0; i < n; i++)
    for (int j = 0; j < out; j++) {
      float z = y[i * out + j] + b[j];
      y[i * out + j] = z > 0 ? z : 0;
    }
}

/* d <- d where y is positive; gb <- its sums. */
GV_CLONES
static void relu_back(float *restrict d, const float *restrict y, float *restrict gb, int n, int out)
{
  for (int j = 0; j < out; j++)
    gb[j] = 0;
  for (int i = 0; i < n; i++)
    for (int j = 0; j < out; j++) {
      d[i * out + j] = y[i * out + j] > 0 ? d[i * out + j] : 0;
      gb[j] += d[i * out + j];
    }
}

/* Scores z (out, n) without bias -> their gradient, and its sums gb; returns the mean loss. most, sum (n): room. */
GV_CLONES
static float softmax(float *restrict z, const float *restrict b, float *restrict gb, float *restrict most,
                     float *restrict sum, const int *labels, int n, int out)
{
  float loss = 0, share = 1 / (float)n;
  for (int i = 0; i < n; i++) {
    most[i] = -INFINITY;
    sum[i] = 0;
  }
  for (int j = 0; j < out; j++)
    for (int i = 0; i < n; i++) {
      z[j * n + i] += b[j];
      most[i] = z[j * n + i] > most[i] ? z[j * n + i] : most[i];
    }
  for (int i = 0; i < n; i++)
    loss -= z[labels[i] * n + i] - most[i];
  for (int j = 0; j < out; j++)
    for (int i = 0; i < n; i++)
      sum[i] += z[j * n + i] = expf(z[j * n + i] - most[i]);
  for (int i = 0; i < n; i++) {
    loss += logf(sum[i]);
    sum[i] = share / sum[i];
  }
  for (int j = 0; j < out; j++)
    for (int i = 0; i < n; i++)
      z[j * n + i] *= sum[i];
  for (int i = 0; i < n; i++)
    z[labels[i] * n + i] -= share;
  for (int j = 0; j < out; j++) {
    gb[j] = 0;
    for (int i = 0; i < n; i++)
      gb[j] += z[j * n + i];
  }
  return share * loss;
}

GV_CLONES
void bare_update(float *restrict w, const float *restrict g, long count)
{
#pragma omp simd
  for (long i = 0; i < count; i++)
    w[i] -= BARE_RATE * g[i];
}

/* ---- the loop ---- */

struct layers *bare_layers(int n, const int *width, int count, int wants_dx)
{
  struct layers *net = memory(sizeof *net);
  *net = (struct layers){.n = n, .count = count - 1, .wants_dx = wants_dx};
  net->most = memory((size_t)n * sizeof(float));
  net->sum = memory((size_t)n * sizeof(float));
  for (int k = 0; k < net->count; k++) {
    struct layer *l = &net->layer[k];
    size_t in = (size_t)width[k], out = (size_t)width[k + 1];
    *l = (struct layer){.in = width[k], .out = width[k + 1], .last = k + 1 == net->count};
    choose_all(l, n, k > 0 || wants_dx);
    l->w = bare_values(in * out);
    for (size_t i = 0; i < in * out; i++)
      l->w[i] *= 2 / sqrtf((float)in);
    l->gw = memory(in * out * sizeof(float));
    l->b = memory(out * sizeof(float));
    l->gb = memory(out * sizeof(float));
    l->y = memory((size_t)n * out * sizeof(float));
    l->d = memory((size_t)n * out * sizeof(float));
  }
  return net;
}

float bare_layers_step(struct layers *net, const float *x, const int *labels, float *dx)
{
  float loss = 0;
  const float *below = x;
  for (int k = 0; k < net->count; k++) {
    struct layer *l = &net->layer[k];
    if (l->last) {
      multiply(&l->product[FORWARD], l->w, below, l->y);
      loss = softmax(l->y, l->b, l->gb, net->most, net->sum, labels, net->n, l->out);
    } else {
      multiply(&l->product[FORWARD], below, l->w, l->y);
      bias_and_relu(l->y, l->b, net->n, l->out);
    }
    below = l->y;
  }
  for (int k = net->count - 1; k >= 0; k--) {
    struct layer *l = &net->layer[k];
    const float *d = l->last ? l->y : l->d;
    below = k > 0 ? l[-1].y : x;
    if (!l->last)
      relu_back(l->d, l->y, l->gb, net->n, l->out);
    if (k > 0)
      multiply(&l->product[INPUTS], d, l->w, l[-1].d);
    else if (net->wants_dx)
      multiply(&l->product[INPUTS], d, l->w, dx);
    if (l->out_first)
      multiply(&l->product[WEIGHTS], d, below, l->gw);
    else
      multiply(&l->product[WEIGHTS], below, d, l->gw);
    bare_update(l->w, l->gw, (long)l->in * l->out);
    bare_update(l->b, l->gb, l->out);
  }
  return loss;
}

void bare_layers_what(const struct layers *net, char *text, unsigned size)
{
  int onednn = 0, all = 0;
  for (int k = 0; k < net->count; k++)
    for (int p = 0; p < PRODUCTS; p++)
      if (p != INPUTS || k > 0 || net->wants_dx) {
        all++;
        onednn += net->layer[k].product[p].onednn;
      }
  snprintf(text, size, "%d products: %d OpenBLAS, %d oneDNN", all, all - onednn, onednn);
}

struct loop {
  struct layers *layers;
  float *x[BARE_POOL], loss;
  int *labels, n, next;
};

static void step(void *context)
{
  struct loop *loop = context;
  int at = loop->next++ % BARE_POOL;
  loop->loss = bare_layers_step(loop->layers, loop->x[at], loop->labels + at * loop->n, NULL);
}

struct bare bare_dense(int n, const int *width, int count)
{
  struct loop *loop = memory(sizeof *loop);
  struct bare bare = {.step = step, .context = loop, .loss = &loop->loss};
  loop->n = n;
  loop->labels = bare_labels((unsigned long)n * BARE_POOL);
  for (int i = 0; i < BARE_POOL; i++)
    loop->x[i] = bare_samples(loop->labels + i * n, (unsigned long)n, (unsigned long)width[0]);
  loop->layers = bare_layers(n, width, count, 0);
  bare_layers_what(loop->layers, bare.what, sizeof bare.what);
  return bare;
}
