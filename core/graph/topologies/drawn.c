/* Drawing a graph again until it is connected. */
#include "core/graph/topologies/drawn.h"

#include "core/graph/connected.h"

enum gv_status gv_draw_connected(const struct gv_topology_input *input, gv_draw_once once, struct gv_edges *edges,
                                 int *found, struct gv_error *err)
{
  enum gv_status status = GV_OK;
  *found = -1;
  for (int attempt = 0; attempt < GV_DRAW_ATTEMPTS && *found < 0 && status == GV_OK; attempt++) {
    struct gv_parts parts = {0};
    edges->count = 0;
    status = once(input, attempt, edges, err);
    if (edges->failed)
      return status;  /* who realises the graph says so */
    if (status == GV_OK)
      status = gv_parts_create(&parts, input->nodes, err);
    for (size_t e = 0; e < edges->count && status == GV_OK; e++)
      gv_parts_join(&parts, edges->edge[e].to, edges->edge[e].from);
    if (status == GV_OK && parts.count == 1)
      *found = attempt;
    gv_parts_destroy(&parts);
  }
  return status;
}

enum gv_status gv_draw_size(const char *name, int nodes, double edges, struct gv_error *err)
{
  if (edges < 0x1p31)
    return GV_OK;
  return gv_fail(err, GV_USAGE, "topology %s: about %.3g messages a round between %d nodes; accepted: below %.3g",
                 name, edges, nodes, 0x1p31);
}
