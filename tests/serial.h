/* serial.h - every synchronous algorithm as its definition says, one node after another in double precision, with W
 * written out. For comparison with the engine; nothing here is clever. */
#ifndef GV_TESTS_SERIAL_H
#define GV_TESTS_SERIAL_H

#include "core/algorithms/compress.h"
#include "tests/dense.h"
#include "tests/toy.h"

enum { SERIAL_NODES = 16, SERIAL_DIM = 6 };

/* (nodes, dim) */
typedef double serial_vectors[SERIAL_NODES][SERIAL_DIM];

struct serial {
  int n, d;
  double a;                               /* learning rate */
  double beta, alpha, gamma;              /* of the algorithm */
  int period;                             /* of global averages, or of aga's first; 0: none */
  const char *compress;                   /* the algorithm's spec, whose options choco compresses by */
  uint64_t seed;

  uint64_t k;                             /* round */
  double w[SERIAL_NODES * SERIAL_NODES];  /* W(k); a node that sits out has a row and a column of the identity */
  bool sits_out[SERIAL_NODES];
  bool global;                            /* W(k) is J over those who take part */
  double loss;                            /* mean over those who take part */

  serial_vectors x, g;                    /* replicas and gradients of the round; of who sits out, of no meaning */
  serial_vectors mass, before, before_g, s, m, h, known;
  bool round_is_push_sum;
  double weight[SERIAL_NODES];            /* push-sum */
  bool begun[SERIAL_NODES];               /* has taken part before */
  double slow_x[SERIAL_DIM], slow_u[SERIAL_DIM];
  double first_loss;                      /* aga */
  int heard, aga_period;
  uint64_t aga_next;
};

typedef void serial_round(struct serial *s);

/* out <- W v; out is not v */
static inline void serial_mix(const struct serial *s, serial_vectors v, serial_vectors out)
{
  for (int i = 0; i < s->n; i++)
    for (int e = 0; e < s->d; e++) {
      out[i][e] = 0;
      for (int j = 0; j < s->n; j++)
        out[i][e] += s->w[i * s->n + j] * v[j][e];
    }
}

/* For every element of every node that takes part. */
#define SERIAL_EACH(s)                   \
  for (int i = 0; i < (s)->n; i++)       \
    for (int e = 0; e < (s)->d; e++)     \
      if (!(s)->sits_out[i])

static inline void serial_dsgd(struct serial *s)
{
  static serial_vectors y, mixed;
  memcpy(y, s->x, sizeof y);
  SERIAL_EACH(s) y[i][e] = s->x[i][e] - s->a * s->g[i][e];
  serial_mix(s, y, mixed);
  SERIAL_EACH(s) s->x[i][e] = mixed[i][e];
}

static inline void serial_dsgd_awc(struct serial *s)
{
  static serial_vectors mixed;
  serial_mix(s, s->x, mixed);
  SERIAL_EACH(s) s->x[i][e] = mixed[i][e] - s->a * s->g[i][e];
}

static inline void serial_psgd(struct serial *s)
{
  double mean[SERIAL_DIM] = {0};
  SERIAL_EACH(s) mean[e] += s->g[i][e] / s->n;
  SERIAL_EACH(s) s->x[i][e] -= s->a * mean[e];
}

static inline void serial_aga(struct serial *s)
{
  serial_dsgd(s);
  if (s->k + 1 != s->aga_next)
    return;
  /* warmup: 10 rounds */
  int h = s->period;
  if (s->heard == 0 || s->k < 10)
    s->first_loss = (s->first_loss * s->heard + s->loss) / (s->heard + 1), s->heard++;
  else
    h = (int)ceil(s->first_loss / s->loss * s->period);
  s->aga_next = s->k + 1 + (uint64_t)h;
}

static inline void serial_slowmo(struct serial *s)
{
  if (s->k == 0)
    memcpy(s->slow_x, s->x[0], sizeof s->slow_x);
  serial_dsgd(s);
  if (!s->global)
    return;
  for (int e = 0; e < s->d; e++) {
    s->slow_u[e] = s->beta * s->slow_u[e] + (s->slow_x[e] - s->x[0][e]) / s->a;
    s->slow_x[e] -= s->alpha * s->a * s->slow_u[e];
    for (int i = 0; i < s->n; i++)
      s->x[i][e] = s->slow_x[e];
  }
}

static inline void serial_gt(struct serial *s)
{
  static serial_vectors y, mixed, tracked;
  /* s holds avg(s_prev) + g - g_prev, known avg(s_prev) */
  SERIAL_EACH(s) s->s[i][e] = s->begun[i] ? s->known[i][e] + s->g[i][e] - s->before_g[i][e] : s->g[i][e];
  memcpy(y, s->x, sizeof y);
  SERIAL_EACH(s) y[i][e] = s->x[i][e] - s->a * s->s[i][e];
  serial_mix(s, y, mixed);
  serial_mix(s, s->s, tracked);
  SERIAL_EACH(s) {
    s->x[i][e] = mixed[i][e];
    s->known[i][e] = tracked[i][e];
    s->before_g[i][e] = s->g[i][e];
  }
}

static inline void serial_d2(struct serial *s)
{
  static serial_vectors y, mixed;
  SERIAL_EACH(s) {
    y[i][e] = s->x[i][e] - s->a * s->g[i][e];
    if (s->begun[i])
      y[i][e] += s->x[i][e] - s->before[i][e] + s->a * s->before_g[i][e];
  }
  serial_mix(s, y, mixed);
  SERIAL_EACH(s) {
    /* After a global average the correction, x - before + a before_g, is what it was. */
    double kept = y[i][e] - (s->x[i][e] - s->a * s->g[i][e]);
    s->before[i][e] = s->global ? mixed[i][e] - kept : s->x[i][e];
    s->before_g[i][e] = s->global ? 0 : s->g[i][e];
    s->x[i][e] = mixed[i][e];
  }
}

static inline void serial_exact_diffusion(struct serial *s)
{
  static serial_vectors phi, mixed;
  memset(phi, 0, sizeof phi);
  SERIAL_EACH(s) {
    double psi = s->x[i][e] - s->a * s->g[i][e];
    phi[i][e] = psi + s->x[i][e] - (s->begun[i] ? s->before[i][e] : s->x[i][e]);
    s->before[i][e] = psi;
  }
  serial_mix(s, phi, mixed);
  SERIAL_EACH(s) {
    s->x[i][e] = s->global ? mixed[i][e] : (phi[i][e] + mixed[i][e]) / 2;
    if (s->global)  /* phi - psi is next what it was */
      s->before[i][e] += s->x[i][e] - phi[i][e];
  }
}

static inline void serial_dmsgd(struct serial *s)
{
  static serial_vectors y, mixed;
  memcpy(y, s->x, sizeof y);
  SERIAL_EACH(s) {
    s->m[i][e] = s->beta * s->m[i][e] + s->g[i][e];
    y[i][e] = s->x[i][e] - s->a * s->m[i][e];
  }
  serial_mix(s, y, mixed);
  SERIAL_EACH(s) s->x[i][e] = mixed[i][e];
}

static inline void serial_decentlam(struct serial *s)
{
  static serial_vectors y, mixed;
  if (s->global) {
    serial_dmsgd(s);
    return;
  }
  SERIAL_EACH(s) y[i][e] = s->x[i][e] - s->a * s->g[i][e];
  serial_mix(s, y, mixed);
  SERIAL_EACH(s) {
    s->m[i][e] = s->beta * s->m[i][e] + (s->x[i][e] - mixed[i][e]) / s->a;
    s->x[i][e] -= s->a * s->m[i][e];
  }
}

static inline void serial_qg_dsgdm(struct serial *s)
{
  static serial_vectors y, mixed;
  memcpy(y, s->x, sizeof y);
  SERIAL_EACH(s) y[i][e] = s->x[i][e] - s->a * (s->beta * s->h[i][e] + s->g[i][e]);
  serial_mix(s, y, mixed);
  SERIAL_EACH(s) {
    s->h[i][e] = s->beta * s->h[i][e] + (1 - s->beta) * (s->x[i][e] - mixed[i][e]) / s->a;
    s->x[i][e] = mixed[i][e];
  }
}

static inline void serial_push_sum(struct serial *s)
{
  static serial_vectors y;
  double weight[SERIAL_NODES];
  if (s->k == 0)
    for (int i = 0; i < s->n; i++) {
      s->weight[i] = 1;
      memcpy(s->mass[i], s->x[i], sizeof s->mass[i]);
    }
  memcpy(y, s->mass, sizeof y);
  SERIAL_EACH(s) y[i][e] = s->mass[i][e] - s->a * s->g[i][e];
  serial_mix(s, y, s->mass);
  for (int i = 0; i < s->n; i++) {
    weight[i] = 0;
    for (int j = 0; j < s->n; j++)
      weight[i] += s->w[i * s->n + j] * s->weight[j];
  }
  memcpy(s->weight, weight, (size_t)s->n * sizeof *weight);
  for (int i = 0; i < s->n; i++)
    for (int e = 0; e < s->d; e++)
      s->x[i][e] = s->mass[i][e] / s->weight[i];
}

static int serial_by_magnitude(const void *a, const void *b)
{
  double x = fabs(*(const double *)a), y = fabs(*(const double *)b);
  return (x < y) - (x > y);
}

/* q (d) <- Q(q); random-k takes the elements that the engine's stream takes. */
static inline void serial_compress(const struct serial *s, int node, double *q)
{
  int d = s->d, k = (int)round(0.5 * d);  /* share=0.5 */
  if (strstr(s->compress, "top-k") != NULL) {
    double sorted[SERIAL_DIM];
    memcpy(sorted, q, sizeof sorted);
    qsort(sorted, (size_t)d, sizeof *sorted, serial_by_magnitude);
    for (int e = 0; e < d; e++)
      q[e] = fabs(q[e]) >= fabs(sorted[k - 1]) ? q[e] : 0;
  } else if (strstr(s->compress, "random-k") != NULL) {
    float ones[SERIAL_DIM], scratch[SERIAL_DIM];
    const struct gv_named *algorithm = NULL;
    struct gv_options *options = NULL;
    assert_ok(gv_named_parse(&gv_algorithm_table, s->compress, &algorithm, &options, err));
    for (int e = 0; e < d; e++)
      ones[e] = 1;
    gv_compress(options, s->seed, node, s->k, ones, (size_t)d, scratch);
    for (int e = 0; e < d; e++)
      q[e] *= (double)ones[e];
    gv_options_destroy(options);
  } else if (strstr(s->compress, "sign") != NULL) {
    double scale = 0;
    for (int e = 0; e < d; e++)
      scale += fabs(q[e]) / d;
    for (int e = 0; e < d; e++)
      q[e] = q[e] > 0 ? scale : q[e] < 0 ? -scale : 0;
  } else if (strstr(s->compress, "8-bit") != NULL) {
    double most = 0;
    for (int e = 0; e < d; e++)
      most = fmax(most, fabs(q[e]));
    for (int e = 0; e < d && most > 0; e++)
      q[e] = rint(q[e] / (most / 127)) * (most / 127);
  }
}

static inline void serial_choco(struct serial *s)
{
  static serial_vectors mixed;
  SERIAL_EACH(s) s->x[i][e] -= s->a * s->g[i][e];
  if (s->global) {
    serial_mix(s, s->x, mixed);
    memcpy(s->x, mixed, sizeof mixed);
    return;
  }
  for (int i = 0; i < s->n; i++) {
    double q[SERIAL_DIM];
    for (int e = 0; e < s->d; e++)
      q[e] = s->x[i][e] - s->known[i][e];
    serial_compress(s, i, q);
    for (int e = 0; e < s->d; e++)
      s->known[i][e] += q[e];
  }
  serial_mix(s, s->known, mixed);
  SERIAL_EACH(s) s->x[i][e] += s->gamma * (mixed[i][e] - s->known[i][e]);
}

#endif
