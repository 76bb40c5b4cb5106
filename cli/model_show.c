/* grapevine model show: a model's options, and the tensors it has for data of a given shape. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/page.h"
#include "core/base/memory.h"
#include "core/base/option.h"
#include "core/engine/engine.h"
#include "datasets/dataset.h"
#include "plugins/choose.h"
#include "plugins/host.h"
#include "plugins/plan.h"
#include "plugins/search.h"
#include "run/json.h"

static const struct gv_option rows[] = {
    {.key = "plugin-dir", .type = GV_OPTION_TEXT, .value = "",
     .help = "folders of model plugins, joined by ':', looked into first"},
    {.key = "shape", .type = GV_OPTION_TEXT, .value = "1x8x8",
     .help = "of a sample: channels x height x width; or just how many features it has"},
    {.key = "classes", .type = GV_OPTION_INT, .value = "10", .min = 1, .max = INT32_MAX,
     .help = "that labels tell apart"},
    {.key = "outputs", .type = GV_OPTION_INT, .value = "none", .min = 1, .max = INT32_MAX, .words = "none",
     .help = "numbers that a target has, instead of classes"},
    {.key = "data", .type = GV_OPTION_TEXT, .value = "",
     .help = "the shape of this data set instead, as --data of `grapevine train`"},
    {.key = "json", .type = GV_OPTION_FLAG, .value = "no", .help = "the page as JSON"},
    {.key = "help", .type = GV_OPTION_FLAG, .value = "no", .help = "this page"},
    {.key = NULL},
};

struct show {
  const struct gv_model *model;
  char *file;
  struct gv_options *options;  /* of the model */
  struct gv_task task;
  struct gv_plugin_hosts *hosts;
  struct gv_plan *plan;
};

static enum gv_status choose_shape(const struct gv_options *options, struct gv_shape *shape, struct gv_error *err)
{
  static const char *const keys[] = {"shape", "classes", "outputs"};
  bool data = gv_options_given(options, "data");
  for (size_t i = 0; i < sizeof keys / sizeof keys[0] && data; i++)
    if (gv_options_given(options, keys[i]))
      return gv_fail(err, GV_USAGE, "show: --data and --%s both say what samples look like; leave one out",
                     keys[i]);
  if (data) {
    struct gv_dataset *dataset = NULL;
    enum gv_status status = gv_dataset_open(gv_options_text(options, "data"), 1, &dataset, err);
    if (status == GV_OK)
      *shape = dataset->shape;
    gv_dataset_destroy(dataset);
    return status;
  }
  if (gv_options_given(options, "classes") && gv_options_given(options, "outputs"))
    return gv_fail(err, GV_USAGE, "show: data have --classes or --outputs, not both; leave one out");
  enum gv_status status = gv_read_shape("show", gv_options_text(options, "shape"), shape, err);
  if (gv_options_is_word(options, "outputs"))
    shape->classes = (int32_t)gv_options_int(options, "classes");
  else
    shape->outputs = (int32_t)gv_options_int(options, "outputs");
  return status;
}

static enum gv_status make_plan(struct show *show, const struct gv_options *options, struct gv_error *err)
{
  show->task = (struct gv_task){.max_batch = GV_EVALUATION_BATCH, .max_threads = 1, .options = show->options};
  enum gv_status status = choose_shape(options, &show->task.shape, err);
  if (status == GV_OK)
    status = gv_plugin_hosts_create(show->model->name, 1, &show->hosts, err);
  if (status != GV_OK)
    return status;
  const struct gv_host *host = gv_plugin_host_table(show->hosts, 0);
  status = gv_plan_create(show->model, &show->task, host, &show->plan, err);
  if (status != GV_MODEL || gv_options_given(options, "data") || gv_options_given(options, "classes") ||
      gv_options_given(options, "outputs"))
    return status;
  /* Nobody asked for classes: a model that has none of them may be one for numbers. */
  show->task.shape.classes = 0;
  show->task.shape.outputs = 1;
  return gv_plan_create(show->model, &show->task, host, &show->plan, NULL) == GV_OK ? GV_OK : status;
}

/* "[10, 64]", as it is saved or, with `stored`, as it lies in the vector */
static char *shape_text(const struct gv_tensor *tensor, bool stored, char *text, size_t size)
{
  size_t used = (size_t)snprintf(text, size, "[");
  for (int32_t i = 0; i < tensor->rank && used < size; i++) {
    int32_t side = stored ? tensor->rank - 1 - i : i;
    used += (size_t)snprintf(text + used, size - used, "%s%" PRId64, i > 0 ? ", " : "", tensor->shape[side]);
  }
  if (used < size)
    snprintf(text + used, size - used, "]");
  return text;
}

static void print_tensors(const struct gv_plan *plan)
{
  char shape[100], stored[100], text[32], bytes[32];
  int name_width = 6, shape_width = 5;
  for (size_t i = 0; i < plan->count; i++) {
    int name = (int)strlen(plan->tensors[i].tensor.name);
    int sides = (int)strlen(shape_text(&plan->tensors[i].tensor, false, shape, sizeof shape));
    name_width = name > name_width ? name : name_width;
    shape_width = sides > shape_width ? sides : shape_width;
  }
  printf("  %-*s  %-*s  %10s\n", name_width, "tensor", shape_width, "shape", "parameters");
  for (size_t i = 0; i < plan->count; i++) {
    const struct gv_placed *placed = &plan->tensors[i];
    printf("  %-*s  %-*s  %10" PRId64, name_width, placed->tensor.name, shape_width,
           shape_text(&placed->tensor, false, shape, sizeof shape), placed->count);
    if (placed->tensor.transposed)
      printf("  stored as %s", shape_text(&placed->tensor, true, stored, sizeof stored));
    putchar('\n');
  }
  printf("  %s parameter%s, %s a node\n", gv_short_number((double)plan->parameters, text, sizeof text),
         plan->parameters == 1 ? "" : "s",
         gv_bytes_text((double)plan->parameters * sizeof(float), bytes, sizeof bytes));
}

static enum gv_status print_page(const struct show *show, struct gv_error *err)
{
  const struct gv_model *model = show->model;
  const struct gv_shape *shape = &show->task.shape;
  char *given = gv_options_format(show->options);
  if (given == NULL)
    return gv_fail(err, GV_MEMORY, "model %s: no memory for its options", model->name);
  printf("%s (model)\n  %s\n  %s\n", model->name, model->summary, show->file);
  if (*given == '\0') {
    printf("\nno options\n");
  } else {
    printf("\nOptions, here %s:%s\n", model->name, given);
    gv_print_options(stdout, model->options, false);
  }
  free(given);
  int32_t targets = shape->classes > 0 ? shape->classes : shape->outputs;
  printf("\nParameters for samples of %" PRId32 "x%" PRId32 "x%" PRId32 ", %" PRId32 " %s%s\n", shape->channels,
         shape->height, shape->width, targets, shape->classes > 0 ? "class" : "output",
         targets == 1 ? "" : shape->classes > 0 ? "es" : "s");
  print_tensors(show->plan);
  return GV_OK;
}

static json_t *options_json(const struct show *show)
{
  static const char *const types[] = {[GV_OPTION_INT] = "int",       [GV_OPTION_REAL] = "real",
                                      [GV_OPTION_FLAG] = "flag",     [GV_OPTION_CHOICE] = "choice",
                                      [GV_OPTION_TEXT] = "text",     [GV_OPTION_LIST] = "list"};
  json_t *list = json_array();
  for (const struct gv_option *row = gv_options_rows(show->options); row->key != NULL; row++) {
    char accepts[300];
    json_array_append_new(
        list, json_pack("{s:o, s:s, s:o, s:o, s:o, s:o}", "key", gv_json_text(row->key), "type", types[row->type],
                        "value", gv_json_text(gv_options_text(show->options, row->key)), "default",
                        gv_json_text(row->value), "accepts",
                        gv_json_text(gv_option_accepts(row, accepts, sizeof accepts)), "help",
                        gv_json_text(row->help)));
  }
  return list;
}

static json_t *tensors_json(const struct gv_plan *plan)
{
  json_t *list = json_array();
  for (size_t i = 0; i < plan->count; i++) {
    const struct gv_placed *placed = &plan->tensors[i];
    json_t *shape = json_array();
    for (int32_t k = 0; k < placed->tensor.rank; k++)
      json_array_append_new(shape, json_integer(placed->tensor.shape[k]));
    json_array_append_new(list, json_pack("{s:o, s:o, s:b, s:I, s:I}", "name", gv_json_text(placed->tensor.name),
                                          "shape", shape, "transposed", (int)placed->tensor.transposed, "first",
                                          (json_int_t)placed->first, "parameters", (json_int_t)placed->count));
  }
  return list;
}

static enum gv_status print_json(const struct show *show, struct gv_error *err)
{
  const struct gv_shape *shape = &show->task.shape;
  json_t *page = json_pack(
      "{s:o, s:o, s:o, s:o, s:{s:i, s:i, s:i, s:I, s:i, s:i}, s:o, s:I, s:I}", "name",
      gv_json_text(show->model->name), "summary", gv_json_text(show->model->summary), "file",
      gv_json_text(show->file), "options", options_json(show), "shape", "channels", (int)shape->channels, "height",
      (int)shape->height, "width", (int)shape->width, "features", (json_int_t)shape->features, "classes",
      (int)shape->classes, "outputs", (int)shape->outputs, "tensors", tensors_json(show->plan), "parameters",
      (json_int_t)show->plan->parameters, "bytes", (json_int_t)show->plan->parameters * (json_int_t)sizeof(float));
  return gv_print_json(page, err);
}

static enum gv_status show_model(const char *spec, const struct gv_options *options, struct gv_error *err)
{
  struct show show = {0};
  struct gv_search search = {0};
  enum gv_status status = gv_plugin_search_fill(&search, gv_options_text(options, "plugin-dir"), err);
  if (status == GV_OK)
    status = gv_plugin_choose(spec, &search, &show.model, &show.file, &show.options, err);
  if (status == GV_OK)
    status = make_plan(&show, options, err);
  if (status == GV_OK)
    status = gv_options_flag(options, "json") ? print_json(&show, err) : print_page(&show, err);
  gv_plan_destroy(show.plan);
  gv_plugin_hosts_destroy(show.hosts);
  gv_options_destroy(show.options);
  free(show.file);
  gv_search_clear(&search);
  return status;
}

static int run_show(int argc, char **argv)
{
  return gv_run_word(argc, argv, &gv_command_model_show,
                     "wants the name of a model; `grapevine model list` has them", show_model);
}

const struct gv_command gv_command_model_show = {
    .within = "model",
    .name = "show",
    .arguments = "NAME[:KEY=VALUE,...] [--OPTION VALUE ...]",
    .summary = "what a model is: its options and its tensors",
    .about = "Explains a model: its file, its options, and the tensors it has for samples of a shape. NAME may "
             "be the path of a plugin too. A model that takes no classes is shown for one output.",
    .options = rows,
    .examples = "grapevine model show logreg --shape 1x28x28",
    .takes = "model",
    .run = run_show,
};
