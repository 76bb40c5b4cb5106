/* The fastest distributed linear averaging (Xiao and Boyd, 2004): symmetric weights with the smallest ||W - J||_2.
 *
 * W = I - sum_e w_e a_e a_e^T with a_e = e_i - e_j over the edges. Minimised is s subject to -sI < W - J < sI, by
 * the barrier method: Newton steps on t s - log det F1 - log det F2 with F1 = sI - (W - J), F2 = sI + (W - J), for
 * growing t. At a minimum s is at most 2n/t above the best. */
#include <math.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/graph/spectrum/laplacian.h"
#include "core/graph/spectrum/lapack.h"
#include "core/graph/weights/rules.h"

enum { STEPS_MAX = 800, STAGE_STEPS_MAX = 60, RIDGES = 8 };
static const double growth = 12;          /* of t, stage by stage */
static const double gap_wanted = 1e-10;   /* of s, relative, and absolute where s goes to 0 */
static const double gap_accepted = 1e-7;  /* where rounding ends the steps earlier */

struct barrier {
  int n, m;                /* nodes, edges */
  const int32_t (*end)[2]; /* (m) */
  double *x, *next;        /* (1 + m) s and the weights */
  double *z[2];            /* (n, n) F1, F2; their factors; their inverses */
  double *square[2];       /* (n, n) Z Z */
  double *gradient;        /* (1 + m) */
  double *step;            /* (1 + m) */
  double *hessian;         /* (1 + m, 1 + m) */
};

/* z <- F1, F2 at x, factored; *logs <- log det F1 + log det F2. Returns whether both are positive definite. */
static bool factor(struct barrier *b, const double *x, double *logs)
{
  size_t n = (size_t)b->n;
  *logs = 0;
  for (int part = 0; part < 2; part++) {
    double sign = part == 0 ? 1 : -1, *z = b->z[part];
    for (size_t k = 0; k < n * n; k++)
      z[k] = sign / (double)n;
    for (size_t i = 0; i < n; i++)
      z[i * n + i] += x[0] - sign;
    for (int e = 0; e < b->m; e++) {
      size_t i = (size_t)b->end[e][0], j = (size_t)b->end[e][1];
      double w = sign * x[1 + e];
      z[i * n + i] += w;
      z[j * n + j] += w;
      z[i * n + j] -= w;
      z[j * n + i] -= w;
    }
    int info = 0;
    dpotrf_("L", &b->n, z, &b->n, &info, 1);
    if (info != 0)
      return false;
    for (size_t i = 0; i < n; i++)
      *logs += 2 * log(z[i * n + i]);
  }
  return true;
}

/* z <- the inverses, from the factors; square <- their squares. */
static void invert(struct barrier *b)
{
  size_t n = (size_t)b->n;
  for (int part = 0; part < 2; part++) {
    double *z = b->z[part], *square = b->square[part];
    int info = 0;
    dpotri_("L", &b->n, z, &b->n, &info, 1);
    for (size_t i = 0; i < n; i++)
      for (size_t j = 0; j < i; j++)
        z[i * n + j] = z[j * n + i];
    for (size_t i = 0; i < n; i++)
      for (size_t j = 0; j <= i; j++) {
        double sum = 0;
        for (size_t k = 0; k < n; k++)
          sum += z[i * n + k] * z[j * n + k];
        square[i * n + j] = square[j * n + i] = sum;
      }
  }
}

/* a_e^T Z a_f */
static double between(const double *z, size_t n, const int32_t e[2], const int32_t f[2])
{
  const double *i = z + (size_t)e[0] * n, *j = z + (size_t)e[1] * n;
  return i[f[0]] - i[f[1]] - j[f[0]] + j[f[1]];
}

static double trace(const double *z, size_t n)
{
  double sum = 0;
  for (size_t i = 0; i < n; i++)
    sum += z[i * n + i];
  return sum;
}

static void differentiate(struct barrier *b, double t)
{
  size_t n = (size_t)b->n, rows = 1 + (size_t)b->m;
  b->gradient[0] = t - trace(b->z[0], n) - trace(b->z[1], n);
  b->hessian[0] = trace(b->square[0], n) + trace(b->square[1], n);
  for (size_t e = 0; e + 1 < rows; e++) {
    const int32_t *end = b->end[e];
    double *column = b->hessian + (e + 1) * rows;
    b->gradient[1 + e] = between(b->z[1], n, end, end) - between(b->z[0], n, end, end);
    b->hessian[1 + e] = between(b->square[0], n, end, end) - between(b->square[1], n, end, end);
    for (size_t f = e; f + 1 < rows; f++) {
      double first = between(b->z[0], n, end, b->end[f]), second = between(b->z[1], n, end, b->end[f]);
      column[1 + f] = first * first + second * second;
    }
  }
}

/* step <- -H^-1 gradient. Where rounding has made H indefinite a small part of the diagonal is added. */
static bool solve(struct barrier *b, double t)
{
  int rows = 1 + b->m, one = 1, info = 1;
  double ridge = 1e-14;
  for (int k = 0; k < RIDGES && info != 0; k++, ridge *= 10) {
    differentiate(b, t);
    for (int e = 0; e < rows; e++)
      b->hessian[(size_t)e * (size_t)rows + (size_t)e] *= 1 + ridge;
    dpotrf_("L", &rows, b->hessian, &rows, &info, 1);
  }
  if (info != 0)
    return false;
  for (int e = 0; e < rows; e++)
    b->step[e] = -b->gradient[e];
  dpotrs_("L", &rows, &one, b->hessian, &rows, b->step, &rows, &info, 1);
  return info == 0;
}

/* Halves the step until it goes down; x is factored before and after. Returns false, with x as it was, where no
 * step does. */
static bool descend(struct barrier *b, double t, double decrement, double *logs)
{
  double length = 1, trial = 0;
  for (int k = 0; k < 50; k++, length /= 2) {
    for (int e = 0; e <= b->m; e++)
      b->next[e] = b->x[e] + length * b->step[e];
    if (!factor(b, b->next, &trial))
      continue;
    if (t * (b->next[0] - b->x[0]) - (trial - *logs) > -0.1 * length * decrement)
      continue;
    memcpy(b->x, b->next, (1 + (size_t)b->m) * sizeof *b->x);
    *logs = trial;
    return true;
  }
  return false;
}

/* *gap <- how far s is above the best at most, at the last t that was centred. */
static void minimise(struct barrier *b, double *gap)
{
  double logs = 0, t = 2 * b->n / b->x[0];
  int steps = 0;
  *gap = INFINITY;
  if (!factor(b, b->x, &logs))
    return;
  for (;; t *= growth) {
    double decrement = INFINITY;
    for (int k = 0; k < STAGE_STEPS_MAX && steps < STEPS_MAX; k++, steps++) {
      invert(b);
      if (!solve(b, t))
        break;
      decrement = 0;
      for (int e = 0; e <= b->m; e++)
        decrement -= b->gradient[e] * b->step[e];
      if (decrement < 1e-4 || !descend(b, t, decrement, &logs))
        break;
    }
    if (!(decrement < 0.1) || !factor(b, b->x, &logs))
      return;
    *gap = 2 * b->n / t;
    if (*gap <= gap_wanted * b->x[0] || *gap <= 1e-2 * gap_wanted)
      return;
  }
}

static enum gv_status create(struct barrier *b, struct gv_error *err)
{
  size_t n = (size_t)b->n, rows = 1 + (size_t)b->m;
  const char *what = "the fastest-mixing weights";
  enum gv_status status = gv_alloc_for(&b->hessian, rows * rows, sizeof *b->hessian, what, err);
  double **row[] = {&b->x, &b->next, &b->gradient, &b->step};
  for (int k = 0; k < 4 && status == GV_OK; k++)
    status = gv_alloc_for(row[k], rows, sizeof **row[k], what, err);
  double **square[] = {&b->z[0], &b->z[1], &b->square[0], &b->square[1]};
  for (int k = 0; k < 4 && status == GV_OK; k++)
    status = gv_alloc_for(square[k], n * n, sizeof **square[k], what, err);
  return status;
}

static void destroy(struct barrier *b)
{
  double *memory[] = {b->hessian, b->x,    b->next,      b->gradient, b->step,
                      b->z[0],    b->z[1], b->square[0], b->square[1]};
  for (size_t k = 0; k < sizeof memory / sizeof memory[0]; k++)
    gv_free(memory[k]);
}

/* *rho <- that of the weights as they stand. */
static enum gv_status measure(const struct gv_graph *graph, int nodes, double *top, double *rho,
                              struct gv_error *err)
{
  const struct gv_laplacian l = {
      .nodes = nodes, .first = graph->first, .from = graph->from, .weight = graph->weight};
  struct gv_ends ends;
  enum gv_status status = gv_laplacian_ends(&l, GV_FDLA_NODES_MAX, top, &ends, err);
  if (status == GV_OK)
    *rho = fmax(fabs(1 - ends.smallest), fabs(1 - ends.largest));
  return status;
}

/* end <- the edges, lower end first; at <- where the graph has each, both ways. seen (nodes) is scratch, zeros: in
 * row j the lower neighbours come first, in the order in which the rows are walked. */
static void list_edges(const struct gv_graph *graph, int nodes, int32_t (*end)[2], int64_t (*at)[2], int32_t *seen)
{
  int m = 0;
  for (int32_t i = 0; i < nodes; i++)
    for (int64_t e = graph->first[i]; e < graph->first[i + 1]; e++) {
      int32_t j = graph->from[e];
      if (j < i)
        continue;
      end[m][0] = i;
      end[m][1] = j;
      at[m][0] = e;
      at[m++][1] = graph->first[j] + seen[j]++;
    }
}

static void set_weights(struct gv_graph *graph, const struct barrier *b, int64_t (*at)[2])
{
  for (int e = 0; e < b->m; e++)
    graph->weight[at[e][0]] = graph->weight[at[e][1]] = b->x[1 + e];
}

/* From the best constant weight, which is kept where the steps end no lower, as where all edges are alike. */
static enum gv_status find(struct gv_graph *graph, struct barrier *b, int64_t (*at)[2], double *top,
                           const char *name, struct gv_error *err)
{
  double constant = graph->weight[0], start = 0, found = 0, gap = 0;
  enum gv_status status = measure(graph, b->n, top, &start, err);
  if (status == GV_OK)
    status = create(b, err);
  if (status != GV_OK)
    return status;
  b->x[0] = 1.1 * start + 0.1;
  for (int e = 0; e < b->m; e++)
    b->x[1 + e] = constant;
  minimise(b, &gap);
  if (!(gap <= gap_accepted))
    return gv_fail(err, GV_NUMERIC,
                   "weights fdla: on the %d nodes and %d edges of %s the steps ended %g from the best", b->n, b->m,
                   name, gap);
  set_weights(graph, b, at);
  status = measure(graph, b->n, top, &found, err);
  for (int e = 0; e < b->m && found >= start; e++)
    b->x[1 + e] = constant;
  set_weights(graph, b, at);
  return status;
}

static enum gv_status fill(struct gv_graph *graph, int nodes, const char *name, struct gv_error *err)
{
  struct barrier b = {.n = nodes};
  int32_t (*end)[2] = NULL, *seen = NULL;
  int64_t (*at)[2] = NULL, edges = graph->first[nodes] / 2;
  double *top = NULL;
  const char *what = "the fastest-mixing weights";
  if (nodes > GV_FDLA_NODES_MAX || edges > GV_FDLA_EDGES_MAX)
    return gv_fail(err, GV_USAGE, "weights fdla: %s has %d nodes and %lld edges; accepted are at most %d and %d",
                   name, nodes, (long long)edges, GV_FDLA_NODES_MAX, GV_FDLA_EDGES_MAX);
  enum gv_status status = gv_weights_laplacian.fill(graph, nodes, name, err);
  if (status != GV_OK || edges == 0)
    return status;
  b.m = (int)edges;
  status = gv_alloc_for(&end, (size_t)edges, sizeof *end, what, err);
  if (status == GV_OK)
    status = gv_alloc_for(&at, (size_t)edges, sizeof *at, what, err);
  if (status == GV_OK)
    status = gv_alloc_for(&seen, (size_t)nodes, sizeof *seen, what, err);
  if (status == GV_OK)
    status = gv_alloc_for(&top, (size_t)nodes, sizeof *top, what, err);
  if (status == GV_OK) {
    list_edges(graph, nodes, end, at, seen);
    b.end = (const int32_t (*)[2])end;
    status = find(graph, &b, at, top, name, err);
  }
  destroy(&b);
  gv_free(end);
  gv_free(at);
  gv_free(seen);
  gv_free(top);
  return status;
}

const struct gv_weight_rule gv_weights_fdla = {
    .named = {.name = "fdla", .summary = "the fastest-mixing symmetric weights (Xiao and Boyd); small graphs"},
    .whole = true,
    .fill = fill,
};
