/* Evaluates a saved model: the file names model and data, unless the options do. */
#include "run/eval.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/blas.h"
#include "core/base/clock.h"
#include "core/base/file.h"
#include "core/base/log.h"
#include "core/base/machine.h"
#include "core/base/memory.h"
#include "core/base/paths.h"
#include "core/engine/score.h"
#include "datasets/batches.h"
#include "plugins/choose.h"
#include "plugins/host.h"
#include "plugins/plan.h"
#include "plugins/search.h"
#include "run/data/open.h"
#include "run/eval_data.h"
#include "run/json.h"
#include "run/placing.h"
#include "run/predictions.h"
#include "run/safetensors.h"

struct gv_eval {
  const struct gv_options *options;
  void (*progress)(void *context, double share, double seconds);
  void *context;

  struct gv_safetensors *file;
  struct gv_search search;
  const struct gv_model *model;
  char *model_path, *model_options_text;
  struct gv_options *model_options;
  struct gv_dataset *dataset;
  const struct gv_part *part;
  struct gv_machine machine;
  struct gv_placing placing;
  struct gv_task task;
  struct gv_plugin_hosts *hosts;
  const struct gv_host **host_tables;  /* (workers) */
  struct gv_plan *plan;
  float *w;                            /* (parameters) */
  struct gv_predictions predictions;
  int64_t *class_counts;               /* (2, classes): samples, correct; NULL: the model does not predict */
  double start;
  struct gv_eval_result result;
};

static const struct gv_option rows[] = {
    {.key = "model-file", .type = GV_OPTION_TEXT, .value = "",
     .help = "what to evaluate: a model.safetensors, of a run or of another program"},
    {.key = "data", .type = GV_OPTION_TEXT, .value = "auto",
     .help = "data set, as in train; auto: the one that the file names"},
    GV_DATA_NORMALIZE("auto: as the file says"),
    GV_DATA_LIMIT("; all: as the file says"),
    GV_DATA_SHARE("as the file says, or 0.2"),
    {.key = "part", .type = GV_OPTION_CHOICE, .value = "test", .words = "test|train",
     .help = "which samples of it"},
    {.key = "model", .type = GV_OPTION_TEXT, .value = "auto",
     .help = "model plugin with options, as in train; auto: what the file names"},
    {.key = "plugin-dir", .type = GV_OPTION_TEXT, .value = "",
     .help = "folders with model plugins, joined by ':', searched first"},
    {.key = "workers", .type = GV_OPTION_INT, .value = "auto", .min = 1, .max = 4096, .words = "auto",
     .help = "threads; auto: one a core"},
    {.key = "predictions", .type = GV_OPTION_TEXT, .value = "none",
     .help = "CSV file for label, prediction and scores of every sample"},
    {.key = NULL},
};

const struct gv_option *gv_eval_options(void)
{
  return rows;
}

static const char *option(const struct gv_eval *e, const char *key)
{
  return gv_options_text(e->options, key);
}

/* ---- from options to what is needed ---- */

static enum gv_status open_model_file(struct gv_eval *e, struct gv_error *err)
{
  e->result.model_file = option(e, "model-file");
  if (*e->result.model_file == '\0')
    return gv_fail(err, GV_USAGE, "model-file: which model? A run leaves one in its folder: --model-file "
                   "FOLDER/model.safetensors");
  return gv_safetensors_open(e->result.model_file, &e->file, err);
}

/* Before anything is computed: the predictions can be written, and must not replace the model. */
static enum gv_status check_predictions(const struct gv_eval *e, struct gv_error *err)
{
  const char *path = option(e, "predictions");
  struct stat model, there;
  if (*path == '\0')
    return gv_fail(err, GV_USAGE, "predictions: the file's name is empty; accepted: a CSV file to write, or "
                   "'none'");
  if (strcmp(path, "none") != 0 && stat(path, &there) == 0 && stat(e->result.model_file, &model) == 0 &&
      there.st_dev == model.st_dev && there.st_ino == model.st_ino)
    return gv_fail(err, GV_USAGE, "predictions: %s is the model itself; name another file", path);
  return strcmp(path, "none") != 0 ? gv_file_try(path, err) : GV_OK;
}

/* A name that stands in a file may open nothing but what is found by its name: no path, nor what lies here. */
static bool is_plain(const char *name)
{
  size_t length = strlen(name);
  return length > 0 && strpbrk(name, "/:") == NULL && (length <= 3 || strcmp(name + length - 3, ".so") != 0);
}

/* *spec <- the model as --model would say it; the caller's to free. */
static enum gv_status model_spec(const struct gv_eval *e, char **spec, struct gv_error *err)
{
  const char *given = option(e, "model"), *name = gv_safetensors_metadata(e->file, "model");
  const char *options = gv_safetensors_metadata(e->file, "model_options");
  int printed;
  if (strcmp(given, "auto") != 0)
    printed = asprintf(spec, "%s", given);
  else if (name == NULL)
    return gv_fail(err, GV_INPUT, "%s: its metadata name no model; --model says which it is",
                   e->result.model_file);
  else if (!is_plain(name))
    return gv_fail(err, GV_INPUT, "%s: its metadata name the model '%.64s', which is no plugin's name; --model "
                   "says which it is", e->result.model_file, name);
  else if (options != NULL && *options != '\0')
    printed = asprintf(spec, "%s:%s", name, options);
  else
    printed = asprintf(spec, "%s", name);
  if (printed < 0) {
    *spec = NULL;
    return gv_fail(err, GV_MEMORY, "%s: no memory for its model's name", e->result.model_file);
  }
  return GV_OK;
}

static enum gv_status choose_model(struct gv_eval *e, struct gv_error *err)
{
  char *spec = NULL;
  enum gv_status status = model_spec(e, &spec, err);
  if (status == GV_OK)
    status = gv_plugin_search_fill(&e->search, option(e, "plugin-dir"), err);
  if (status == GV_OK)
    status = gv_plugin_choose(spec, &e->search, &e->model, &e->model_path, &e->model_options, err);
  free(spec);
  if (status != GV_OK)
    return status;
  e->model_options_text = gv_options_format(e->model_options);
  if (e->model_options_text == NULL)
    return gv_fail(err, GV_MEMORY, "model %s: no memory for its options", e->model->name);
  if (strcmp(option(e, "predictions"), "none") != 0 && e->model->predict == NULL)
    return gv_fail(err, GV_USAGE, "predictions: the model %s does not predict (it has no function 'predict')",
                   e->model->name);
  e->result.model = e->model->name;
  e->result.model_options = e->model_options_text;
  e->result.plugin = e->model_path;
  return GV_OK;
}

static enum gv_status open_data(struct gv_eval *e, struct gv_error *err)
{
  enum gv_status status = gv_eval_data(e->options, e->file, e->result.model_file, &e->dataset, err);
  if (status != GV_OK)
    return status;
  e->result.part = option(e, "part");
  e->part = strcmp(e->result.part, "train") == 0 ? &e->dataset->train : &e->dataset->test;
  if (e->part->samples == 0)
    return gv_fail(err, GV_INPUT, "data %s has no %s samples", e->dataset->name, e->result.part);
  e->result.data = e->dataset->name;
  e->result.data_found = e->dataset->found;
  e->result.samples = e->part->samples;
  e->result.classes = e->dataset->shape.classes;
  e->result.outputs = e->dataset->shape.outputs;
  return GV_OK;
}

static enum gv_status look_for_workers(struct gv_eval *e, struct gv_error *err)
{
  enum gv_status status = gv_machine_look(&e->machine, err);
  if (status != GV_OK)
    return status;
  int64_t chunks = (e->part->samples + GV_EVALUATION_BATCH - 1) / GV_EVALUATION_BATCH;
  int64_t threads = gv_placing_threads(&e->machine), workers = threads < chunks ? threads : chunks;
  if (!gv_options_is_word(e->options, "workers"))
    workers = gv_options_int(e->options, "workers");
  e->result.workers = (int)workers;
  status = gv_placing_make(&e->machine, "compact", false, (int)workers, 1, &e->placing, err);
  if (status == GV_OK)
    status = gv_plugin_hosts_create(e->model->name, (int)workers, &e->hosts, err);
  if (status != GV_OK)
    return status;
  e->host_tables = calloc((size_t)workers, sizeof *e->host_tables);
  if (e->host_tables == NULL)
    return gv_fail(err, GV_MEMORY, "no memory for %d workers", (int)workers);
  for (int w = 0; w < (int)workers; w++)
    e->host_tables[w] = gv_plugin_host_table(e->hosts, w);
  return GV_OK;
}

/* The batch that the model was trained with, 0: unknown. Models that prepare for one give the same bits with it. */
static int32_t trained_batch(const struct gv_eval *e)
{
  const char *text = gv_safetensors_metadata(e->file, "batch");
  long batch = text != NULL ? strtol(text, NULL, 10) : 0;
  return batch > 0 && batch <= e->dataset->train.samples ? (int32_t)batch : 0;
}

static enum gv_status read_weights(struct gv_eval *e, struct gv_error *err)
{
  int32_t batch = trained_batch(e);
  e->task = (struct gv_task){.shape = e->dataset->shape, .max_threads = 1, .options = e->model_options,
                             .max_batch = batch > GV_EVALUATION_BATCH ? batch : GV_EVALUATION_BATCH,
                             .batch = batch};
  enum gv_status status = gv_plan_create(e->model, &e->task, e->host_tables[0], &e->plan, err);
  if (status == GV_OK)
    status = gv_alloc_for(&e->w, (size_t)e->plan->parameters, sizeof *e->w, "the weights", err);
  if (status == GV_OK)
    status = gv_safetensors_read(e->file, e->plan, e->w, err);
  if (status == GV_OK)
    e->result.parameters = e->plan->parameters;
  return status;
}

static enum gv_status place_predictions(struct gv_eval *e, struct gv_error *err)
{
  if (e->model->predict == NULL)
    return GV_OK;
  enum gv_status status = gv_predictions_place(&e->predictions, e->part->samples, &e->dataset->shape,
                                               strcmp(option(e, "predictions"), "none") != 0, err);
  if (status == GV_OK && e->result.classes > 0)
    status = gv_alloc_for(&e->class_counts, 2 * (size_t)e->result.classes, sizeof *e->class_counts, "the classes",
                          err);
  return status;
}

/* ---- the evaluation ---- */

static void give_rows(void *source, int64_t first, int32_t n, struct gv_buffer *buffer, struct gv_batch *batch)
{
  const struct gv_eval *e = source;
  gv_batches_part(e->dataset, e->part, first, n, buffer, batch);
}

static void take_scores(void *context, int64_t first, const struct gv_batch *batch, const float *scores)
{
  struct gv_eval *e = context;
  gv_predictions_put(&e->predictions, first, batch, scores);
}

static void on_progress(void *context, double share)
{
  const struct gv_eval *e = context;
  e->progress(e->context, share, gv_seconds() - e->start);
}

static enum gv_status score(struct gv_eval *e, struct gv_error *err)
{
  bool scored = e->predictions.samples > 0 && (e->class_counts != NULL || e->predictions.scores != NULL);
  const struct gv_scoring scoring = {
      .model = e->model,
      .task = &e->task,
      .hosts = e->host_tables,
      .failure = gv_plugin_host_error,
      .w = e->w,
      .samples = e->part->samples,
      .source = e,
      .rows = give_rows,
      .workers = e->result.workers,
      .cpus = e->placing.cpus,
      .context = e,
      .scored = scored ? take_scores : NULL,
      .progress = e->progress != NULL ? on_progress : NULL,
  };
  struct gv_metrics sum;
  gv_placing_log(&e->machine, &e->placing);
  e->start = gv_seconds();
  enum gv_status status = gv_score(&scoring, &sum, err);
  if (status != GV_OK)
    return status;
  e->result.seconds = gv_seconds() - e->start;
  e->result.loss = sum.loss / (double)e->part->samples;
  e->result.accuracy = e->result.classes > 0 ? (double)sum.correct / (double)e->part->samples : NAN;
  if (e->class_counts != NULL) {
    gv_predictions_count(&e->predictions, e->class_counts, e->class_counts + e->result.classes);
    e->result.class_samples = e->class_counts;
    e->result.class_correct = e->class_counts + e->result.classes;
    e->result.class_names = e->dataset->class_names;
  }
  return GV_OK;
}

static enum gv_status evaluate(struct gv_eval *e, struct gv_error *err)
{
  enum gv_status status = gv_blas_prepare(err);
  if (status == GV_OK)
    status = open_model_file(e, err);
  if (status == GV_OK)
    status = check_predictions(e, err);
  if (status == GV_OK)
    status = choose_model(e, err);
  if (status == GV_OK)
    status = open_data(e, err);
  if (status == GV_OK)
    status = look_for_workers(e, err);
  if (status == GV_OK)
    status = read_weights(e, err);
  if (status == GV_OK)
    status = place_predictions(e, err);
  if (status == GV_OK) {
    gv_log(GV_LOG_DETAIL, "model %s from %s", e->model->name, e->model_path);
    gv_log(GV_LOG_DETAIL, "data %s from %s", e->dataset->name, e->dataset->found);
    status = score(e, err);
  }
  if (status == GV_OK && e->predictions.scores != NULL)
    status = gv_predictions_write(&e->predictions, option(e, "predictions"), err);
  return status;
}

enum gv_status gv_eval_create(const struct gv_options *options,
                              void (*progress)(void *context, double share, double seconds), void *context,
                              struct gv_eval **out, struct gv_error *err)
{
  struct gv_eval *e = calloc(1, sizeof *e);
  if (e == NULL)
    return gv_fail(err, GV_MEMORY, "no memory for an evaluation");
  e->options = options;
  e->progress = progress;
  e->context = context;
  enum gv_status status = evaluate(e, err);
  if (status == GV_OK)
    *out = e;
  else
    gv_eval_destroy(e);
  return status;
}

void gv_eval_destroy(struct gv_eval *e)
{
  if (e == NULL)
    return;
  gv_predictions_clear(&e->predictions);
  gv_free(e->class_counts);
  gv_free(e->w);
  gv_plan_destroy(e->plan);
  gv_plugin_hosts_destroy(e->hosts);
  free(e->host_tables);
  gv_dataset_destroy(e->dataset);
  gv_options_destroy(e->model_options);
  gv_safetensors_close(e->file);
  gv_search_clear(&e->search);
  gv_placing_clear(&e->placing);
  gv_machine_clear(&e->machine);
  free(e->model_path);
  free(e->model_options_text);
  free(e);
}

const struct gv_eval_result *gv_eval_result(const struct gv_eval *e)
{
  return &e->result;
}

char *gv_eval_text(const struct gv_eval *e)
{
  const struct gv_eval_result *r = &e->result;
  const struct { const char *key, *value; } texts[] = {
      {"model_file", r->model_file}, {"model", r->model}, {"model_options", r->model_options},
      {"plugin", r->plugin}, {"data", r->data}, {"data_found", r->data_found}, {"part", r->part}};
  json_t *object = json_object();
  json_object_set_new(object, "accuracy", gv_json_number(r->accuracy));
  json_object_set_new(object, "loss", gv_json_number(r->loss));
  json_object_set_new(object, "samples", json_integer(r->samples));
  json_object_set_new(object, "seconds", gv_json_number(r->seconds));
  json_object_set_new(object, "workers", json_integer(r->workers));
  json_object_set_new(object, "parameters", json_integer(r->parameters));
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
    json_object_set_new(object, texts[i].key, gv_json_text(texts[i].value));
  json_t *classes = json_array();
  for (int32_t c = 0; c < r->classes && r->class_samples != NULL; c++) {
    json_t *class = json_pack("{s:i, s:I, s:I}", "class", c, "samples", (json_int_t)r->class_samples[c], "correct",
                              (json_int_t)r->class_correct[c]);
    if (r->class_names != NULL)
      json_object_set_new(class, "name", gv_json_text(r->class_names[c]));
    json_array_append_new(classes, class);
  }
  json_object_set_new(object, "classes", classes);
  return gv_json_finish(object);
}
