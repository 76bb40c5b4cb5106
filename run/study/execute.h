/* execute.h - trains the runs of a study that are not done: each in a process of its own, several at a time. */
#ifndef GV_RUN_STUDY_EXECUTE_H
#define GV_RUN_STUDY_EXECUTE_H

#include <stddef.h>

#include "core/engine/stop.h"
#include "run/study/plan.h"
#include "run/study/share.h"

struct gv_study_progress {
  size_t total, done, before;  /* runs; done, those before this call among them; done before */
  size_t running, failed;
  size_t waiting;              /* other processes train in their folders */
  size_t stopped;              /* by others than the study */
  bool stopping;               /* no other begins, those under way save */
  double seconds, left;        /* since the beginning; until the end, NAN: not known yet */
};

enum gv_run_end { GV_RUN_TRAINED, GV_RUN_STOPPED, GV_RUN_FAILED };

struct gv_study_watcher {
  void *context;
  void (*progress)(void *context, const struct gv_study_progress *progress);  /* some ten times a second */
  /* A run ended; why, unless it was trained to its end: the last line that it said. */
  void (*ended)(void *context, const struct gv_planned *run, enum gv_run_end end, const char *why,
                const struct gv_study_progress *progress);
};

struct gv_execution {
  const char *program;        /* the path of grapevine */
  const struct gv_share *share;
  const struct gv_stop *stop; /* asked: the runs under way save, and no other begins */
  struct gv_study_watcher watcher;
};

/* Trains what is not done; a run that fails is told of, and the others go on. One in whose folder another process
 * trains is waited for. GV_INTERRUPTED after a stop, of the study or of a run.
 * *failed <- how many did. The folder is locked against other studies meanwhile. */
enum gv_status gv_study_execute(struct gv_study_plan *plan, const struct gv_execution *execution, size_t *failed,
                                struct gv_error *err);

#endif
