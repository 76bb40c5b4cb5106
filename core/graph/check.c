/* Checks every realised W before a run: what mixing and its mathematics rely on. */
#include "core/graph/check.h"

#include <math.h>

#include "core/base/memory.h"
#include "core/graph/connected.h"
#include "core/graph/spectrum/spectrum.h"
#include "core/graph/view.h"

static const double tolerance = 1e-6;

/* Rounds that are looked at where each is drawn anew. */
enum { DRAWN_MIN = 8, DRAWN_MAX = 1000 };

static enum gv_status check_lists(const struct gv_schedule *s, const struct gv_graph *graph, int round,
                                  const char *name, struct gv_error *err)
{
  for (int i = 0; i < s->nodes; i++)
    for (int64_t e = graph->first[i]; e < graph->first[i + 1]; e++) {
      int32_t j = graph->from[e];
      if (j < 0 || j >= s->nodes)
        return gv_fail(err, GV_INPUT, "topology %s, round %d: node %d receives from node %d; nodes are 0 to %d",
                       name, round, i, (int)j, s->nodes - 1);
      if (j == i || (e > graph->first[i] && j <= graph->from[e - 1]))
        return gv_fail(err, GV_INPUT, "topology %s, round %d: node %d lists node %d twice or as its own neighbour",
                       name, round, i, (int)j);
    }
  return GV_OK;
}

static enum gv_status check_symmetry(const struct gv_schedule *s, const struct gv_graph *graph, int round,
                                     const char *name, struct gv_error *err)
{
  for (int i = 0; i < s->nodes; i++)
    for (int64_t e = graph->first[i]; e < graph->first[i + 1]; e++) {
      int64_t back = gv_graph_find(graph, graph->from[e], i);
      if (back < 0 || !(fabs(graph->weight[back] - graph->weight[e]) <= tolerance))
        return gv_fail(err, GV_INPUT,
                       "topology %s, round %d: node %d receives from node %d with weight %g, but not the "
                       "other way round; an undirected graph has both",
                       name, round, i, (int)graph->from[e], graph->weight[e]);
    }
  return GV_OK;
}

/* sums (2, nodes) is scratch. */
static enum gv_status check_sums(const struct gv_schedule *s, const struct gv_graph *graph, int round,
                                 double *sums, const char *name, struct gv_error *err)
{
  const double *row = sums, *column = sums + s->nodes;
  gv_graph_sums(graph, s->nodes, sums, sums + s->nodes);
  for (int i = 0; i < s->nodes && !s->shares; i++)
    if (!(fabs(row[i] - 1) <= tolerance))
      return gv_fail(err, GV_INPUT, "topology %s, round %d: the weights of node %d sum to %.9g, not to 1", name,
                     round, i, row[i]);
  for (int i = 0; i < s->nodes; i++)
    if (!(fabs(column[i] - 1) <= tolerance))
      return gv_fail(err, GV_INPUT,
                     "topology %s, round %d: the weights put on node %d sum to %.9g, not to 1, so the mean "
                     "would drift",
                     name, round, i, column[i]);
  return GV_OK;
}

static enum gv_status check_graph(const struct gv_schedule *s, const struct gv_graph *graph, int round,
                                  struct gv_parts *parts, double *sums, const char *name, struct gv_error *err)
{
  enum gv_status status = check_lists(s, graph, round, name, err);
  if (status == GV_OK && !s->directed && !s->shares)
    status = check_symmetry(s, graph, round, name, err);
  if (status == GV_OK)
    status = check_sums(s, graph, round, sums, name, err);
  if (status == GV_OK)
    gv_parts_join_graph(parts, graph, false);
  return status;
}

/* Weights below 0 may drive the nodes apart, which the other checks do not see. Only files have them unasked; those
 * of the weight rules agree. No weight of a symmetric W is larger than its norm, so large ones need no spectrum. */
static enum gv_status check_signs(const struct gv_schedule *s, const char *name, struct gv_error *err)
{
  const struct gv_graph *graph = &s->graphs[0];
  struct gv_spectrum spectrum;
  int below[2] = {-1, -1};
  double weight = 0, largest = 0;
  for (int i = 0; i < s->nodes; i++)
    for (int64_t e = graph->first[i]; e <= graph->first[i + 1]; e++) {
      bool own = e == graph->first[i + 1];
      double w = own ? graph->self[i] : graph->weight[e];
      largest = fmax(largest, fabs(w));
      if (below[0] < 0 && w < (own ? -tolerance : 0)) {  /* own: 1 less a sum, rounded */
        below[0] = i;
        below[1] = own ? i : graph->from[e];
        weight = w;
      }
    }
  if (below[0] < 0)
    return GV_OK;
  if (s->shares)
    return gv_fail(err, GV_INPUT, "topology %s: node %d puts weight %g on node %d; accepted by push-sum: 0 or "
                   "above", name, below[0], weight, below[1]);
  bool large = largest > 1 + tolerance;
  enum gv_status status = large ? GV_OK : gv_spectrum_find(s, &spectrum, err);
  if (status != GV_OK || (!large && spectrum.gap > 0))
    return status;
  return gv_fail(err, GV_INPUT, "topology %s: node %d puts weight %g on node %d, and rho(W) is %.6g%s; accepted "
                 "with weights below 0: a rho below 1", name, below[0], weight, below[1],
                 large ? largest : spectrum.rho, large ? " or more" : "");
}

/* Rounds that are drawn anew have no period: looked at are the first ones, until their edges have joined all. */
static enum gv_status check_drawn(const struct gv_schedule *s, struct gv_parts *parts, double *sums,
                                  const char *name, struct gv_error *err)
{
  struct gv_view *view = NULL;
  enum gv_status status = gv_view_create(s, &view, err);
  for (int k = 0; k < DRAWN_MAX && status == GV_OK && (k < DRAWN_MIN || parts->count > 1); k++)
    status = check_graph(s, gv_view_graph(view, (uint64_t)k), k, parts, sums, name, err);
  gv_view_destroy(view);
  return status;
}

enum gv_status gv_schedule_check(const struct gv_schedule *s, const char *name, struct gv_error *err)
{
  if (s->average)
    return GV_OK;
  double *sums = NULL;
  struct gv_parts parts = {0};
  enum gv_status status = gv_alloc_for(&sums, 2 * (size_t)s->nodes, sizeof *sums, "the topology", err);
  if (status == GV_OK)
    status = gv_parts_create(&parts, s->nodes, err);
  if (status == GV_OK && s->period == 0)
    status = check_drawn(s, &parts, sums, name, err);
  for (int k = 0; k < s->period && status == GV_OK; k++)
    status = check_graph(s, &s->graphs[k], k, &parts, sums, name, err);
  int apart = status == GV_OK ? gv_parts_apart(&parts) : -1;
  if (apart >= 0)
    status = gv_connected_fail(apart, name, err);
  if (status == GV_OK && apart < 0 && s->shares && s->period > 0)
    status = gv_connected_both_ways(s->graphs, s->period, s->nodes, name, err);
  if (status == GV_OK && s->weighting == GV_WEIGHTS_OWN && s->period == 1)
    status = check_signs(s, name, err);
  gv_parts_destroy(&parts);
  gv_free(sums);
  return status;
}
