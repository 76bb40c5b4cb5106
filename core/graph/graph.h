/* graph.h - one realised W(k): its rows and, transposed, the readers of every node.
 *
 * Convention: x <- W x; row i holds the weights that node i puts on what it RECEIVES.
 */
#ifndef GV_GRAPH_GRAPH_H
#define GV_GRAPH_GRAPH_H

#include "core/graph/edges.h"

/* Node i's entries are first[i] .. first[i+1] - 1. */
struct gv_graph {
  int64_t *first;        /* (nodes + 1) */
  int32_t *from;         /* in ascending order within a row, without the node itself */
  double *weight;        /* beside from */
  double *self;          /* (nodes) W[i,i] = 1 - the row's other weights */
  int64_t *reader_first; /* (nodes + 2); readers of node i: reader_first[i] .. reader_first[i+1] - 1 */
  int32_t *reader;       /* who receives from node i, ascending */
  size_t room;           /* edges there is memory for */
};

/* Memory for so many nodes and edges, in place of what there was. */
enum gv_status gv_graph_reserve(struct gv_graph *graph, int nodes, size_t room, struct gv_error *err);
void gv_graph_clear(struct gv_graph *graph);  /* gives the memory back */

/* Rows and readers from a list of edges, whatever its order; an edge that is there twice is one, under
 * GV_WEIGHTS_OWN with the sum of the weights. Weights are filled in but for GV_WEIGHTS_RULE. Takes memory only
 * where `room` does not suffice. An end that is no node is refused. */
enum gv_status gv_graph_fill(struct gv_graph *graph, int nodes, const struct gv_edges *edges, const char *name,
                             struct gv_error *err);

/* Where the row of node i has node j, or -1. O(log degree). */
int64_t gv_graph_find(const struct gv_graph *graph, int i, int j);

/* The weight that node i puts on node j; 0 where it receives nothing from it. */
static inline double gv_graph_weight(const struct gv_graph *graph, int i, int j)
{
  int64_t at = gv_graph_find(graph, i, j);
  return at < 0 ? 0 : graph->weight[at];
}

/* self <- what a row's other weights leave of 1. */
void gv_graph_fill_self(struct gv_graph *graph, int nodes);

/* Column j <- 1/(1 + the number of node j's readers), its own weight among them. */
void gv_graph_fill_shares(struct gv_graph *graph, int nodes);

/* The readers that belong to the rows. */
void gv_graph_fill_readers(struct gv_graph *graph, int nodes);

/* row, column (nodes) <- the sums of W. */
void gv_graph_sums(const struct gv_graph *graph, int nodes, double *row, double *column);

/* The largest degree. */
int gv_graph_degree_max(const struct gv_graph *graph, int nodes);

#endif
