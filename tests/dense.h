/* dense.h - a schedule's matrices written out, for tests of the facts that define them. */
#ifndef GV_TESTS_DENSE_H
#define GV_TESTS_DENSE_H

#include <math.h>
#include <string.h>

#include "core/graph/schedule.h"
#include "core/graph/view.h"
#include "tests/graphs.h"

/* w (n, n) <- the rows of a graph */
static inline void dense_graph(const struct gv_graph *g, int n, double *w)
{
  memset(w, 0, (size_t)n * (size_t)n * sizeof *w);
  for (int i = 0; i < n; i++) {
    w[i * n + i] = g->self[i];
    for (int64_t e = g->first[i]; e < g->first[i + 1]; e++)
      w[i * n + g->from[e]] += g->weight[e];
  }
}

/* w (n, n) <- W(round) */
static inline void dense(const struct gv_schedule *s, uint64_t round, double *w)
{
  int n = s->nodes;
  for (int i = 0; s->average && i < n * n; i++)
    w[i] = 1.0 / n;
  if (s->average)
    return;
  struct gv_view *view = NULL;
  assert_ok(gv_view_create(s, &view, err));
  dense_graph(gv_view_graph(view, round), n, w);
  gv_view_destroy(view);
}

/* product (n, n) <- W(rounds-1) ... W(0), through the rows: O(edges n) a round */
static inline void product_of(const struct gv_schedule *s, int rounds, double *p)
{
  size_t n = (size_t)s->nodes;
  double *next = calloc(n * n, sizeof *next);
  struct gv_view *view = NULL;
  assert_ok(gv_view_create(s, &view, err));
  for (size_t i = 0; i < n * n; i++)
    p[i] = i / n == i % n;
  for (int k = 0; k < rounds; k++) {
    const struct gv_graph *g = gv_view_graph(view, (uint64_t)k);
    for (size_t i = 0; i < n; i++) {
      for (size_t c = 0; c < n; c++)
        next[i * n + c] = g->self[i] * p[i * n + c];
      for (int64_t e = g->first[i]; e < g->first[i + 1]; e++)
        for (size_t c = 0; c < n; c++)
          next[i * n + c] += g->weight[e] * p[(size_t)g->from[e] * n + c];
    }
    memcpy(p, next, n * n * sizeof *p);
  }
  gv_view_destroy(view);
  free(next);
}

/* ||P - J||_2 by power iteration on (P - J)^T (P - J). */
static inline double rho(const double *p, int n)
{
  double *v = calloc((size_t)n, sizeof *v), *u = calloc((size_t)n, sizeof *u), norm = 0;
  for (int i = 0; i < n; i++)
    v[i] = cos(1.0 + i * i);
  for (int it = 0; it < 20000; it++) {
    double length = 0;
    for (int i = 0; i < n; i++)
      length += v[i] * v[i];
    for (int i = 0; i < n; i++)
      v[i] /= length > 0 ? sqrt(length) : 1;
    double last = norm;
    norm = 0;
    for (int i = 0; i < n; i++) {
      u[i] = 0;
      for (int j = 0; j < n; j++)
        u[i] += (p[i * n + j] - 1.0 / n) * v[j];
      norm += u[i] * u[i];
    }
    norm = sqrt(norm);
    for (int j = 0; j < n; j++) {
      v[j] = 0;
      for (int i = 0; i < n; i++)
        v[j] += (p[i * n + j] - 1.0 / n) * u[i];
    }
    if (norm < 1e-14 || (it > 50 && fabs(norm - last) < 1e-15))
      break;
  }
  free(v);
  free(u);
  return norm;
}

#endif
