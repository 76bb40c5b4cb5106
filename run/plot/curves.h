/* curves.h - one curve a group: mean and standard deviation over its runs, evaluation by evaluation. */
#ifndef GV_RUN_PLOT_CURVES_H
#define GV_RUN_PLOT_CURVES_H

#include <jansson.h>

#include "run/plot/groups.h"

/* What a curve may stand over. */
struct gv_axis {
  const char *name;   /* as asked for */
  const char *label;  /* with its unit */
};
extern const struct gv_axis gv_axes[];  /* ends with a NULL name */

struct gv_band {
  double *x, *y, *deviation;  /* (count); deviation NAN where one run is */
  size_t count;
};

struct gv_curves {
  const struct gv_axis *axis;
  char *column;          /* of metrics.csv */
  const char *label;     /* in words */
  struct gv_band *band;  /* (groups) */
  size_t groups;
};

/* Curves of a column over an axis. Runs of a group are matched by round; over time and bytes a point stands at the
 * mean of its runs'. y NULL: the first of test_accuracy, test_loss, objective, train_loss that the runs have. */
enum gv_status gv_curves_make(const struct gv_groups *groups, const char *x, const char *y,
                              struct gv_curves *curves, struct gv_error *err);
void gv_curves_clear(struct gv_curves *curves);

/* {"x": .., "y": .., "groups": [{"label": .., "x": [..], "mean": [..], "std": [..]}]} */
json_t *gv_curves_json(const struct gv_groups *groups, const struct gv_curves *curves);

#endif
