/* The star: node 0 with every other one. */
#include <math.h>

#include "core/graph/topologies/topologies.h"

static enum gv_status draw(const struct gv_topology_input *input, uint32_t round, struct gv_edges *edges,
                           struct gv_error *err)
{
  (void)round;
  (void)err;
  for (int i = 1; i < input->nodes; i++)
    gv_edges_join(edges, 0, i, 0);
  return GV_OK;
}

static void position(const struct gv_topology_input *input, int node, double at[2])
{
  double angle = input->nodes > 1 ? 2 * 3.14159265358979323846 * (node - 1) / (input->nodes - 1) : 0;
  at[0] = 0.5 + (node > 0 ? 0.5 * sin(angle) : 0);
  at[1] = 0.5 + (node > 0 ? 0.5 * cos(angle) : 0);
}

const struct gv_topology gv_topology_star = {
    .named = {.name = "star", .summary = "node 0 with everybody, and nobody else; gap 1/n"},
    .weighting = GV_WEIGHTS_RULE,
    .law = {true, -1, 0},
    .draw = draw,
    .position = position,
};
