/* probe.h - tries runs of a study out: whether they could be trained, and how long they would take. */
#ifndef GV_RUN_STUDY_PROBE_H
#define GV_RUN_STUDY_PROBE_H

#include "run/study/plan.h"

/* Whether the runs could be trained: each combination is resolved as far as the first round, data loaded, for some
 * seconds; what is left then is told by the run itself. */
enum gv_status gv_study_check(const struct gv_study_plan *plan, double seconds, struct gv_error *err);

/* Seconds that a run would train with one worker, by what some of its rounds take; NAN: it cannot be told. */
double gv_study_probe(const struct gv_planned *run);

#endif
