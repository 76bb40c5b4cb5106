/* The limit of averaging: sums of vectors, plain and with streaming stores; nothing but memory to wait for. */
#include "config.h"
#include "core/base/clones.h"
#include "core/base/memory.h"
#include "run/bench/bench.h"

GV_CLONES
static void sum_2(float *restrict out, const float *restrict a, const float *restrict b, size_t n)
{
#pragma omp simd
  for (size_t i = 0; i < n; i++)
    out[i] = a[i] + b[i];
}

GV_CLONES
static void sum_3(float *restrict out, const float *restrict a, const float *restrict b, const float *restrict c,
                  size_t n)
{
#pragma omp simd
  for (size_t i = 0; i < n; i++)
    out[i] = a[i] + b[i] + c[i];
}

GV_CLONES
static void sum_4(float *restrict out, const float *restrict a, const float *restrict b, const float *restrict c,
                  const float *restrict d, size_t n)
{
#pragma omp simd
  for (size_t i = 0; i < n; i++)
    out[i] = a[i] + b[i] + c[i] + d[i];
}

GV_CLONES
static void sum_9(float *restrict out, const float *const *in, size_t n)
{
  const float *restrict a = in[0], *restrict b = in[1], *restrict c = in[2], *restrict d = in[3];
  const float *restrict e = in[4], *restrict f = in[5], *restrict g = in[6], *restrict h = in[7];
  const float *restrict last = in[8];
#pragma omp simd
  for (size_t i = 0; i < n; i++)
    out[i] = a[i] + b[i] + c[i] + d[i] + e[i] + f[i] + g[i] + h[i] + last[i];
}

static void sum_plain(float *out, int inputs, const float *const *in, size_t n)
{
  if (inputs == 2)
    sum_2(out, in[0], in[1], n);
  else if (inputs == 3)
    sum_3(out, in[0], in[1], in[2], n);
  else if (inputs == 4)
    sum_4(out, in[0], in[1], in[2], in[3], n);
  else
    sum_9(out, in, n);
}

#ifdef __x86_64__
#include <immintrin.h>

/* The same in one form for all numbers of inputs; the compiler unrolls what is called with a constant. */
#define SUM_PAST(isa, target, vector, load, stream)                                                        \
  target static inline __attribute__((always_inline)) void sum_of_##isa(                                   \
      float *out, int inputs, const float *const *in, size_t n)                                            \
  {                                                                                                        \
    for (size_t i = 0; i < n; i += sizeof(vector) / sizeof(float)) {                                       \
      vector sum = load(in[0] + i);                                                                        \
      for (int j = 1; j < inputs; j++)                                                                     \
        sum += load(in[j] + i);                                                                            \
      stream((void *)(out + i), sum);                                                                      \
    }                                                                                                      \
  }                                                                                                        \
  target static void sum_past_##isa(float *out, int inputs, const float *const *in, size_t n)              \
  {                                                                                                        \
    if (inputs == 2)                                                                                       \
      sum_of_##isa(out, 2, in, n);                                                                         \
    else if (inputs == 3)                                                                                  \
      sum_of_##isa(out, 3, in, n);                                                                         \
    else if (inputs == 4)                                                                                  \
      sum_of_##isa(out, 4, in, n);                                                                         \
    else                                                                                                   \
      sum_of_##isa(out, GV_STREAM_INPUTS, in, n);                                                          \
    _mm_sfence();                                                                                          \
  }

SUM_PAST(sse, , __m128, _mm_loadu_ps, _mm_stream_ps)
#ifdef HAVE_TARGET_CLONES
SUM_PAST(avx2, __attribute__((target("avx2"))), __m256, _mm256_loadu_ps, _mm256_stream_ps)
SUM_PAST(avx512, __attribute__((target("avx512f"))), __m512, _mm512_loadu_ps, _mm512_stream_ps)
#endif

static void sum_past(float *out, int inputs, const float *const *in, size_t n)
{
#ifdef HAVE_TARGET_CLONES
  if (__builtin_cpu_supports("avx512f"))
    sum_past_avx512(out, inputs, in, n);
  else if (__builtin_cpu_supports("avx2"))
    sum_past_avx2(out, inputs, in, n);
  else
#endif
    sum_past_sse(out, inputs, in, n);
}
#else
static void sum_past(float *out, int inputs, const float *const *in, size_t n)
{
  sum_plain(out, inputs, in, n);
}
#endif

void gv_stream_sum(float *out, int inputs, const float *const *in, size_t n, bool past)
{
  (past ? sum_past : sum_plain)(out, inputs, in, n);
}
