/* The list of edges, grown by doubling. */
#include "core/graph/edges.h"

#include <string.h>

#include "core/base/memory.h"

static enum gv_status grow(struct gv_edges *edges, size_t room, struct gv_error *err)
{
  struct gv_edge *grown = NULL;
  enum gv_status status = gv_alloc_for(&grown, room, sizeof *grown, "the topology", err);
  if (status != GV_OK)
    return status;
  if (edges->count > 0)
    memcpy(grown, edges->edge, edges->count * sizeof *grown);
  gv_free(edges->edge);
  edges->edge = grown;
  edges->room = room;
  return GV_OK;
}

enum gv_status gv_edges_create(struct gv_edges *edges, int nodes, size_t room, struct gv_error *err)
{
  *edges = (struct gv_edges){0};
  enum gv_status status =
      gv_alloc_for(&edges->scratch, 2 * (size_t)nodes, sizeof *edges->scratch, "the topology", err);
  return status == GV_OK && room > 0 ? grow(edges, room, err) : status;
}

void gv_edges_destroy(struct gv_edges *edges)
{
  gv_free(edges->edge);
  gv_free(edges->scratch);
  *edges = (struct gv_edges){0};
}

void gv_edges_add(struct gv_edges *edges, int to, int from, double weight)
{
  if (edges->count == INT32_MAX) {
    edges->failed = true;
    return;
  }
  if (edges->count == edges->room && grow(edges, edges->room < 64 ? 64 : 2 * edges->room, NULL) != GV_OK) {
    edges->failed = true;
    return;
  }
  edges->edge[edges->count++] = (struct gv_edge){.to = to, .from = from, .weight = weight};
}
