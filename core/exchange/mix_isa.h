/* mix_isa.h - averages that are written past the caches, in vectors of one width: mix_stream.c includes it once
 * for each. Alone it is the form that every x86-64 processor runs.
 *
 * Each: out (n) 64-byte aligned, n a multiple of mix_stream.c's STEP, inputs anywhere. The sums are those of mix.c
 * in their order, so the bits are. Without a fence: that is the caller's.
 */
#include <stddef.h>

#ifdef __x86_64__
#include <immintrin.h>

#ifndef ISA
#define ISA(name) name##_sse
#define TARGET
#define VECTOR __m128
#define LOAD _mm_loadu_ps
#define SET _mm_set1_ps
#define STREAM _mm_stream_ps
#endif

TARGET static void ISA(copy)(float *out, const float *s, size_t n)
{
  const size_t wide = sizeof(VECTOR) / sizeof(float);
  for (size_t i = 0; i < n; i += wide)
    STREAM(out + i, LOAD(s + i));
}

TARGET static void ISA(mix_half)(float *out, const float *s, const float *a, size_t n)
{
  const size_t wide = sizeof(VECTOR) / sizeof(float);
  const VECTOR half = SET(0.5f);
  for (size_t i = 0; i < n; i += wide)
    STREAM(out + i, half * (LOAD(s + i) + LOAD(a + i)));
}

TARGET static void ISA(mix_1)(float *out, const float *s, const float *a, const float *w, size_t n)
{
  const size_t wide = sizeof(VECTOR) / sizeof(float);
  const VECTOR wa = SET(w[0]);
  for (size_t i = 0; i < n; i += wide) {
    VECTOR own = LOAD(s + i);
    STREAM(out + i, own + wa * (LOAD(a + i) - own));
  }
}

TARGET static void ISA(mix_2)(float *out, const float *s, const float *const *from, const float *w, size_t n)
{
  const size_t wide = sizeof(VECTOR) / sizeof(float);
  const float *a = from[0], *b = from[1];
  const VECTOR wa = SET(w[0]), wb = SET(w[1]);
  for (size_t i = 0; i < n; i += wide) {
    VECTOR own = LOAD(s + i);
    STREAM(out + i, own + (wa * (LOAD(a + i) - own) + wb * (LOAD(b + i) - own)));
  }
}

/* Three neighbours and more, four vectors at a time: all sums stay in registers. */
TARGET static void ISA(mix_many)(float *out, const float *s, int degree, const float *const *from, const float *w,
                                 size_t n)
{
  enum { TILE = 4 };
  const size_t wide = sizeof(VECTOR) / sizeof(float);
  for (size_t i = 0; i < n; i += TILE * wide) {
    VECTOR own[TILE], sum[TILE];
    for (size_t t = 0, k = i; t < TILE; t++, k += wide) {
      own[t] = LOAD(s + k);
      VECTOR a = SET(w[0]) * (LOAD(from[0] + k) - own[t]), b = SET(w[1]) * (LOAD(from[1] + k) - own[t]);
      sum[t] = own[t] + ((a + b) + SET(w[2]) * (LOAD(from[2] + k) - own[t]));
    }
    int j = 3;
    for (; j + 2 <= degree; j += 2)
      for (size_t t = 0, k = i; t < TILE; t++, k += wide)
        sum[t] = sum[t] + (SET(w[j]) * (LOAD(from[j] + k) - own[t]) +
                           SET(w[j + 1]) * (LOAD(from[j + 1] + k) - own[t]));
    if (j < degree)
      for (size_t t = 0, k = i; t < TILE; t++, k += wide)
        sum[t] = sum[t] + SET(w[j]) * (LOAD(from[j] + k) - own[t]);
    for (size_t t = 0, k = i; t < TILE; t++, k += wide)
      STREAM(out + k, sum[t]);
  }
}

TARGET static void ISA(mix)(float *out, const float *s, int degree, const float *const *from, const float *w,
                            size_t n)
{
  if (degree == 0)
    ISA(copy)(out, s, n);
  else if (degree == 1 && w[0] == 0.5f)
    ISA(mix_half)(out, s, from[0], n);
  else if (degree == 1)
    ISA(mix_1)(out, s, from[0], w, n);
  else if (degree == 2)
    ISA(mix_2)(out, s, from, w, n);
  else
    ISA(mix_many)(out, s, degree, from, w, n);
}

#undef ISA
#undef TARGET
#undef VECTOR
#undef LOAD
#undef SET
#undef STREAM
#endif
