/* groups.h - the runs that a picture or a page shows, those that differ in the seed alone together. */
#ifndef GV_RUN_PLOT_GROUPS_H
#define GV_RUN_PLOT_GROUPS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include <grapevine/status.h>

#include "run/plot/metrics.h"

struct gv_shown_run {
  char *folder;
  json_t *config, *summary;  /* of its files; summary NULL: it has not ended */
  struct gv_metrics_table metrics;
  size_t group;
};

struct gv_groups {
  struct gv_shown_run *runs;  /* (count) */
  size_t count, skipped;      /* skipped: of studies, those that have not begun */
  size_t groups;
  char **label;               /* (groups) the values of what varies; of one group "mean", or the folder's name */
  char **keys;                /* (varied) the options that differ between groups */
  size_t varied;
  const char *against;        /* the option over which curves stand, not told apart by; NULL: none */
  char *title;                /* of all: a study's name, a run's folder */
};

/* Reads runs from paths (count): a run's folder, a study's, or one that has run folders in it. With an option
 * `against`, which outlives the groups, runs that differ in it, or in what goes with it (a learning rate that each
 * number of nodes has of its own), are one group too. */
enum gv_status gv_groups_read(const char *const *paths, size_t count, const char *against, struct gv_groups *groups,
                              struct gv_error *err);
void gv_groups_clear(struct gv_groups *groups);

/* Whether it came to its end, or to its target. */
bool gv_shown_is_finished(const struct gv_shown_run *run);

/* The text of an option of a run; NULL: it has none. */
const char *gv_shown_option(const struct gv_shown_run *run, const char *key);

/* The same of an option of every run, which may be one that this run's version had not: then the default. */
const char *gv_shown_value(const struct gv_shown_run *run, const char *key);

#endif
