/* The one-peer exponential graph (Ying et al., NeurIPS 2021): in round t node i receives from i - 2^(t mod tau),
 * tau = ceil(log2 n). The product over tau rounds is J exactly when n is a power of two. */
#include "core/graph/topologies/topologies.h"

static int period(const struct gv_topology_input *input)
{
  int tau = gv_log2_ceil(input->nodes);
  return tau > 0 ? tau : 1;
}

static enum gv_status draw(const struct gv_topology_input *input, uint32_t round, struct gv_edges *edges,
                           struct gv_error *err)
{
  (void)err;
  int n = input->nodes;
  for (int i = 0; i < n && n > 1; i++)
    gv_edges_add(edges, i, gv_hop(i, -(1 << round), n), 0);  /* 2^(tau - 1) < n */
  return GV_OK;
}

const struct gv_topology gv_topology_one_peer_exponential = {
    .named = {.name = "one-peer-exponential",
              .summary = "one message a round, from 2^t nodes back; exact after log2 n rounds for powers of two"},
    .weighting = GV_WEIGHTS_UNIFORM,
    .directed = true,
    .law = {true, 0, -1},
    .period = period,
    .draw = draw,
};
