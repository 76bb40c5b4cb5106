/* The processes of a study. */
#include "run/study/execute.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/paths.h"
#include "run/study/child.h"
#include "run/study/estimate.h"
#include "run/study/states.h"

enum { PARALLEL_MAX = 256 };

static const struct timespec nap = {.tv_nsec = 2000000};
static const double look_again = 0.3;  /* seconds between looks at folders in which other processes train */

struct study {
  struct gv_study_plan *plan;
  const struct gv_execution *how;
  struct gv_share share;
  struct gv_child child[PARALLEL_MAX];
  size_t next;            /* the first run that was not looked at */
  bool *held;             /* (runs) another process trains in its folder: one that outlived its study, say */
  double looked;          /* at those, last */
  int taken;              /* cores, by the children */
  double began, estimated;  /* seconds of the clock */
  double ahead;             /* parts of runs that were there when they were taken up */
  struct gv_study_progress progress;
};

/* ---- one run ---- */

/* Whether some process trains in the run's folder: then it has locked it. */
static bool is_held(const struct gv_study_plan *plan, const struct gv_planned *run)
{
  char *path = gv_path_join(plan->folder, run->folder);
  int fd = path != NULL && run->state == GV_RUN_BEGUN ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
  bool held = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  if (fd >= 0)
    close(fd);
  free(path);
  return held;
}

static void set_held(struct study *study, const struct gv_planned *run, bool held)
{
  bool *now = &study->held[run - study->plan->runs];
  study->progress.waiting += held;
  study->progress.waiting -= *now;
  *now = held;
}

static enum gv_status start(struct study *study, struct gv_child *child, struct gv_planned *run,
                            struct gv_error *err)
{
  const struct gv_child_setup setup = {
      .program = study->how->program, .folder = study->plan->folder, .unbound = study->share.slots > 1,
      .workers = gv_planned_setting(run, "workers") == NULL ? gv_share_workers(&study->share, run) : 0};
  enum gv_status status = gv_child_start(&setup, run, child, err);
  if (status != GV_OK)
    return status;
  study->progress.running++;
  study->ahead += gv_study_part(study->plan, run);
  study->taken += gv_share_cores(&study->share, run);
  return GV_OK;
}

static void tell(struct study *study, const struct gv_planned *run, enum gv_run_end end, const char *why)
{
  study->progress.done += end == GV_RUN_TRAINED;
  study->progress.failed += end == GV_RUN_FAILED;
  study->progress.stopped += end == GV_RUN_STOPPED;
  if (study->how->watcher.ended != NULL)
    study->how->watcher.ended(study->how->watcher.context, run, end, why, &study->progress);
}

/* Whether a process ended because somebody asked it to. */
static bool was_stopped(int how)
{
  if (WIFEXITED(how))
    return WEXITSTATUS(how) == gv_status_exit(GV_INTERRUPTED);
  return WTERMSIG(how) == SIGINT || WTERMSIG(how) == SIGTERM || WTERMSIG(how) == SIGHUP;
}

/* A child is gone: its run is done, to go on another time, or failed. */
static void finish(struct study *study, struct gv_child *child, int how)
{
  struct gv_planned *run = child->run;
  char why[GV_ERROR_TEXT];
  gv_child_close(child, why, sizeof why);
  study->progress.running--;
  study->taken -= gv_share_cores(&study->share, run);
  run->state = gv_study_state(study->plan, run);
  if (run->state == GV_RUN_DONE) {
    tell(study, run, GV_RUN_TRAINED, NULL);
    return;
  }
  if (is_held(study->plan, run)) {  /* another process was faster */
    set_held(study, run, true);
    return;
  }
  if (was_stopped(how)) {
    if (!study->progress.stopping)
      tell(study, run, GV_RUN_STOPPED, "it was asked to stop");
    return;
  }
  if (*why == '\0' && how == 0)
    snprintf(why, sizeof why, "it ended well, but its files cannot be read");
  else if (*why == '\0')
    snprintf(why, sizeof why, WIFSIGNALED(how) ? "it was ended by signal %d" : "exit status %d",
             WIFSIGNALED(how) ? WTERMSIG(how) : WEXITSTATUS(how));
  tell(study, run, GV_RUN_FAILED, why);
}

/* ---- all of them ---- */

/* By the runs that are done, and how far those under way have come. */
static void estimate(struct study *study)
{
  struct gv_study_progress *p = &study->progress;
  double parts = 0, all = (double)(p->total - p->before - p->failed - p->stopped), now = gv_seconds();
  p->seconds = now - study->began;
  if (now < study->estimated + 1)
    return;
  study->estimated = now;
  for (int c = 0; c < study->share.slots; c++)
    if (study->child[c].id > 0)
      parts += gv_study_part(study->plan, study->child[c].run);
  double here = (double)(p->done - p->before) + parts, trained = here - study->ahead;
  p->left = trained > 0 ? p->seconds / trained * fmax(all - here, 0) : NAN;
}

/* A run whose folder another process has left unfinished, or NULL. */
static struct gv_planned *next_held(struct study *study)
{
  struct gv_study_plan *plan = study->plan;
  if (study->progress.waiting == 0 || gv_seconds() < study->looked + look_again)
    return NULL;
  for (size_t r = 0; r < plan->count; r++) {
    struct gv_planned *run = &plan->runs[r];
    if (!study->held[r] || is_held(plan, run))
      continue;
    run->state = gv_study_state(plan, run);
    if (run->state != GV_RUN_DONE)
      return run;
    set_held(study, run, false);
    tell(study, run, GV_RUN_TRAINED, NULL);
  }
  study->looked = gv_seconds();
  return NULL;
}

/* The next one that nobody has looked at, or NULL. */
static struct gv_planned *next_new(struct study *study)
{
  for (; study->next < study->plan->count; study->next++) {
    struct gv_planned *run = &study->plan->runs[study->next];
    if (run->state == GV_RUN_DONE)
      continue;
    if (run->state != GV_RUN_OTHER && is_held(study->plan, run)) {
      set_held(study, run, true);
      continue;
    }
    run->state = gv_study_state(study->plan, run);  /* who trained there at the first look may have ended since */
    if (run->state == GV_RUN_OTHER)
      tell(study, run, GV_RUN_FAILED, "its folder holds a run of other options; move that away");
    else if (run->state == GV_RUN_DONE)
      tell(study, run, GV_RUN_TRAINED, NULL);
    else
      return run;
  }
  return NULL;
}

static enum gv_status fill_slots(struct study *study, struct gv_error *err)
{
  enum gv_status status = GV_OK;
  for (int c = 0; c < study->share.slots && status == GV_OK; c++) {
    if (study->child[c].id != 0)
      continue;
    struct gv_planned *held = next_held(study), *run = held != NULL ? held : next_new(study);
    if (run == NULL || !gv_share_has_room(&study->share, run, (int)study->progress.running, study->taken))
      break;
    status = start(study, &study->child[c], run, err);
    if (held != NULL)
      set_held(study, run, false);
    else
      study->next++;
  }
  return status;
}

static void collect_children(struct study *study)
{
  for (int c = 0; c < study->share.slots; c++) {
    int how = 0;
    if (gv_child_ended(&study->child[c], &how))
      finish(study, &study->child[c], how);
  }
}

static void show(struct study *study)
{
  estimate(study);
  if (study->how->watcher.progress != NULL)
    study->how->watcher.progress(study->how->watcher.context, &study->progress);
}

static void stop_children(struct study *study)
{
  for (int c = 0; c < study->share.slots; c++)
    if (study->child[c].id > 0)
      (void)kill(study->child[c].id, SIGTERM);
  study->progress.stopping = true;
  show(study);
}

static enum gv_status run_all(struct study *study, struct gv_error *err)
{
  enum gv_status status = GV_OK;
  struct gv_study_progress *p = &study->progress;
  double shown = 0;
  for (;;) {
    collect_children(study);
    bool stops = status != GV_OK || gv_stop_asked(study->how->stop);
    if (!stops)
      status = fill_slots(study, err);
    else if (!p->stopping)
      stop_children(study);
    if (p->running == 0 && (stops || (study->next >= study->plan->count && p->waiting == 0)))
      break;
    if (gv_seconds() - shown > 0.1) {
      show(study);
      shown = gv_seconds();
    }
    nanosleep(&nap, NULL);
  }
  if (status == GV_OK && gv_stop_asked(study->how->stop) && p->done < p->total)
    status = gv_fail(err, GV_INTERRUPTED, "stopped on request, %zu of %zu runs are done", p->done, p->total);
  else if (status == GV_OK && p->stopped > 0)
    status = gv_fail(err, GV_INTERRUPTED, "%zu run%s stopped, %zu of %zu are done", p->stopped,
                     p->stopped == 1 ? " was" : "s were", p->done, p->total);
  return status;
}

static enum gv_status lock(const char *folder, int *fd, struct gv_error *err)
{
  *fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (*fd < 0)
    return gv_fail(err, GV_SYSTEM, "%s: cannot be opened: %s", folder, strerror(errno));
  if (flock(*fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
    return GV_OK;
  close(*fd);
  *fd = -1;
  return gv_fail(err, GV_SYSTEM, "%s: another study is at work in this folder", folder);
}

enum gv_status gv_study_execute(struct gv_study_plan *plan, const struct gv_execution *how, size_t *failed,
                                struct gv_error *err)
{
  struct study *study = calloc(1, sizeof *study);
  bool *held = calloc(plan->count + 1, sizeof *held);
  int fd = -1;
  *failed = 0;
  enum gv_status status = study != NULL && held != NULL ? GV_OK
                                                        : gv_fail(err, GV_MEMORY, "no memory for the study");
  if (status == GV_OK) {
    *study = (struct study){.plan = plan, .how = how, .held = held, .share = *how->share, .began = gv_seconds()};
    study->progress.total = plan->count;
    study->progress.left = NAN;
    status = gv_study_make_folder(plan, err);
  }
  if (status == GV_OK)
    status = lock(plan->folder, &fd, err);
  if (status == GV_OK)
    status = gv_study_look(plan, err);  /* once more, now that nobody else changes it */
  if (status == GV_OK)
    status = gv_study_describe(plan, err);
  if (status == GV_OK) {
    for (size_t r = 0; r < plan->count; r++)
      study->progress.before += plan->runs[r].state == GV_RUN_DONE;
    study->progress.done = study->progress.before;
    status = run_all(study, err);
    *failed = study->progress.failed;
  }
  if (fd >= 0)
    close(fd);
  free(held);
  free(study);
  return status;
}
