/* rho of a product of many nodes: Lanczos on M^T M, M = W(count-1) ... W(0) - J, factor by factor. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/graph/connected.h"
#include "core/graph/spectrum/lanczos.h"
#include "core/graph/spectrum/laplacian.h"
#include "core/graph/spectrum/parts.h"
#include "core/graph/spectrum/sum.h"

enum { BASIS = 40 };
static const double good_enough = 1e-9, small_gap = 0.01;

struct square {
  const struct gv_rounds *rounds;
  double *a, *b;  /* (nodes) scratch */
};

static double norm(const double *x, int n)
{
  return sqrt(gv_sum_squares(x, n));
}

static void swap(struct square *s)
{
  double *other = s->a;
  s->a = s->b;
  s->b = other;
}

/* a <- M x */
static void forth(struct square *s, const double *x)
{
  const struct gv_rounds *r = s->rounds;
  memcpy(s->a, x, (size_t)r->nodes * sizeof *x);
  gv_take_mean(s->a, r->nodes);
  for (int k = 0; k < r->count; k++) {
    gv_graph_apply(r->graph[k], r->nodes, s->a, s->b);
    swap(s);
  }
  gv_take_mean(s->a, r->nodes);
}

static void apply(void *arg, const double *x, double *y)
{
  struct square *s = arg;
  const struct gv_rounds *r = s->rounds;
  forth(s, x);
  for (int k = r->count - 1; k >= 0; k--) {
    gv_graph_apply_back(r->graph[k], r->nodes, s->a, s->b);
    swap(s);
  }
  gv_take_mean(s->a, r->nodes);
  memcpy(y, s->a, (size_t)r->nodes * sizeof *y);
}

/* rho <- ||M x|| for x of length 1; returns the residual of (rho^2, x). */
static double measure(struct square *s, const double *x, double *y, double *rho)
{
  int n = s->rounds->nodes;
  forth(s, x);
  *rho = norm(s->a, n);
  apply(s, x, y);
  for (int i = 0; i < n; i++)
    y[i] -= *rho * *rho * x[i];
  return norm(y, n);
}

static enum gv_status search(struct square *s, double *x, double *y, struct gv_spectrum *out, struct gv_error *err)
{
  int n = s->rounds->nodes;
  double rounding = DBL_EPSILON * (sqrt(n) + s->rounds->count), tolerance = 1e-6;
  gv_lanczos_start(x, n);
  gv_take_mean(x, n);
  double length = norm(x, n), rho = 0;
  for (int i = 0; i < n; i++)
    x[i] /= length;
  (void)measure(s, x, y, &rho);
  if (rho * sqrt(n) < 1e3 * rounding) {  /* the expected square of ||M x|| is ||M||_F^2 / n */
    out->rho = rho;
    out->gap = 1 - rho;
    out->accuracy = rho * sqrt(n) + rounding;
    return GV_OK;
  }
  for (int pass = 0; pass < 3; pass++) {
    const struct gv_lanczos problem = {
        .nodes = n, .apply = apply, .arg = s, .tolerance = tolerance, .basis = BASIS};
    enum gv_status status = gv_lanczos(&problem, x, err);
    if (status != GV_OK)
      return status;
    double residual = measure(s, x, y, &rho);
    out->rho = rho;
    out->gap = 1 - rho;
    /* As for a Laplacian: the next singular value is thought to be a hundredth of the gap apart. */
    double squared = 100 * residual * residual / (out->gap > rounding ? out->gap : rounding);
    double error = (squared < residual ? squared : residual) / (2 * rho) + rounding;
    out->accuracy = out->gap > error ? error / out->gap : 1;
    if (out->accuracy <= good_enough)
      break;
    double wanted = 1e-6 * out->gap;
    tolerance = wanted < tolerance / 10 ? wanted : tolerance / 10;
    tolerance = tolerance > 1e-14 ? tolerance : 1e-14;
  }
  return GV_OK;
}

/* *joined <- whether the edges of other weight than 0 join all nodes. */
static enum gv_status is_joined(const struct gv_graph *graph, int nodes, bool *joined, struct gv_error *err)
{
  struct gv_parts parts;
  enum gv_status status = gv_parts_create(&parts, nodes, err);
  if (status == GV_OK)
    gv_parts_join_graph(&parts, graph, false);
  *joined = parts.count == 1;
  gv_parts_destroy(&parts);
  return status;
}

/* A small gap by way of P^T P, where that is sparse: its Laplacian's smallest eigenvalue is 1 - rho^2. A large one
 * would lose rho's digits in the root. Where its edges leave nodes apart rho is 1, as where P permutes them. */
static enum gv_status search_square(const struct gv_rounds *rounds, struct gv_spectrum *out, bool *found,
                                    struct gv_error *err)
{
  struct gv_graph square;
  struct gv_ends ends = {.smallest_error = 1, .method = "exact"};
  bool joined = false;
  enum gv_status status = gv_rounds_square(rounds, &square, found, err);
  if (status == GV_OK && *found)
    status = is_joined(&square, rounds->nodes, &joined, err);
  if (status == GV_OK && joined) {
    const struct gv_laplacian l = {
        .nodes = rounds->nodes, .first = square.first, .from = square.from, .weight = square.weight};
    status = gv_laplacian_ends(&l, 0, NULL, &ends, err);
    *found = status == GV_OK && ends.smallest < small_gap;
  }
  if (status == GV_OK && *found) {
    double rho = sqrt(1 - ends.smallest);
    out->gap = ends.smallest / (1 + rho);
    out->rho = 1 - out->gap;
    out->accuracy = ends.smallest_error;
    out->method = ends.method;
  }
  gv_graph_clear(&square);
  return status;
}

enum gv_status gv_rounds_norm_iterative(const struct gv_rounds *rounds, struct gv_spectrum *out,
                                        struct gv_error *err)
{
  struct square s = {.rounds = rounds};
  double *x = NULL, *y = NULL;
  size_t n = (size_t)rounds->nodes;
  bool found = false;
  enum gv_status status = search_square(rounds, out, &found, err);
  if (status != GV_OK || found)
    return status;
  status = gv_alloc_for(&s.a, n, sizeof *s.a, "the spectrum", err);
  if (status == GV_OK)
    status = gv_alloc_for(&s.b, n, sizeof *s.b, "the spectrum", err);
  if (status == GV_OK)
    status = gv_alloc_for(&x, n, sizeof *x, "the spectrum", err);
  if (status == GV_OK)
    status = gv_alloc_for(&y, n, sizeof *y, "the spectrum", err);
  out->method = "Lanczos";
  if (status == GV_OK)
    status = search(&s, x, y, out, err);
  gv_free(s.a);
  gv_free(s.b);
  gv_free(x);
  gv_free(y);
  return status;
}
