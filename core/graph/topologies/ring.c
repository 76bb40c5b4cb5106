/* The ring: node i and i +- 1. */
#include "core/graph/topologies/topologies.h"

static enum gv_status draw(const struct gv_topology_input *input, uint32_t round, struct gv_edges *edges,
                           struct gv_error *err)
{
  (void)round;
  (void)err;
  int n = input->nodes;
  for (int i = 0; i < n && n > 1; i++)
    gv_edges_join(edges, i, gv_hop(i, 1, n), 0);  /* on two nodes both sides are the same neighbour */
  return GV_OK;
}

const struct gv_topology gv_topology_ring = {
    .named = {.name = "ring", .summary = "each node and its two neighbours; gap ~ 4 pi^2/(3 n^2)"},
    .weighting = GV_WEIGHTS_RULE,
    .law = {true, -2, 0},
    .draw = draw,
};
