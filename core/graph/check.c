/* Checks every realised W before a run: what mixing and its mathematics rely on. */
#include <math.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/graph/schedule.h"

static const double tolerance = 1e-6;

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

/* The weight that node i puts on node j, or NAN when it does not receive from it. */
static double weight_of(const struct gv_graph *graph, int i, int j)
{
  int64_t low = graph->first[i], high = graph->first[i + 1];
  while (low < high) {
    int64_t middle = low + (high - low) / 2;
    if (graph->from[middle] == j)
      return graph->weight[middle];
    if (graph->from[middle] < j)
      low = middle + 1;
    else
      high = middle;
  }
  return NAN;
}

static enum gv_status check_symmetry(const struct gv_schedule *s, const struct gv_graph *graph, int round,
                                     const char *name, struct gv_error *err)
{
  for (int i = 0; i < s->nodes; i++)
    for (int64_t e = graph->first[i]; e < graph->first[i + 1]; e++) {
      double back = weight_of(graph, graph->from[e], i);
      if (!(fabs(back - graph->weight[e]) <= tolerance))
        return gv_fail(err, GV_INPUT,
                       "topology %s, round %d: node %d receives from node %d with weight %g, but not the "
                       "other way round; an undirected graph has both",
                       name, round, i, (int)graph->from[e], graph->weight[e]);
    }
  return GV_OK;
}

static enum gv_status check_sums(const struct gv_schedule *s, const struct gv_graph *graph, int round,
                                 double *column, const char *name, struct gv_error *err)
{
  for (int i = 0; i < s->nodes; i++)
    column[i] = graph->self[i];
  for (int i = 0; i < s->nodes; i++) {
    double row = graph->self[i];
    for (int64_t e = graph->first[i]; e < graph->first[i + 1]; e++) {
      row += graph->weight[e];
      column[graph->from[e]] += graph->weight[e];
    }
    if (!(fabs(row - 1) <= tolerance))
      return gv_fail(err, GV_INPUT, "topology %s, round %d: the weights of node %d sum to %.9g, not to 1", name,
                     round, i, row);
  }
  for (int i = 0; i < s->nodes; i++)
    if (!(fabs(column[i] - 1) <= tolerance))
      return gv_fail(err, GV_INPUT,
                     "topology %s, round %d: the weights put on node %d sum to %.9g, not to 1, so the mean "
                     "would drift",
                     name, round, i, column[i]);
  return GV_OK;
}

static int find(int *parent, int i)
{
  while (parent[i] != i)
    i = parent[i] = parent[parent[i]];
  return i;
}

/* The union over one period; for doubly stochastic matrices weakly connected is strongly connected. */
static enum gv_status check_connected(const struct gv_schedule *s, int *parent, const char *name,
                                      struct gv_error *err)
{
  for (int i = 0; i < s->nodes; i++)
    parent[i] = i;
  for (int k = 0; k < s->period; k++)
    for (int i = 0; i < s->nodes; i++)
      for (int64_t e = s->graphs[k].first[i]; e < s->graphs[k].first[i + 1]; e++)
        if (s->graphs[k].weight[e] != 0)
          parent[find(parent, i)] = find(parent, s->graphs[k].from[e]);
  for (int i = 1; i < s->nodes; i++)
    if (find(parent, i) != find(parent, 0))
      return gv_fail(err, GV_INPUT, "topology %s: node %d is never connected with node 0, so they cannot agree",
                     name, i);
  return GV_OK;
}

enum gv_status gv_schedule_check(const struct gv_schedule *s, const char *name, struct gv_error *err)
{
  if (s->average)
    return GV_OK;
  void *scratch = NULL;
  enum gv_status status = gv_alloc_for(&scratch, (size_t)s->nodes, sizeof(double), "the topology", err);
  for (int k = 0; k < s->period && status == GV_OK; k++) {
    status = check_lists(s, &s->graphs[k], k, name, err);
    if (status == GV_OK && !s->directed)
      status = check_symmetry(s, &s->graphs[k], k, name, err);
    if (status == GV_OK)
      status = check_sums(s, &s->graphs[k], k, scratch, name, err);
  }
  if (status == GV_OK)
    status = check_connected(s, scratch, name, err);
  gv_free(scratch);
  return status;
}
