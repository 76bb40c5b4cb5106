/* The line: node i and i +- 1, without the wrap. */
#include "core/graph/topologies/topologies.h"

static enum gv_status draw(const struct gv_topology_input *input, uint32_t round, struct gv_edges *edges,
                           struct gv_error *err)
{
  (void)round;
  (void)err;
  for (int i = 1; i < input->nodes; i++)
    gv_edges_join(edges, i - 1, i, 0);
  return GV_OK;
}

static void position(const struct gv_topology_input *input, int node, double at[2])
{
  at[0] = input->nodes > 1 ? (double)node / (input->nodes - 1) : 0.5;
  at[1] = 0.5;
}

const struct gv_topology gv_topology_line = {
    .named = {.name = "line", .summary = "a ring without the wrap; gap ~ pi^2/(3 n^2)"},
    .weighting = GV_WEIGHTS_RULE,
    .law = {true, -2, 0},
    .draw = draw,
    .position = position,
};
