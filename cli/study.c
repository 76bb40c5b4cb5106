/* grapevine study: a file of experiments in, progress on stderr, a table on stdout. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/screen.h"
#include "cli/study_table.h"
#include "core/base/option.h"
#include "run/study/check.h"
#include "run/study/estimate.h"
#include "run/study/execute.h"
#include "run/study/states.h"

static const double check_seconds = 3, try_seconds = 2;

static const struct gv_option rows[] = {
    {.key = "out",
     .type = GV_OPTION_TEXT,
     .value = "auto",
     .help = "folder of the study; auto: runs/NAME, of NAME.ini"},
    {.key = "parallel",
     .type = GV_OPTION_INT,
     .value = "auto",
     .min = 1,
     .max = 256,
     .words = "auto",
     .help = "runs at a time; auto: as many as there are cores, a worker each; 1 for undisturbed seconds"},
    {.key = "dry-run",
     .type = GV_OPTION_FLAG,
     .value = "no",
     .help = "list the runs, what of them is done, and how long the rest may take; write nothing"},
    {.key = "table", .type = GV_OPTION_FLAG, .value = "no", .help = "train nothing: the table of what is done"},
    {.key = "format",
     .type = GV_OPTION_CHOICE,
     .value = "text",
     .words = "text|markdown|latex|json|csv",
     .help = "of the table"},
    {.key = "metrics",
     .type = GV_OPTION_TEXT,
     .value = "auto",
     .help =
         "figures of the table, as summary.csv has them, joined by commas; auto: the file's, or the usual ones, "
         "and all in json and csv"},
    {.key = "quiet", .type = GV_OPTION_FLAG, .value = "no", .help = "no progress"},
    {.key = "help", .type = GV_OPTION_FLAG, .value = "no", .help = "this page"},
    {.key = NULL},
};

/* ---- progress ---- */

struct talk {
  bool shows, live, stopping;
  struct gv_stop stop;
};

static void on_progress(void *context, const struct gv_study_progress *p)
{
  struct talk *talk = context;
  char left[32];
  if (talk->shows && p->stopping && !talk->stopping) {
    gv_screen_no_line();
    fprintf(stderr, "stopping; %zu run%s under way save%s\n", p->running, p->running == 1 ? "" : "s",
            p->running == 1 ? "s" : "");
    talk->stopping = true;
  }
  if (!talk->live)
    return;
  char line[256];
  int used = snprintf(line, sizeof line, "%zu of %zu runs done", p->done, p->total);
  if (isfinite(p->left))
    used += snprintf(line + used, sizeof line - (size_t)used, ", %s left",
                     gv_short_time(p->left, left, sizeof left));
  used += snprintf(line + used, sizeof line - (size_t)used, ", %zu under way", p->running);
  if (p->failed > 0)
    used += snprintf(line + used, sizeof line - (size_t)used, ", %zu failed", p->failed);
  if (p->waiting > 0)
    snprintf(line + used, sizeof line - (size_t)used, ", %zu trained by other processes", p->waiting);
  gv_screen_line("%s", line);
}

static void on_end(void *context, const struct gv_planned *run, enum gv_run_end end, const char *why,
                   const struct gv_study_progress *p)
{
  struct talk *talk = context;
  gv_screen_no_line();
  if (end != GV_RUN_TRAINED)
    fprintf(stderr, "grapevine: run %s %s: %s\n", run->folder, end == GV_RUN_FAILED ? "failed" : "stopped", why);
  else if (talk->shows && !talk->live)
    fprintf(stderr, "%zu of %zu: %s\n", p->done, p->total, run->folder);
}

static bool stop(void *context)
{
  gv_stop_ask(context);
  return true;
}

/* ---- the dry run ---- */

static void print_dry(const struct gv_study_plan *plan, const struct gv_share *share, const char *program)
{
  struct gv_estimate estimate;
  int parallel = 1;
  static const char *const words[] = {"to do", "begun", "done", "other"};
  size_t left = 0;
  for (size_t r = 0; r < plan->count; r++) {
    printf("  %-6s ", words[plan->runs[r].state]);
    for (size_t k = 0; k < plan->varied; k++)
      printf(" %s=%s", plan->keys[k], plan->runs[r].values[k]);
    printf("  seed=%llu\n", (unsigned long long)plan->runs[r].seed);
    left += plan->runs[r].state != GV_RUN_DONE;
    int fit = gv_share_at_a_time(share, &plan->runs[r]);
    parallel = fit > parallel ? fit : parallel;
  }
  char time[32];
  printf("\n%zu runs, %zu to do", plan->count, left);
  fflush(stdout);
  if (left > 0)
    gv_study_estimate(plan, share, program, try_seconds, &estimate);
  if (left > 0 && isfinite(estimate.seconds))
    printf("; about %s with %d at a time (by %s %zu of %zu combinations)",
           gv_short_time(estimate.seconds, time, sizeof time), parallel,
           estimate.tried > 0 ? "trying" : "what is done of", estimate.tried > 0 ? estimate.tried : estimate.done,
           plan->groups);
  printf("\n");
}

/* ---- the study ---- */

static enum gv_status train_all(struct gv_study_plan *plan, const struct gv_share *share, const char *program,
                                bool quiet, struct gv_error *err)
{
  static struct talk talk;  /* the signal handler's, too */
  size_t failed = 0;
  talk.shows = !quiet;
  talk.live = talk.shows && gv_screen_obstacle() == NULL;
  const struct gv_execution how = {.program = program, .share = share, .stop = &talk.stop,
                                   .watcher = {&talk, on_progress, on_end}};
  gv_watch_signals(stop, &talk.stop);
  enum gv_status status = gv_study_execute(plan, &how, &failed, err);
  gv_unwatch_signals();
  gv_screen_no_line();
  if (status == GV_OK && failed > 0)
    status = gv_fail(err, GV_INPUT, "%zu of %zu runs failed; the table has the others, and the same command tries "
                     "them again", failed, plan->count);
  return status;
}

/* Puts what went wrong later behind what went wrong before. */
static void join(struct gv_error *all, const struct gv_error *more)
{
  const struct gv_error before = *all;
  if (before.status == GV_OK)
    *all = *more;
  else if (more->status != GV_OK)
    gv_fail(all, before.status, "%.300s; %.300s", before.text, more->text);
}

/* The table is printed also where summary.csv cannot be written. */
static void print_results(const struct gv_study_plan *plan, const struct gv_options *options, bool write,
                          struct gv_error *err)
{
  struct gv_table_of_study table;
  struct gv_error collected = {GV_OK, ""}, written = {GV_OK, ""}, printed = {GV_OK, ""};
  const char *metrics = gv_options_text(options, "metrics"), *format = gv_options_text(options, "format");
  bool data = strcmp(format, "json") == 0 || strcmp(format, "csv") == 0;
  if (strcmp(metrics, "auto") == 0)
    metrics = data ? NULL : plan->spec->metrics;
  if (gv_study_collect(plan, &table, &collected) == GV_OK) {
    if (write)
      (void)gv_study_write(&table, &written);
    (void)gv_print_study(&table, metrics, format, &printed);
    gv_study_table_clear(&table);
  }
  join(err, &collected);
  join(err, &written);
  join(err, &printed);
}

static enum gv_status study(const char *path, const struct gv_options *options, struct gv_error *err)
{
  struct gv_spec spec = {0};
  struct gv_study_plan plan = {0};
  struct gv_share share = {0};
  struct gv_error ended = {GV_OK, ""};
  char folder[4096], program[4096];
  bool only = gv_options_flag(options, "table"), dry = gv_options_flag(options, "dry-run");
  int parallel = gv_options_is_word(options, "parallel") ? 0 : (int)gv_options_int(options, "parallel");
  if (*gv_options_text(options, "out") == '\0')
    return gv_fail(err, GV_USAGE, "out: the folder's name is empty");
  const char *metrics = gv_options_text(options, "metrics");
  enum gv_status status = strcmp(metrics, "auto") == 0 ? GV_OK : gv_figures_check(metrics, err);
  if (status == GV_OK)
    status = gv_spec_read(path, &spec, err);
  if (strcmp(gv_options_text(options, "out"), "auto") != 0)
    snprintf(folder, sizeof folder, "%s", gv_options_text(options, "out"));
  else
    snprintf(folder, sizeof folder, "runs/%s", spec.name != NULL ? spec.name : "");
  if (status == GV_OK)
    status = gv_plan_study(&spec, folder, &plan, err);
  if (status == GV_OK)
    status = gv_study_look(&plan, err);
  if (status == GV_OK && !only)
    status = gv_study_check(&plan, check_seconds, err);
  if (status == GV_OK)
    status = gv_share_make(&plan, parallel, &share, err);
  if (status == GV_OK)
    status = gv_program_path("trains the runs", program, sizeof program, err);
  if (status == GV_OK && dry)
    print_dry(&plan, &share, program);
  if (status == GV_OK && !dry && !only)
    (void)train_all(&plan, &share, program, gv_options_flag(options, "quiet"), &ended);
  if (ended.status == GV_INTERRUPTED)
    status = gv_fail(err, GV_INTERRUPTED, "%s; the same command goes on", ended.text);
  else if (status == GV_OK && !dry && (ended.status == GV_OK || ended.status == GV_INPUT))
    print_results(&plan, options, !only, &ended);
  if (status == GV_OK && ended.status != GV_OK)
    status = gv_fail(err, ended.status, "%s", ended.text);
  gv_study_plan_clear(&plan);
  gv_spec_clear(&spec);
  return status;
}

static int run_study(int argc, char **argv)
{
  return gv_run_word(argc, argv, &gv_command_study,
                     "wants a file of experiments; `grapevine study --help` shows what stands in one", study);
}

const struct gv_command gv_command_study = {
    .name = "study",
    .arguments = "FILE.ini [--OPTION VALUE ...]",
    .summary = "many runs from one file, their table of means and deviations",
    .about = "Trains every combination of the options in a file, each for several seeds, and tabulates mean and "
             "standard deviation. What is done is not done again; a study that was stopped goes on where it "
             "was.\n\n"
             "  [base]                            options of `grapevine train`, which all runs share\n"
             "  data = digits\n"
             "  epochs = 10\n"
             "  seeds = 5                         so many runs of each combination\n\n"
             "  [vary]                            every combination of these\n"
             "  topology = ring | exponential\n"
             "  nodes = 8 | 16\n\n"
             "  [vary the baseline]               and of these\n"
             "  algorithm = psgd",
    .options = rows,
    .examples = "grapevine study examples/study/topologies.ini --format markdown",
    .takes = "file",
    .run = run_study,
};
