/* Averaging kernels, one pass over memory for up to three neighbours. */
#include "core/exchange/mix.h"

#include <string.h>

#include "core/base/clones.h"

/* Blocks of more neighbours stay in the first-level cache between passes: 2 KiB, nine vectors' fit. */
enum { BLOCK = 512 };

GV_CLONES
static void mix_half(float *restrict out, const float *restrict s, const float *restrict a, size_t n)
{
#pragma omp simd
  for (size_t i = 0; i < n; i++)
    out[i] = 0.5f * (s[i] + a[i]);
}

GV_CLONES
static void mix_1(float *restrict out, const float *restrict s, const float *restrict a, float wa, size_t n)
{
#pragma omp simd
  for (size_t i = 0; i < n; i++)
    out[i] = s[i] + wa * (a[i] - s[i]);
}

GV_CLONES
static void mix_2(float *restrict out, const float *restrict s, const float *restrict a, const float *restrict b,
                  float wa, float wb, size_t n)
{
#pragma omp simd
  for (size_t i = 0; i < n; i++)
    out[i] = s[i] + (wa * (a[i] - s[i]) + wb * (b[i] - s[i]));
}

GV_CLONES
static void mix_3(float *restrict out, const float *restrict s, const float *restrict a, const float *restrict b,
                  const float *restrict c, float wa, float wb, float wc, size_t n)
{
#pragma omp simd
  for (size_t i = 0; i < n; i++)
    out[i] = s[i] + ((wa * (a[i] - s[i]) + wb * (b[i] - s[i])) + wc * (c[i] - s[i]));
}

/* out += w (a - s) for one more neighbour */
GV_CLONES
static void add_1(float *restrict out, const float *restrict s, const float *restrict a, float wa, size_t n)
{
#pragma omp simd
  for (size_t i = 0; i < n; i++)
    out[i] = out[i] + wa * (a[i] - s[i]);
}

GV_CLONES
static void add_2(float *restrict out, const float *restrict s, const float *restrict a, const float *restrict b,
                  float wa, float wb, size_t n)
{
#pragma omp simd
  for (size_t i = 0; i < n; i++)
    out[i] = out[i] + (wa * (a[i] - s[i]) + wb * (b[i] - s[i]));
}

/* The bits of add_2 twice. */
GV_CLONES
static void add_4(float *restrict out, const float *restrict s, const float *const *from, const float *w, size_t n)
{
  const float *restrict a = from[0], *restrict b = from[1], *restrict c = from[2], *restrict d = from[3];
  const float wa = w[0], wb = w[1], wc = w[2], wd = w[3];
#pragma omp simd
  for (size_t i = 0; i < n; i++)
    out[i] = (out[i] + (wa * (a[i] - s[i]) + wb * (b[i] - s[i]))) + (wc * (c[i] - s[i]) + wd * (d[i] - s[i]));
}

static void copy(float *restrict out, const float *restrict s, size_t n)
{
  for (size_t i = 0; i < n; i++)
    out[i] = s[i];
}

/* out (m) += the terms of neighbours j .. degree-1, elements lo on. */
static void add_from(int j, float *out, const float *s, int degree, const float *const *from, const float *w,
                     size_t lo, size_t m)
{
  for (; j + 4 <= degree; j += 4) {
    const float *const four[] = {from[j] + lo, from[j + 1] + lo, from[j + 2] + lo, from[j + 3] + lo};
    add_4(out + lo, s + lo, four, w + j, m);
  }
  for (; j + 2 <= degree; j += 2)
    add_2(out + lo, s + lo, from[j] + lo, from[j + 1] + lo, w[j], w[j + 1], m);
  if (j < degree)
    add_1(out + lo, s + lo, from[j] + lo, w[j], m);
}

static void mix_many(float *out, const float *s, int degree, const float *const *from, const float *w, size_t n)
{
  for (size_t lo = 0; lo < n; lo += BLOCK) {
    size_t m = n - lo < BLOCK ? n - lo : BLOCK;
    mix_3(out + lo, s + lo, from[0] + lo, from[1] + lo, from[2] + lo, w[0], w[1], w[2], m);
    add_from(3, out, s, degree, from, w, lo, m);
  }
}

void gv_mix_apart(float *out, const float *s, int degree, const float *const *from, const float *weight, size_t n)
{
  for (size_t lo = 0; lo < n; lo += BLOCK) {
    size_t m = n - lo < BLOCK ? n - lo : BLOCK;
    memset(out + lo, 0, m * sizeof *out);
    add_from(0, out, s, degree, from, weight, lo, m);
  }
}

void gv_mix(float *out, const float *self, int degree, const float *const *from, const float *weight, size_t n)
{
  switch (degree) {
  case 0:
    copy(out, self, n);
    break;
  case 1:
    if (weight[0] == 0.5f)
      mix_half(out, self, from[0], n);
    else
      mix_1(out, self, from[0], weight[0], n);
    break;
  case 2:
    mix_2(out, self, from[0], from[1], weight[0], weight[1], n);
    break;
  case 3:
    mix_3(out, self, from[0], from[1], from[2], weight[0], weight[1], weight[2], n);
    break;
  default:
    mix_many(out, self, degree, from, weight, n);
  }
}

GV_CLONES
static void add_scaled(float *restrict out, const float *restrict v, float factor, size_t n)
{
#pragma omp simd
  for (size_t i = 0; i < n; i++)
    out[i] += factor * v[i];
}

void gv_mix_add(float *out, const float *v, float factor, size_t n)
{
  add_scaled(out, v, factor, n);
}

/* sum <- a + b + c + d, in this order. */
GV_CLONES
static void begin_sum(double *restrict sum, const float *restrict a, const float *restrict b,
                      const float *restrict c, const float *restrict d, size_t n)
{
#pragma omp simd
  for (size_t i = 0; i < n; i++)
    sum[i] = (((0 + (double)a[i]) + (double)b[i]) + (double)c[i]) + (double)d[i];
}

GV_CLONES
static void add_to_sum(double *restrict sum, const float *restrict a, size_t n)
{
#pragma omp simd
  for (size_t i = 0; i < n; i++)
    sum[i] += (double)a[i];
}

GV_CLONES
static void add_4_to_sum(double *restrict sum, const float *restrict a, const float *restrict b,
                         const float *restrict c, const float *restrict d, size_t n)
{
#pragma omp simd
  for (size_t i = 0; i < n; i++)
    sum[i] = (((sum[i] + (double)a[i]) + (double)b[i]) + (double)c[i]) + (double)d[i];
}

GV_CLONES
static void divide_sum(float *restrict out, const double *restrict sum, double count, size_t n)
{
#pragma omp simd
  for (size_t i = 0; i < n; i++)
    out[i] = (float)(sum[i] / count);
}

GV_CLONES
static void scale_sum(float *restrict out, const double *restrict sum, double scale, size_t n)
{
#pragma omp simd
  for (size_t i = 0; i < n; i++)
    out[i] = (float)(sum[i] * scale);
}

void gv_mean(float *out, int count, const float *const *from, size_t first, size_t n)
{
  double sum[BLOCK];
  for (size_t lo = 0; lo < n; lo += BLOCK) {
    size_t m = n - lo < BLOCK ? n - lo : BLOCK, at = first + lo;
    int j = count < 4 ? 0 : 4;
    if (j == 4)
      begin_sum(sum, from[0] + at, from[1] + at, from[2] + at, from[3] + at, m);
    else
      memset(sum, 0, m * sizeof *sum);
    for (; j + 4 <= count; j += 4)
      add_4_to_sum(sum, from[j] + at, from[j + 1] + at, from[j + 2] + at, from[j + 3] + at, m);
    for (; j < count; j++)
      add_to_sum(sum, from[j] + at, m);
    if ((count & (count - 1)) == 0)
      scale_sum(out + lo, sum, 1 / (double)count, m);  /* a power of two: the same bits, many times as fast */
    else
      divide_sum(out + lo, sum, (double)count, m);
  }
}

GV_CLONES
static void add_beyond(double *restrict sum, const float *restrict v, const float *restrict mean, size_t n)
{
#pragma omp simd
  for (size_t i = 0; i < n; i++)
    sum[i] += (double)v[i] - (double)mean[i];
}

void gv_mean_rest(float *rest, const float *mean, int count, const float *const *from, size_t first, size_t n)
{
  double sum[BLOCK];
  for (size_t lo = 0; lo < n; lo += BLOCK) {
    size_t m = n - lo < BLOCK ? n - lo : BLOCK, at = first + lo;
    memset(sum, 0, m * sizeof *sum);
    for (int j = 0; j < count; j++)
      add_beyond(sum, from[j] + at, mean + at, m);
    divide_sum(rest + lo, sum, (double)count, m);
  }
}
