/* sketch.h - curves as lines of text, in dots of Braille or in ASCII, between axes with their values. */
#ifndef GV_RUN_SKETCH_H
#define GV_RUN_SKETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <grapevine/status.h>

struct gv_sketch_curve {
  const double *y;     /* (count); not finite: no value, and the line has a gap there */
  bool dotted;         /* in single dots: a bound. Later curves are drawn over earlier ones */
  const char *colour;  /* as terminals number them: "36"; NULL: none */
};

struct gv_sketch {
  const double *x;     /* (count) never falling, all finite */
  size_t count;
  size_t unsettled;    /* so many points at the beginning may run out of the picture, for the others to fill it */
  const struct gv_sketch_curve *curve;
  size_t curves;
  bool log_y;          /* what is not above 0 is drawn at the lower edge, as a logarithm has no 0 */
  const char *x_label; /* behind the values of the x axis; NULL: no x axis */
  int columns, rows;   /* of the picture with its axes */
  bool braille;        /* false: ASCII alone */
  bool colour;
};

/* Writes `rows` lines of at most `columns` characters, empty ones where there is no room for a picture. */
enum gv_status gv_sketch_draw(FILE *out, const struct gv_sketch *sketch, struct gv_error *err);

#endif
