/* The processes of a study. */
#include "run/study/execute.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/option.h"
#include "run/run.h"

extern char **environ;

enum { PARALLEL_MAX = 256, TRIES = 50 };

static const struct timespec nap = {.tv_nsec = 2000000};

/* A process that trains. */
struct child {
  pid_t id;               /* 0: none */
  FILE *said;             /* its standard error */
  struct gv_planned *run;
};

struct study {
  struct gv_study_plan *plan;
  const struct gv_execution *how;
  struct child child[PARALLEL_MAX];
  int slots, cores;
  size_t next;            /* the first run that was not looked at */
  int *tries;             /* (runs) times it was begun */
  double began;
  struct gv_study_progress progress;
  bool told;              /* the children were asked to stop */
};

/* ---- one run ---- */

static const char *given(const struct gv_planned *run, const char *key)
{
  for (size_t s = 0; s < run->count; s++)
    if (strcmp(run->settings[s].key, key) == 0)
      return run->settings[s].value;
  return NULL;
}

/* Workers of a run that begins: all cores when it is the last, else one; what the file says stands. */
static int workers_of(const struct study *study, const struct gv_planned *run, size_t others)
{
  const char *nodes = given(run, "nodes");
  int most = atoi(nodes != NULL ? nodes : gv_option_find(gv_run_options(), "nodes")->value);
  int share = (int)((size_t)study->cores / (others + 1));
  share = share < 1 ? 1 : share;
  return share < most ? share : most;
}

/* Arguments of the program, ends with NULL, in memory to be freed with free_arguments. */
static char **arguments_of(const struct study *study, const struct gv_planned *run, int workers)
{
  char **list = calloc(2 * run->count + 16, sizeof *list), *folder = NULL, *number = NULL, *seed = NULL;
  size_t n = 0;
  if (list == NULL || asprintf(&folder, "%s/%s", study->plan->folder, run->folder) < 0 ||
      asprintf(&number, "%d", workers) < 0 || asprintf(&seed, "%llu", (unsigned long long)run->seed) < 0) {
    free(list);
    return NULL;
  }
  const char *const fixed[] = {study->how->program, "train", "--quiet",
                               run->state == GV_RUN_BEGUN ? "--resume" : "--out"};
  for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
    list[n++] = strdup(fixed[i]);
  list[n++] = folder;
  if (given(run, "workers") == NULL) {
    list[n++] = strdup("--workers");
    list[n++] = number;
  } else {
    free(number);
  }
  if (given(run, "bind") == NULL && study->slots > 1)  /* or they would all stand on the first processors */
    list[n++] = strdup("--bind=none");
  for (size_t s = 0; s < run->count && run->state != GV_RUN_BEGUN; s++)
    if (asprintf(&list[n], "--%s=%s", run->settings[s].key, run->settings[s].value) > 0)
      n++;
  if (run->state != GV_RUN_BEGUN) {
    list[n++] = strdup("--seed");
    list[n++] = seed;
  } else {
    free(seed);
  }
  return list;
}

static void free_arguments(char **list)
{
  for (size_t i = 0; list != NULL && list[i] != NULL; i++)
    free(list[i]);
  free(list);
}

/* *id <- a process of its own group: the terminal's Ctrl-C is the study's, which passes it on. An errno. */
static int spawn(char *const *arguments, int null, int said, pid_t *id)
{
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  posix_spawn_file_actions_adddup2(&actions, null, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, null, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, said, STDERR_FILENO);
  int why = posix_spawn(id, arguments[0], &actions, &attributes, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return why;
}

static enum gv_status start(struct study *study, struct child *child, struct gv_planned *run, struct gv_error *err)
{
  size_t others = study->progress.running;
  for (size_t r = study->next; r < study->plan->count; r++)
    others += study->plan->runs[r].state != GV_RUN_DONE && &study->plan->runs[r] != run;
  char **arguments = arguments_of(study, run, workers_of(study, run, others));
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  FILE *said = tmpfile();
  pid_t id = 0;
  int why = errno;
  if (arguments != NULL && said != NULL && null >= 0)
    why = spawn(arguments, null, fileno(said), &id);
  free_arguments(arguments);
  if (null >= 0)
    close(null);
  if (id <= 0) {
    if (said != NULL)
      fclose(said);
    return gv_fail(err, GV_SYSTEM, "%s: no process for run %s: %s", study->plan->folder, run->folder,
                   strerror(why));
  }
  *child = (struct child){.id = id, .said = said, .run = run};
  study->progress.running++;
  study->tries[run - study->plan->runs]++;
  return GV_OK;
}

/* The last line that the run said, without the program's name. */
static void read_last(FILE *said, char *text, size_t size)
{
  char line[1024];
  static const char name[] = "grapevine: ";
  *text = '\0';
  rewind(said);
  while (fgets(line, sizeof line, said) != NULL) {
    line[strcspn(line, "\n")] = '\0';
    if (*line != '\0')
      snprintf(text, size, "%.500s", strncmp(line, name, sizeof name - 1) == 0 ? line + sizeof name - 1 : line);
  }
}

/* ---- all of them ---- */

static void estimate(struct study *study)
{
  struct gv_study_progress *p = &study->progress;
  size_t here = p->done - p->before;
  p->seconds = gv_seconds() - study->began;
  p->left = here > 0 ? p->seconds / (double)here * (double)(p->total - p->done - p->failed) : NAN;
}

/* A child is gone: its run is done, to go on another time, or failed. */
static void finish(struct study *study, struct child *child, int how)
{
  struct gv_planned *run = child->run;
  char why[GV_ERROR_TEXT];
  read_last(child->said, why, sizeof why);
  fclose(child->said);
  *child = (struct child){0};
  study->progress.running--;
  run->state = gv_study_state(study->plan, run);
  bool done = run->state == GV_RUN_DONE;
  int *tries = &study->tries[run - study->plan->runs];
  /* One that a study began which was killed may still be at it. */
  bool busy = !done && strstr(why, "another process trains") != NULL && *tries < TRIES;
  if (busy && !study->told) {
    struct timespec pause = {.tv_nsec = 100000000};
    nanosleep(&pause, NULL);
    study->next = (size_t)(run - study->plan->runs);
    return;
  }
  if (!done && study->told)
    return;
  study->progress.done += done;
  study->progress.failed += !done;
  if (!done)
    *tries = TRIES + 1;
  if (!done && *why == '\0')
    snprintf(why, sizeof why, WIFSIGNALED(how) ? "it was ended by signal %d" : "exit status %d",
             WIFSIGNALED(how) ? WTERMSIG(how) : WEXITSTATUS(how));
  estimate(study);
  if (study->how->watcher.ended != NULL)
    study->how->watcher.ended(study->how->watcher.context, run, done ? NULL : why, &study->progress);
}

static bool is_running(const struct study *study, const struct gv_planned *run)
{
  bool found = false;
  for (int c = 0; c < study->slots && !found; c++)
    found = study->child[c].run == run;
  return found;
}

/* The next run to begin, or NULL. */
static struct gv_planned *next_run(struct study *study)
{
  for (; study->next < study->plan->count; study->next++) {
    struct gv_planned *run = &study->plan->runs[study->next];
    if (run->state != GV_RUN_DONE && study->tries[study->next] <= TRIES && !is_running(study, run))
      return &study->plan->runs[study->next++];
  }
  return NULL;
}

static void collect_children(struct study *study)
{
  for (int c = 0; c < study->slots; c++) {
    int how = 0;
    if (study->child[c].id > 0 && waitpid(study->child[c].id, &how, WNOHANG) == study->child[c].id)
      finish(study, &study->child[c], how);
  }
}

static enum gv_status fill_slots(struct study *study, struct gv_error *err)
{
  enum gv_status status = GV_OK;
  for (int c = 0; c < study->slots && status == GV_OK; c++) {
    struct gv_planned *run = study->child[c].id == 0 ? next_run(study) : NULL;
    if (run != NULL)
      status = start(study, &study->child[c], run, err);
  }
  return status;
}

static void tell_children(struct study *study)
{
  for (int c = 0; c < study->slots && !study->told; c++)
    if (study->child[c].id > 0)
      (void)kill(study->child[c].id, SIGTERM);
  study->told = true;
}

static enum gv_status run_all(struct study *study, struct gv_error *err)
{
  enum gv_status status = GV_OK;
  double shown = 0;
  for (;;) {
    collect_children(study);
    bool stops = status != GV_OK || gv_stop_asked(study->how->stop);
    if (!stops)
      status = fill_slots(study, err);
    else if (!study->told)
      tell_children(study);
    if (study->progress.running == 0 && (stops || study->next >= study->plan->count))
      break;
    if (gv_seconds() - shown > 0.1 && study->how->watcher.progress != NULL) {
      estimate(study);
      study->how->watcher.progress(study->how->watcher.context, &study->progress);
      shown = gv_seconds();
    }
    nanosleep(&nap, NULL);
  }
  if (status == GV_OK && gv_stop_asked(study->how->stop) && study->progress.done < study->progress.total)
    status = gv_fail(err, GV_INTERRUPTED, "stopped on request, %zu of %zu runs are done", study->progress.done,
                     study->progress.total);
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

/* A run has one worker, unless the file says how many. */
static int slots_of(const struct gv_study_plan *plan, int cores)
{
  const char *workers = plan->count > 0 ? given(&plan->runs[0], "workers") : NULL;
  int each = workers != NULL && atoi(workers) > 0 ? atoi(workers) : 1;
  return cores / each > 1 ? cores / each : 1;
}

int gv_study_slots(const struct gv_study_plan *plan)
{
  struct gv_machine machine;
  if (gv_machine_look(&machine, NULL) != GV_OK)
    return 1;
  int slots = slots_of(plan, gv_machine_threads(&machine));
  gv_machine_clear(&machine);
  return slots;
}

enum gv_status gv_study_execute(struct gv_study_plan *plan, const struct gv_execution *how, size_t *failed,
                                struct gv_error *err)
{
  struct gv_machine machine;
  struct study *study = calloc(1, sizeof *study);
  int *tries = calloc(plan->count + 1, sizeof *tries), fd = -1;
  *failed = 0;
  enum gv_status status = study != NULL && tries != NULL ? gv_machine_look(&machine, err)
                                                         : gv_fail(err, GV_MEMORY, "no memory for the study");
  if (status == GV_OK) {
    *study = (struct study){.plan = plan, .how = how, .tries = tries, .began = gv_seconds(),
                            .cores = gv_machine_threads(&machine)};
    gv_machine_clear(&machine);
    study->slots = how->parallel > 0 ? how->parallel : slots_of(plan, study->cores);
    study->slots = study->slots < PARALLEL_MAX ? study->slots : PARALLEL_MAX;
    study->progress.total = plan->count;
    status = lock(plan->folder, &fd, err);
  }
  if (status == GV_OK) {
    gv_study_look(plan);  /* once more, now that nobody else changes it */
    for (size_t r = 0; r < plan->count; r++)
      study->progress.before += plan->runs[r].state == GV_RUN_DONE;
    study->progress.done = study->progress.before;
    status = run_all(study, err);
    *failed = study->progress.failed;
  }
  if (fd >= 0)
    close(fd);
  free(tries);
  free(study);
  return status;
}
