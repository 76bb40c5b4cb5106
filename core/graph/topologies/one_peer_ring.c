/* The one-peer ring: pairs (0,1), (2,3), ... and pairs (1,2), ..., (n-1,0) in turn; n is even. */
#include "core/graph/topologies/topologies.h"

static enum gv_status check(const struct gv_topology_input *input, struct gv_error *err)
{
  int n = input->nodes;
  if (n == 1 || n % 2 == 0)
    return GV_OK;
  return gv_fail(err, GV_USAGE, "topology one-peer-ring: nodes %d is odd, so a node would have no partner; "
                 "accepted: an even number, such as %d", n, n - 1);
}

static int period(const struct gv_topology_input *input)
{
  return input->nodes > 2 ? 2 : 1;
}

static enum gv_status draw(const struct gv_topology_input *input, uint32_t round, struct gv_edges *edges,
                           struct gv_error *err)
{
  (void)err;
  int n = input->nodes;
  for (int i = (int)round; i < n && n > 1; i += 2)
    gv_edges_join(edges, i, gv_hop(i, 1, n), 0);
  return GV_OK;
}

const struct gv_topology gv_topology_one_peer_ring = {
    .named = {.name = "one-peer-ring", .summary = "one message a round, from the two neighbours on a ring in turn"},
    .weighting = GV_WEIGHTS_RULE,
    .law = {true, -2, 0},
    .check = check,
    .period = period,
    .draw = draw,
};
