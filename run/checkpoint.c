/* Writes and reads checkpoints. */
#include "run/checkpoint.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/base/memory.h"
#include "core/base/shell.h"
#include "core/cluster/clock.h"
#include "core/engine/reduce.h"
#include "core/graph/digest.h"
#include "datasets/digest.h"
#include "run/json.h"
#include "run/run.h"

enum { NUMBERS = 4, TEAM_MAX = 256 };  /* of struct gv_node_state; of --threads-per-node */

/* Of a file, in its order; without states there is no tensor of them. */
enum { NODES, CLOCK, X, STATES, TENSORS };

static const char form[] = "3";                    /* of the file */
static const double pause_least = 60, share = 20;  /* seconds from one of `auto` to the next, and at least so many
                                                      times as long as writing one took */

/* The tensors of a run's file. Returns how many. */
static size_t tensors_of(const struct gv_run *run, struct gv_stored tensors[TENSORS])
{
  int64_t nodes = run->nodes, dim = run->plan->parameters, clock = (int64_t)gv_clock_count(run->nodes);
  int states = run->algorithm->states + run->optimizer->states;
  tensors[NODES] = (struct gv_stored){{.name = "nodes", .rank = 2, .shape = {nodes, NUMBERS}}, 8};
  tensors[CLOCK] = (struct gv_stored){{.name = "clock", .rank = 1, .shape = {clock}}, 8};
  tensors[X] = (struct gv_stored){{.name = "x", .rank = 2, .shape = {nodes, dim}}, 4};
  tensors[STATES] = (struct gv_stored){{.name = "states", .rank = 3, .shape = {nodes, states, dim}}, 4};
  return states > 0 ? TENSORS : STATES;
}

/* ---- counters as JSON ---- */

static json_t *list_of(const uint64_t *numbers, size_t count)
{
  json_t *list = json_array();
  for (size_t i = 0; i < count; i++)
    json_array_append_new(list, json_integer((json_int_t)numbers[i]));
  return list;
}

static json_t *counters_json(const struct gv_run *run, const struct gv_counters *c)
{
  const struct gv_asynchrony *a = &c->asynchrony;
  const uint64_t whole[] = {c->round, c->steps, c->last_evaluation, c->last_steps, c->messages, c->bytes,
                            c->averages, c->rhythm.next, c->rhythm.heard, a->published, a->skipped, a->taken,
                            a->staleness_sum, a->staleness_max};
  return json_pack("{s:I, s:f, s:f, s:o, s:o, s:I, s:I, s:I, s:I, s:i}", "round", (json_int_t)c->round, "seconds",
                   c->seconds, "first_loss", c->rhythm.first_loss, "whole",
                   list_of(whole, sizeof whole / sizeof whole[0]), "staleness",
                   list_of(a->staleness, GV_STALENESS_BINS), "train_samples", (json_int_t)run->source.train_samples,
                   "test_samples", (json_int_t)run->source.test_samples, "data_crc32", (json_int_t)run->digest,
                   "graph_crc32", (json_int_t)run->graph_digest, "threads_per_node", run->placing.team);
}

/* numbers (count) <- a list of just so many counts. */
static bool read_list(const json_t *list, uint64_t **numbers, size_t count)
{
  bool good = json_is_array(list) && json_array_size(list) == count;
  for (size_t i = 0; i < count && good; i++) {
    const json_t *one = json_array_get(list, i);
    good = json_is_integer(one) && json_integer_value(one) >= 0;
    *numbers[i] = (uint64_t)json_integer_value(one);
  }
  return good;
}

static bool read_counters(const json_t *facts, struct gv_counters *c, int *team)
{
  const json_t *threads = json_object_get(facts, "threads_per_node");
  struct gv_asynchrony *a = &c->asynchrony;
  uint64_t *whole[] = {&c->round, &c->steps, &c->last_evaluation, &c->last_steps, &c->messages, &c->bytes,
                       &c->averages, &c->rhythm.next, &c->rhythm.heard, &a->published, &a->skipped, &a->taken,
                       &a->staleness_sum, &a->staleness_max};
  uint64_t *bins[GV_STALENESS_BINS];
  for (int b = 0; b < GV_STALENESS_BINS; b++)
    bins[b] = &a->staleness[b];
  const json_t *seconds = json_object_get(facts, "seconds"), *first = json_object_get(facts, "first_loss");
  c->seconds = json_number_value(seconds);
  c->rhythm.first_loss = json_number_value(first);
  *team = json_integer_value(threads) <= TEAM_MAX ? (int)json_integer_value(threads) : 0;
  return *team >= 1 && json_is_number(seconds) && c->seconds >= 0 && json_is_number(first) &&
         read_list(json_object_get(facts, "whole"), whole, sizeof whole / sizeof whole[0]) &&
         read_list(json_object_get(facts, "staleness"), bins, GV_STALENESS_BINS) && c->last_evaluation <= c->round;
}

/* ---- writing ---- */

/* The values of the file, in the order of its tensors. */
static void put_values(const struct gv_run *run, const struct gv_counters *counters, struct gv_new_file *file)
{
  size_t dim = (size_t)run->plan->parameters;
  for (int i = 0; i < run->nodes; i++) {
    struct gv_node_state state;
    gv_engine_node_state(run->engine, i, &state);
    const double numbers[NUMBERS] = {state.loss, state.weight, (double)state.rounds, (double)state.evaluated};
    gv_safetensors_put(file, numbers, NUMBERS, 8);
  }
  gv_safetensors_put(file, counters->clock, gv_clock_count(run->nodes), 8);
  for (int i = 0; i < run->nodes; i++)
    gv_safetensors_put(file, gv_engine_vector(run->engine, i, 0), dim, 4);
  for (int i = 0; i < run->nodes; i++)
    for (int v = 1; v < gv_engine_vectors(run->engine); v++)
      gv_safetensors_put(file, gv_engine_vector(run->engine, i, v), dim, 4);
}

/* The file there gets a second name, under which it stays when the new one, which is whole by now, takes its place.
 * Where the run went on from another file it may be a damaged one, and the previous one is left alone. */
static void keep_previous(const struct gv_run *run, const char *path)
{
  char *previous = gv_path_join(run->folder.path, GV_CHECKPOINT_PREVIOUS);
  char *other = gv_path_join(run->folder.path, GV_CHECKPOINT_PREVIOUS ".tmp");
  if (previous != NULL && other != NULL && !run->checkpoint.aside) {
    (void)unlink(other);
    if (link(path, other) == 0)  /* not for a first one, nor on a file system without links */
      (void)rename(other, previous);
    (void)unlink(other);  /* two names of one file are not renamed to each other */
  }
  free(previous);
  free(other);
}

static enum gv_status write_file(struct gv_run *run, const struct gv_counters *counters, struct gv_error *err)
{
  struct gv_stored tensors[TENSORS];
  size_t count = tensors_of(run, tensors);
  char *path = gv_path_join(run->folder.path, GV_CHECKPOINT);
  json_t *facts = counters_json(run, counters), *options = gv_run_options_json(run);
  char *facts_text = gv_json_dump(facts, JSON_COMPACT), *options_text = gv_json_dump(options, JSON_COMPACT);
  struct gv_new_file file = {0};
  enum gv_status status = GV_MEMORY;
  if (path == NULL || facts_text == NULL || options_text == NULL) {
    gv_fail(err, status, "no memory for a checkpoint");
  } else {
    const struct gv_metadata about[] = {{"grapevine_checkpoint", form}, {"program", "grapevine " PACKAGE_VERSION},
                                        {"options", options_text}, {"counters", facts_text}};
    status = gv_safetensors_begin(&file, path, tensors, count, about, sizeof about / sizeof about[0], err);
  }
  if (status == GV_OK) {
    put_values(run, counters, &file);
    status = gv_file_settle(&file, err);
  }
  if (status == GV_OK) {
    keep_previous(run, path);
    status = gv_file_commit(&file, err);
  }
  if (status == GV_OK)
    run->checkpoint.aside = false;
  json_decref(facts);
  json_decref(options);
  free(facts_text);
  free(options_text);
  free(path);
  return status;
}

/* Weights that are no numbers are not worth keeping: the next evaluation ends the run. */
static bool is_finite(const struct gv_run *run)
{
  bool good = true;
  for (int i = 0; i < run->nodes && good; i++)
    good = isfinite(gv_squared_norm(gv_engine_vector(run->engine, i, 0), (size_t)run->plan->parameters));
  return good;
}

/* Taken once, and only for a run that is saved or gone on with. */
static void take_digests(struct gv_run *run)
{
  if (run->digest >= 0)
    return;
  run->digest = (int64_t)gv_dataset_digest(run->dataset);
  run->graph_digest = (int64_t)gv_schedule_digest(run->schedule);
}

double gv_checkpoint_rounds(const struct gv_run *run)
{
  if (gv_options_is_word(run->options, "checkpoint-every"))
    return 0;
  double rounds = gv_options_real(run->options, "checkpoint-every") * run->result.rounds_per_epoch;
  return rounds < 1 ? 1 : rounds;
}

enum gv_status gv_checkpoint_keep(void *context, const struct gv_counters *counters, bool must,
                                  struct gv_error *err)
{
  struct gv_run *run = context;
  struct gv_error why = {GV_OK, ""};
  const char *every = gv_options_text(run->options, "checkpoint-every");
  double began = gv_seconds();
  (void)err;
  bool due = strcmp(every, "auto") == 0 && began - run->kept_at >= fmax(pause_least, share * run->keeping);
  if (strcmp(every, "never") == 0 || !(must || due) || !is_finite(run))
    return GV_OK;
  take_digests(run);
  enum gv_status status = gv_rows_sync(&run->folder.metrics, &why);
  if (status == GV_OK)
    status = gv_rows_sync(&run->records.nodes, &why);
  if (status == GV_OK)
    status = write_file(run, counters, &why);
  run->kept_at = gv_seconds();
  run->keeping = run->kept_at - began;
  run->result.kept = run->result.kept || status == GV_OK;
  run->unkept = why;
  if (status != GV_OK && !gv_stop_asked(&run->stop))
    gv_log(GV_LOG_WARNING, "the run goes on without a checkpoint of round %llu: %s",
           (unsigned long long)counters->round, why.text);
  return GV_OK;
}

void gv_checkpoint_remove(const struct gv_run *run)
{
  gv_folder_remove(&run->folder, GV_CHECKPOINT);
  gv_folder_remove(&run->folder, GV_CHECKPOINT_PREVIOUS);
}

/* ---- reading ---- */

/* *value <- an object of the metadata; NULL: there is none. */
static enum gv_status parse(const struct gv_safetensors *file, const char *key, json_t **value,
                            struct gv_error *err)
{
  enum gv_status status = gv_json_parse(gv_safetensors_metadata(file, key), value, err);
  if (!json_is_object(*value)) {
    json_decref(*value);
    *value = NULL;
  }
  return status;
}

static enum gv_status read_facts(const char *path, struct gv_checkpoint *checkpoint, struct gv_error *err)
{
  enum gv_status status = parse(checkpoint->file, "options", &checkpoint->options, err);
  if (status == GV_OK)
    status = parse(checkpoint->file, "counters", &checkpoint->facts, err);
  if (status == GV_OK && (checkpoint->options == NULL || checkpoint->facts == NULL ||
                          !read_counters(checkpoint->facts, &checkpoint->counters, &checkpoint->team)))
    status = gv_fail(err, GV_INPUT, "%s: the options or counters in its metadata are damaged", path);
  return status;
}

enum gv_status gv_checkpoint_open(const char *path, struct gv_checkpoint *checkpoint, struct gv_error *err)
{
  const char *slash = strrchr(path, '/');
  bool aside = strcmp(slash != NULL ? slash + 1 : path, GV_CHECKPOINT) != 0;
  *checkpoint = (struct gv_checkpoint){.aside = aside};
  enum gv_status status = gv_safetensors_open(path, &checkpoint->file, err);
  if (status != GV_OK)
    return status;
  const char *version = gv_safetensors_metadata(checkpoint->file, "grapevine_checkpoint");
  if (version == NULL)
    status = gv_fail(err, GV_INPUT, "%s: that is no checkpoint of a run", path);
  else if (strcmp(version, form) != 0)
    status = gv_fail(err, GV_INPUT, "%s: a checkpoint of form %.16s; this version reads form %s", path, version,
                     form);
  else
    status = read_facts(path, checkpoint, err);
  if (status != GV_OK) {
    gv_checkpoint_close(checkpoint);
    checkpoint->aside = aside;
  }
  return status;
}

void gv_checkpoint_close(struct gv_checkpoint *checkpoint)
{
  gv_safetensors_close(checkpoint->file);
  json_decref(checkpoint->options);
  json_decref(checkpoint->facts);
  gv_free(checkpoint->clock);
  *checkpoint = (struct gv_checkpoint){0};
}

enum gv_status gv_checkpoint_refuse(const struct gv_run *run, const struct gv_error *why, struct gv_error *err)
{
  char *previous = gv_path_join(run->resumes, GV_CHECKPOINT_PREVIOUS);
  bool there = previous != NULL && gv_is_file(previous) && !run->checkpoint.aside && why->status != GV_MEMORY;
  char *word = there ? gv_shell_word(previous) : NULL;
  enum gv_status status =
      word != NULL ? gv_fail(err, why->status, "%.400s; the one before it is there: --resume %s", why->text, word)
                   : gv_fail(err, why->status, "%s", why->text);
  free(word);
  free(previous);
  return status;
}

static bool is_count(const json_t *facts, const char *key, int64_t count)
{
  return json_integer_value(json_object_get(facts, key)) == (json_int_t)count;
}

/* The simulated cluster's clock, into memory of the checkpoint's own. */
static enum gv_status read_clock(struct gv_checkpoint *checkpoint, const struct gv_stored *stored,
                                 struct gv_error *err)
{
  int64_t count = stored->tensor.shape[0];
  enum gv_status status =
      gv_alloc_for(&checkpoint->clock, (size_t)count, sizeof *checkpoint->clock, "the cluster's clock", err);
  if (status == GV_OK)
    status = gv_safetensors_get(checkpoint->file, stored, 0, count, checkpoint->clock, err);
  for (int64_t i = 0; i < count && status == GV_OK; i++)
    if (!(isfinite(checkpoint->clock[i]) && checkpoint->clock[i] >= 0))
      status = gv_fail(err, GV_INPUT, "the checkpoint's clock of node %lld is no time: the file is damaged",
                       (long long)i);
  checkpoint->counters.clock = checkpoint->clock;
  return status;
}

static enum gv_status check_data(const struct gv_run *run, struct gv_error *err)
{
  const json_t *facts = run->checkpoint.facts;
  const char *data = gv_options_text(run->options, "data");
  if (!is_count(facts, "train_samples", run->source.train_samples) ||
      !is_count(facts, "test_samples", run->source.test_samples))
    return gv_fail(err, GV_INPUT, "data %s: %lld training and %lld test samples; when the run was saved there were "
                   "%lld and %lld: the data have changed", data,
                   (long long)run->source.train_samples, (long long)run->source.test_samples,
                   (long long)json_integer_value(json_object_get(facts, "train_samples")),
                   (long long)json_integer_value(json_object_get(facts, "test_samples")));
  if (!is_count(facts, "data_crc32", run->digest))
    return gv_fail(err, GV_INPUT, "data %s: as many samples as when the run was saved, and others (CRC-32 %08llx, "
                   "then %08llx): the data have changed", data, (long long)run->digest,
                   (long long)json_integer_value(json_object_get(facts, "data_crc32")));
  return GV_OK;
}

/* Of a checkpoint that says nothing of it, as earlier versions wrote them, any graph is taken. */
static enum gv_status check_graph(const struct gv_run *run, struct gv_error *err)
{
  const json_t *facts = run->checkpoint.facts, *saved = json_object_get(facts, "graph_crc32");
  return saved == NULL || is_count(facts, "graph_crc32", run->graph_digest)
             ? GV_OK
             : gv_fail(err, GV_INPUT, "topology %s: other edges than when the run was saved (CRC-32 %08llx, then "
                       "%08llx): the graph has changed", gv_options_text(run->options, "topology"),
                       (long long)run->graph_digest, (long long)json_integer_value(saved));
}

enum gv_status gv_checkpoint_fits(struct gv_run *run, struct gv_error *err)
{
  struct gv_stored tensors[TENSORS];
  size_t count = tensors_of(run, tensors);
  const struct gv_counters *c = &run->checkpoint.counters;
  uint64_t nodes = (uint64_t)run->nodes;
  struct gv_error why = {GV_OK, ""};
  if (gv_safetensors_expect(run->checkpoint.file, tensors, count, &why) != GV_OK)
    return gv_checkpoint_refuse(run, &why, err);
  take_digests(run);
  enum gv_status status = check_data(run, err);
  if (status == GV_OK)
    status = check_graph(run, err);
  if (status != GV_OK)
    return status;
  if (c->round >= run->rounds || c->steps > run->rounds * nodes || c->last_steps > c->steps)
    return gv_fail(err, GV_INPUT, "resume %s: round %llu of %llu; there is nothing left to do, or it is damaged",
                   gv_options_text(run->options, "resume"), (unsigned long long)c->round,
                   (unsigned long long)run->rounds);
  return read_clock(&run->checkpoint, &tensors[CLOCK], &why) == GV_OK ? GV_OK
                                                                      : gv_checkpoint_refuse(run, &why, err);
}

static enum gv_status restore(const struct gv_run *run, int node, float *const *vector, struct gv_node_state *state,
                              struct gv_error *err)
{
  const struct gv_safetensors *file = run->checkpoint.file;
  struct gv_stored tensors[TENSORS];
  double numbers[NUMBERS] = {0};
  int64_t dim = run->plan->parameters, states = run->algorithm->states + run->optimizer->states;
  tensors_of(run, tensors);
  enum gv_status status = gv_safetensors_get(file, &tensors[NODES], (int64_t)node * NUMBERS, NUMBERS, numbers, err);
  if (status == GV_OK)
    status = gv_safetensors_get(file, &tensors[X], node * dim, dim, vector[0], err);
  for (int64_t s = 0; s < states && status == GV_OK; s++)
    status = gv_safetensors_get(file, &tensors[STATES], (node * states + s) * dim, dim, vector[1 + s], err);
  if (status != GV_OK)
    return status;
  bool good = isfinite(gv_squared_norm(vector[0], (size_t)dim));
  for (int64_t s = 0; s < states; s++)  /* a sum of squares may have outgrown a float */
    good &= !isnan(gv_squared_norm(vector[1 + s], (size_t)dim));
  if (!good || !isfinite(numbers[0]) || !(numbers[1] > 0 && isfinite(numbers[1])) ||
      !(numbers[2] >= 0 && numbers[2] <= (double)UINT32_MAX * (double)run->nodes) ||
      !(numbers[3] >= 0 && numbers[3] <= numbers[2]))
    return gv_fail(err, GV_INPUT, "resume %s: what was saved of node %d is no number: the file is damaged",
                   gv_options_text(run->options, "resume"), node);
  *state = (struct gv_node_state){.loss = numbers[0], .weight = numbers[1], .rounds = (uint64_t)numbers[2],
                                  .evaluated = (uint64_t)numbers[3]};
  return GV_OK;
}

enum gv_status gv_checkpoint_restore(void *context, int node, float *const *vector, struct gv_node_state *state,
                                     struct gv_error *err)
{
  struct gv_error why = {GV_OK, ""};
  return restore(context, node, vector, state, &why) == GV_OK ? GV_OK : gv_checkpoint_refuse(context, &why, err);
}
