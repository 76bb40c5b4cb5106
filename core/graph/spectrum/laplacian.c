/* The ends of a Laplacian. Large graphs whose nodes a narrow band holds: Lanczos on the inverse, which finds small
 * eigenvalues fast; others: Lanczos. Either way the smallest is then a Rayleigh quotient over the edges, where
 * nothing cancels. */
#include "core/graph/spectrum/laplacian.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "core/base/blas.h"
#include "core/base/memory.h"
#include "core/graph/spectrum/band.h"
#include "core/graph/spectrum/lanczos.h"
#include "core/graph/spectrum/spectrum.h"
#include "core/graph/spectrum/sum.h"

/* No search goes on below this error. */
static const double good_enough = 1e-9;

enum { DEGREE_MAX = 400, BASIS_INVERSE = 16, BASIS_ROUGH = 24, BASIS_PLAIN = 64 };

struct search {
  const struct gv_laplacian *l;
  double bound;    /* bound_of */
  int32_t *order;  /* (nodes) by which the matrix is a band; NULL: it is no narrow one */
  int width;
  struct gv_band band;
  double *moved;   /* (nodes) scratch, in that order */
  double *term[2]; /* (nodes) scratch */
  double cut;      /* eigenvalues of L from here on are damped by the filter */
  int degree;      /* of the filter */
};

/* No eigenvalue is larger. */
static double bound_of(const struct gv_laplacian *l)
{
  double most = 0;
  for (int i = 0; i < l->nodes; i++) {
    double sum = 0;
    for (int64_t e = l->first[i]; e < l->first[i + 1]; e++)
      sum += fabs(gv_laplacian_weight(l, e));
    most = sum > most ? sum : most;
  }
  return 2 * most;
}

static double row_of(const struct gv_laplacian *l, const double *x, int i)
{
  double sum = 0;
  for (int64_t e = l->first[i]; e < l->first[i + 1]; e++)
    sum += gv_laplacian_weight(l, e) * (x[i] - x[l->from[e]]);
  return sum;
}

/* x^T L x / x^T x; *residual <- ||L x - value x|| / ||x||. */
static double quotient(const struct gv_laplacian *l, const double *x, double *residual)
{
  struct gv_sum sum = {0};
  double below = gv_sum_squares(x, l->nodes), rest = 0;
  for (int i = 0; i < l->nodes; i++) {
    double row = 0;
    for (int64_t e = l->first[i]; e < l->first[i + 1]; e++) {
      double d = x[i] - x[l->from[e]];
      row += l->from[e] > i ? gv_laplacian_weight(l, e) * d * d : 0;
    }
    gv_sum_add(&sum, row);
  }
  double value = below > 0 ? gv_sum_value(&sum) / below : 0;
  for (int i = 0; i < l->nodes; i++) {
    double r = row_of(l, x, i) - value * x[i];
    rest += r * r;
  }
  *residual = below > 0 ? sqrt(rest / below) : 1;
  return value;
}

/* An eigenvalue is nowhere further away than the residual. When the next one is at least a hundredth of `scale`
 * apart, the error is below the second term; that is an estimate, not a bound. */
static double error_of(double residual, double scale)
{
  double squared = scale > 0 ? 100 * residual * residual / scale : residual;
  return squared < residual ? squared : residual;
}

/* ---- operators ---- */

/* y <- (bound - L) x on vectors of mean 0: its largest is L's smallest. */
static void apply_mirrored(void *arg, const double *x, double *y)
{
  const struct search *s = arg;
  double mean = gv_sum_mean(x, s->l->nodes);
  for (int i = 0; i < s->l->nodes; i++)
    y[i] = s->bound * (x[i] - mean) - row_of(s->l, x, i);
  gv_take_mean(y, s->l->nodes);
}

/* y <- T(x), the Chebyshev polynomial of L that is at most 1 from the cut to the bound and grows below: many
 * products with L for one vector of Lanczos. */
static void apply_filtered(void *arg, const double *x, double *y)
{
  struct search *s = arg;
  int n = s->l->nodes;
  double centre = (s->bound + s->cut) / 2, half = (s->bound - s->cut) / 2;
  memcpy(y, x, (size_t)n * sizeof *y);
  gv_take_mean(y, n);
  for (int k = 0; k < s->degree; k++) {  /* y: T_k, term[0]: T_{k-1} */
    double factor = k == 0 ? 1 : 2;
    for (int i = 0; i < n; i++) {
      double next = factor * (centre * y[i] - row_of(s->l, y, i)) / half;
      s->term[1][i] = k == 0 ? next : next - s->term[0][i];
    }
    memcpy(s->term[0], y, (size_t)n * sizeof *y);
    memcpy(y, s->term[1], (size_t)n * sizeof *y);
  }
  gv_take_mean(y, n);
}

static void apply_plain(void *arg, const double *x, double *y)
{
  const struct search *s = arg;
  for (int i = 0; i < s->l->nodes; i++)
    y[i] = row_of(s->l, x, i);
}

/* y <- the inverse of L on vectors of mean 0. The node last in order is held at 0, which makes L definite. */
static void apply_grounded(void *arg, const double *x, double *y)
{
  const struct search *s = arg;
  int n = s->l->nodes;
  double mean = gv_sum_mean(x, n);
  for (int k = 0; k < n; k++)
    s->moved[k] = x[s->order[k]] - mean;
  gv_band_solve(&s->band, s->moved);
  s->moved[n - 1] = 0;
  for (int k = 0; k < n; k++)
    y[s->order[k]] = s->moved[k];
  gv_take_mean(y, n);
}

/* y <- (bound - L)^-1 x */
static void apply_inverse(void *arg, const double *x, double *y)
{
  const struct search *s = arg;
  for (int k = 0; k < s->l->nodes; k++)
    s->moved[k] = x[s->order[k]];
  gv_band_solve(&s->band, s->moved);
  for (int k = 0; k < s->l->nodes; k++)
    y[s->order[k]] = s->moved[k];
}

/* ---- factors ---- */

/* band <- factors of the first `rows` nodes in order of shift + sign L. Its memory is kept from call to call. */
static enum gv_status factor(struct search *s, int rows, double shift, double sign, bool *definite,
                             struct gv_error *err)
{
  const struct gv_laplacian *l = s->l;
  int32_t *place = NULL;
  enum gv_status status = gv_band_clear(&s->band, l->nodes, s->width, err);
  if (status == GV_OK)
    status = gv_alloc_for(&place, (size_t)l->nodes, sizeof *place, "the spectrum", err);
  if (status != GV_OK)
    return status;
  s->band.nodes = rows;
  for (int k = 0; k < l->nodes; k++)
    place[s->order[k]] = k;
  for (int k = 0; k < rows; k++) {
    double *diagonal = gv_band_at(&s->band, k, k);
    *diagonal = shift;
    for (int64_t e = l->first[s->order[k]]; e < l->first[s->order[k] + 1]; e++) {
      double w = sign * gv_laplacian_weight(l, e);
      int other = place[l->from[e]];
      *diagonal += w;
      if (other < k)
        *gv_band_at(&s->band, k, other) -= w;
    }
  }
  gv_free(place);
  *definite = gv_band_factor(&s->band) != 0;
  return GV_OK;
}

static enum gv_status order_nodes(struct search *s, struct gv_error *err)
{
  const struct gv_laplacian *l = s->l;
  enum gv_status status = gv_alloc_for(&s->order, (size_t)l->nodes, sizeof *s->order, "the spectrum", err);
  if (status == GV_OK)
    status = gv_band_order(l->first, l->from, l->nodes, s->order, &s->width, err);
  if (status == GV_OK && gv_band_fits(l->nodes, s->width))
    return gv_alloc_for(&s->moved, (size_t)l->nodes, sizeof *s->moved, "the spectrum", err);
  gv_free(s->order);
  s->order = NULL;
  return status;
}

/* ---- searches ---- */

static enum gv_status run(struct search *s, void (*apply)(void *, const double *, double *), int basis,
                          double tolerance, double *vector, struct gv_error *err)
{
  const struct gv_lanczos problem = {
      .nodes = s->l->nodes, .apply = apply, .arg = s, .tolerance = tolerance, .basis = basis};
  return gv_lanczos(&problem, vector, err);
}

static void start_without_mean(double *x, int n)
{
  gv_lanczos_start(x, n);
  gv_take_mean(x, n);
}

/* *found <- whether the inverse served. */
static enum gv_status smallest_by_inverse(struct search *s, double *x, bool *found, struct gv_error *err)
{
  int n = s->l->nodes;
  enum gv_status status = factor(s, n - 1, 0, 1, found, err);
  if (status == GV_OK && *found) {
    start_without_mean(x, n);
    status = run(s, apply_grounded, BASIS_INVERSE, 1e-9, x, err);
  }
  return status;
}

static void measure_smallest(const struct search *s, double *x, struct gv_ends *ends)
{
  double residual;
  gv_take_mean(x, s->l->nodes);
  ends->smallest = quotient(s->l, x, &residual);
  double error = error_of(residual, ends->smallest) + 1e-15 * ends->smallest * sqrt(s->l->nodes);
  ends->smallest_error = ends->smallest > error ? error / ends->smallest : 1;
}

/* Lanczos on L itself, pass by pass: each knows better than the last how small the residual must be. */
static enum gv_status improve_smallest(struct search *s, double *x, struct gv_ends *ends, struct gv_error *err)
{
  double tolerance = 1e-4;
  enum gv_status status = GV_OK;
  for (int pass = 0; pass < 4 && status == GV_OK && !(ends->smallest_error <= good_enough); pass++) {
    double wanted = 1e-6 * ends->smallest / s->bound;
    tolerance = wanted < tolerance / 10 ? wanted : tolerance / 10;
    tolerance = tolerance > 1e-14 ? tolerance : 1e-14;
    /* A quotient is never below the smallest, so the filter lifts that above all that it damps. */
    s->cut = 1.5 * ends->smallest;
    double degree = s->cut > 0 ? 0.7 * sqrt(s->bound / s->cut) : 0;
    s->degree = degree < DEGREE_MAX ? (int)degree : DEGREE_MAX;
    if (s->degree >= 4)
      status = run(s, apply_filtered, BASIS_PLAIN, pass == 0 ? 1e-3 : 1e-7, x, err);
    else
      status = run(s, apply_mirrored, BASIS_PLAIN, tolerance, x, err);
    if (status == GV_OK)
      measure_smallest(s, x, ends);
  }
  return status;
}

static enum gv_status find_smallest(struct search *s, double *x, struct gv_ends *ends, struct gv_error *err)
{
  bool inverse = false;
  enum gv_status status = s->order != NULL ? smallest_by_inverse(s, x, &inverse, err) : GV_OK;
  ends->method = inverse ? "Lanczos on the inverse" : "Lanczos";
  if (status == GV_OK && !inverse) {
    start_without_mean(x, s->l->nodes);
    status = run(s, apply_mirrored, BASIS_PLAIN, 1e-2, x, err);
  }
  if (status == GV_OK)
    measure_smallest(s, x, ends);
  return status == GV_OK && !inverse ? improve_smallest(s, x, ends, err) : status;
}

/* Where the largest lies close under the bound, as in regular graphs, the inverse of bound - L finds it. */
static enum gv_status find_largest(struct search *s, double *x, struct gv_ends *ends, struct gv_error *err)
{
  int n = s->l->nodes;
  double residual = 1;
  start_without_mean(x, n);
  enum gv_status status = run(s, apply_plain, BASIS_ROUGH, 1e-2, x, err);
  if (status == GV_OK)
    ends->largest = quotient(s->l, x, &residual);
  if (status == GV_OK && s->order != NULL && ends->largest > 0.98 * s->bound) {
    bool definite = false;
    status = factor(s, n, s->bound * (1 + 1e-11), -1, &definite, err);
    if (status == GV_OK && definite)
      status = run(s, apply_inverse, BASIS_INVERSE, 1e-9, x, err);
    if (status == GV_OK)
      ends->largest = quotient(s->l, x, &residual);
  }
  if (status == GV_OK && residual > 1e-6 * s->bound) {
    status = run(s, apply_plain, BASIS_PLAIN, 1e-7, x, err);
    if (status == GV_OK)
      ends->largest = quotient(s->l, x, &residual);
  }
  ends->largest_error = error_of(residual, s->bound) + 1e-15 * s->bound * sqrt(n);
  return status;
}

static enum gv_status find_dense(const struct gv_laplacian *l, double *low, double *top, struct gv_ends *ends,
                                 struct gv_error *err)
{
  double residual, bound = bound_of(l);
  enum gv_status status = gv_laplacian_dense(l, bound, low, top, &ends->largest, err);
  if (status != GV_OK)
    return status;
  gv_take_mean(low, l->nodes);
  ends->smallest = quotient(l, low, &residual);
  double error = error_of(residual, ends->smallest) + DBL_EPSILON * ends->smallest * sqrt(l->nodes);
  ends->smallest_error = ends->smallest > error ? error / ends->smallest : 1;
  ends->largest_error = DBL_EPSILON * bound * sqrt(l->nodes);
  ends->method = "dense";
  return GV_OK;
}

enum gv_status gv_laplacian_ends(const struct gv_laplacian *l, int dense_up_to, double *top, struct gv_ends *ends,
                                 struct gv_error *err)
{
  struct search s = {.l = l, .bound = bound_of(l)};
  double *low = NULL;
  *ends = (struct gv_ends){0};
  enum gv_status status = gv_blas_prepare(err);
  if (status == GV_OK)
    status = gv_alloc_for(&low, (size_t)l->nodes, sizeof *low, "the spectrum", err);
  if (status == GV_OK && (l->nodes <= dense_up_to || l->nodes < GV_LANCZOS_MIN)) {
    status = find_dense(l, low, top, ends, err);
  } else if (status == GV_OK) {
    status = order_nodes(&s, err);
    for (int k = 0; k < 2 && status == GV_OK; k++)
      status = gv_alloc_for(&s.term[k], (size_t)l->nodes, sizeof *s.term[k], "the spectrum", err);
    if (status == GV_OK)
      status = find_smallest(&s, low, ends, err);
    if (status == GV_OK && top != NULL)
      status = find_largest(&s, top, ends, err);
  }
  gv_band_destroy(&s.band);
  gv_free(s.order);
  gv_free(s.moved);
  gv_free(s.term[0]);
  gv_free(s.term[1]);
  gv_free(low);
  return status;
}

enum gv_status gv_laplacian_extremes(const struct gv_graph *graph, int nodes, double *smallest, double *largest,
                                     struct gv_error *err)
{
  const struct gv_laplacian l = {.nodes = nodes, .first = graph->first, .from = graph->from};
  struct gv_ends ends;
  double *top = NULL;
  enum gv_status status = gv_alloc_for(&top, (size_t)nodes, sizeof *top, "the spectrum", err);
  if (status == GV_OK)
    status = gv_laplacian_ends(&l, GV_DENSE_UP_TO, top, &ends, err);
  gv_free(top);
  if (status != GV_OK)
    return status;
  *smallest = ends.smallest;
  *largest = ends.largest;
  return GV_OK;
}
