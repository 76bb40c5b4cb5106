/* edges.h - a growing list of edges: what a topology says of one round. */
#ifndef GV_GRAPH_EDGES_H
#define GV_GRAPH_EDGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <grapevine/status.h>

/* Where the weights of W come from. */
enum gv_weighting {
  GV_WEIGHTS_RULE,     /* undirected: a weight rule gives them */
  GV_WEIGHTS_UNIFORM,  /* directed, every node receives from as many as it sends to: 1/(1 + degree) each */
  GV_WEIGHTS_OWN,      /* the topology gives each edge its weight; a node's own is what the others leave of 1 */
  GV_WEIGHTS_AVERAGE   /* W = J = 11^T/n: realised as a global average, not as n^2 messages */
};

struct gv_edge {
  int32_t to, from;  /* `to` receives from `from` */
  double weight;     /* W[to, from] under GV_WEIGHTS_OWN, else without meaning */
};

struct gv_edges {
  struct gv_edge *edge;
  size_t count, room;
  bool failed;       /* there was no memory for some of them */
  int32_t *scratch;  /* (2, nodes) for a topology's draw alone, holding anything */

  /* As the topology's descriptor says; a topology that finds its edges in a file may change both. */
  enum gv_weighting weighting;
  bool directed;
};

/* An empty list with room for so many edges, so that adding them cannot fail, and scratch for so many nodes. */
enum gv_status gv_edges_create(struct gv_edges *edges, int nodes, size_t room, struct gv_error *err);
void gv_edges_destroy(struct gv_edges *edges);

/* Failure is kept in `failed`, for who realises the graph. */
void gv_edges_add(struct gv_edges *edges, int to, int from, double weight);

/* Both ways. */
static inline void gv_edges_join(struct gv_edges *edges, int a, int b, double weight)
{
  gv_edges_add(edges, a, b, weight);
  gv_edges_add(edges, b, a, weight);
}

#endif
