/* metrics.h - reads the metrics.csv of a run back. */
#ifndef GV_RUN_PLOT_METRICS_H
#define GV_RUN_PLOT_METRICS_H

#include <stddef.h>

#include <grapevine/status.h>

struct gv_metrics_table {
  char **name;     /* (columns) */
  size_t columns, rows;
  double *value;   /* (rows, columns); NAN: an empty cell */
  size_t room;     /* values there is memory for */
};

/* Reads a file of numbers with a first line of names. A last row that is not whole, as a run that is being written
 * may have, is left out. */
enum gv_status gv_metrics_read(const char *path, struct gv_metrics_table *table, struct gv_error *err);
void gv_metrics_clear(struct gv_metrics_table *table);

/* Which column has this name; -1: none. */
long gv_metrics_column(const struct gv_metrics_table *table, const char *name);

#endif
