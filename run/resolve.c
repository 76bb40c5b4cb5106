/* From options to a run that can start: names first, for they fail fastest; then plugin, data, split, topology. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/blas.h"
#include "core/base/log.h"
#include "core/base/memory.h"
#include "core/graph/topology.h"
#include "plugins/choose.h"
#include "plugins/search.h"
#include "run/data/open.h"
#include "run/run.h"
#include "run/safetensors.h"

static enum gv_status resolve_names(struct gv_run *run, struct gv_error *err)
{
  const struct gv_named *found = NULL;
  const struct gv_options *o = run->options;
  enum gv_status status =
      gv_named_parse(&gv_algorithm_table, gv_options_text(o, "algorithm"), &found, &run->algorithm_options, err);
  if (status != GV_OK)
    return status;
  run->algorithm = (const struct gv_algorithm *)found;
  const char *optimizer = gv_options_text(o, "optimizer");
  if (strcmp(optimizer, "auto") == 0)
    optimizer = run->algorithm->own_momentum ? "sgd" : "momentum";
  status = gv_named_parse(&gv_optimizer_table, optimizer, &found, &run->optimizer_options, err);
  if (status != GV_OK)
    return status;
  run->optimizer = (const struct gv_optimizer *)found;
  status = gv_named_parse(&gv_rate_table, gv_options_text(o, "schedule"), &found, &run->rate_options, err);
  if (status == GV_OK)
    run->rate = (const struct gv_rate_schedule *)found;
  if (status == GV_OK)
    status = gv_network_parse(gv_options_text(o, "network"), &run->network, NULL, err);
  /* The schedule itself may be large, and waits until the data have room for so many nodes. */
  struct gv_options *unused = NULL;
  if (status == GV_OK)
    status = gv_named_parse(&gv_topology_table, gv_options_text(o, "topology"), &found, &unused, err);
  gv_options_destroy(unused);
  if (status == GV_OK && !gv_options_is_word(o, "rounds") && gv_options_given(o, "epochs"))
    status = gv_fail(err, GV_USAGE, "rounds %s and epochs %s both give the length of the run; leave one out",
                     gv_options_text(o, "rounds"), gv_options_text(o, "epochs"));
  return status;
}

static enum gv_status resolve_workers(struct gv_run *run, struct gv_error *err)
{
  enum gv_status status = gv_machine_look(&run->machine, err);
  if (status != GV_OK)
    return status;
  const struct gv_options *o = run->options;
  int threads = gv_placing_threads(&run->machine), team = threads / run->nodes > 1 ? threads / run->nodes : 1;
  if (!gv_options_is_word(o, "threads-per-node"))
    team = (int)gv_options_int(o, "threads-per-node");
  else if (run->checkpoint.file != NULL)
    team = run->checkpoint.team;
  int crews = threads / team > 1 ? threads / team : 1, workers = run->nodes < crews ? run->nodes : crews;
  if (!gv_options_is_word(o, "workers"))
    workers = (int)gv_options_int(o, "workers");
  if (workers > run->nodes)
    return gv_fail(
        err, GV_USAGE,
        "workers %d: a worker hosts at least one node, and there are %d; accepted are 1 to %d, or 'auto'", workers,
        run->nodes, run->nodes);
  return gv_placing_make(&run->machine, gv_options_text(o, "bind"), gv_options_given(o, "bind"), workers, team,
                         &run->placing, err);
}

static enum gv_status resolve_model(struct gv_run *run, struct gv_error *err)
{
  enum gv_status status = gv_plugin_search_fill(&run->search, gv_options_text(run->options, "plugin-dir"), err);
  if (status == GV_OK)
    status = gv_plugin_choose(gv_options_text(run->options, "model"), &run->search, &run->model, &run->model_path,
                              &run->model_options, err);
  return status;
}

static enum gv_last_batch last_batch(const struct gv_options *o)
{
  const char *word = gv_options_text(o, "last-batch");
  return strcmp(word, "short") == 0 ? GV_LAST_SHORT : strcmp(word, "drop") == 0 ? GV_LAST_DROP : GV_LAST_NEXT;
}

static enum gv_status resolve_data(struct gv_run *run, struct gv_error *err)
{
  const struct gv_options *o = run->options;
  enum gv_status status = gv_data_open(gv_options_text(o, "data"), o, run->nodes, run->seed, &run->dataset, err);
  if (status == GV_OK)
    status = gv_shards_create(gv_options_text(o, "split"), run->dataset, run->nodes, run->seed, &run->shards, err);
  const struct gv_batching batching = {
      .batch = gv_options_is_word(o, "batch") ? 0 : (int32_t)gv_options_int(o, "batch"),
      .last = last_batch(o), .seed = run->seed};
  if (status == GV_OK)
    status = gv_batches_create(run->dataset, run->shards, &batching, &run->batches, err);
  if (status == GV_OK)
    gv_batches_source(run->batches, &run->source);
  if (status == GV_OK && run->untested)
    run->source.test_samples = 0;
  return status;
}

static enum gv_status resolve_schedule(struct gv_run *run, struct gv_error *err)
{
  const struct gv_options *o = run->options;
  const char *topology = gv_options_text(o, "topology");
  const char *weights = gv_options_given(o, "weights") ? gv_options_text(o, "weights") : NULL;
  const struct gv_faults faults = {.drop_link = gv_options_real(o, "drop-link"),
                                   .churn = gv_options_real(o, "churn"), .seed = run->seed};
  if (run->algorithm->pushes && weights != NULL)
    return gv_fail(err, GV_USAGE, "weights %s: %s gives equal shares to all who hear a node; leave --weights out",
                   weights, run->algorithm->named.name);
  enum gv_status status =
      run->algorithm->pushes ? gv_schedule_create_shares(topology, run->nodes, run->seed, &run->schedule, err)
                             : gv_schedule_create(topology, weights, run->nodes, run->seed, &run->schedule, err);
  return status == GV_OK ? gv_schedule_set_faults(run->schedule, &faults, err) : status;
}

static enum gv_status resolve_length(struct gv_run *run, struct gv_error *err)
{
  const struct gv_options *o = run->options;
  double per_epoch = (double)run->source.train_samples / (double)run->source.samples_per_round;
  double rounds = ceil(gv_options_real(o, "epochs") * per_epoch - 1e-9);
  if (!gv_options_is_word(o, "rounds"))
    rounds = (double)gv_options_int(o, "rounds");
  if (rounds > UINT32_MAX)
    return gv_fail(err, GV_USAGE, "epochs %s: that is %.3g rounds of %lld samples; accepted are up to %u",
                   gv_options_text(o, "epochs"), rounds, (long long)run->source.samples_per_round, UINT32_MAX);
  run->rounds = rounds < 1 ? 1 : (uint64_t)rounds;
  double every = gv_options_real(o, "eval-every") * per_epoch;
  run->eval_every = every < 1 ? 1 : every;
  run->result.rounds_per_epoch = per_epoch;
  return GV_OK;
}

static enum gv_status resolve_plan(struct gv_run *run, struct gv_error *err)
{
  int32_t batch = run->source.max_batch;
  int threads = run->placing.workers * run->placing.team;
  run->task = (struct gv_task){.shape = run->source.shape, .max_threads = 1, .options = run->model_options,
                               .max_batch = batch > GV_EVALUATION_BATCH ? batch : GV_EVALUATION_BATCH,
                               .batch = (batch + run->placing.team - 1) / run->placing.team};
  enum gv_status status = gv_plugin_hosts_create(run->model->name, threads, &run->hosts, err);
  if (status != GV_OK)
    return status;
  run->host_tables = calloc((size_t)threads, sizeof *run->host_tables);
  if (run->host_tables == NULL)
    return gv_fail(err, GV_MEMORY, "no memory for %d threads", threads);
  for (int t = 0; t < threads; t++)
    run->host_tables[t] = gv_plugin_host_table(run->hosts, t);
  return gv_plan_create(run->model, &run->task, run->host_tables[0], &run->plan, err);
}

/* --init: the values of a file whose tensors are the plan's, whatever model wrote it. */
static enum gv_status resolve_start(struct gv_run *run, struct gv_error *err)
{
  const char *path = gv_options_text(run->options, "init");
  struct gv_safetensors *file = NULL;
  if (strcmp(path, "auto") == 0 || run->checkpoint.file != NULL)
    return GV_OK;
  if (*path == '\0')
    return gv_fail(err, GV_USAGE, "init: the file's name is empty; accepted: a safetensors file, or 'auto'");
  enum gv_status status = gv_safetensors_open(path, &file, err);
  if (status == GV_OK)
    status = gv_alloc_for(&run->start, (size_t)run->plan->parameters, sizeof *run->start, "the start weights", err);
  if (status == GV_OK)
    status = gv_safetensors_read(file, run->plan, run->start, err);
  gv_safetensors_close(file);
  return status;
}

/* What a resumed run names by a path, alone or as path=, may be named from the folder in which it was begun: says
 * so where it is not found here. */
static enum gv_status hint(const struct gv_run *run, const char *key, bool is_path, enum gv_status status,
                           struct gv_error *err)
{
  const char *name = gv_options_text(run->options, key), *word = strstr(name, "path=");
  if (status == GV_OK || err == NULL || run->resumes == NULL || !is_path)
    return status;
  char *path = word != NULL ? strndup(word + 5, strcspn(word + 5, ",")) : strdup(name);
  bool elsewhere = path != NULL && *path != '/' && access(path, F_OK) != 0;
  free(path);
  if (!elsewhere)
    return status;
  const struct gv_error why = *err;
  return gv_fail(err, status, "resume %s: %s %.100s is named from the folder in which the run was begun; here: "
                 "%.400s", run->resumes, key, name, why.text);
}

enum gv_status gv_run_resolve(struct gv_run *run, struct gv_error *err)
{
  const struct gv_options *o = run->options;
  enum gv_status status = gv_run_take_up(run, err);
  run->nodes = (int)gv_options_int(o, "nodes");
  run->seed = (uint64_t)gv_options_int(o, "seed");
  if (status == GV_OK)
    status = gv_blas_prepare(err);
  if (status == GV_OK)
    status = resolve_names(run, err);
  if (status == GV_OK)
    status = resolve_workers(run, err);
  if (status == GV_OK)
    status = hint(run, "model", strchr(gv_options_text(o, "model"), '/') != NULL ||
                  *gv_options_text(o, "plugin-dir") != '\0', resolve_model(run, err), err);
  if (status == GV_OK)
    status = hint(run, "data", !gv_dataset_is_plain(gv_options_text(o, "data")), resolve_data(run, err), err);
  if (status == GV_OK)
    status = hint(run, "topology", strstr(gv_options_text(o, "topology"), "path=") != NULL,
                  resolve_schedule(run, err), err);
  if (status == GV_OK)
    status = gv_run_resolve_pace(run, err);
  if (status == GV_OK)
    status = resolve_length(run, err);
  if (status == GV_OK)
    status = gv_run_resolve_target(run, err);
  if (status == GV_OK)
    status = resolve_plan(run, err);
  if (status == GV_OK)
    status = resolve_start(run, err);
  if (status == GV_OK && run->checkpoint.file != NULL)
    status = gv_checkpoint_fits(run, err);
  if (status != GV_OK)
    return status;
  gv_placing_log(&run->machine, &run->placing);
  run->result.rounds_planned = run->rounds;
  run->result.nodes = run->nodes;
  run->result.workers = run->placing.workers;
  run->result.parameters = run->plan->parameters;
  run->result.train_samples = run->source.train_samples;
  run->result.test_samples = run->source.test_samples;
  run->result.seed = run->seed;
  run->result.resumed_at = run->checkpoint.file != NULL ? run->checkpoint.counters.round : 0;
  return GV_OK;
}
