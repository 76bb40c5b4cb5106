/* collect.h - what the runs of a study came to: mean and standard deviation over seeds, the best of each figure. */
#ifndef GV_RUN_STUDY_COLLECT_H
#define GV_RUN_STUDY_COLLECT_H

#include <stdbool.h>
#include <stdio.h>

#include <jansson.h>

#include "run/study/plan.h"

enum { GV_FIGURES_MAX = 24 };

/* A figure of summary.json. */
struct gv_summary_figure {
  const char *key, *title;
  int better;       /* 1: more is better, -1: less, 0: neither */
  bool shown;       /* in a table where nothing else is asked for */
  bool may_miss;    /* a run may come to its end without it */
};

/* All figures that a table can have, in its order. */
const struct gv_summary_figure *gv_study_figures(size_t *count);

/* Whether these are keys of figures, joined by commas; what a run really measured is seen later. */
enum gv_status gv_figures_check(const char *keys, struct gv_error *err);

struct gv_cell {
  int runs;         /* of the group that have it; 0: no value */
  double mean, deviation;  /* of the sample, NAN of one */
  bool best;        /* of all groups of which every run has it */
  bool whole;       /* every run of the group has it */
};

struct gv_table_of_study {
  const struct gv_study_plan *plan;
  const struct gv_summary_figure *figure[GV_FIGURES_MAX];  /* (figures) those that some run has */
  size_t figures;
  size_t *first;    /* (groups) the first run of each */
  int *done;        /* (groups) its runs that are done */
  int *planned;     /* (groups) all of its runs */
  struct gv_cell *cell;  /* (groups, figures) */
};

/* Reads the summaries of the runs that are done. The plan outlives the table. */
enum gv_status gv_study_collect(const struct gv_study_plan *plan, struct gv_table_of_study *table,
                                struct gv_error *err);
void gv_study_table_clear(struct gv_table_of_study *table);

/* The figure of this key that the table has, or NULL. */
const struct gv_summary_figure *gv_study_figure(const struct gv_table_of_study *table, const char *key,
                                                size_t *column);

/* A row a group, comma-separated. */
void gv_study_csv(const struct gv_table_of_study *table, FILE *out);

/* The same as summary.csv in the study's folder. */
enum gv_status gv_study_write(const struct gv_table_of_study *table, struct gv_error *err);

/* The same as JSON. */
json_t *gv_study_json(const struct gv_table_of_study *table);

#endif
