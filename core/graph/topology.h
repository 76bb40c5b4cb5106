/* topology.h - the extension point for communication graphs: who receives from whom in round k. */
#ifndef GV_GRAPH_TOPOLOGY_H
#define GV_GRAPH_TOPOLOGY_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/named.h"

/* What a topology is a pure function of, together with the round. */
struct gv_topology_input {
  const struct gv_options *options;
  int nodes;  /* >= 1 */
  uint64_t seed;
};

enum gv_weighting {
  GV_WEIGHTS_RULE,     /* undirected: a weight rule gives the weights from the degrees */
  GV_WEIGHTS_UNIFORM,  /* directed, every node receives from as many as it sends to: 1/(1 + degree) each */
  GV_WEIGHTS_AVERAGE   /* W = J = 11^T/n: realised as a global average, not as n^2 messages */
};

struct gv_topology {
  struct gv_named named;
  enum gv_weighting weighting;

  /* Rounds after which the matrices repeat, >= 1; 1: static. */
  int (*period)(const struct gv_topology_input *input);
  /* No node receives from more than this many others in any round. NULL for GV_WEIGHTS_AVERAGE. */
  int (*degree_max)(const struct gv_topology_input *input);
  /* from (degree_max) <- the nodes that `node` receives from in a round, itself excluded, any order.
   * Returns how many. Pure; any thread. NULL for GV_WEIGHTS_AVERAGE. */
  int (*neighbors)(const struct gv_topology_input *input, int node, int round, int32_t *from);
};

extern const struct gv_table gv_topology_table;  /* of struct gv_topology */

/* tau = ceil(log2 n) in integers: the bit length of n - 1. */
static inline int gv_log2_ceil(int n)
{
  int bits = 0;
  for (unsigned rest = (unsigned)n - 1; rest != 0; rest >>= 1)
    bits++;
  return bits;
}

#endif
