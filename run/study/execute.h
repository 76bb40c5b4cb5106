/* execute.h - trains the runs of a study that are not done: each in a process of its own, several at a time. */
#ifndef GV_RUN_STUDY_EXECUTE_H
#define GV_RUN_STUDY_EXECUTE_H

#include <stddef.h>

#include "core/engine/stop.h"
#include "run/study/plan.h"

struct gv_study_progress {
  size_t total, done, before;  /* runs; done, those before this call among them; done before */
  size_t running, failed;
  double seconds, left;        /* since the beginning; until the end, NAN: not known yet */
};

struct gv_study_watcher {
  void *context;
  void (*progress)(void *context, const struct gv_study_progress *progress);  /* some ten times a second */
  /* A run ended; why: NULL, or the last line that it said. */
  void (*ended)(void *context, const struct gv_planned *run, const char *why,
                const struct gv_study_progress *progress);
};

struct gv_execution {
  const char *program;        /* the path of grapevine */
  int parallel;               /* runs at a time; 0: as many as there are cores */
  const struct gv_stop *stop; /* asked: the runs under way save, and no other begins */
  struct gv_study_watcher watcher;
};

/* Trains what is not done; a run that fails is told of, and the others go on. GV_INTERRUPTED after a stop.
 * *failed <- how many did. The folder is locked against other studies meanwhile. */
enum gv_status gv_study_execute(struct gv_study_plan *plan, const struct gv_execution *execution, size_t *failed,
                                struct gv_error *err);

/* How many runs are trained at a time by themselves; at least 1. */
int gv_study_slots(const struct gv_study_plan *plan);

/* Seconds that a run would train with one worker, by what some of its rounds take; NAN: it cannot be told. */
double gv_study_probe(const struct gv_planned *run);

#endif
