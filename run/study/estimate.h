/* estimate.h - how long the runs of a study take: by runs that are done, by trying, by how far one has come. */
#ifndef GV_RUN_STUDY_ESTIMATE_H
#define GV_RUN_STUDY_ESTIMATE_H

#include "run/study/plan.h"
#include "run/study/share.h"

struct gv_estimate {
  double seconds;  /* until all is done; NAN: it cannot be told */
  size_t done;     /* groups that have a run that is done, and those that were tried; others count as their mean */
  size_t tried;
};

/* Tries a run of each group that has none done, for `seconds` in all at the most that it takes to train, and one
 * as a process of `program`, which knows what a start takes. Writes in the folder for temporary files alone. */
void gv_study_estimate(const struct gv_study_plan *plan, const struct gv_share *share, const char *program,
                       double seconds, struct gv_estimate *estimate);

/* The part of a run, 0 to 1, that its metrics.csv tells of. */
double gv_study_part(const struct gv_study_plan *plan, const struct gv_planned *run);

#endif
