/* config.json and summary.json: what a run was asked to do, on what, and what came of it. */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "core/base/blas.h"
#include "core/base/team.h"
#include "core/engine/hosting.h"
#include "core/graph/topology.h"
#include "core/graph/weights/weights.h"
#include "run/json.h"
#include "run/run.h"

#ifdef HAVE_HWLOC
#include <hwloc.h>
#endif

static void set_options(json_t *object, const struct gv_options *options)
{
  for (const struct gv_option *row = gv_options_rows(options); row->key != NULL; row++)
    json_object_set_new(object, row->key, gv_json_text(gv_options_text(options, row->key)));
}

json_t *gv_run_options_json(const struct gv_run *run)
{
  json_t *options = json_object();
  set_options(options, run->options);
  return options;
}

static void set_resolved(json_t *resolved, const char *key, const char *name, const struct gv_options *options)
{
  json_t *entry = json_object();
  json_object_set_new(entry, "name", gv_json_text(name));
  if (options != NULL)
    set_options(entry, options);
  json_object_set_new(resolved, key, entry);
}

/* A choice that was parsed and checked where it was used: once more, for its options with their defaults. */
static void set_choice(json_t *resolved, const char *key, const struct gv_table *table, const char *spec)
{
  const struct gv_named *found = NULL;
  struct gv_options *options = NULL;
  if (gv_named_parse(table, spec, &found, &options, NULL) == GV_OK)
    set_resolved(resolved, key, found->name, options);
  gv_options_destroy(options);
}

/* The weights really used: a rule is for undirected topologies. */
static void set_weights(json_t *resolved, const struct gv_run *run)
{
  const struct gv_schedule *schedule = run->schedule;
  if (schedule->weighting == GV_WEIGHTS_RULE && !schedule->shares)
    set_choice(resolved, "weights", &gv_weight_table, gv_options_text(run->options, "weights"));
  else
    set_resolved(resolved, "weights", gv_schedule_weights(schedule), NULL);
}

static json_t *number_or_null(int64_t number, bool known)
{
  return known ? json_integer((json_int_t)number) : json_null();
}

/* Which worker stands where, and hosts what: every step-th node from the first to the last. */
static json_t *threads(const struct gv_run *run)
{
  json_t *list = json_array();
  const struct gv_place *place = run->placing.place, unknown = {-1, -1, -1, -1, -1, -1};
  int workers = run->placing.workers, team = run->placing.team;
  bool strides = gv_hosting_strides(run->schedule, workers);
  for (int t = 0; t < workers * team; t++) {
    struct gv_hosting nodes = gv_hosting_of(run->nodes, workers, strides, t / team);
    int last = nodes.first + (gv_hosting_count(&nodes) - 1) * nodes.step;
    const struct gv_place *here = place != NULL ? &place[t] : &unknown;
    json_array_append_new(
        list,
        json_pack("{s:i, s:i, s:o, s:o, s:o, s:[i, i], s:i}", "worker", t / team, "thread", t % team, "processor",
                  number_or_null(here->processor, here->processor >= 0), "core",
                  number_or_null(here->core, here->core >= 0), "numa",
                  number_or_null(here->numa, here->numa >= 0), "nodes", nodes.first, last, "step", nodes.step));
  }
  return list;
}

static json_t *machine(const struct gv_machine *m)
{
  return json_pack("{s:o, s:i, s:i, s:o, s:o}", "cpu", gv_json_text(m->model), "cores", m->cores, "processors",
                   m->processors, "quota", isfinite(m->quota.cores) ? json_real(m->quota.cores) : json_null(),
                   "memory", number_or_null((int64_t)m->memory, isfinite(m->memory)));
}

char *gv_run_config_text(const struct gv_run *run)
{
  json_t *config = json_object(), *resolved = json_object();
  json_object_set_new(config, "options", gv_run_options_json(run));

  set_resolved(resolved, "model", run->model->name, run->model_options);
  set_choice(resolved, "topology", &gv_topology_table, gv_options_text(run->options, "topology"));
  set_weights(resolved, run);
  json_object_set_new(resolved, "split", gv_json_text(run->shards->spec));
  set_resolved(resolved, "algorithm", run->algorithm->named.name, run->algorithm_options);
  set_resolved(resolved, "optimizer", run->optimizer->named.name, run->optimizer_options);
  set_resolved(resolved, "schedule", run->rate->named.name, run->rate_options);
  json_object_set_new(resolved, "network", json_pack("{s:f, s:f}", "alpha", run->network.alpha, "bandwidth",
                                                     1 / run->network.beta));
  json_object_set_new(resolved, "model_file", gv_json_text(run->model_path));
  json_object_set_new(resolved, "data", gv_json_text(run->dataset->name));
  json_object_set_new(resolved, "normalize", json_string(run->dataset->normalized));
  json_object_set_new(resolved, "class_names",
                      gv_json_names(run->dataset->class_names, run->dataset->shape.classes));
  json_object_set_new(resolved, "data_found", gv_json_text(run->dataset->found));
  json_object_set_new(resolved, "rounds", json_integer((json_int_t)run->rounds));
  json_object_set_new(resolved, "rounds_per_epoch", gv_json_number(run->result.rounds_per_epoch));
  json_object_set_new(resolved, "eval_every_rounds", gv_json_number(run->eval_every));
  json_object_set_new(resolved, "pace", json_string(run->async ? "async" : "sync"));
  json_object_set_new(resolved, "workers", json_integer(run->placing.workers));
  json_object_set_new(resolved, "threads_per_node", json_integer(run->placing.team));
  json_object_set_new(resolved, "bind", json_string(gv_placing_bind(&run->placing)));
  json_object_set_new(resolved, "nodes_evaluated", json_integer(run->result.evaluated_nodes));
  json_object_set_new(config, "resolved", resolved);

  json_t *versions =
      json_pack("{s:s, s:s, s:s, s:s, s:s}", "grapevine", PACKAGE_VERSION, "compiler", __VERSION__, "openblas",
                gv_blas_text(), "jansson", jansson_version_str(), "workers", gv_team_kind());
#ifdef HAVE_HWLOC
  char hwloc[16];
  unsigned version = hwloc_get_api_version();
  snprintf(hwloc, sizeof hwloc, "%u.%u", version >> 16, version >> 8 & 255);
  json_object_set_new(versions, "hwloc", json_string(hwloc));
#endif
  json_object_set_new(config, "versions", versions);
  json_object_set_new(config, "machine", machine(&run->machine));
  json_object_set_new(config, "threads", threads(run));
  return gv_json_finish(config);
}

/* How many messages lagged how far: bin b counts those of 2^(b-1) to 2^b - 1 rounds, bin 0 those not behind. */
static json_t *staleness(const struct gv_evaluation *e)
{
  json_t *bins = json_array();
  for (int b = 0; b < GV_STALENESS_BINS; b++)
    json_array_append_new(bins, json_integer((json_int_t)e->asynchrony.staleness[b]));
  return bins;
}

char *gv_run_summary_text(const struct gv_run *run)
{
  const struct gv_result *r = &run->result;
  const struct gv_evaluation *e = &r->last;
  const struct { const char *key; double value; } measured[] = {
      {"test_accuracy", e->test_accuracy}, {"test_loss", e->test_loss},
      {"node_accuracy_min", e->node_accuracy_min}, {"node_accuracy_mean", e->node_accuracy_mean},
      {"node_accuracy_max", e->node_accuracy_max}, {"consensus_distance", e->consensus_distance},
      {"train_loss", e->train_loss}, {"epochs", e->epoch}, {"seconds", e->seconds},
      {"simulated_seconds", e->simulated_seconds},
      {"samples_per_second", r->samples_per_second}, {"learning_rate", e->learning_rate},
      {"staleness_mean", gv_staleness_mean(e)}, {"messages_per_node", e->messages}, {"bytes_per_node", e->bytes},
      {"objective", e->objective}, {"objective_by_samples", e->objective_by_samples},
      {"gradient_norm", e->gradient_norm}, {"gradient_dissimilarity", e->gradient_dissimilarity},
      {"drift_max", e->drift_max}};
  const struct { const char *key; int64_t value; } counted[] = {
      {"rounds", (int64_t)e->round}, {"rounds_planned", (int64_t)r->rounds_planned}, {"nodes", r->nodes},
      {"nodes_evaluated", r->evaluated_nodes}, {"workers", r->workers}, {"parameters", r->parameters},
      {"train_samples", r->train_samples}, {"test_samples", r->test_samples}, {"seed", (int64_t)r->seed},
      {"node_rounds_min", (int64_t)e->node_rounds_min}, {"node_rounds_max", (int64_t)e->node_rounds_max},
      {"staleness_max", (int64_t)e->asynchrony.staleness_max}, {"published", (int64_t)e->asynchrony.published},
      {"skipped", (int64_t)e->asynchrony.skipped}, {"global_averages", (int64_t)e->global_averages}};
  json_t *summary = json_object();
  for (size_t i = 0; i < sizeof measured / sizeof measured[0]; i++)
    json_object_set_new(summary, measured[i].key, gv_json_number(measured[i].value));
  for (size_t i = 0; i < sizeof counted / sizeof counted[0]; i++)
    json_object_set_new(summary, counted[i].key, json_integer(counted[i].value));
  bool accuracy = r->target_metric != NULL && strcmp(r->target_metric, "test_accuracy") == 0;
  bool loss = r->target_metric != NULL && !accuracy;
  const struct { const char *key; double value; } target[] = {
      {"target_accuracy", accuracy ? r->target : NAN}, {"target_loss", loss ? r->target : NAN},
      {"epochs_to_target", r->target_reached ? e->epoch : NAN},
      {"seconds_to_target", r->target_reached ? e->seconds : NAN},
      {"simulated_seconds_to_target", r->target_reached ? e->simulated_seconds : NAN}};
  json_object_set_new(summary, "rounds_to_target", number_or_null((int64_t)e->round, r->target_reached));
  for (size_t i = 0; i < sizeof target / sizeof target[0]; i++)
    json_object_set_new(summary, target[i].key, gv_json_number(target[i].value));
  static const char *const choices[] = {"model", "init", "data", "topology", "algorithm", "split", "optimizer",
                                        "schedule"};
  for (size_t i = 0; i < sizeof choices / sizeof choices[0]; i++)
    json_object_set_new(summary, choices[i], gv_json_text(gv_options_text(run->options, choices[i])));
  json_object_set_new(summary, "pace", json_string(run->async ? "async" : "sync"));
  json_object_set_new(summary, "staleness", staleness(e));
  json_object_set_new(summary, "interrupted", json_boolean(r->interrupted));
  json_object_set_new(summary, "out", gv_json_text(run->folder.path));
  return gv_json_finish(summary);
}
