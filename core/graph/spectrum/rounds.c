/* The rounds whose product a spectrum is of, and products with them. */
#include <string.h>

#include "core/base/memory.h"
#include "core/graph/spectrum/parts.h"
#include "core/graph/topology.h"
#include "core/graph/view.h"

static enum gv_status copy(const struct gv_graph *from, int nodes, struct gv_graph *to, struct gv_error *err)
{
  size_t n = (size_t)nodes, edges = (size_t)from->first[nodes];
  enum gv_status status = gv_graph_reserve(to, nodes, edges, err);
  if (status != GV_OK)
    return status;
  memcpy(to->first, from->first, (n + 1) * sizeof *to->first);
  memcpy(to->from, from->from, edges * sizeof *to->from);
  memcpy(to->weight, from->weight, edges * sizeof *to->weight);
  memcpy(to->self, from->self, n * sizeof *to->self);
  return GV_OK;
}

enum gv_status gv_rounds_create(const struct gv_schedule *schedule, struct gv_rounds *rounds, struct gv_error *err)
{
  struct gv_view *view = NULL;
  struct gv_schedule whole = *schedule;  /* with every message; then graphs of a period are the schedule's own */
  whole.faults = (struct gv_faults){0};
  int drawn = gv_log2_ceil(schedule->nodes);
  *rounds = (struct gv_rounds){.nodes = schedule->nodes, .count = schedule->period};
  if (schedule->period == 0)
    rounds->count = drawn > 1 ? drawn : 1;
  size_t count = (size_t)rounds->count;
  enum gv_status status = gv_alloc_for(&rounds->graph, count, sizeof *rounds->graph, "the spectrum", err);
  if (status == GV_OK && schedule->period == 0)
    status = gv_alloc_for(&rounds->own, count, sizeof *rounds->own, "the spectrum", err);
  if (status == GV_OK)
    status = gv_view_create(&whole, &view, err);
  for (int k = 0; k < rounds->count && status == GV_OK; k++) {
    rounds->graph[k] = gv_view_graph(view, (uint64_t)k);
    if (rounds->own != NULL) {
      status = copy(rounds->graph[k], rounds->nodes, &rounds->own[k], err);
      rounds->graph[k] = &rounds->own[k];
    }
  }
  gv_view_destroy(view);
  return status;
}

void gv_rounds_destroy(struct gv_rounds *rounds)
{
  for (int k = 0; k < rounds->count && rounds->own != NULL; k++)
    gv_graph_clear(&rounds->own[k]);
  gv_free(rounds->own);
  gv_free(rounds->graph);
  *rounds = (struct gv_rounds){0};
}

void gv_graph_apply(const struct gv_graph *graph, int nodes, const double *x, double *y)
{
  for (int i = 0; i < nodes; i++) {
    double sum = graph->self[i] * x[i];
    for (int64_t e = graph->first[i]; e < graph->first[i + 1]; e++)
      sum += graph->weight[e] * x[graph->from[e]];
    y[i] = sum;
  }
}

void gv_graph_apply_back(const struct gv_graph *graph, int nodes, const double *x, double *y)
{
  for (int i = 0; i < nodes; i++)
    y[i] = graph->self[i] * x[i];
  for (int i = 0; i < nodes; i++)
    for (int64_t e = graph->first[i]; e < graph->first[i + 1]; e++)
      y[graph->from[e]] += graph->weight[e] * x[i];
}
