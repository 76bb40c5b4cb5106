/* From a list of edges to rows, weights and readers: two counting sorts, O(nodes + edges). */
#include "core/graph/graph.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"

enum gv_status gv_graph_reserve(struct gv_graph *graph, int nodes, size_t room, struct gv_error *err)
{
  const char *what = "the topology";
  size_t n = (size_t)nodes;
  gv_graph_clear(graph);
  enum gv_status status = gv_alloc_for(&graph->first, n + 1, sizeof *graph->first, what, err);
  if (status == GV_OK)
    status = gv_alloc_for(&graph->from, room, sizeof *graph->from, what, err);
  if (status == GV_OK)
    status = gv_alloc_for(&graph->weight, room, sizeof *graph->weight, what, err);
  if (status == GV_OK)
    status = gv_alloc_for(&graph->self, n, sizeof *graph->self, what, err);
  if (status == GV_OK)
    status = gv_alloc_for(&graph->reader_first, n + 2, sizeof *graph->reader_first, what, err);
  if (status == GV_OK)
    status = gv_alloc_for(&graph->reader, room, sizeof *graph->reader, what, err);
  if (status != GV_OK)
    gv_graph_clear(graph);
  else
    graph->room = room;
  return status;
}

void gv_graph_clear(struct gv_graph *graph)
{
  gv_free(graph->first);
  gv_free(graph->from);
  gv_free(graph->weight);
  gv_free(graph->self);
  gv_free(graph->reader_first);
  gv_free(graph->reader);
  *graph = (struct gv_graph){0};
}

/* next[j] walks from the start of j's part to its end; afterwards next[-1 + j] is where it began. */
static void start_parts(int64_t *first, int nodes)
{
  for (int i = 0; i < nodes; i++)
    first[i + 2] += first[i + 1];
}

/* Rows are walked in ascending order, so every list of readers is in it too. */
void gv_graph_fill_readers(struct gv_graph *graph, int nodes)
{
  int64_t *next = graph->reader_first + 1;
  memset(graph->reader_first, 0, ((size_t)nodes + 2) * sizeof *graph->reader_first);
  for (int64_t e = 0; e < graph->first[nodes]; e++)
    next[graph->from[e] + 1]++;
  start_parts(graph->reader_first, nodes);
  for (int i = 0; i < nodes; i++)
    for (int64_t e = graph->first[i]; e < graph->first[i + 1]; e++)
      graph->reader[next[graph->from[e]]++] = i;
}

/* Sorting by `from` (into `reader`, as indices of edges) and then, stably, by `to` gives ascending rows. */
static void fill_rows(struct gv_graph *graph, int nodes, const struct gv_edges *edges)
{
  int64_t *next = graph->reader_first + 1, *row = graph->first;
  int32_t *order = graph->reader;
  memset(graph->reader_first, 0, ((size_t)nodes + 2) * sizeof *graph->reader_first);
  for (size_t e = 0; e < edges->count; e++)
    next[edges->edge[e].from + 1]++;
  start_parts(graph->reader_first, nodes);
  for (size_t e = 0; e < edges->count; e++)
    order[next[edges->edge[e].from]++] = (int32_t)e;

  memset(row, 0, ((size_t)nodes + 1) * sizeof *row);
  for (size_t e = 0; e < edges->count; e++)
    if (edges->edge[e].to + 1 < nodes)
      row[edges->edge[e].to + 1]++;
  for (int i = 1; i < nodes; i++)
    row[i] += row[i - 1];
  for (size_t k = 0; k < edges->count; k++) {  /* row[i] walks to the end of row i */
    const struct gv_edge *edge = &edges->edge[order[k]];
    graph->from[row[edge->to]] = edge->from;
    graph->weight[row[edge->to]++] = edge->weight;
  }
  memmove(row + 1, row, (size_t)nodes * sizeof *row);
  row[0] = 0;
}

/* Moves rows together over what was there twice. */
static void merge_doubles(struct gv_graph *graph, int nodes, bool add)
{
  int64_t end = 0, from = 0;
  for (int i = 0; i < nodes; i++) {
    int64_t begin = end;
    for (int64_t stop = graph->first[i + 1]; from < stop; from++)
      if (end > begin && graph->from[end - 1] == graph->from[from]) {
        if (add)
          graph->weight[end - 1] += graph->weight[from];
      } else {
        graph->from[end] = graph->from[from];
        graph->weight[end++] = graph->weight[from];
      }
    graph->first[i + 1] = end;
  }
}

static void fill_uniform(struct gv_graph *graph, int nodes)
{
  for (int i = 0; i < nodes; i++)
    for (int64_t e = graph->first[i]; e < graph->first[i + 1]; e++)
      graph->weight[e] = 1.0 / (1.0 + (double)(graph->first[i + 1] - graph->first[i]));
}

static enum gv_status check_ends(int nodes, const struct gv_edges *edges, const char *name,
                                 struct gv_error *err)
{
  for (size_t e = 0; e < edges->count; e++) {
    int32_t to = edges->edge[e].to, from = edges->edge[e].from;
    if (to < 0 || to >= nodes || from < 0 || from >= nodes)
      return gv_fail(err, GV_INPUT, "topology %s: node %d receives from node %d; nodes are 0 to %d", name, (int)to,
                     (int)from, nodes - 1);
    if (to == from)
      return gv_fail(err, GV_INPUT, "topology %s: node %d lists itself as its neighbour", name, (int)to);
  }
  return GV_OK;
}

enum gv_status gv_graph_fill(struct gv_graph *graph, int nodes, const struct gv_edges *edges, const char *name,
                             struct gv_error *err)
{
  if (edges->failed || edges->count > INT32_MAX)
    return gv_fail(err, GV_MEMORY, "topology %s: no memory for the edges of %d nodes", name, nodes);
  enum gv_status status = check_ends(nodes, edges, name, err);
  if (status == GV_OK && (graph->first == NULL || graph->room < edges->count))
    status = gv_graph_reserve(graph, nodes, edges->count, err);
  if (status != GV_OK)
    return status;
  fill_rows(graph, nodes, edges);
  merge_doubles(graph, nodes, edges->weighting == GV_WEIGHTS_OWN);
  gv_graph_fill_readers(graph, nodes);
  if (edges->weighting == GV_WEIGHTS_UNIFORM)
    fill_uniform(graph, nodes);
  if (edges->weighting != GV_WEIGHTS_RULE)
    gv_graph_fill_self(graph, nodes);
  return GV_OK;
}

int64_t gv_graph_find(const struct gv_graph *graph, int i, int j)
{
  int64_t low = graph->first[i], high = graph->first[i + 1];
  while (low < high) {
    int64_t middle = low + (high - low) / 2;
    if (graph->from[middle] == j)
      return middle;
    if (graph->from[middle] < j)
      low = middle + 1;
    else
      high = middle;
  }
  return -1;
}

void gv_graph_fill_self(struct gv_graph *graph, int nodes)
{
  for (int i = 0; i < nodes; i++) {
    double others = 0;
    for (int64_t e = graph->first[i]; e < graph->first[i + 1]; e++)
      others += graph->weight[e];
    graph->self[i] = 1 - others;
  }
}

void gv_graph_fill_shares(struct gv_graph *graph, int nodes)
{
  const int64_t *reader = graph->reader_first;
  for (int i = 0; i < nodes; i++) {
    graph->self[i] = 1.0 / (1.0 + (double)(reader[i + 1] - reader[i]));
    for (int64_t e = graph->first[i]; e < graph->first[i + 1]; e++) {
      int32_t j = graph->from[e];
      graph->weight[e] = 1.0 / (1.0 + (double)(reader[j + 1] - reader[j]));
    }
  }
}

void gv_graph_sums(const struct gv_graph *graph, int nodes, double *row, double *column)
{
  for (int i = 0; i < nodes; i++)
    column[i] = graph->self[i];
  for (int i = 0; i < nodes; i++) {
    row[i] = graph->self[i];
    for (int64_t e = graph->first[i]; e < graph->first[i + 1]; e++) {
      row[i] += graph->weight[e];
      column[graph->from[e]] += graph->weight[e];
    }
  }
}

int gv_graph_degree_max(const struct gv_graph *graph, int nodes)
{
  int64_t most = 0;
  for (int i = 0; i < nodes; i++)
    if (graph->first[i + 1] - graph->first[i] > most)
      most = graph->first[i + 1] - graph->first[i];
  return (int)most;
}
