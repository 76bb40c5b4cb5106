/* Tries some runs of a study, for as long as somebody waits at a terminal. */
#include "run/study/estimate.h"

#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/paths.h"
#include "run/run.h"
#include "run/study/child.h"
#include "run/study/collect.h"

static const double enough = 0.2;        /* seconds of training that tell its speed */
static const double longest_start = 5;   /* seconds */

/* Options that write elsewhere, or more than a trial needs. */
static bool is_left_out(const char *key)
{
  return strcmp(key, "tensorboard") == 0 || strcmp(key, "nodes-csv") == 0 || strcmp(key, "checkpoint-every") == 0;
}

/* A folder for a trial; false: there is none. */
static bool make_folder(char *folder, size_t size)
{
  char *pattern = gv_path_temporary("grapevine-probe-XXXXXX");
  bool fits = pattern != NULL && snprintf(folder, size, "%s", pattern) < (int)size;
  free(pattern);
  return fits && mkdtemp(folder) != NULL;
}

/* ---- one run ---- */

struct trial {
  struct gv_run *run;
  double most;                    /* seconds of training */
  double began, first, last;      /* by the clock: all was loaded, round 0 was evaluated, the last news */
  uint64_t rounds;                /* by the last news */
  int evaluations;                /* after that of round 0 */
};

static void on_start(void *context, const struct gv_result *result)
{
  struct trial *trial = context;
  (void)result;
  trial->began = trial->first = trial->last = gv_seconds();
}

static void on_evaluation(void *context, const struct gv_result *result)
{
  struct trial *trial = context;
  trial->last = gv_seconds();
  trial->rounds = result->last.round;
  if (result->last.round == 0)
    trial->first = trial->last;
  else
    trial->evaluations++;
}

static void on_progress(void *context, const struct gv_result *result, uint64_t round, double seconds)
{
  struct trial *trial = context;
  (void)result;
  if (trial->evaluations > 0 && seconds > 2 * trial->most)
    gv_run_stop(trial->run);
  if (round == 0 || seconds <= trial->most || result->interrupted)
    return;
  trial->last = gv_seconds();
  trial->rounds = round;
  gv_run_stop(trial->run);
}

/* Seconds from the first round to the last, evaluations among them; NAN: it cannot be told. */
static double try_one(const struct gv_planned *planned, int workers, double most)
{
  char folder[4000], out[4096], number[16];
  struct trial trial = {.most = most};
  double seconds = NAN;
  if (!make_folder(folder, sizeof folder))
    return NAN;
  snprintf(out, sizeof out, "%s/run", folder);
  snprintf(number, sizeof number, "%d", workers);
  enum gv_status status = gv_run_create(&trial.run, NULL);
  for (size_t s = 0; s < planned->count && status == GV_OK; s++)
    if (!is_left_out(planned->settings[s].key))
      status = gv_run_set(trial.run, planned->settings[s].key, planned->settings[s].value, NULL);
  const char *const more[][2] = {{"out", out}, {"workers", number}, {"checkpoint-every", "never"}};
  for (size_t i = 0; i < sizeof more / sizeof more[0] && status == GV_OK; i++)
    status = gv_run_set(trial.run, more[i][0], more[i][1], NULL);
  if (status == GV_OK) {
    gv_run_watch(trial.run, &(struct gv_watcher){&trial, on_start, on_evaluation, on_progress});
    status = gv_run_train(trial.run, NULL);
    const struct gv_result *result = gv_run_result(trial.run);
    double rounds = (double)result->rounds_planned;
    if ((status == GV_OK || status == GV_INTERRUPTED) && trial.rounds > 0)
      seconds = (trial.last - trial.first) / (double)trial.rounds * rounds;
    if (status == GV_INTERRUPTED && trial.evaluations <= 1)  /* that of the stop: there would have been more */
      seconds += (trial.first - trial.began) * rounds / trial.run->eval_every;
    if (result->folder != NULL)
      gv_folder_discard(&trial.run->folder);
  }
  gv_run_destroy(trial.run);
  (void)rmdir(folder);
  return seconds;
}

/* Seconds that a process needs to begin and to end: one that trains for a round; NAN: it cannot be told. */
static double try_start(const struct gv_planned *planned, const struct gv_share *share, const char *program)
{
  static const struct timespec nap = {.tv_nsec = 1000000};
  char folder[4000], left[4096], own[] = "run";
  struct gv_planned round = {.folder = own, .seed = planned->seed,
                             .settings = calloc(planned->count + 2, sizeof *planned->settings)};
  if (round.settings == NULL || !make_folder(folder, sizeof folder)) {
    free(round.settings);
    return NAN;
  }
  for (size_t s = 0; s < planned->count; s++) {
    const char *key = planned->settings[s].key;
    if (!is_left_out(key) && strcmp(key, "epochs") != 0 && strcmp(key, "rounds") != 0)
      round.settings[round.count++] = planned->settings[s];
  }
  round.settings[round.count++] = (struct gv_setting){"rounds", "1"};
  round.settings[round.count++] = (struct gv_setting){"checkpoint-every", "never"};
  const struct gv_child_setup setup = {.program = program, .folder = folder, .unbound = true,
                                       .workers = gv_share_workers(share, planned)};
  struct gv_child child = {0};
  char said[GV_ERROR_TEXT];
  int how = -1;
  double began = gv_seconds(), seconds = NAN;
  if (gv_child_start(&setup, &round, &child, NULL) == GV_OK) {
    while (!gv_child_ended(&child, &how) && gv_seconds() < began + longest_start)
      nanosleep(&nap, NULL);
    seconds = how == 0 || how == -1 ? gv_seconds() - began : NAN;
    if (how == -1 && kill(child.id, SIGKILL) == 0)
      waitpid(child.id, &how, 0);
    gv_child_close(&child, said, sizeof said);
  }
  snprintf(left, sizeof left, "%s/%s", folder, own);
  gv_folder_erase(left);
  (void)rmdir(folder);
  free(round.settings);
  return seconds;
}

/* ---- all of them ---- */

/* each (groups) <- the mean seconds of those that are done, else 0. */
static bool read_done(const struct gv_study_plan *plan, double *each)
{
  struct gv_table_of_study table;
  size_t column;
  if (gv_study_collect(plan, &table, NULL) != GV_OK)
    return false;
  if (gv_study_figure(&table, "seconds", &column) != NULL)
    for (size_t g = 0; g < plan->groups; g++)
      each[g] = table.cell[g * table.figures + column].mean;
  gv_study_table_clear(&table);
  return true;
}

void gv_study_estimate(const struct gv_study_plan *plan, const struct gv_share *share, const char *program,
                       double seconds, struct gv_estimate *estimate)
{
  double *each = calloc(plan->groups + 1, sizeof *each), known = 0, start = NAN, end = gv_seconds() + seconds;
  *estimate = (struct gv_estimate){.seconds = NAN};
  if (each == NULL || !read_done(plan, each)) {
    free(each);
    return;
  }
  for (size_t r = 0; r < plan->count; r++) {
    const struct gv_planned *run = &plan->runs[r];
    bool first = r == 0 || plan->runs[r - 1].group != run->group;
    if (run->state != GV_RUN_DONE && isnan(start))
      start = try_start(run, share, program);
    if (!first || (each[run->group] == 0 && estimate->tried > 0 && gv_seconds() > end))
      continue;
    if (each[run->group] > 0) {
      estimate->done++;
    } else {
      double most = fmin(enough, seconds / (double)plan->groups);
      each[run->group] = try_one(run, gv_share_workers(share, run), most);
      estimate->tried += each[run->group] > 0;
    }
    known += each[run->group] > 0 ? each[run->group] : 0;
  }
  double mean = known / (double)(estimate->done + estimate->tried), all = 0;
  for (size_t r = 0; r < plan->count; r++) {
    const struct gv_planned *run = &plan->runs[r];
    double one = (each[run->group] > 0 ? each[run->group] : mean) + (isfinite(start) ? start : 0);
    int fit = share->cores / gv_share_cores(share, run), slots = share->slots;
    slots = slots < fit ? slots : fit;
    if (run->state != GV_RUN_DONE)
      all += one * (1 - gv_study_part(plan, run)) / (slots > 1 ? slots : 1);
  }
  estimate->seconds = all;
  free(each);
}

double gv_study_part(const struct gv_study_plan *plan, const struct gv_planned *run)
{
  const char *rounds = gv_planned_setting(run, "rounds"), *epochs = gv_planned_setting(run, "epochs");
  double planned = rounds != NULL ? strtod(rounds, NULL) : 0, part = 0;
  char *path = NULL, end[1024];
  FILE *file = run->state != GV_RUN_DONE && asprintf(&path, "%s/%s/metrics.csv", plan->folder, run->folder) > 0
                   ? fopen(path, "re") : NULL;
  free(path);
  if (file == NULL)
    return 0;
  if (fseek(file, -(long)sizeof end + 1, SEEK_END) != 0)
    rewind(file);
  end[fread(end, 1, sizeof end - 1, file)] = '\0';
  fclose(file);
  char *last = strrchr(end, '\n');
  if (last != NULL)
    *last = '\0';
  last = last != NULL ? strrchr(end, '\n') : NULL;
  double round = 0, epoch = 0;
  if (last != NULL && sscanf(last, " %lf,%lf", &round, &epoch) == 2)
    part = planned > 0 ? round / planned
                       : epoch / strtod(epochs != NULL ? epochs : gv_option_find(gv_run_options(), "epochs")->value,
                                        NULL);
  return part < 1 ? part : 1;
}
