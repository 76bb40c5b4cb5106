/* Chooses how the spectrum of a schedule is found. */
#include "core/graph/spectrum/spectrum.h"

#include <float.h>
#include <math.h>

#include "core/base/blas.h"
#include "core/base/memory.h"
#include "core/graph/spectrum/lanczos.h"
#include "core/graph/spectrum/laplacian.h"
#include "core/graph/spectrum/parts.h"
#include "core/graph/spectrum/sum.h"

/* Directed topologies may be symmetric for some n, and shares where all nodes have as many readers. */
static bool is_symmetric(const struct gv_schedule *schedule)
{
  if (schedule->period != 1)
    return false;
  if (!schedule->directed && !schedule->shares)
    return true;
  const struct gv_graph *graph = &schedule->graphs[0];
  for (int32_t i = 0; i < schedule->nodes; i++)
    for (int64_t e = graph->first[i]; e < graph->first[i + 1]; e++)
      if (fabs(gv_graph_weight(graph, graph->from[e], i) - graph->weight[e]) > 4 * DBL_EPSILON)
        return false;
  return true;
}

/* 1 + x^T W x / x^T x, a sum of squares where no weight is negative. */
static double above_minus_one(const struct gv_graph *graph, int nodes, const double *x)
{
  struct gv_sum sum = {0};
  for (int i = 0; i < nodes; i++) {
    double row = 2 * graph->self[i] * x[i] * x[i];
    for (int64_t e = graph->first[i]; e < graph->first[i + 1]; e++) {
      double both = x[i] + x[graph->from[e]];
      row += graph->from[e] > i ? graph->weight[e] * both * both : 0;
    }
    gv_sum_add(&sum, row);
  }
  return gv_sum_value(&sum) / gv_sum_squares(x, nodes);
}

/* rho = max(lambda_2, -lambda_min), so the gap is the smaller of 1 - lambda_2 and 1 + lambda_min. */
static enum gv_status find_symmetric(const struct gv_schedule *schedule, int dense_up_to, struct gv_spectrum *out,
                                     struct gv_error *err)
{
  const struct gv_graph *graph = &schedule->graphs[0];
  const struct gv_laplacian l = {
      .nodes = schedule->nodes, .first = graph->first, .from = graph->from, .weight = graph->weight};
  struct gv_ends ends;
  double *top = NULL;
  enum gv_status status = gv_alloc_for(&top, (size_t)l.nodes, sizeof *top, "the spectrum", err);
  if (status == GV_OK)
    status = gv_laplacian_ends(&l, dense_up_to, top, &ends, err);
  if (status == GV_OK) {
    double above = above_minus_one(graph, l.nodes, top);
    out->lambda_min = above < 0.1 ? above - 1 : 1 - ends.largest;
    out->gap = ends.smallest;
    out->accuracy = ends.smallest_error;
    out->method = ends.method;
    if (1 + out->lambda_min < out->gap) {
      out->gap = above < 0.1 ? above : 1 + out->lambda_min;
      out->accuracy = out->gap > ends.largest_error ? ends.largest_error / out->gap : 1;
    }
    out->rho = out->gap < 1 ? 1 - out->gap : 0;
  }
  gv_free(top);
  return status;
}

static enum gv_status find_product(const struct gv_schedule *schedule, int dense_up_to, struct gv_spectrum *out,
                                   struct gv_error *err)
{
  struct gv_rounds rounds;
  enum gv_status status = gv_rounds_create(schedule, &rounds, err);
  if (status == GV_OK) {
    bool dense = schedule->nodes <= dense_up_to || schedule->nodes < GV_LANCZOS_MIN;
    out->rounds = rounds.count;
    status = dense ? gv_rounds_norm_dense(&rounds, out, err) : gv_rounds_norm_iterative(&rounds, out, err);
  }
  gv_rounds_destroy(&rounds);
  return status;
}

/* What is no more than rounding is said as what it is: rho of J, a gap of nothing, an eigenvalue of 0. */
static void settle(struct gv_spectrum *s, int nodes)
{
  double rounding = 4 * DBL_EPSILON * (sqrt(nodes) + s->rounds);
  if (s->rho <= rounding) {
    s->rho = 0;
    s->gap = 1;
  } else if (s->accuracy >= 1 && fabs(s->gap) <= rounding) {
    s->rho = 1;
    s->gap = 0;
    s->accuracy = 0;
  }
  if (fabs(s->lambda_min) <= rounding)
    s->lambda_min = 0;
}

enum gv_status gv_spectrum_find_from(const struct gv_schedule *schedule, int dense_up_to, struct gv_spectrum *out,
                                     struct gv_error *err)
{
  struct gv_spectrum found = {.rounds = 1, .gap = 1, .lambda_min = NAN, .method = "exact"};
  enum gv_status status = gv_blas_prepare(err);
  if (status != GV_OK)
    return status;
  if (schedule->average || schedule->nodes == 1)
    found.lambda_min = schedule->period != 1 ? NAN : schedule->nodes == 1 ? 1 : 0;
  else if (is_symmetric(schedule))
    status = find_symmetric(schedule, dense_up_to, &found, err);
  else
    status = find_product(schedule, dense_up_to, &found, err);
  if (status != GV_OK)
    return status;
  settle(&found, schedule->nodes);
  *out = found;
  return GV_OK;
}

enum gv_status gv_spectrum_find(const struct gv_schedule *schedule, struct gv_spectrum *out, struct gv_error *err)
{
  return gv_spectrum_find_from(schedule, GV_DENSE_UP_TO, out, err);
}
