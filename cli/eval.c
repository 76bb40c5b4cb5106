/* grapevine eval: a saved model on a data set; options in, figures on stdout. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/page.h"
#include "cli/screen.h"
#include "core/base/option.h"
#include "run/eval.h"

enum { CLASSES_SHOWN = 32 };

/* Options of the command itself, beside those of the evaluation. */
static const struct gv_option own_rows[] = {
    {.key = "json", .type = GV_OPTION_FLAG, .value = "no",
     .help = "the figures as JSON on standard output, nothing else"},
    {.key = "verbose", .type = GV_OPTION_FLAG, .value = "no",
     .help = "also what was found where, and what the model logs"},
    {.key = "help", .type = GV_OPTION_FLAG, .value = "no", .help = "this page"},
    {.key = NULL},
};

static enum gv_status set(void *context, const char *key, const char *value, struct gv_error *err)
{
  return gv_options_set(context, key, value, err);
}

/* A line that is drawn again and again on a terminal, when it takes long. */
static void on_progress(void *context, double share, double seconds)
{
  bool *drawn = context;
  char left[32];
  if (seconds < 1 || (share >= 1 && !*drawn))
    return;
  gv_screen_line("%3.0f %%  %s left", floor(100 * share),
                 gv_short_time(seconds / share - seconds, left, sizeof left));
  *drawn = true;
}

enum { NAME_SHOWN = 22, NAME_SIZE = 4 * NAME_SHOWN + 1 };  /* characters, and bytes that hold them */

/* What class c is called, if only by its number, into name. Returns name. */
static const char *name_of(const struct gv_eval_result *r, int32_t c, char name[NAME_SIZE])
{
  if (r->class_names != NULL)
    return gv_text_cell(r->class_names[c], NAME_SHOWN, name, NAME_SIZE);
  snprintf(name, NAME_SIZE, "%d", c);
  return name;
}

static void print_classes(const struct gv_eval_result *r)
{
  char name[NAME_SIZE];
  int width = 5;
  if (r->classes > CLASSES_SHOWN) {
    printf("  classes      %d; --json lists them one by one\n", r->classes);
    return;
  }
  for (int32_t c = 0; c < r->classes; c++) {
    int length = gv_text_width(name_of(r, c, name));
    width = length > width ? length : width;
  }
  printf("\n  %*s  samples  recall\n", width, "class");
  for (int32_t c = 0; c < r->classes; c++) {
    int pad = width - gv_text_width(name_of(r, c, name));
    printf("  %*s%s  %7lld  ", pad, "", name, (long long)r->class_samples[c]);
    if (r->class_samples[c] > 0)
      printf("%.4f\n", (double)r->class_correct[c] / (double)r->class_samples[c]);
    else
      printf("-\n");
  }
}

static void print_table(const struct gv_eval_result *r)
{
  char rate[32], time[32];
  bool colour = gv_colour(stdout);
  const char *bold = colour ? "\033[1m" : "", *plain = colour ? "\033[0m" : "";
  if (isfinite(r->accuracy))
    printf("  accuracy     %s%.4f%s   (loss %.4f)\n", bold, r->accuracy, plain, r->loss);
  else
    printf("  loss         %s%.6g%s\n", bold, r->loss, plain);
  printf("  data         %s, %lld %s samples, from %s\n", r->data, (long long)r->samples, r->part, r->data_found);
  printf("  model        %s%s%s, %lld parameters\n", r->model, *r->model_options != '\0' ? ":" : "",
         r->model_options, (long long)r->parameters);
  printf("  evaluation   %s samples/s, %s, %d worker%s\n",
         gv_short_number((double)r->samples / fmax(r->seconds, 1e-9), rate, sizeof rate),
         gv_short_time(r->seconds, time, sizeof time), r->workers, r->workers == 1 ? "" : "s");
  if (r->class_samples != NULL)
    print_classes(r);
}

static int evaluate_and_print(const struct gv_options *options, struct gv_error *error)
{
  bool json = gv_options_flag(options, "json"), drawn = false;
  struct gv_eval *eval = NULL;
  gv_show_log(gv_options_flag(options, "verbose"));
  enum gv_status status =
      gv_eval_create(options, !json && gv_screen_obstacle() == NULL ? on_progress : NULL, &drawn, &eval, error);
  gv_screen_no_line();
  if (status == GV_OK && json) {
    char *text = gv_eval_text(eval);
    if (text != NULL)
      printf("%s\n", text);
    else
      status = gv_fail(error, GV_MEMORY, "no memory for the figures");
    free(text);
  } else if (status == GV_OK) {
    print_table(gv_eval_result(eval));
  }
  gv_eval_destroy(eval);
  return status == GV_OK ? 0 : gv_complain(error);
}

static int run_eval(int argc, char **argv)
{
  struct gv_error error = {GV_OK, ""};
  struct gv_options *options = NULL;
  struct gv_option *rows = gv_command_options(&gv_command_eval, &error);
  enum gv_status status = error.status;
  if (status == GV_OK)
    status = gv_options_create(rows, "eval", &options, &error);
  if (status == GV_OK)
    status = gv_arguments(argc, argv, rows, options, set, &error);
  int code = 0;
  if (status != GV_OK)
    code = gv_complain(&error);
  else if (gv_options_flag(options, "help"))
    gv_print_page(stdout, &gv_command_eval);
  else
    code = evaluate_and_print(options, &error);
  gv_options_destroy(options);
  free(rows);
  return code;
}

const struct gv_command gv_command_eval = {
    .name = "eval",
    .arguments = "--model-file FILE [--OPTION VALUE ...]",
    .summary = "evaluate a saved model on a data set",
    .about = "Evaluates a saved model: its loss and accuracy on a data set, and its predictions as CSV.",
    .shared = gv_eval_options,
    .options = own_rows,
    .notes = "A run leaves its model in model.safetensors, which names the model, its options and the data.",
    .examples = "grapevine eval --model-file runs/first/model.safetensors --predictions predictions.csv",
    .run = run_eval,
};
