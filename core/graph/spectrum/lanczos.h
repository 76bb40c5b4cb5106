/* lanczos.h - the largest eigenvalue of a large symmetric operator: implicitly restarted Lanczos, by ARPACK. */
#ifndef GV_GRAPH_SPECTRUM_LANCZOS_H
#define GV_GRAPH_SPECTRUM_LANCZOS_H

#include <grapevine/status.h>

struct gv_lanczos {
  int nodes;           /* >= GV_LANCZOS_MIN */
  void (*apply)(void *arg, const double *x, double *y);  /* y <- A x; both (nodes), apart */
  void *arg;
  double tolerance;      /* of the residual, relative to the eigenvalue's magnitude */
  int basis;             /* vectors that are kept; the memory is about 8 nodes basis bytes */
};

enum { GV_LANCZOS_MIN = 8 };

/* x (nodes) <- a start vector, the same for the same count of nodes. */
void gv_lanczos_start(double *x, int nodes);

/* vector (nodes) <- that of the largest eigenvalue, of length 1; before, it holds the start. What does not converge
 * within a bounded number of products is tried with a coarser tolerance; how good the vector is, is for the caller
 * to measure. Any thread; calls at the same time wait for each other, so apply may not make one. */
enum gv_status gv_lanczos(const struct gv_lanczos *problem, double *vector, struct gv_error *err);

#endif
