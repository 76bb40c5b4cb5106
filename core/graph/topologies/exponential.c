/* The static exponential graph (Ying et al., NeurIPS 2021): node i receives from i - 2^k for every k below
 * tau = ceil(log2 n). rho = (tau - 1)/(tau + 1) exactly for every even n, smaller for odd n. */
#include "core/graph/topologies/topologies.h"

static enum gv_status draw(const struct gv_topology_input *input, uint32_t round, struct gv_edges *edges,
                           struct gv_error *err)
{
  (void)round;
  (void)err;
  int n = input->nodes, tau = gv_log2_ceil(n);
  for (int i = 0; i < n; i++)
    for (int k = 0; k < tau; k++)
      gv_edges_add(edges, i, gv_hop(i, -(1 << k), n), 0);  /* 2^(tau - 1) < n */
  return GV_OK;
}

const struct gv_topology gv_topology_exponential = {
    .named = {.name = "exponential", .summary = "from 1, 2, 4, ... nodes back at once; gap 2/(1 + ceil(log2 n))"},
    .weighting = GV_WEIGHTS_UNIFORM,
    .directed = true,
    .law = {true, 0, -1},
    .draw = draw,
};
