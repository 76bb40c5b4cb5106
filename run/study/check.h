/* check.h - whether the runs of a study could be trained. */
#ifndef GV_RUN_STUDY_CHECK_H
#define GV_RUN_STUDY_CHECK_H

#include "run/study/plan.h"

/* Whether the runs could be trained: each combination is resolved as far as the first round, data loaded, for some
 * seconds; what is left then is told by the run itself. */
enum gv_status gv_study_check(const struct gv_study_plan *plan, double seconds, struct gv_error *err);

#endif
