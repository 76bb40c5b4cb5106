/* grapevine train: options in, progress on stderr, a short table on stdout. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/page.h"
#include "cli/live.h"
#include "cli/screen.h"
#include "core/base/log.h"
#include "core/base/memory.h"
#include "core/base/option.h"
#include "core/base/shell.h"

/* Options of the command itself, beside those of the run. */
static const struct gv_option own_rows[] = {
    {.key = "live", .type = GV_OPTION_FLAG, .value = "no",
     .help = "curves of accuracy, consensus distance and loss on the whole terminal while it trains"},
    {.key = "quiet", .type = GV_OPTION_FLAG, .value = "no", .help = "no progress and no table"},
    {.key = "json", .type = GV_OPTION_FLAG, .value = "no",
     .help = "the summary as JSON on standard output, nothing else"},
    {.key = "verbose", .type = GV_OPTION_FLAG, .value = "no",
     .help = "also what was found where, which worker stands where, and what the model logs"},
    {.key = "help", .type = GV_OPTION_FLAG, .value = "no", .help = "this page"},
    {.key = NULL},
};

struct train {
  struct gv_run *run;
  struct gv_options *own;
  bool shows, live;      /* says anything; the progress line is redrawn in place */
  struct gv_live *view;  /* of --live, instead of lines; NULL: none */
};

static enum gv_status set(void *context, const char *key, const char *value, struct gv_error *err)
{
  struct train *train = context;
  if (gv_option_find(own_rows, key) != NULL)
    return gv_options_set(train->own, key, value, err);
  return gv_run_set(train->run, key, value, err);
}

/* ---- progress, on stderr ---- */

static void print_start(const struct gv_result *r)
{
  char samples[32], parameters[32];
  fprintf(stderr, "%d node%s on %d worker%s, %s training samples, %s parameters, %llu rounds\n", r->nodes,
          r->nodes == 1 ? "" : "s", r->workers, r->workers == 1 ? "" : "s",
          gv_short_number((double)r->train_samples, samples, sizeof samples),
          gv_short_number((double)r->parameters, parameters, sizeof parameters),
          (unsigned long long)r->rounds_planned);
  if (r->resumed_at > 0)
    fprintf(stderr, "it goes on after round %llu\n", (unsigned long long)r->resumed_at);
  if (r->evaluated_nodes < r->nodes)
    fprintf(stderr, "node accuracies are those of %d evenly spaced nodes\n", r->evaluated_nodes);
}

static void on_start(void *context, const struct gv_result *r)
{
  struct train *train = context;
  if (train->shows)
    print_start(r);
  if (train->view != NULL)
    gv_live_started(train->view, r);
}

static void on_evaluation(void *context, const struct gv_result *r)
{
  struct train *train = context;
  const struct gv_evaluation *e = &r->last;
  if (train->view != NULL) {
    gv_live_evaluated(train->view, r);
    return;
  }
  if (!train->shows || e->round == 0)
    return;
  gv_screen_no_line();
  fprintf(stderr, "epoch %6.2f  train loss %.4f", e->epoch, e->train_loss);
  if (r->test_samples > 0)
    fprintf(stderr, "  test loss %.4f", e->test_loss);
  if (isfinite(e->test_accuracy))
    fprintf(stderr, "  accuracy %.4f  nodes %.4f to %.4f", e->test_accuracy, e->node_accuracy_min,
            e->node_accuracy_max);
  fprintf(stderr, "  consensus %.3g\n", e->consensus_distance);
}

static void on_progress(void *context, const struct gv_result *r, uint64_t round, double seconds)
{
  struct train *train = context;
  char text[160];
  if (train->view != NULL) {
    gv_live_progress(train->view, r, round, seconds);
    return;
  }
  if (train->live && seconds > 0)
    gv_screen_line("%s", gv_progress_text(r, round, seconds, gv_columns(stderr) - 1, text, sizeof text));
}

/* ---- the end, on stdout ---- */

static void print_target(const struct gv_result *r)
{
  const struct gv_evaluation *e = &r->last;
  char label[64], time[32];
  if (r->target_metric == NULL)
    return;
  const char *what = strcmp(r->target_metric, "test_accuracy") == 0 ? "accuracy"
                     : strcmp(r->target_metric, "test_loss") == 0   ? "test loss"
                                                                    : r->target_metric;
  snprintf(label, sizeof label, "%s %.6g %sreached", what, r->target, r->target_reached ? "" : "not ");
  printf("  %-27s %s %llu round%s, %s\n", label, r->target_reached ? "after" : "in", (unsigned long long)e->round,
         e->round == 1 ? "" : "s", gv_short_time(e->seconds, time, sizeof time));
}

static void print_table(const struct gv_result *r, const char *network)
{
  const struct gv_evaluation *e = &r->last;
  char rate[32], time[32];
  bool colour = gv_colour(stdout);
  const char *bold = colour ? "\033[1m" : "", *plain = colour ? "\033[0m" : "";
  printf("\n");
  if (isfinite(e->test_accuracy)) {
    printf("  accuracy of the mean model  %s%.4f%s   (test loss %.4f)\n", bold, e->test_accuracy, plain,
           e->test_loss);
    printf("  nodes, min / mean / max     %.4f / %.4f / %.4f\n", e->node_accuracy_min, e->node_accuracy_mean,
           e->node_accuracy_max);
  } else if (r->test_samples > 0) {
    printf("  test loss of the mean model %s%.6g%s\n", bold, e->test_loss, plain);
  } else {
    printf("  training loss of a round    %s%.6g%s   (the data have no test part)\n", bold, e->train_loss, plain);
  }
  printf("  consensus distance          %.3g\n", e->consensus_distance);
  const struct gv_asynchrony *a = &e->asynchrony;
  if (a->taken > 0)
    printf("  rounds of the nodes         %llu to %llu; messages lag %.3g, at most %llu; %.2g %% kept back\n",
           (unsigned long long)e->node_rounds_min, (unsigned long long)e->node_rounds_max, gv_staleness_mean(e),
           (unsigned long long)a->staleness_max,
           100 * (double)a->skipped / (double)(a->published + a->skipped));
  if (isfinite(e->objective))
    printf("  objective                   %.6g, gradient norm %.3g, zeta^2 of the nodes' gradients %.3g\n",
           e->objective, e->gradient_norm, e->gradient_dissimilarity);
  if (isfinite(e->drift_max))
    printf("  drift of the farthest node  %.3g\n", e->drift_max);
  if (e->messages > 0) {
    printf("  sent by a node a round      %.3g message%s, %s", e->messages, e->messages == 1 ? "" : "s",
           gv_bytes_text(e->bytes, time, sizeof time));
    if (e->global_averages > 0)
      printf("; %llu global average%s in all", (unsigned long long)e->global_averages,
             e->global_averages == 1 ? "" : "s");
    printf("\n");
  }
  print_target(r);
  printf("  training                    %s samples/s, %s, %llu rounds, %.4g epochs\n",
         gv_short_number(r->samples_per_second, rate, sizeof rate), gv_short_time(e->seconds, time, sizeof time),
         (unsigned long long)e->round, e->epoch);
  printf("  on a cluster it would take  %s (simulated: a machine a node, %s)\n",
         gv_short_time(e->simulated_seconds, time, sizeof time), network);
  printf("  files                       %s/\n", r->folder);
}

static void print_next(void)
{
  char *program = gv_program_word();
  if (program != NULL)
    printf("\nTry next\n"
           "  %1$s train --topology ring --nodes 32       a sparser graph: nodes drift further apart\n"
           "  %1$s train --split dirichlet:alpha=0.1      nodes that see different classes\n"
           "  %1$s train --data fashion-mnist --epochs 5  60,000 pictures of clothes\n", program);
  free(program);
}

/* A command to be typed as it stands, between what is said before and behind it. */
static void say_resume(const char *before, const char *folder, const char *behind)
{
  char *program = gv_program_word(), *word = gv_shell_word(folder);
  if (program != NULL && word != NULL)
    fprintf(stderr, "grapevine: %s`%s train --resume %s` goes on%s\n", before, program, word, behind);
  free(program);
  free(word);
}

static bool stop(void *run)
{
  gv_run_stop(run);
  return true;
}

/* The view of --live. Where there can be none, a line says why, and the run goes on without. */
static enum gv_status open_view(struct train *train, struct gv_error *err)
{
  const char *obstacle = gv_screen_obstacle();
  if (!gv_options_flag(train->own, "live"))
    return GV_OK;
  if (gv_options_flag(train->own, "quiet"))
    return gv_fail(err, GV_USAGE, "live and quiet: one shows what the other hides; leave one out");
  if (obstacle == NULL)
    return gv_live_create(train->run, &train->view, err);
  gv_log(GV_LOG_WARNING, "live: %s; %s", obstacle,
         train->shows ? "progress is shown in lines" : "there is no progress to see");
  return GV_OK;
}

static int train_and_print(struct train *train, bool defaults, struct gv_error *error)
{
  bool quiet = gv_options_flag(train->own, "quiet"), json = gv_options_flag(train->own, "json");
  train->shows = !quiet && !json;
  train->live = train->shows && gv_screen_obstacle() == NULL;
  gv_show_log(gv_options_flag(train->own, "verbose"));
  if (open_view(train, error) != GV_OK)
    return gv_complain(error);
  gv_run_watch(train->run, &(struct gv_watcher){train, on_start, on_evaluation, on_progress});
  gv_watch_signals(stop, train->run);
  gv_end_with_study();
  enum gv_status status = gv_run_train(train->run, error);
  gv_unwatch_signals();
  gv_screen_no_line();
  if (train->view != NULL)
    gv_live_end(train->view);
  const struct gv_result *result = gv_run_result(train->run);
  if (status != GV_OK && status != GV_INTERRUPTED) {
    if (result->folder != NULL && result->last.round > 0)
      fprintf(stderr, "grapevine: what was measured until round %llu is in %s/metrics.csv\n",
              (unsigned long long)result->last.round, result->folder);
    if (result->kept && status != GV_NUMERIC)  /* which would come again */
      say_resume("", result->folder, " from the last checkpoint");
    else if (result->kept)
      fprintf(stderr, "grapevine: its last checkpoint is in %s\n", result->folder);
    return gv_complain(error);
  }
  if (json)
    printf("%s\n", gv_run_summary(train->run));
  else if (!quiet)
    print_table(result, gv_run_option(train->run, "network"));
  if (defaults && train->shows && status == GV_OK)
    print_next();
  if (fflush(stdout) != 0 || ferror(stdout)) {
    gv_fail(error, GV_SYSTEM, "standard output cannot be written; the results are in %s", result->folder);
    return gv_complain(error);
  }
  char before[GV_ERROR_TEXT + 4];
  snprintf(before, sizeof before, "%s; ", error->text);
  if (status == GV_INTERRUPTED && result->kept)
    say_resume(before, result->folder, "");
  else if (status == GV_INTERRUPTED)
    fprintf(stderr, "grapevine: %sthe mean model of that round is in %s/model.safetensors\n", before,
            result->folder);
  return gv_status_exit(status);
}

static int run_train(int argc, char **argv)
{
  struct gv_error error = {GV_OK, ""};
  struct train train = {0};
  struct gv_option *rows = gv_command_options(&gv_command_train, &error);
  enum gv_status status = error.status;
  if (status == GV_OK)
    status = gv_run_create(&train.run, &error);
  if (status == GV_OK)
    status = gv_options_create(own_rows, "train", &train.own, &error);
  if (status == GV_OK)
    status = gv_arguments(argc, argv, rows, &train, set, &error);
  int code = 0;
  if (status != GV_OK)
    code = gv_complain(&error);
  else if (gv_options_flag(train.own, "help"))
    gv_print_page(stdout, &gv_command_train);
  else
    code = train_and_print(&train, argc == 1, &error);
  gv_live_destroy(train.view);
  gv_run_destroy(train.run);
  gv_options_destroy(train.own);
  free(rows);
  return code;
}

const struct gv_command gv_command_train = {
    .name = "train",
    .arguments = "[--OPTION VALUE ...]",
    .summary = "train a model on decentralized nodes; with no option, the built-in digits",
    .about = "Trains one model on n decentralized nodes. With no option it takes the defaults below, on data "
             "that come with Grapevine.",
    .shared = gv_run_options,
    .options = own_rows,
    .notes = "Options of a named choice follow it: --split dirichlet:alpha=0.1. `grapevine help` lists all "
             "names, `grapevine help NAME` explains one.",
    .examples = "grapevine train --data fashion-mnist --nodes 16 --topology ring --split dirichlet:alpha=0.5 "
                "--epochs 5\n"
                "grapevine train --live --topology ring --nodes 32 --epochs 500",
    .run = run_train,
};
