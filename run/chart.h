/* chart.h - pictures of curves, drawn by the program gnuplot. */
#ifndef GV_RUN_CHART_H
#define GV_RUN_CHART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <grapevine/status.h>

/* Points (i, y[i]) for i = 0 .. count - 1; those that are not finite are left out. */
struct gv_chart_curve {
  const char *title;  /* in the legend; NULL: not there */
  const double *y;    /* (count) */
  size_t count;
  int colour;         /* curves of one number have one colour and one mark */
  bool thin;          /* thin and dashed: a bound, a limit */
};

struct gv_chart {
  const char *title, *x_label, *y_label;
  bool log_y;
  double y_least;     /* > 0, with log_y: what is smaller is drawn there, as a logarithm has no 0; of thin curves
                         it is left out */
  const struct gv_chart_curve *curve;
  size_t curves;
};

/* Whether the file's name ends in .svg, .png or .pdf, and gnuplot is there. Draws nothing. */
enum gv_status gv_chart_check(const char *path, struct gv_error *err);

/* Draws into the file; path is as it was when something fails. */
enum gv_status gv_chart_draw(const struct gv_chart *chart, const char *path, struct gv_error *err);

/* ---- for other pictures ---- */

/* What "set terminal" gets for the file, of a picture of width x height pixels of svg; false: no such ending. */
bool gv_chart_terminal(const char *path, int width, int height, char *text, size_t size);

/* A curve's number says its colour, its mark and, where it is dashed, its dashes. Those that put write what follows
 * "plot" or a comma. */
const char *gv_chart_colour(size_t number);
size_t gv_chart_marks(size_t count, size_t number, size_t *first);  /* at which of count points: every so many */
void gv_chart_put_curve(FILE *out, const char *data, size_t count, size_t number, bool dashed);  /* data: "$name" */
void gv_chart_put_key(FILE *out, size_t number, bool dashed, const char *title);  /* its line in the legend */

void gv_chart_quote(FILE *out, const char *text);                         /* a text of the script */
void gv_chart_put_text(FILE *out, const char *what, const char *text);    /* set title, set xlabel, .. */

/* Runs gnuplot on a script. path is as it was when something fails. */
enum gv_status gv_chart_run(FILE *script, const char *path, struct gv_error *err);

#endif
