/* states.h - the folder of a study: which runs are done in it, and study.json. */
#ifndef GV_RUN_STUDY_STATES_H
#define GV_RUN_STUDY_STATES_H

#include "run/study/plan.h"

/* Finds the folders of runs, whatever varied when they were named, and looks which are done, and which begun. */
enum gv_status gv_study_look(struct gv_study_plan *plan, struct gv_error *err);

/* The state of one, in the folder that it has. A folder counts where its config.json has the options of the run. */
enum gv_run_state gv_study_state(const struct gv_study_plan *plan, const struct gv_planned *run);

/* Makes the study's folder. */
enum gv_status gv_study_make_folder(const struct gv_study_plan *plan, struct gv_error *err);

/* Writes study.json into it: the runs, their values, seeds and folders. */
enum gv_status gv_study_describe(const struct gv_study_plan *plan, struct gv_error *err);

#endif
