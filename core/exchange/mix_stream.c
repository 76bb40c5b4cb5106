/* The averages, written past the caches: for results that would drive out what is needed before they are read. */
#include <stdint.h>

#include "config.h"
#include "core/base/cache.h"
#include "core/base/memory.h"
#include "core/exchange/mix.h"

#ifdef __x86_64__

#include "core/exchange/mix_isa.h"

/* As for the cloned kernels: sanitizers, and compilers that cannot, take what every processor has. */
#ifdef HAVE_TARGET_CLONES
#define ISA(name) name##_avx2
#define TARGET __attribute__((target("avx2")))
#define VECTOR __m256
#define LOAD _mm256_loadu_ps
#define SET _mm256_set1_ps
#define STREAM _mm256_stream_ps
#include "core/exchange/mix_isa.h"

#define ISA(name) name##_avx512
#define TARGET __attribute__((target("avx512f")))
#define VECTOR __m512
#define LOAD _mm512_loadu_ps
#define SET _mm512_set1_ps
#define STREAM(to, value) _mm512_stream_ps((void *)(to), value)
#include "core/exchange/mix_isa.h"
#endif

enum { STEP = 64 };  /* floats; four of the widest vectors */

static void mix_whole_steps(float *out, const float *s, int degree, const float *const *from, const float *w,
                            size_t n)
{
#ifdef HAVE_TARGET_CLONES
  if (__builtin_cpu_supports("avx512f"))
    mix_avx512(out, s, degree, from, w, n);
  else if (__builtin_cpu_supports("avx2"))
    mix_avx2(out, s, degree, from, w, n);
  else
#endif
    mix_sse(out, s, degree, from, w, n);
}

/* The part [first, first + n) by the plain kernels. */
static void mix_part(float *out, const float *s, int degree, const float *const *from, const float *w, size_t first,
                     size_t n)
{
  const float *part[GV_MIX_TOGETHER] = {NULL};
  for (int j = 0; j < degree; j++)
    part[j] = from[j] + first;
  gv_mix(out + first, s + first, degree, part, w, n);
}

static void stream(float *out, const float *s, int degree, const float *const *from, const float *w, size_t n)
{
  if (degree > GV_MIX_TOGETHER) {
    gv_mix(out, s, degree, from, w, n);
    return;
  }
  size_t past = (uintptr_t)out % GV_CACHE_LINE / sizeof(float);
  size_t head = past == 0 ? 0 : GV_CACHE_LINE / sizeof(float) - past;
  head = head < n ? head : n;
  size_t whole = (n - head) / STEP * STEP, tail = n - head - whole;
  const float *part[GV_MIX_TOGETHER] = {NULL};
  for (int j = 0; j < degree; j++)
    part[j] = from[j] + head;
  if (head > 0)
    mix_part(out, s, degree, from, w, 0, head);
  mix_whole_steps(out + head, s + head, degree, part, w, whole);
  if (tail > 0)
    mix_part(out, s, degree, from, w, head + whole, tail);
}

static void fence(void)
{
  _mm_sfence();  /* streaming stores are in no order with the store that publishes them, but for this */
}

#else

static void stream(float *out, const float *s, int degree, const float *const *from, const float *w, size_t n)
{
  gv_mix(out, s, degree, from, w, n);
}

static void fence(void)
{
}

#endif

void gv_mix_stream(float *out, const float *self, int degree, const float *const *from, const float *weight,
                   size_t n)
{
  stream(out, self, degree, from, weight, n);
  fence();
}

void gv_mean_stream(float *out, int count, const float *const *from, size_t first, size_t n)
{
  enum { PIECE = 1024 };
  _Alignas(GV_CACHE_LINE) float mean[PIECE];
  for (size_t lo = 0; lo < n; lo += PIECE) {
    size_t m = n - lo < PIECE ? n - lo : PIECE;
    gv_mean(mean, count, from, first + lo, m);
    stream(out + lo, mean, 0, NULL, NULL, m);
  }
  fence();
}

/* Measured with rounds of a step and an average in place: as fast as the plain form where the vectors take half of
 * the cache, 1.3 times as fast where they take all of it or more, 1.3 times as slow where they take a quarter. */
bool gv_mix_streams(size_t bytes)
{
  return (double)bytes > 0.45 * (double)gv_cache_last();
}
