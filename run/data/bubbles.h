/* bubbles.h - the picture of a split: a bubble a node and class, its area the number of samples. */
#ifndef GV_RUN_DATA_BUBBLES_H
#define GV_RUN_DATA_BUBBLES_H

#include "datasets/census.h"

enum { GV_BUBBLE_NODES = 400, GV_BUBBLE_CLASSES = 200 };  /* more are finer than a picture */

/* Whether the picture could be drawn: the name's ending, gnuplot, so many nodes and classes. */
enum gv_status gv_bubbles_check(const char *path, int nodes, int32_t classes, struct gv_error *err);

/* names (classes): NULL: numbers. path is as it was when something fails. */
enum gv_status gv_bubbles_draw(const struct gv_census *census, char *const *names, const char *title,
                               const char *path, struct gv_error *err);

#endif
