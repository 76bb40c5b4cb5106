/* topology.h - the extension point for communication graphs: who receives from whom in round k. */
#ifndef GV_GRAPH_TOPOLOGY_H
#define GV_GRAPH_TOPOLOGY_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/named.h"
#include "core/graph/edges.h"

/* A node and a few hops are numbers of 32 bits. */
enum { GV_NODES_MAX = 1 << 28 };

/* What a topology is a pure function of, together with the round. */
struct gv_topology_input {
  const struct gv_options *options;
  int nodes;  /* 1 .. GV_NODES_MAX */
  uint64_t seed;
};

/* A law of growth, gap ~ n^power (ln n)^log, as the lecture tabulates it. */
struct gv_law {
  bool known;
  int power, log;
};

struct gv_topology {
  struct gv_named named;
  enum gv_weighting weighting;
  bool directed;      /* whether a node may receive from one that does not receive from it in that round */
  struct gv_law law;  /* of the spectral gap */

  /* What is asked is defined for so many nodes, and the options fit each other; else one line that says what is
   * accepted. NULL: always. */
  enum gv_status (*check)(const struct gv_topology_input *input, struct gv_error *err);

  /* Rounds after which the matrices repeat, >= 1, or 0: never, every round is drawn anew. NULL: 1, static. */
  int (*period)(const struct gv_topology_input *input);

  /* With period 0: no node receives from more than this many others, which bounds the memory of a round. */
  int degree_max;

  /* Adds the edges of a round (below the period, where there is one) through gv_edges_add or gv_edges_join. Pure:
   * the same edges whatever thread asks, in any order of rounds; random draws come from GV_RANDOM_TOPOLOGY, keyed
   * by the seed and the round. An edge added twice counts once, but under GV_WEIGHTS_OWN its weights add up. With
   * period 0 it takes no memory but edges->scratch and does not fail. NULL for GV_WEIGHTS_AVERAGE. */
  enum gv_status (*draw)(const struct gv_topology_input *input, uint32_t round, struct gv_edges *edges,
                         struct gv_error *err);

  /* at <- where a picture shows the node, x to the right and y upwards, each in 0..1. NULL: nodes on a circle. */
  void (*position)(const struct gv_topology_input *input, int node, double at[2]);
};

extern const struct gv_table gv_topology_table;  /* of struct gv_topology */

/* ceil(log2 n) in integers: the bit length of n - 1; n >= 1. */
static inline int gv_log2_ceil(int n)
{
  int bits = 0;
  for (unsigned rest = (unsigned)n - 1; rest != 0; rest >>= 1)
    bits++;
  return bits;
}

/* (a + b) mod n for 0 <= a < n and -n <= b <= n. */
static inline int gv_hop(int a, int b, int n)
{
  int64_t to = (int64_t)a + b;
  return (int)(to < 0 ? to + n : to >= n ? to - n : to);
}

#endif
