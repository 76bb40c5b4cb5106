/* Compression operators: top-k, random-k, sign, 8-bit (Koloskova et al., ICML 2019, section 3.5). */
#include "core/algorithms/compress.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "core/base/clones.h"
#include "core/base/random.h"

static size_t count_of(const struct gv_options *options, size_t n)
{
  double k = round(gv_options_real(options, "share") * (double)n);
  return k < 1 ? 1 : k < (double)n ? (size_t)k : n;
}

/* ---- top-k ---- */

enum { DIGIT = 11, BINS = 1 << DIGIT };  /* three digits of a float's 31 bits, the last one shorter */

/* Magnitudes of floats are ordered as their bits without the sign. */
static uint32_t magnitude(float v)
{
  uint32_t bits;
  memcpy(&bits, &v, sizeof bits);
  return bits & 0x7fffffffu;
}

/* The k-th largest magnitude (k >= 1), found digit by digit; *spare <- how many of it are among the k. */
static uint32_t kth_magnitude(const float *v, size_t n, size_t k, size_t *spare)
{
  uint32_t known = 0, mask = 0;
  for (int shift = 31 - DIGIT, width = DIGIT; mask != 0x7fffffffu;) {
    size_t bins[BINS] = {0};
    uint32_t digit = (1u << width) - 1;
    for (size_t i = 0; i < n; i++)
      if (((magnitude(v[i]) ^ known) & mask) == 0)
        bins[magnitude(v[i]) >> shift & digit]++;
    uint32_t b = digit;
    while (bins[b] < k)
      k -= bins[b--];
    known |= b << shift;
    mask |= digit << shift;
    width = shift < DIGIT ? shift : DIGIT;
    shift -= width;
  }
  *spare = k;
  return known;
}

static double top_k(float *v, size_t n, size_t k)
{
  size_t spare;
  uint32_t least = kth_magnitude(v, n, k, &spare);
  for (size_t i = 0; i < n; i++) {
    uint32_t m = magnitude(v[i]);
    if (m < least)
      v[i] = 0;
    else if (m == least && spare > 0)
      spare--;
    else if (m == least)
      v[i] = 0;
  }
  return (double)k * (sizeof(uint32_t) + sizeof(float));
}

/* ---- random-k ---- */

/* Floyd's sampling: k draws, each subset as likely as another. kept (n) holds 1 for those taken. */
static double random_k(float *v, size_t n, size_t k, struct gv_stream *stream, float *kept)
{
  memset(kept, 0, n * sizeof *kept);
  for (size_t j = n - k; j < n; j++) {
    uint32_t i = gv_stream_below(stream, (uint32_t)(j + 1));
    kept[kept[i] == 0 ? i : j] = 1;
  }
  for (size_t i = 0; i < n; i++)
    if (kept[i] == 0)
      v[i] = 0;
  return (double)k * sizeof(float);
}

/* ---- sign, 8-bit ---- */

static double sign(float *v, size_t n)
{
  double sum = 0;
  for (size_t i = 0; i < n; i++)
    sum += fabs((double)v[i]);
  float scale = (float)(sum / (double)n);
  for (size_t i = 0; i < n; i++)
    v[i] = v[i] > 0 ? scale : v[i] < 0 ? -scale : v[i];
  return ceil((double)n / 8) + sizeof(float);
}

GV_CLONES
static void quantise(float *v, size_t n)
{
  float most = 0;
  for (size_t i = 0; i < n; i++)
    most = fmaxf(most, fabsf(v[i]));
  float scale = most / 127;
  if (!(scale > 0) || !isfinite(scale))
    return;
  for (size_t i = 0; i < n; i++)
    v[i] = rintf(v[i] / scale) * scale;
}

static double eight_bit(float *v, size_t n)
{
  double chunks = 0;
  for (size_t first = 0; first < n; first += GV_COMPRESS_CHUNK, chunks++)
    quantise(v + first, n - first < GV_COMPRESS_CHUNK ? n - first : GV_COMPRESS_CHUNK);
  return (double)n + chunks * sizeof(float);
}

double gv_compress(const struct gv_options *options, uint64_t seed, int node, uint64_t round, float *v, size_t n,
                   float *scratch)
{
  const char *how = gv_options_text(options, "compress");
  if (strcmp(how, "top-k") == 0)
    return top_k(v, n, count_of(options, n));
  if (strcmp(how, "random-k") == 0) {
    struct gv_stream stream;
    gv_stream_start(&stream, seed, GV_RANDOM_COMPRESS, (uint32_t)node, (uint32_t)round);
    return random_k(v, n, count_of(options, n), &stream, scratch);
  }
  if (strcmp(how, "sign") == 0)
    return sign(v, n);
  if (strcmp(how, "8-bit") == 0)
    return eight_bit(v, n);
  return (double)n * sizeof(float);
}
