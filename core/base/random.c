/* Random numbers on Random123's Philox: words, uniforms, normals, gammas, shuffles. */
#include "core/base/random.h"

#include <Random123/philox.h>
#include <math.h>
#include <string.h>

void gv_stream_start(struct gv_stream *s, uint64_t seed, enum gv_purpose purpose, uint32_t node, uint32_t round)
{
  *s = (struct gv_stream){
      .key = {(uint32_t)seed, (uint32_t)(seed >> 32)},
      .counter = {0, round, node, (uint32_t)purpose},
  };
}

uint32_t gv_stream_u32(struct gv_stream *s)
{
  if (s->left == 0) {
    philox4x32_ctr_t counter;
    philox4x32_key_t key;
    memcpy(counter.v, s->counter, sizeof s->counter);
    memcpy(key.v, s->key, sizeof s->key);
    philox4x32_ctr_t drawn = philox4x32(counter, key);
    memcpy(s->block, drawn.v, sizeof s->block);
    s->counter[0]++;
    s->left = 4;
  }
  return s->block[4 - s->left--];
}

double gv_stream_uniform(struct gv_stream *s)
{
  uint64_t high = gv_stream_u32(s);
  uint64_t bits = high << 32 | gv_stream_u32(s);
  return ((double)(bits >> 12) + 0.5) * 0x1p-52;
}

double gv_uniform_of_pair(uint64_t seed, enum gv_purpose purpose, uint32_t a, uint32_t b, uint32_t round)
{
  struct gv_stream s;
  gv_stream_start(&s, seed, purpose, a, round);
  s.counter[0] = b;
  return gv_stream_uniform(&s);
}

double gv_stream_normal(struct gv_stream *s)
{
  double radius = sqrt(-2 * log(gv_stream_uniform(s)));
  return radius * cos(2 * 3.14159265358979323846 * gv_stream_uniform(s));
}

/* Both halves of Box-Muller, from a word each: the largest is 6.7. */
void gv_stream_normals(struct gv_stream *s, float *out, size_t n)
{
  for (size_t i = 0; i < n; i += 2) {
    float sine, cosine, angle = (float)gv_stream_u32(s) * (float)(2 * 3.14159265358979323846 * 0x1p-32);
    float radius = sqrtf(-2 * logf((float)(((double)gv_stream_u32(s) + 0.5) * 0x1p-32)));
    sincosf(angle, &sine, &cosine);
    out[i] = radius * cosine;
    if (i + 1 < n)
      out[i + 1] = radius * sine;
  }
}

uint32_t gv_stream_below(struct gv_stream *s, uint32_t bound)
{
  /* Lemire (2019): the high word of a product is uniform once the low words that wrap are rejected. */
  uint64_t product = (uint64_t)gv_stream_u32(s) * bound;
  if ((uint32_t)product < bound) {
    uint32_t reject = -bound % bound;
    while ((uint32_t)product < reject)
      product = (uint64_t)gv_stream_u32(s) * bound;
  }
  return (uint32_t)(product >> 32);
}

double gv_stream_log_gamma(struct gv_stream *s, double shape)
{
  double boost = 0;
  if (shape < 1) {  /* Gamma(a) = Gamma(a + 1) U^(1/a) */
    boost = log(gv_stream_uniform(s)) / shape;
    shape += 1;
  }
  double d = shape - 1.0 / 3, c = 1 / sqrt(9 * d);
  for (;;) {
    double x = gv_stream_normal(s), v = 1 + c * x;
    if (v <= 0)
      continue;
    v = v * v * v;
    if (log(gv_stream_uniform(s)) < 0.5 * x * x + d - d * v + d * log(v))
      return log(d) + log(v) + boost;
  }
}

void gv_stream_shuffle(struct gv_stream *s, int32_t *items, size_t count)
{
  for (size_t i = count; i > 1; i--) {
    size_t j = gv_stream_below(s, (uint32_t)i);
    int32_t other = items[j];
    items[j] = items[i - 1];
    items[i - 1] = other;
  }
}

void gv_stream_dirichlet(struct gv_stream *s, double alpha, double *p, size_t count)
{
  double largest = -INFINITY, sum = 0;
  for (size_t i = 0; i < count; i++) {
    p[i] = gv_stream_log_gamma(s, alpha);
    if (p[i] > largest)
      largest = p[i];
  }
  for (size_t i = 0; i < count; i++) {
    p[i] = exp(p[i] - largest);
    sum += p[i];
  }
  for (size_t i = 0; i < count; i++)
    p[i] /= sum;  /* sum >= 1: the largest contributed exp(0) */
}
