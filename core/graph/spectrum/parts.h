/* parts.h - what the files of the spectrum share: the rounds of a product, and who measures it. */
#ifndef GV_GRAPH_SPECTRUM_PARTS_H
#define GV_GRAPH_SPECTRUM_PARTS_H

#include "core/graph/spectrum/spectrum.h"

/* gv_spectrum_find with another size up to which matrices are dense; for tests. */
enum gv_status gv_spectrum_find_from(const struct gv_schedule *schedule, int dense_up_to, struct gv_spectrum *out,
                                     struct gv_error *err);

/* The factors of P = W(count-1) ... W(0). */
struct gv_rounds {
  int nodes, count;
  const struct gv_graph **graph;  /* (count) */
  struct gv_graph *own;           /* (count) copies, where the rounds are drawn anew; else NULL */
};

enum gv_status gv_rounds_create(const struct gv_schedule *schedule, struct gv_rounds *rounds, struct gv_error *err);
void gv_rounds_destroy(struct gv_rounds *rounds);

/* y <- W x; y <- W^T x. */
void gv_graph_apply(const struct gv_graph *graph, int nodes, const double *x, double *y);
void gv_graph_apply_back(const struct gv_graph *graph, int nodes, const double *x, double *y);

/* rho, gap, accuracy and method of out <- those of P - J. */
enum gv_status gv_rounds_norm_dense(const struct gv_rounds *rounds, struct gv_spectrum *out, struct gv_error *err);
enum gv_status gv_rounds_norm_iterative(const struct gv_rounds *rounds, struct gv_spectrum *out,
                                        struct gv_error *err);

/* out <- the rows of P^T P without its diagonal, to be cleared by gv_graph_clear; *sparse <- whether it is sparse,
 * else out is empty. */
enum gv_status gv_rounds_square(const struct gv_rounds *rounds, struct gv_graph *out, bool *sparse,
                                 struct gv_error *err);

#endif
