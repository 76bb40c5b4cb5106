/* plan.h - the runs of a study: every combination of its lists, for every seed. */
#ifndef GV_RUN_STUDY_PLAN_H
#define GV_RUN_STUDY_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <grapevine/status.h>

#include "run/study/spec.h"

struct gv_setting {
  const char *key, *value;  /* the spec's, or of an option table */
};

enum gv_run_state {
  GV_RUN_OPEN,   /* nothing is there */
  GV_RUN_BEGUN,  /* it goes on by --resume */
  GV_RUN_DONE,   /* its summary is there, and it was not interrupted */
  GV_RUN_OTHER   /* its folder holds a run of other options */
};

struct gv_planned {
  char *folder;                  /* below the study's: values, seed, and a number made of what counts */
  const char **values;           /* (keys) of the varied keys, as set or by default */
  struct gv_setting *settings;   /* (count) all that the file gives, by key, without the seed */
  size_t count;
  uint64_t seed;
  size_t group;                  /* runs that differ in the seed alone have one */
  enum gv_run_state state;
};

struct gv_study_plan {
  const struct gv_spec *spec;
  char *folder;                  /* of the study */
  const char **keys;             /* (varied) all keys that vary in some section, in the order of the file */
  size_t varied;
  struct gv_planned *runs;       /* (count) group by group, in the order of the file */
  size_t count, groups;
};

/* spec outlives the plan. Combinations that two sections have are one. */
enum gv_status gv_plan_study(const struct gv_spec *spec, const char *folder, struct gv_study_plan *plan,
                             struct gv_error *err);
void gv_study_plan_clear(struct gv_study_plan *plan);

/* The file's value of a key in this run; NULL: it gives none. */
const char *gv_planned_setting(const struct gv_planned *run, const char *key);

/* Whether an option is part of what a run of this plan is: of the experiment, or varied; and `metrics`, without
 * which there would be no figures to tabulate. Options of where and how fast a run trains are none. */
bool gv_plan_counts(const struct gv_study_plan *plan, const char *key);

#endif
