/* drawn.h - random graphs: whose random numbers are whose, and drawing again until all nodes are connected. */
#ifndef GV_GRAPH_TOPOLOGIES_DRAWN_H
#define GV_GRAPH_TOPOLOGIES_DRAWN_H

#include "core/base/random.h"
#include "core/graph/topology.h"

/* Families share no draws. Values are part of every run's result: append, never renumber. */
enum gv_family {
  GV_FAMILY_ERDOS_RENYI = 1,
  GV_FAMILY_GEOMETRIC = 2,
  GV_FAMILY_RANDOM_REGULAR = 3,
  GV_FAMILY_EQUI_STATIC = 4,
  GV_FAMILY_EQUI_STATIC_UNDIRECTED = 5,
  GV_FAMILY_RANDOM_MATCHING = 6,
  GV_FAMILY_EQUI_DYN = 7,
  GV_FAMILY_EQUI_DYN_UNDIRECTED = 8
};

/* A graph is drawn so often until it is connected. */
enum { GV_DRAW_ATTEMPTS = 100 };

/* The stream of an attempt, below 2^16, and of a round, or of whatever else a static family counts. */
static inline void gv_draw_start(struct gv_stream *stream, const struct gv_topology_input *input,
                                 enum gv_family family, int attempt, uint32_t round)
{
  gv_stream_start(stream, input->seed, GV_RANDOM_TOPOLOGY, (uint32_t)family << 16 | (uint32_t)attempt, round);
}

/* Adds the edges of one attempt to an empty list; takes memory and fails as it likes. */
typedef enum gv_status (*gv_draw_once)(const struct gv_topology_input *input, int attempt, struct gv_edges *edges,
                                       struct gv_error *err);

/* Draws until all nodes are connected. *found <- the attempt that was. None: *found is -1, the list is of no use
 * and the status GV_OK; the caller knows what its options should be. */
enum gv_status gv_draw_connected(const struct gv_topology_input *input, gv_draw_once once, struct gv_edges *edges,
                                 int *found, struct gv_error *err);

/* Refuses more edges, each direction counted, than a graph can hold, before anybody takes memory for them. */
enum gv_status gv_draw_size(const char *name, int nodes, double edges, struct gv_error *err);

#endif
