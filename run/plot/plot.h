/* plot.h - the picture of curves with their bands, a panel a figure, drawn by gnuplot. */
#ifndef GV_RUN_PLOT_PLOT_H
#define GV_RUN_PLOT_PLOT_H

#include <stdbool.h>

#include "run/plot/curves.h"

struct gv_plot {
  const struct gv_groups *groups;
  const struct gv_curves *panels;  /* (count), of one axis */
  size_t count;
  bool log_x, log_y;
  const char *title;               /* NULL: by what is shown */
};

/* Draws into the file; path is as it was when something fails. */
enum gv_status gv_plot_draw(const struct gv_plot *plot, const char *path, struct gv_error *err);

#endif
