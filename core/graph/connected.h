/* connected.h - whether all nodes can agree, over the edges of one or several graphs together. */
#ifndef GV_GRAPH_CONNECTED_H
#define GV_GRAPH_CONNECTED_H

#include <stdbool.h>

#include "core/graph/graph.h"

/* Parts that nodes fall into; edges join them. */
struct gv_parts {
  int32_t *parent;  /* (nodes) */
  int nodes, count;
};

enum gv_status gv_parts_create(struct gv_parts *parts, int nodes, struct gv_error *err);
void gv_parts_destroy(struct gv_parts *parts);
void gv_parts_join(struct gv_parts *parts, int a, int b);

/* Joins what the graph's edges of other weight than 0 connect; with `any`, all its edges. */
void gv_parts_join_graph(struct gv_parts *parts, const struct gv_graph *graph, bool any);

/* The lowest node that is not with node 0, or -1. */
int gv_parts_apart(struct gv_parts *parts);

/* Whether all edges of the graphs (count) together connect the nodes; else the line names one that is apart. For
 * doubly stochastic matrices weakly connected is strongly connected. */
enum gv_status gv_connected_check(const struct gv_graph *graphs, int count, int nodes, const char *name,
                                  struct gv_error *err);

/* Whether every node reaches every other along the edges of the graphs (count) together, to the readers. */
enum gv_status gv_connected_both_ways(const struct gv_graph *graphs, int count, int nodes, const char *name,
                                      struct gv_error *err);

/* The same line, for a node that is apart. */
enum gv_status gv_connected_fail(int node, const char *name, struct gv_error *err);

#endif
