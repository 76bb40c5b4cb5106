/* product.h - y <- W x in double precision at the speed of memory.
 *
 * In a ring, a grid or an exponential graph most rows are the row before, shifted by one, with the same weights.
 * Rows that repeat so are found once; there the product is a sum of shifted vectors, and nothing but x and y is
 * touched.
 */
#ifndef GV_GRAPH_CONSENSUS_PRODUCT_H
#define GV_GRAPH_CONSENSUS_PRODUCT_H

#include "core/graph/graph.h"

/* Rows of a graph, in stretches: rows first[s] .. first[s+1] - 1. */
struct gv_product {
  const struct gv_graph *graph;
  int32_t *first;   /* (count + 1) */
  bool *alike;      /* (count) the rows repeat the first one, shifted; else each is its own */
  int32_t count;
};

/* The stretches of a graph, which outlives them. O(edges). */
enum gv_status gv_product_create(const struct gv_graph *graph, int nodes, struct gv_product *out,
                                 struct gv_error *err);
void gv_product_clear(struct gv_product *product);

/* y <- W x for rows first .. end - 1; x and y (nodes, d) row-major, apart from each other. Each y is x_i + sum_j
 * W[i,j] (x_j - x_i), summed in the order of the row: where all inputs are equal they stay so, and the bits depend
 * neither on the cut into rows nor on the stretches. No memory, no failure; any thread. */
void gv_product_apply(const struct gv_product *product, int d, int32_t first, int32_t end, const double *x,
                      double *y);

/* The same straight from the rows, for a graph that is used once. */
void gv_product_rows(const struct gv_graph *graph, int d, int32_t first, int32_t end, const double *x, double *y);

#endif
