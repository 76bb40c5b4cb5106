/* Compression operators: top-k, random-k, sign, 8-bit (Koloskova et al., ICML 2019, section 3.5). */
#include "core/algorithms/compress.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "core/base/clones.h"
#include "core/base/random.h"

/* What an operator compresses. */
struct message {
  float *v;          /* (n) */
  size_t n, k;       /* k: what `share` says, of operators that pick elements */
  float *scratch;    /* (n) */
  uint64_t seed, round;
  int node;
};

/* ---- top-k ---- */

/* Magnitudes of floats are ordered as their bits without the sign. */
static uint32_t magnitude(float v)
{
  uint32_t bits;
  memcpy(&bits, &v, sizeof bits);
  return bits & 0x7fffffffu;
}

enum { BITS_MAX = 11 };  /* of a digit */

/* bins (2^width) <- how many of m (n) have which digit at `shift`. */
static void count_digits(const float *m, size_t n, int shift, int width, uint32_t *bins)
{
  uint32_t digit = (1u << width) - 1;
  memset(bins, 0, sizeof *bins << width);
  for (size_t i = 0; i < n; i++)
    bins[magnitude(m[i]) >> shift & digit]++;
}

/* Keeps those of m (n) whose digit is b, in place; returns how many. */
static size_t keep_digit(float *m, size_t n, int shift, int width, uint32_t b)
{
  uint32_t digit = (1u << width) - 1;
  size_t kept = 0;
  for (size_t i = 0; i < n; i++) {
    float candidate = m[i];
    m[kept] = candidate;
    kept += (magnitude(candidate) >> shift & digit) == b;
  }
  return kept;
}

/* The k-th largest magnitude of m (n), k >= 1, found digit by digit from the highest; *spare <- how many of its
 * equals are among the k, *equals <- how many there are. Overwrites m. */
static uint32_t kth_largest(float *m, size_t n, size_t k, size_t *spare, size_t *equals)
{
  uint32_t bins[1 << BITS_MAX], found = 0;
  for (int left = 31; left > 0;) {
    int most = n < 4096 ? 8 : BITS_MAX, width = left < most ? left : most;  /* few elements want few bins */
    left -= width;
    count_digits(m, n, left, width, bins);
    uint32_t b = (1u << width) - 1;
    while (bins[b] < k)
      k -= bins[b--];
    found |= b << left;
    n = keep_digit(m, n, left, width, b);
  }
  *spare = k;
  *equals = n;
  return found;
}

GV_CLONES
static void drop_below(float *v, uint32_t least, size_t n)
{
#pragma omp simd
  for (size_t i = 0; i < n; i++)
    v[i] = magnitude(v[i]) >= least ? v[i] : 0;
}

static double top_k(const struct message *message)
{
  float *v = message->v;
  size_t n = message->n, spare, equals;
  memcpy(message->scratch, v, n * sizeof *v);
  uint32_t least = kth_largest(message->scratch, n, message->k, &spare, &equals);
  drop_below(v, least, n);
  for (size_t i = n; equals > spare; i--)  /* the first of equal ones stay */
    if (magnitude(v[i - 1]) == least) {
      v[i - 1] = 0;
      equals--;
    }
  return (double)message->k * (sizeof(uint32_t) + sizeof(float));
}

/* ---- random-k ---- */

/* Floyd's sampling: k draws, each subset as likely as another. scratch holds 1 for those taken. */
static double random_k(const struct message *message)
{
  struct gv_stream stream;
  float *v = message->v, *taken = message->scratch;
  size_t n = message->n;
  gv_stream_start(&stream, message->seed, GV_RANDOM_COMPRESS, (uint32_t)message->node, (uint32_t)message->round);
  memset(taken, 0, n * sizeof *taken);
  for (size_t j = n - message->k; j < n; j++) {
    uint32_t i = gv_stream_below(&stream, (uint32_t)(j + 1));
    taken[taken[i] > 0 ? j : i] = 1;
  }
  for (size_t i = 0; i < n; i++)
    v[i] = taken[i] > 0 ? v[i] : 0;
  return (double)message->k * sizeof(float);
}

/* ---- sign, 8-bit ---- */

GV_CLONES
static double sum_of_magnitudes(const float *v, size_t n)
{
  enum { LANES = 16 };  /* of their own, so that no vector width changes the order */
  double lane[LANES] = {0}, sum = 0;
  size_t whole = n / LANES * LANES;
  for (size_t i = 0; i < whole; i += LANES)
    for (size_t l = 0; l < LANES; l++)
      lane[l] += fabs((double)v[i + l]);
  for (size_t i = whole; i < n; i++)
    lane[i - whole] += fabs((double)v[i]);
  for (size_t l = 0; l < LANES; l++)
    sum += lane[l];
  return sum;
}

GV_CLONES
static void take_signs(float *v, float scale, size_t n)
{
#pragma omp simd
  for (size_t i = 0; i < n; i++)
    v[i] = v[i] > 0 ? scale : v[i] < 0 ? -scale : v[i];
}

static double sign(const struct message *message)
{
  take_signs(message->v, (float)(sum_of_magnitudes(message->v, message->n) / (double)message->n), message->n);
  return ceil((double)message->n / 8) + sizeof(float);
}

GV_CLONES
static void quantise(float *v, size_t n)
{
  uint32_t most = 0;
  float largest;
  for (size_t i = 0; i < n; i++)
    most = magnitude(v[i]) > most ? magnitude(v[i]) : most;
  memcpy(&largest, &most, sizeof largest);
  float scale = largest / 127;
  if (!(scale > 0) || !isfinite(scale))
    return;
#pragma omp simd
  for (size_t i = 0; i < n; i++)
    v[i] = rintf(v[i] / scale) * scale;
}

static double eight_bit(const struct message *message)
{
  size_t n = message->n, chunks = 0;
  for (size_t first = 0; first < n; first += GV_COMPRESS_CHUNK, chunks++)
    quantise(message->v + first, n - first < GV_COMPRESS_CHUNK ? n - first : GV_COMPRESS_CHUNK);
  return (double)(n + chunks * sizeof(float));
}

static double identity(const struct message *message)
{
  return (double)message->n * sizeof(float);
}

/* ---- all of them ---- */

/* gamma: how far to go that is stable: half to three quarters of where gossip on a torus began to diverge. */
static const struct operator {
  const char *name;
  double (*apply)(const struct message *message);  /* returns the bytes sent */
  double gamma;
  bool of_share;  /* gamma is so many times the share, 1 at most */
} operators[] = {
    {"top-k", top_k, 2, true},      {"random-k", random_k, 0.6, true}, {"sign", sign, 0.4, false},
    {"8-bit", eight_bit, 0.9, false}, {"identity", identity, 1, false},
};

static const struct operator *operator_of(const struct gv_options *options)
{
  const struct operator *operator = operators;
  while (strcmp(gv_options_text(options, "compress"), operator->name) != 0)
    operator++;  /* the option has no other words */
  return operator;
}

size_t gv_compress_max(const struct gv_options *options)
{
  return operator_of(options)->of_share ? UINT32_MAX : SIZE_MAX;
}

double gv_compress_gamma(const struct gv_options *options)
{
  const struct operator *operator = operator_of(options);
  return operator->of_share ? fmin(operator->gamma * gv_options_real(options, "share"), 1) : operator->gamma;
}

double gv_compress(const struct gv_options *options, uint64_t seed, int node, uint64_t round, float *v, size_t n,
                   float *scratch)
{
  double k = floor(gv_options_real(options, "share") * (double)n + 0.5);
  struct message message = {.v = v, .n = n, .scratch = scratch, .seed = seed, .round = round, .node = node};
  message.k = k < 1 ? 1 : k < (double)n ? (size_t)k : n;
  return operator_of(options)->apply(&message);
}
