/* axis.h - the numbers at the axes of a picture, as gnuplot is told them. */
#ifndef GV_RUN_PLOT_AXIS_H
#define GV_RUN_PLOT_AXIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* What is shown of a figure; most < least: nothing. */
struct gv_range {
  double least, most;
};

/* Numbers and format of axis 'x' or 'y': large ones with k, M, G behind them; logarithmic ones as 1, 2, 5, 10, or
 * as powers of ten over many decades. */
void gv_axis_put(FILE *out, char axis, bool log, struct gv_range range);

/* Numbers at these values (count) of x alone. */
void gv_axis_put_values(FILE *out, const double *value, size_t count);

#endif
