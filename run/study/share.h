/* share.h - how many runs of a study are trained at a time, and with how many workers each. */
#ifndef GV_RUN_STUDY_SHARE_H
#define GV_RUN_STUDY_SHARE_H

#include <stdbool.h>

#include "run/study/plan.h"

/* The same from the first run of a study to its last, so that their seconds compare. */
struct gv_share {
  int cores;     /* that this process may use */
  int slots;     /* runs at a time, at most */
  int workers;   /* of a run whose settings do not say */
  bool fills;    /* no number was asked for: as many runs as have cores */
};

/* parallel: runs at a time, 0: as many as have cores. */
enum gv_status gv_share_make(const struct gv_study_plan *plan, int parallel, struct gv_share *share,
                             struct gv_error *err);

/* Workers of a run; the cores that it takes, with the threads that share a node. */
int gv_share_workers(const struct gv_share *share, const struct gv_planned *run);
int gv_share_cores(const struct gv_share *share, const struct gv_planned *run);

/* Whether a run may begin beside `running` others that take `taken` cores. */
bool gv_share_has_room(const struct gv_share *share, const struct gv_planned *run, int running, int taken);

/* How many runs like this one are trained at a time, at least 1. */
int gv_share_at_a_time(const struct gv_share *share, const struct gv_planned *run);

#endif
