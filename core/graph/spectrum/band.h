/* band.h - solving with a large sparse matrix that few diagonals hold, once its rows are well ordered. */
#ifndef GV_GRAPH_SPECTRUM_BAND_H
#define GV_GRAPH_SPECTRUM_BAND_H

#include <stddef.h>
#include <stdint.h>

#include <grapevine/status.h>

/* order (nodes) <- the nodes by reverse Cuthill-McKee; *width <- how far apart two neighbours are, at most. The
 * rows are those of an undirected graph. */
enum gv_status gv_band_order(const int64_t *first, const int32_t *from, int nodes, int32_t *order, int *width,
                             struct gv_error *err);

/* Whether a factor of that width is worth its memory and time. */
int gv_band_fits(int nodes, int width);

struct gv_band {
  double *factor;  /* (nodes, width + 1) */
  size_t room;     /* entries there is memory for */
  int nodes, width;
};

/* Zeros; in the memory that there is, where a former band of that size left some. */
enum gv_status gv_band_clear(struct gv_band *band, int nodes, int width, struct gv_error *err);
void gv_band_destroy(struct gv_band *band);

/* Entry (i, j) of the lower triangle, i - width <= j <= i. */
static inline double *gv_band_at(struct gv_band *band, int i, int j)
{
  return &band->factor[(int64_t)j * (band->width + 1) + (i - j)];
}

/* Cholesky factors in place; returns whether the matrix is positive definite. */
int gv_band_factor(struct gv_band *band);

/* x (nodes) <- A^-1 x. */
void gv_band_solve(const struct gv_band *band, double *x);

#endif
