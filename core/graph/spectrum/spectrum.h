/* spectrum.h - how fast a schedule agrees: rho, the spectral gap, the smallest eigenvalue. Double precision. */
#ifndef GV_GRAPH_SPECTRUM_SPECTRUM_H
#define GV_GRAPH_SPECTRUM_SPECTRUM_H

#include "core/graph/schedule.h"

struct gv_spectrum {
  int rounds;          /* P = W(rounds-1) ... W(0): 1 static, the period; of graphs that are drawn anew the first
                          max(1, ceil(log2 n)), a sample */
  double rho;          /* ||P - J||_2, the largest singular value */
  double gap;          /* 1 - rho, also where rho rounds to 1 */
  double lambda_min;   /* smallest eigenvalue of W; NAN unless the period is 1 and W symmetric */
  double accuracy;     /* estimated relative error of gap; 0 where the gap is 0 but for rounding */
  const char *method;  /* half a line for people: "dense", "Lanczos", "Lanczos on the inverse" */
};

/* Of the rounds without faults. Dense for small n, iterative for large. On the calling thread, which may be any. */
enum gv_status gv_spectrum_find(const struct gv_schedule *schedule, struct gv_spectrum *out, struct gv_error *err);

/* The smallest eigenvalue but for 0, and the largest, of the Laplacian D - A of a connected undirected graph (its
 * rows; weights are not looked at); nodes >= 2. */
enum gv_status gv_laplacian_extremes(const struct gv_graph *graph, int nodes, double *smallest, double *largest,
                                     struct gv_error *err);

#endif
