/* Union-find over nodes. */
#include "core/graph/connected.h"

#include "core/base/memory.h"

enum gv_status gv_parts_create(struct gv_parts *parts, int nodes, struct gv_error *err)
{
  *parts = (struct gv_parts){.nodes = nodes, .count = nodes};
  enum gv_status status = gv_alloc_for(&parts->parent, (size_t)nodes, sizeof *parts->parent, "the topology", err);
  for (int i = 0; i < nodes && status == GV_OK; i++)
    parts->parent[i] = i;
  return status;
}

void gv_parts_destroy(struct gv_parts *parts)
{
  gv_free(parts->parent);
  *parts = (struct gv_parts){0};
}

static int32_t find(int32_t *parent, int32_t i)
{
  while (parent[i] != i)
    i = parent[i] = parent[parent[i]];
  return i;
}

void gv_parts_join(struct gv_parts *parts, int a, int b)
{
  int32_t x = find(parts->parent, a), y = find(parts->parent, b);
  if (x == y)
    return;
  parts->parent[x > y ? x : y] = x > y ? y : x;
  parts->count--;
}

void gv_parts_join_graph(struct gv_parts *parts, const struct gv_graph *graph, bool any)
{
  for (int i = 0; i < parts->nodes; i++)
    for (int64_t e = graph->first[i]; e < graph->first[i + 1]; e++)
      if (any || graph->weight[e] != 0)
        gv_parts_join(parts, i, graph->from[e]);
}

int gv_parts_apart(struct gv_parts *parts)
{
  for (int i = 1; i < parts->nodes; i++)
    if (find(parts->parent, i) != find(parts->parent, 0))
      return i;
  return -1;
}

enum gv_status gv_connected_fail(int node, const char *name, struct gv_error *err)
{
  return gv_fail(err, GV_INPUT, "topology %s: node %d is never connected with node 0, so they cannot agree", name,
                 node);
}

enum gv_status gv_connected_check(const struct gv_graph *graphs, int count, int nodes, const char *name,
                                  struct gv_error *err)
{
  struct gv_parts parts;
  enum gv_status status = gv_parts_create(&parts, nodes, err);
  for (int k = 0; k < count && status == GV_OK; k++)
    gv_parts_join_graph(&parts, &graphs[k], true);
  int apart = status == GV_OK ? gv_parts_apart(&parts) : -1;
  gv_parts_destroy(&parts);
  return apart < 0 ? status : gv_connected_fail(apart, name, err);
}

/* Marks whom node 0 reaches (seen, nodes), to readers or, backwards, to those who are read. queue (nodes) is
 * scratch. Returns the lowest node not reached, or -1. */
static int reach(const struct gv_graph *graphs, int count, int nodes, bool backwards, int32_t *seen, int32_t *queue)
{
  int head = 0, tail = 1;
  for (int i = 0; i < nodes; i++)
    seen[i] = i == 0;
  queue[0] = 0;
  while (head < tail) {
    int i = queue[head++];
    for (int k = 0; k < count; k++) {
      const int64_t *first = backwards ? graphs[k].first : graphs[k].reader_first;
      const int32_t *to = backwards ? graphs[k].from : graphs[k].reader;
      for (int64_t e = first[i]; e < first[i + 1]; e++)
        if (!seen[to[e]]) {
          seen[to[e]] = 1;
          queue[tail++] = to[e];
        }
    }
  }
  for (int i = 0; i < nodes && tail < nodes; i++)
    if (!seen[i])
      return i;
  return -1;
}

enum gv_status gv_connected_both_ways(const struct gv_graph *graphs, int count, int nodes, const char *name,
                                      struct gv_error *err)
{
  int32_t *seen = NULL;
  enum gv_status status = gv_alloc_for(&seen, 2 * (size_t)nodes, sizeof *seen, "the topology", err);
  if (status != GV_OK)
    return status;
  int to = reach(graphs, count, nodes, false, seen, seen + nodes);
  int from = reach(graphs, count, nodes, true, seen, seen + nodes);
  gv_free(seen);
  if (to >= 0)
    return gv_fail(err, GV_INPUT, "topology %s: nothing that node 0 sends ever reaches node %d", name, to);
  if (from >= 0)
    return gv_fail(err, GV_INPUT, "topology %s: nothing that node %d sends ever reaches node 0", name, from);
  return GV_OK;
}
