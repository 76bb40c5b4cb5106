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
  GV_RUN_DONE    /* its summary is there, and it was not interrupted */
};

struct gv_planned {
  char *folder;                  /* below the study's: values, seed, and a number made of all settings */
  const char **values;           /* (keys) of the varied keys, as set or by default */
  struct gv_setting *settings;   /* (count) all that the file gives, without the seed */
  size_t count;
  uint64_t seed;
  size_t group;                  /* runs that differ in the seed alone have one */
  enum gv_run_state state;
};

struct gv_study_plan {
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

/* Looks which runs are done, and which begun; and one. */
void gv_study_look(struct gv_study_plan *plan);
enum gv_run_state gv_study_state(const struct gv_study_plan *plan, const struct gv_planned *run);

/* Whether the runs could be trained: each combination is resolved as far as the first round, data loaded, for some
 * seconds; what is left then is told by the run itself. */
enum gv_status gv_study_check(const struct gv_spec *spec, const struct gv_study_plan *plan, double seconds,
                              struct gv_error *err);

/* Makes the folder, and writes study.json into it. */
enum gv_status gv_study_begin(const struct gv_spec *spec, const struct gv_study_plan *plan, struct gv_error *err);

#endif
