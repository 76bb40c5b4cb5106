/* A run's life: options, training, files; implements <grapevine/grapevine.h>. */
#include "run/run.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/base/memory.h"
#include "core/engine/hosting.h"
#include "run/data/report.h"
#include "run/json.h"
#include "run/safetensors.h"

/* Numbers are read and written with a point, whatever locale the embedding program has set for its thread. */
struct plain {
  locale_t own, before;
};

static struct plain plain_begin(void)
{
  struct plain plain = {.own = newlocale(LC_ALL_MASK, "C", (locale_t)0)};
  if (plain.own != (locale_t)0)
    plain.before = uselocale(plain.own);
  return plain;
}

static void plain_end(struct plain plain)
{
  if (plain.own == (locale_t)0)
    return;
  uselocale(plain.before);
  freelocale(plain.own);
}

enum gv_status gv_run_create(struct gv_run **out, struct gv_error *err)
{
  struct gv_run *run = calloc(1, sizeof *run);
  if (run == NULL)
    return gv_fail(err, GV_MEMORY, "no memory for a run");
  struct plain plain = plain_begin();
  enum gv_status status = gv_options_create(gv_run_options(), "train", &run->options, err);
  plain_end(plain);
  run->first_loss = NAN;
  run->digest = -1;
  if (status != GV_OK) {
    free(run);
    return status;
  }
  *out = run;
  return GV_OK;
}

void gv_run_destroy(struct gv_run *run)
{
  if (run == NULL)
    return;
  gv_engine_destroy(run->engine);
  gv_free(run->start);
  gv_free(run->slow);
  gv_plan_destroy(run->plan);
  gv_plugin_hosts_destroy(run->hosts);
  free(run->host_tables);
  gv_schedule_destroy(run->schedule);
  gv_batches_destroy(run->batches);
  gv_shards_destroy(run->shards);
  gv_dataset_destroy(run->dataset);
  gv_options_destroy(run->algorithm_options);
  gv_options_destroy(run->optimizer_options);
  gv_options_destroy(run->rate_options);
  gv_options_destroy(run->model_options);
  gv_options_destroy(run->options);
  gv_search_clear(&run->search);
  gv_placing_clear(&run->placing);
  gv_machine_clear(&run->machine);
  gv_records_clear(&run->records);
  gv_folder_clear(&run->folder);
  gv_checkpoint_close(&run->checkpoint);
  free(run->resumes);
  free(run->model_path);
  free(run->summary);
  free(run);
}

enum gv_status gv_run_set(struct gv_run *run, const char *key, const char *value, struct gv_error *err)
{
  struct plain plain = plain_begin();
  enum gv_status status = gv_options_set(run->options, key, value, err);
  plain_end(plain);
  return status;
}

const char *gv_run_option(const struct gv_run *run, const char *key)
{
  return gv_option_find(gv_run_options(), key) != NULL ? gv_options_text(run->options, key) : NULL;
}

void gv_run_watch(struct gv_run *run, const struct gv_watcher *watcher)
{
  run->watcher = *watcher;
}

void gv_run_stop(struct gv_run *run)
{
  gv_stop_ask(&run->stop);
}

const struct gv_result *gv_run_result(const struct gv_run *run)
{
  return &run->result;
}

const float *gv_run_mean_model(const struct gv_run *run)
{
  return run->engine != NULL ? gv_engine_mean(run->engine) : NULL;
}

const char *gv_run_summary(const struct gv_run *run)
{
  return run->summary;
}

/* ---- training ---- */

static enum gv_status on_evaluation(void *context, const struct gv_evaluation *evaluation, struct gv_error *err)
{
  struct gv_run *run = context;
  run->result.last = *evaluation;
  if (evaluation->seconds > 0)
    run->result.samples_per_second =
        (double)evaluation->round * (double)run->source.samples_per_round / evaluation->seconds;
  if (evaluation->round == 0)
    gv_log(GV_LOG_DETAIL, GV_FIRST_ROUND_LINE);
  if (run->checkpoint.file != NULL && !run->looked) {
    run->looked = run->result.kept = true;  /* what was kept is good */
    return GV_OK;
  }
  gv_run_advise(run, evaluation);
  run->result.target_reached = gv_engine_planned(run->engine) && gv_run_on_target(run);
  enum gv_status status = gv_folder_add_metrics(&run->folder, evaluation, err);
  if (status == GV_OK)
    status = gv_records_add(&run->records, evaluation, gv_engine_each(run->engine), run->nodes, err);
  if (status == GV_OK && run->watcher.evaluated != NULL)
    run->watcher.evaluated(run->watcher.context, &run->result);
  return status;
}

static void on_progress(void *context, uint64_t round, double seconds)
{
  const struct gv_run *run = context;
  run->watcher.progress(run->watcher.context, &run->result, round, seconds);
}

/* Said before hours of work end in the kernel's hands, or a machine stands still. */
static enum gv_status check_memory(const struct gv_run *run, double bytes, struct gv_error *err)
{
  char needed[32], had[32];
  if (bytes <= run->machine.memory)
    return GV_OK;
  return gv_fail(err, GV_MEMORY,
                 "nodes %d of %lld parameters each: their vectors take at least %s, and %s here is %s", run->nodes,
                 (long long)run->plan->parameters, gv_bytes_text(bytes, needed, sizeof needed),
                 isfinite(run->machine.quota.memory) ? "the control group's memory" : "the memory",
                 gv_bytes_text(run->machine.memory, had, sizeof had));
}

static enum gv_status make_engine(struct gv_run *run, struct gv_error *err)
{
  const struct gv_engine_setup setup = {
      .model = run->model,
      .task = &run->task,
      .parameters = (size_t)run->plan->parameters,
      .hosts = run->host_tables,
      .failure = gv_plugin_host_error,
      .source = &run->source,
      .schedule = run->schedule,
      .algorithm = run->algorithm,
      .algorithm_options = run->algorithm_options,
      .optimizer = run->optimizer,
      .optimizer_options = run->optimizer_options,
      .rate = run->rate,
      .rate_options = run->rate_options,
      .learning_rate = gv_options_real(run->options, "learning-rate"),
      .global_every = (uint64_t)gv_options_int(run->options, "global-every"),
      .each = gv_options_flag(run->options, "nodes-csv"),
      .measure = strcmp(gv_options_text(run->options, "metrics"), "all") == 0,
      .async = run->async,
      .slow = run->slow,
      .network = run->network,
      .compute_time = gv_options_real(run->options, "compute-time"),  /* 0 for auto */
      .compute_jitter = gv_options_real(run->options, "compute-jitter"),
      .workers = run->placing.workers,
      .threads = run->placing.team,
      .cpus = run->placing.cpus,
      .rounds = run->rounds,
      .eval_every = run->eval_every,
      .seed = run->seed,
      .start = run->start,
      .stop = &run->stop,
      .resume = run->checkpoint.file != NULL ? &run->checkpoint.counters : NULL,
      .keep_every = gv_checkpoint_rounds(run),
      .enough = &run->result.target_reached,
      .context = run,
      .evaluated = on_evaluation,
      .keep = gv_checkpoint_keep,
      .restore = gv_checkpoint_restore,
      .progress = run->watcher.progress != NULL ? on_progress : NULL,
  };
  enum gv_status status = check_memory(run, gv_engine_bytes(&setup), err);
  if (status == GV_OK)
    status = gv_engine_create(&setup, &run->engine, err);
  gv_free(run->start);
  run->start = NULL;
  return status;
}

/* What --verbose shows: what was found where, and which worker stands where. */
static void log_details(const struct gv_run *run)
{
  const struct gv_shape *shape = &run->source.shape;
  gv_log(GV_LOG_DETAIL, "model %s from %s", run->model->name, run->model_path);
  gv_log(GV_LOG_DETAIL, "data %s from %s: %lld training and %lld test samples, %d x %d x %d, %d classes",
         run->dataset->name, run->dataset->found, (long long)run->source.train_samples,
         (long long)run->source.test_samples, shape->channels, shape->height, shape->width, shape->classes);
  int workers = run->placing.workers, team = run->placing.team;
  bool strides = gv_hosting_strides(run->schedule, workers);
  for (int t = 0; t < workers * team; t++) {
    char place[64] = "wherever the system puts it", mate[32] = "", every[32] = "";
    if (run->placing.place != NULL)
      gv_place_text(&run->placing.place[t], place, sizeof place);
    if (team > 1)
      snprintf(mate, sizeof mate, ", thread %d", t % team);
    struct gv_hosting nodes = gv_hosting_of(run->nodes, workers, strides, t / team);
    if (nodes.step > 1)
      snprintf(every, sizeof every, " in steps of %d", nodes.step);
    gv_log(GV_LOG_DETAIL, "worker %d%s %s: nodes %d to %d%s", t / team, mate, place, nodes.first,
           nodes.first + (gv_hosting_count(&nodes) - 1) * nodes.step, every);
  }
}

/* What data call the classes by which the model numbers them; "0", "1", ... where they have no names. */
static json_t *class_list(const struct gv_dataset *dataset)
{
  json_t *list = json_array();
  char number[16];
  for (int32_t c = 0; c < dataset->shape.classes; c++) {
    snprintf(number, sizeof number, "%d", c);
    json_array_append_new(list, gv_json_text(dataset->class_names != NULL ? dataset->class_names[c] : number));
  }
  return list;
}

/* The mean model. The metadata says nothing of workers, time or folders: same run, same bits. Options stand there
 * with their defaults, for a reader to make the same model whatever its own defaults are; the batch, for a model
 * that prepares for one (struct gv_task) to give the same bits again. */
static enum gv_status save_model(struct gv_run *run, struct gv_error *err)
{
  char *options = gv_options_format(run->model_options);
  char *path = gv_path_join(run->folder.path, "model.safetensors");
  json_t *classes = class_list(run->dataset);
  char *names = gv_json_dump(classes, JSON_COMPACT | JSON_ENCODE_ANY);
  char batch[16], seed[24];
  enum gv_status status = GV_MEMORY;
  snprintf(batch, sizeof batch, "%d", run->task.batch);
  snprintf(seed, sizeof seed, "%llu", (unsigned long long)run->seed);  /* the option may say 1e3 */
  if (options != NULL && path != NULL && names != NULL) {
    const struct gv_metadata metadata[] = {
        {"format", "pt"},
        {"program", "grapevine"},
        {"model", run->model->name},
        {"model_options", options},
        {"batch", batch},
        {"data", run->dataset->name},
        {"normalize", run->dataset->normalized},
        {"train_limit", gv_options_text(run->options, "train-limit")},
        {"test_share", gv_options_text(run->options, "test-share")},
        {"seed", seed},
        {"class_names", names},  /* the last: not there where there are no classes */
    };
    size_t count = sizeof metadata / sizeof metadata[0] - (run->dataset->shape.classes == 0);
    status = gv_safetensors_write(path, run->plan, gv_engine_mean(run->engine), metadata, count, err);
  } else {
    gv_fail(err, status, "no memory to save the model");
  }
  json_decref(classes);
  free(options);
  free(names);
  free(path);
  return status;
}

/* A summary that says that the run is finished means that its model is there. */
static enum gv_status save(struct gv_run *run, struct gv_error *err)
{
  enum gv_status status = save_model(run, err);
  if (status != GV_OK && !run->result.interrupted)
    return status;
  run->summary = gv_run_summary_text(run);
  if (status != GV_OK) {
    (void)gv_folder_write(&run->folder, "summary.json", run->summary, NULL);
    return status;
  }
  return gv_folder_write(&run->folder, "summary.json", run->summary, err);
}

/* What each node received. */
static enum gv_status write_split(const struct gv_run *run, struct gv_error *err)
{
  struct gv_census census;
  enum gv_status status = gv_census_take(run->dataset, run->shards, GV_SPLIT_CELLS, &census, err);
  if (status != GV_OK)
    return status;
  char *text = gv_split_text(gv_split_json(run->dataset, run->shards, &census, run->seed));
  status = gv_folder_write(&run->folder, "split.json", text, err);
  free(text);
  gv_census_clear(&census);
  return status;
}

/* A failed run keeps its folder when something was measured in it, or saved. */
static enum gv_status give_up(struct gv_run *run, enum gv_status status)
{
  if (run->result.last.round == 0 && !run->result.kept && run->resumes == NULL) {
    run->result.folder = NULL;
    gv_records_discard(&run->records);
    gv_folder_discard(&run->folder);
  }
  return status;
}

static enum gv_status reopen_folder(struct gv_run *run, struct gv_error *err)
{
  if (run->checkpoint.file != NULL)
    return gv_folder_reopen(&run->folder, &run->checkpoint.counters.last_evaluation, err);
  enum gv_status status = gv_folder_reopen(&run->folder, NULL, err);
  if (status == GV_OK)
    gv_log(GV_LOG_WARNING, "resume %s: it was stopped before its first checkpoint, and begins anew", run->resumes);
  return status;
}

/* The run's folder with all that stands in it before the first round. */
static enum gv_status open_folder(struct gv_run *run, struct gv_error *err)
{
  if (run->resumes != NULL)
    return reopen_folder(run, err);
  enum gv_status status = gv_folder_create(gv_options_text(run->options, "out"), &run->folder, err);
  if (status != GV_OK)
    return status;
  char *config = gv_run_config_text(run);
  status = gv_folder_write(&run->folder, "config.json", config, err);
  free(config);
  if (status == GV_OK)
    status = gv_folder_begin_metrics(&run->folder, err);
  return status == GV_OK ? GV_OK : give_up(run, status);
}

static enum gv_status try(struct gv_run *run, struct gv_error *err)
{
  if (run->used)
    return gv_fail(err, GV_USAGE, "this run has trained already; a run trains once");
  run->used = true;
  enum gv_status status = gv_run_resolve(run, err);
  return status == GV_OK ? make_engine(run, err) : status;
}

enum gv_status gv_run_try(struct gv_run *run, struct gv_error *err)
{
  struct plain plain = plain_begin();
  enum gv_status status = try(run, err);
  plain_end(plain);
  return status;
}

static enum gv_status prepare(struct gv_run *run, struct gv_error *err)
{
  enum gv_status status = try(run, err);
  if (status == GV_OK)
    run->result.evaluated_nodes = gv_engine_evaluated_nodes(run->engine);
  if (status == GV_OK)
    status = open_folder(run, err);
  if (status != GV_OK)
    return status;
  run->result.folder = run->folder.path;
  run->kept_at = gv_seconds();
  if (run->checkpoint.file == NULL)  /* a run that goes on has it */
    status = write_split(run, err);
  if (status == GV_OK)
    status = gv_records_open(run->options, run->folder.path, run->resumes != NULL,
                             run->checkpoint.file != NULL ? &run->checkpoint.counters.last_evaluation : NULL,
                             &run->records, err);
  return status == GV_OK ? GV_OK : give_up(run, status);
}

static enum gv_status train(struct gv_run *run, struct gv_error *err)
{
  enum gv_status status = prepare(run, err);
  if (status != GV_OK)
    return status;
  log_details(run);
  if (run->watcher.started != NULL)
    run->watcher.started(run->watcher.context, &run->result);
  struct gv_error ended = {GV_OK, ""};
  status = gv_engine_run(run->engine, &ended);
  if (status == GV_NUMERIC)
    gv_run_advise(run, NULL);
  if (status != GV_OK && status != GV_INTERRUPTED)
    return give_up(run, gv_fail(err, status, "%s", ended.text));
  run->result.interrupted = status == GV_INTERRUPTED;
  enum gv_status saved = save(run, err);
  if (run->result.interrupted && run->unkept.status != GV_OK)
    return gv_fail(err, run->unkept.status, "%s", run->unkept.text);
  if (saved != GV_OK)
    return saved;
  if (status == GV_OK) {
    gv_checkpoint_remove(run);
    run->result.kept = false;
  }
  return status == GV_OK ? GV_OK : gv_fail(err, status, "%s", ended.text);
}

enum gv_status gv_run_train(struct gv_run *run, struct gv_error *err)
{
  struct plain plain = plain_begin();
  enum gv_status status = train(run, err);
  plain_end(plain);
  return status;
}
