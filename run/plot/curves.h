/* curves.h - one curve a group: mean and standard deviation over its runs, evaluation by evaluation. */
#ifndef GV_RUN_PLOT_CURVES_H
#define GV_RUN_PLOT_CURVES_H

#include <stdbool.h>

#include <jansson.h>

#include "run/plot/groups.h"

struct gv_band {
  double *x, *y, *deviation;  /* (count); deviation NAN where one run is */
  size_t count;
};

struct gv_curves {
  char *x, *column;      /* as asked for */
  char *label_x, *label; /* in words, with units */
  struct gv_band *band;  /* (groups) */
  size_t groups;
  size_t without;        /* of groups `against` an option: runs that have not that figure */
};

/* Whether x is what curves of evaluations stand over: round, epoch, seconds, simulated_seconds or bytes. */
bool gv_is_axis(const char *x);

/* Curves of a column of metrics.csv over an axis; runs of a group are matched by round, and over time and bytes a
 * point stands at the mean of its runs'. Where groups are `against` an option, x is that option, and a point what
 * runs of one value of it ended with: a figure of summary.json, or the last of metrics.csv. y NULL: the first of
 * test_accuracy, test_loss, objective, train_loss that the runs have. minus is taken from y. */
enum gv_status gv_curves_make(const struct gv_groups *groups, const char *x, const char *y, double minus,
                              struct gv_curves *curves, struct gv_error *err);
void gv_curves_clear(struct gv_curves *curves);

/* {"x": .., "y": .., "groups": [{"label": .., "x": [..], "mean": [..], "std": [..]}]} */
json_t *gv_curves_json(const struct gv_groups *groups, const struct gv_curves *curves);

#endif
