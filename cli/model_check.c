/* grapevine model check: one line for each rule of model.h that a plugin keeps; the first it breaks is the last. */
#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "cli/allocations.h"
#include "cli/apart.h"
#include "cli/cli.h"
#include "cli/page.h"
#include "core/base/blas.h"
#include "core/base/log.h"
#include "core/base/option.h"
#include "plugins/choose.h"
#include "plugins/conform.h"
#include "plugins/search.h"
#include "run/json.h"

static const struct gv_option rows[] = {
    {.key = "shape", .type = GV_OPTION_TEXT, .value = "1x8x8",
     .help = "made-up samples: CHANNELSxHEIGHTxWIDTH, or a number of features"},
    {.key = "classes", .type = GV_OPTION_INT, .value = "auto", .min = 1, .max = 1e6, .words = "auto",
     .help = "class labels; auto: 10, and one float target where the model refuses labels"},
    {.key = "outputs", .type = GV_OPTION_INT, .value = "auto", .min = 1, .max = 1e6, .words = "auto",
     .help = "float targets a sample, instead of labels"},
    {.key = "batch", .type = GV_OPTION_INT, .value = "32", .min = 1, .max = 1e6,
     .help = "samples of the largest batch"},
    {.key = "patience", .type = GV_OPTION_REAL, .value = "60", .min = 0.1, .max = 1e6,
     .help = "seconds that one call of the model may take"},
    {.key = "plugin-dir", .type = GV_OPTION_TEXT, .value = "",
     .help = "folders with model plugins, joined by ':', searched first"},
    {.key = "json", .type = GV_OPTION_FLAG, .value = "no", .help = "the results as JSON on standard output"},
    {.key = "verbose", .type = GV_OPTION_FLAG, .value = "no", .help = "also what the model logs, each line once"},
    {.key = "help", .type = GV_OPTION_FLAG, .value = "no", .help = "this page"},
    {.key = NULL},
};

/* What the process of the check says. */
enum { RULE, CALL, RESULT, FAILURE };

static const char *const words[] = {
    [GV_CONFORM_KEPT] = "ok", [GV_CONFORM_SKIPPED] = "skipped", [GV_CONFORM_BROKEN] = "broken"};

struct check {
  const char *spec;
  struct gv_options *options;
  struct gv_task task;
  int line;             /* in the process: where news goes */
  json_t *results;      /* the rest here: NULL without --json */
  char rule[96], call[GV_ERROR_TEXT];
  int count[3];         /* of each result */
  struct gv_error error;
};

/* ---- in a process of its own ---- */

static void say_rule(void *context, const char *rule)
{
  gv_apart_say(((const struct check *)context)->line, RULE, 0, rule, "");
}

static void say_call(void *context, const char *what)
{
  gv_apart_say(((const struct check *)context)->line, CALL, 0, "", what);
}

static void say_result(void *context, const char *rule, enum gv_conform_result result, const char *detail)
{
  gv_apart_say(((const struct check *)context)->line, RESULT, (int)result, rule, detail);
}

/* A model is made many times over, and would say the same as often: each line is shown once. */
static void show_once(void *context, enum gv_log_level level, const char *line)
{
  enum { LINES = 64 };
  static char *seen[LINES];
  static size_t count;
  const bool *verbose = context;
  if (level == GV_LOG_DETAIL && !*verbose)
    return;
  for (size_t i = 0; i < count; i++)
    if (strcmp(seen[i], line) == 0)
      return;
  if (count < LINES && (seen[count] = strdup(line)) != NULL)
    count++;
  fprintf(stderr, "grapevine: %s%s\n", level == GV_LOG_WARNING ? "warning: " : "", line);
}

/* Loads the model and tries it. Not reached again once the plugin has brought the process down. */
static void try_model(void *context, int line)
{
  static const char loads[] = "the plugin loads and fits this Grapevine";
  static bool verbose;
  struct check *check = context;
  struct gv_search search = {0};
  const struct gv_model *model = NULL;
  struct gv_options *options = NULL;
  struct gv_error error;
  char *path = NULL, detail[GV_ERROR_TEXT];
  check->line = line;
  verbose = gv_options_flag(check->options, "verbose");
  gv_log_set_sink(show_once, &verbose);
  say_rule(check, loads);
  enum gv_status status = gv_blas_prepare(&error);
  if (status == GV_OK)
    status = gv_plugin_search_fill(&search, gv_options_text(check->options, "plugin-dir"), &error);
  if (status == GV_OK) {
    status = gv_plugin_choose(check->spec, &search, &model, &path, &options, &error);
    if (status == GV_INPUT) {  /* it is there, and is refused */
      say_result(check, loads, GV_CONFORM_BROKEN, error.text);
      return;
    }
  }
  if (status == GV_OK) {
    int count = 0;
    for (const struct gv_option *row = gv_options_rows(options); row->key != NULL; row++)
      count++;
    snprintf(detail, sizeof detail, "%.500s; plugin interface %d, %d option%s", path, GV_MODEL_ABI, count,
             count == 1 ? "" : "s");
    say_result(check, loads, GV_CONFORM_KEPT, detail);
    check->task.options = options;
    const struct gv_conform_watcher watcher = {check, say_rule, say_call, say_result, gv_allocations()};
    status = gv_plugin_conform(model, &check->task, &watcher, &error);
  }
  if (status != GV_OK && status != GV_MODEL)  /* a rule that is broken has been told */
    gv_apart_say(line, FAILURE, (int)status, "", error.text);
  gv_options_destroy(options);
  gv_search_clear(&search);
  free(path);
}

/* ---- here ---- */

static void take_result(struct check *check, const char *rule, enum gv_conform_result result, const char *detail)
{
  check->count[result]++;
  if (check->results != NULL) {
    (void)json_array_append_new(check->results, json_pack("{s:s, s:s, s:o}", "rule", rule, "result", words[result],
                                                          "detail", gv_json_text(detail)));
    return;
  }
  static const char *const colours[] = {
      [GV_CONFORM_KEPT] = "\033[32m", [GV_CONFORM_SKIPPED] = "\033[33m", [GV_CONFORM_BROKEN] = "\033[31m"};
  bool colour = gv_colour(stdout), broken = result == GV_CONFORM_BROKEN;
  printf("%s%-7s%s  %s", colour ? colours[result] : "", words[result], colour ? "\033[0m" : "", rule);
  if (detail[0] != '\0')
    printf(broken ? ": %s" : " (%s)", detail);
  putchar('\n');
  fflush(stdout);
}

static void hear(void *context, const struct gv_news *news)
{
  struct check *check = context;
  if (news->kind == RULE) {
    snprintf(check->rule, sizeof check->rule, "%s", news->name);
    check->call[0] = '\0';
  } else if (news->kind == CALL) {
    snprintf(check->call, sizeof check->call, "%s", news->text);
  } else if (news->kind == RESULT) {
    take_result(check, news->name, (enum gv_conform_result)news->value, news->text);
  } else {
    gv_fail(&check->error, (enum gv_status)news->value, "%s%s", news->text,
            news->value == GV_INPUT ? "; --shape, --classes and --outputs give it other samples" : "");
  }
}

static int print_verdict(const struct check *check)
{
  bool broken = check->count[GV_CONFORM_BROKEN] > 0;
  char verdict[160];
  if (broken)
    snprintf(verdict, sizeof verdict, "%.60s breaks a rule of model.h", check->spec);
  else
    snprintf(verdict, sizeof verdict, "%.60s keeps the rules of model.h: %d checked, %d skipped", check->spec,
             check->count[GV_CONFORM_KEPT], check->count[GV_CONFORM_SKIPPED]);
  if (check->results == NULL) {
    printf("\n%s\n", verdict);
    return broken;
  }
  json_t *all = json_pack("{s:o, s:b, s:O, s:o}", "model", gv_json_text(check->spec), "conforms", !broken, "checks",
                          check->results, "verdict", gv_json_text(verdict));
  char *text = all != NULL ? gv_json_dump(all, JSON_INDENT(2)) : NULL;
  json_decref(all);
  if (text == NULL) {
    struct gv_error error;
    gv_fail(&error, GV_MEMORY, "no memory for the results as JSON");
    return gv_complain(&error);
  }
  printf("%s\n", text);
  free(text);
  return broken;
}

static int check_and_print(struct check *check)
{
  char end[128], detail[GV_ERROR_TEXT];
  if (gv_options_flag(check->options, "json") && (check->results = json_array()) == NULL)
    gv_fail(&check->error, GV_MEMORY, "no memory for the results as JSON");
  if (check->error.status == GV_OK)
    (void)gv_apart(try_model, hear, check, gv_options_real(check->options, "patience"), end, sizeof end,
                   &check->error);
  if (check->error.status != GV_OK)
    return gv_complain(&check->error);
  if (end[0] != '\0') {
    snprintf(detail, sizeof detail, "%.500s %s", check->call[0] != '\0' ? check->call : "the loader", end);
    take_result(check, check->rule, GV_CONFORM_BROKEN, detail);
  }
  return print_verdict(check);
}

/* ---- what is asked ---- */

static enum gv_status read_task(struct check *check, struct gv_error *err)
{
  const struct gv_options *o = check->options;
  struct gv_shape *shape = &check->task.shape;
  enum gv_status status = gv_read_shape("check", gv_options_text(o, "shape"), shape, err);
  if (status != GV_OK)
    return status;
  bool labels = !gv_options_is_word(o, "classes"), floats = !gv_options_is_word(o, "outputs");
  if (labels && floats)
    return gv_fail(err, GV_USAGE, "classes %s and outputs %s: samples have labels or float targets; leave one out",
                   gv_options_text(o, "classes"), gv_options_text(o, "outputs"));
  shape->classes = labels ? (int32_t)gv_options_int(o, "classes") : floats ? 0 : 10;
  shape->outputs = floats ? (int32_t)gv_options_int(o, "outputs") : labels ? 0 : 1;
  check->task.max_batch = check->task.batch = (int32_t)gv_options_int(o, "batch");
  check->task.max_threads = 1;
  return GV_OK;
}

static int run_check(int argc, char **argv)
{
  struct gv_error error = {GV_OK, ""};
  struct check check = {.error = {GV_OK, ""}};
  int code = 0;
  enum gv_status status = gv_arguments_word(argc, argv, rows, &check.spec, &check.options, &error);
  if (status == GV_OK && gv_options_flag(check.options, "help")) {
    gv_print_page(stdout, &gv_command_model_check);
  } else {
    if (status == GV_OK && check.spec == NULL)
      status = gv_fail(&error, GV_USAGE, "which model? Write its name or its file, as in grapevine model check "
                       "./svm.so; --help says more");
    if (status == GV_OK)
      status = read_task(&check, &error);
    code = status == GV_OK ? check_and_print(&check) : gv_complain(&error);
  }
  json_decref(check.results);
  gv_options_destroy(check.options);
  return code;
}

const struct gv_command gv_command_model_check = {
    .within = "model",
    .name = "check",
    .arguments = "NAME|FILE.so[:KEY=VALUE,...] [--OPTION VALUE ...]",
    .summary = "run a model plugin on made-up data and say which rules of model.h it keeps",
    .about = "Runs a model plugin on made-up data and says, a line each, which rules of <grapevine/model.h> it "
             "keeps. The first that it breaks ends the check, with exit status 1; so does a crash, or a call "
             "that does not return.",
    .options = rows,
    .notes = "In a debugger:\n\n"
             "  gdb -ex 'set follow-fork-mode child' --args grapevine model check ./svm.so",
    .examples = "grapevine model check ./svm.so:margin=2 --shape 3x16x16 --classes 4",
    .takes = "model",
    .run = run_check,
};
