/* The ring: node i and i +- 1. */
#include "core/graph/topologies.h"

static int period(const struct gv_topology_input *input)
{
  (void)input;
  return 1;
}

static int degree_max(const struct gv_topology_input *input)
{
  return input->nodes > 2 ? 2 : input->nodes - 1;  /* on two nodes both sides are the same neighbour */
}

static int neighbors(const struct gv_topology_input *input, int node, int round, int32_t *from)
{
  (void)round;
  int n = input->nodes, degree = degree_max(input);
  if (degree >= 1)
    from[0] = (node + 1) % n;
  if (degree >= 2)
    from[1] = (node + n - 1) % n;
  return degree;
}

const struct gv_topology gv_topology_ring = {
    .named = {.name = "ring", .summary = "each node and its two neighbours; gap ~ 4 pi^2/(3 n^2)"},
    .weighting = GV_WEIGHTS_RULE,
    .period = period,
    .degree_max = degree_max,
    .neighbors = neighbors,
};
