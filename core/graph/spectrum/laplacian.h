/* laplacian.h - both ends of the spectrum of L, (L x)_i = sum_j w_ij (x_i - x_j), for a connected undirected graph.
 *
 * For W = I - L the largest eigenvalue but for 1 is 1 - smallest, the smallest one 1 - largest. Working with L
 * keeps the digits of small gaps.
 */
#ifndef GV_GRAPH_SPECTRUM_LAPLACIAN_H
#define GV_GRAPH_SPECTRUM_LAPLACIAN_H

#include <stdbool.h>

#include "core/graph/graph.h"

struct gv_laplacian {
  int nodes;             /* >= 2 */
  const int64_t *first;  /* rows as in a graph, both ways, without the diagonal */
  const int32_t *from;
  const double *weight;  /* beside from; NULL: 1 each */
};

enum { GV_DENSE_UP_TO = 600 };  /* nodes; beyond, the iterative methods are faster */

struct gv_ends {
  double smallest, largest;  /* of L, on vectors of mean 0 */
  double smallest_error;     /* estimates; relative for the smallest, absolute for the largest */
  double largest_error;
  const char *method;
};

/* Dense up to so many nodes. top (nodes) <- the vector of the largest, of length 1; NULL: the smallest alone is
 * asked for. */
enum gv_status gv_laplacian_ends(const struct gv_laplacian *l, int dense_up_to, double *top, struct gv_ends *ends,
                                 struct gv_error *err);

/* The same, by LAPACK (laplacian_dense.c). No eigenvalue is above the bound; low (nodes) <- the vector of the
 * smallest. */
enum gv_status gv_laplacian_dense(const struct gv_laplacian *l, double bound, double *low, double *top,
                                  double *largest, struct gv_error *err);

static inline double gv_laplacian_weight(const struct gv_laplacian *l, int64_t e)
{
  return l->weight != NULL ? l->weight[e] : 1;
}

#endif
