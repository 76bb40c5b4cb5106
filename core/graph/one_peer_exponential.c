/* The one-peer exponential graph (Ying et al., NeurIPS 2021): in round t node i receives from i - 2^(t mod tau),
 * tau = ceil(log2 n). The product over tau rounds is J exactly when n is a power of two. */
#include "core/graph/topologies.h"

static int period(const struct gv_topology_input *input)
{
  int tau = gv_log2_ceil(input->nodes);
  return tau > 0 ? tau : 1;
}

static int degree_max(const struct gv_topology_input *input)
{
  return input->nodes > 1;
}

static int neighbors(const struct gv_topology_input *input, int node, int round, int32_t *from)
{
  int n = input->nodes;
  if (n == 1)
    return 0;
  int64_t hop = (int64_t)1 << (round % period(input));  /* < n */
  from[0] = (int32_t)((node + n - hop) % n);
  return 1;
}

const struct gv_topology gv_topology_one_peer_exponential = {
    .named = {.name = "one-peer-exponential",
              .summary = "one message a round, from 2^t nodes back; exact after log2 n rounds for powers of two"},
    .weighting = GV_WEIGHTS_UNIFORM,
    .period = period,
    .degree_max = degree_max,
    .neighbors = neighbors,
};
