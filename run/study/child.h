/* child.h - a process that trains one run of a study. */
#ifndef GV_RUN_STUDY_CHILD_H
#define GV_RUN_STUDY_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

#include "run/study/plan.h"

/* In the environment of such a process, the id of the study's: `grapevine train` then stops when that one ends,
 * however it ends. Nothing for users: an id that is not its parent's counts as an ended one. */
#define GV_STUDY_VARIABLE "GRAPEVINE_STUDY"

struct gv_child {
  pid_t id;               /* 0: none */
  FILE *said;             /* its standard error */
  struct gv_planned *run;
};

/* What it is begun with. */
struct gv_child_setup {
  const char *program;    /* the path of grapevine */
  const char *folder;     /* in which the run has its own */
  int workers;            /* 0: as the run's settings say */
  bool unbound;           /* others run beside it: workers stay on no processor unless the settings say so */
};

/* Begins a run, or resumes it where its state says that it was begun. */
enum gv_status gv_child_start(const struct gv_child_setup *setup, struct gv_planned *run, struct gv_child *child,
                              struct gv_error *err);

/* Whether it has ended; *how <- as waitpid says it. */
bool gv_child_ended(const struct gv_child *child, int *how);

/* text <- the last line that it said, without the program's name; then the child is cleared. */
void gv_child_close(struct gv_child *child, char *text, size_t size);

#endif
