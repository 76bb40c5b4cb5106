/* Evaluation: the mean model, the nodes one by one, the consensus distance. All workers share the work; sums run
 * in a fixed order, so the figures do not depend on their number. */
#include <math.h>
#include <string.h>

#include "core/engine/internal.h"
#include "core/engine/reduce.h"
#include "core/engine/score.h"
#include "core/exchange/asynchrony.h"
#include "core/exchange/mix.h"

/* The k-th of the nodes that are evaluated one by one, evenly spaced. */
static int judged_node(const struct gv_engine *e, int k)
{
  return (int)((int64_t)k * e->nodes / e->judged);
}

enum gv_status gv_evaluate_prepare(struct gv_engine *e, struct gv_error *err)
{
  const char *what = "the evaluation";
  e->judged = e->nodes < GV_EVALUATED_NODES_MAX ? e->nodes : GV_EVALUATED_NODES_MAX;
  e->chunks = (e->setup.source->test_samples + GV_EVALUATION_BATCH - 1) / GV_EVALUATION_BATCH;
  size_t cells = (size_t)e->chunks * (size_t)(e->judged + 1);
  enum gv_status status = gv_alloc_for(&e->chunk_loss, cells, sizeof *e->chunk_loss, what, err);
  if (status == GV_OK)
    status = gv_alloc_for(&e->chunk_correct, cells, sizeof *e->chunk_correct, what, err);
  if (status == GV_OK)
    status = gv_alloc_for(&e->distance, (size_t)e->nodes, sizeof *e->distance, what, err);
  if (status == GV_OK)
    status = gv_alloc_for(&e->mean, e->stride, sizeof *e->mean, "the mean model", err);
  if (status == GV_OK && e->setup.each)
    status = gv_alloc_for(&e->each, (size_t)e->nodes, sizeof *e->each, what, err);
  if (status == GV_OK)
    status = gv_alloc_for(&e->replicas, (size_t)e->nodes, sizeof *e->replicas, what, err);
  if (status == GV_OK)
    status = gv_measure_prepare(e, err);
  return status;
}

static void evaluate_chunk(struct gv_worker *worker, int64_t chunk, uint64_t round)
{
  struct gv_engine *e = worker->engine;
  const struct gv_source *source = e->setup.source;
  const struct gv_instance here = {.model = e->setup.model, .host = e->setup.hosts[worker->index],
                                   .failure = e->setup.failure, .instance = worker->instance};
  int64_t first = chunk * GV_EVALUATION_BATCH, left = source->test_samples - first;
  struct gv_batch batch;
  source->test(source->context, first, (int32_t)(left < GV_EVALUATION_BATCH ? left : GV_EVALUATION_BATCH),
               &worker->buffer, &batch);
  for (int k = 0; k <= e->judged && !worker->failed; k++) {
    const float *w = k == 0 ? e->mean : e->node[judged_node(e, k - 1)].x;
    struct gv_metrics metrics = {0};
    struct gv_error why = {GV_OK, ""};
    enum gv_status status = gv_score_batch(&here, w, &batch, &metrics, &why);
    if (status == GV_NUMERIC)
      gv_worker_fail(worker, round, e->nodes + chunk, GV_NUMERIC, "after round %llu: the test loss of %s %d is %g; "
                     "the learning rate %g may be too high, or the data not finite", (unsigned long long)round,
                     k == 0 ? "the mean model of nodes 0 to" : "node",
                     k == 0 ? e->nodes - 1 : judged_node(e, k - 1), metrics.loss, e->setup.learning_rate);
    else if (status != GV_OK)
      gv_worker_fail(worker, round, e->nodes + chunk, status, "evaluation after round %llu: %s",
                     (unsigned long long)round, why.text);
    size_t cell = (size_t)chunk * (size_t)(e->judged + 1) + (size_t)k;
    e->chunk_loss[cell] = metrics.loss;
    e->chunk_correct[cell] = metrics.correct;
  }
}

/* Means over the test set for model k: 0 is the mean model. */
static void collect(const struct gv_engine *e, int k, double *loss, double *accuracy)
{
  double sum = 0;
  int64_t correct = 0;
  for (int64_t c = 0; c < e->chunks; c++) {
    size_t cell = (size_t)c * (size_t)(e->judged + 1) + (size_t)k;
    sum += e->chunk_loss[cell];
    correct += e->chunk_correct[cell];
  }
  double samples = (double)e->setup.source->test_samples;
  *loss = e->chunks > 0 ? sum / samples : NAN;
  *accuracy = e->chunks > 0 && e->setup.source->shape.classes > 0 ? (double)correct / samples : NAN;
}

/* Those that reached a reader, in asynchronous pace. */
static double received(const struct gv_engine *e, const struct gv_evaluation *out)
{
  return (double)(e->mail != NULL ? out->asynchrony.published : out->asynchrony.taken);
}

/* What was sent; in asynchronous pace what was received. */
static void summarise_traffic(const struct gv_engine *e, uint64_t round, struct gv_evaluation *out)
{
  double n = e->nodes, messages = 0, bytes = 0;
  for (int w = 0; w < e->setup.workers; w++) {
    messages += (double)e->worker[w].messages;
    bytes += (double)e->worker[w].bytes;
  }
  if (e->setup.async) {
    messages = received(e, out);
    bytes = messages * gv_engine_message_bytes(&e->setup);
  }
  out->messages = round > 0 ? messages / n / (double)round : 0;
  out->bytes = round > 0 ? bytes / n / (double)round : 0;
  out->global_averages = e->worker[0].averages;
}

/* On the cluster that the clock simulates. */
static double simulated_seconds(const struct gv_engine *e, const struct gv_evaluation *out)
{
  if (!e->setup.async)
    return gv_clock_seconds(e->clock);
  double steps = 0, each = gv_engine_message_bytes(&e->setup);
  for (int i = 0; i < e->nodes; i++)
    steps += (double)e->node[i].rounds;
  return gv_clock_asynchronous(e->clock, steps, steps > 0 ? received(e, out) / steps : 0, each);
}

static void summarise_pace(const struct gv_engine *e, struct gv_evaluation *out)
{
  out->node_rounds_min = UINT64_MAX;
  out->node_rounds_max = 0;
  for (int i = 0; i < e->nodes; i++) {
    uint64_t rounds = e->node[i].rounds;
    out->node_rounds_min = rounds < out->node_rounds_min ? rounds : out->node_rounds_min;
    out->node_rounds_max = rounds > out->node_rounds_max ? rounds : out->node_rounds_max;
  }
  for (int w = 0; w < e->setup.workers; w++)
    gv_asynchrony_add(&out->asynchrony, &e->worker[w].asynchrony);
}

/* Before the sums of losses begin anew. */
static void summarise_each(struct gv_engine *e)
{
  for (int i = 0; i < e->nodes; i++) {
    const struct gv_node *node = &e->node[i];
    uint64_t since = node->rounds - node->evaluated;
    e->each[i] = (struct gv_node_evaluation){.rounds = node->rounds,
                                             .train_loss = since > 0 ? node->loss / (double)since : NAN,
                                             .test_loss = NAN, .test_accuracy = NAN,
                                             .distance = sqrt(e->distance[i])};
  }
  for (int k = 1; k <= e->judged; k++) {
    struct gv_node_evaluation *each = &e->each[judged_node(e, k - 1)];
    collect(e, k, &each->test_loss, &each->test_accuracy);
  }
}

static void summarise(struct gv_engine *e, uint64_t round, struct gv_evaluation *out)
{
  *out = (struct gv_evaluation){.round = round, .epoch = (double)round / e->rounds_per_epoch, .seconds = e->seconds,
                                .learning_rate = gv_engine_rate(e, round > 0 ? round - 1 : 0), .train_loss = NAN,
                                .objective = NAN, .objective_by_samples = NAN,
                                .gradient_norm = NAN, .gradient_dissimilarity = NAN, .drift_max = NAN};
  collect(e, 0, &out->test_loss, &out->test_accuracy);
  double loss, accuracy, sum = 0;
  out->node_accuracy_min = INFINITY;
  out->node_accuracy_max = -INFINITY;
  for (int k = 1; k <= e->judged; k++) {
    collect(e, k, &loss, &accuracy);
    sum += accuracy;
    if (!(accuracy >= out->node_accuracy_min))
      out->node_accuracy_min = accuracy;
    if (!(accuracy <= out->node_accuracy_max))
      out->node_accuracy_max = accuracy;
  }
  out->node_accuracy_mean = sum / e->judged;
  if (e->each != NULL)
    summarise_each(e);
  double distance = 0, train = 0;
  uint64_t steps = 0;
  for (int i = 0; i < e->nodes; i++) {
    distance += e->distance[i];
    train += e->node[i].loss;
    steps += e->node[i].rounds;
  }
  out->consensus_distance = sqrt(distance / e->nodes);
  if (steps > e->last_steps)
    out->train_loss = train / (double)(steps - e->last_steps);
  if (!e->looks) {
    for (int i = 0; i < e->nodes; i++) {
      e->node[i].loss = 0;
      e->node[i].evaluated = e->node[i].rounds;
    }
    e->last_steps = steps;
    e->last_evaluation = round;
  }
  summarise_pace(e, out);
  summarise_traffic(e, round, out);
  out->simulated_seconds = simulated_seconds(e, out);
  gv_measure_summarise(e, out);
}

void gv_worker_evaluate(struct gv_worker *worker, uint64_t round, struct gv_evaluation *evaluation)
{
  struct gv_engine *e = worker->engine;
  for (int i = worker->nodes.first; i < worker->nodes.end; i += worker->nodes.step)
    e->replicas[i] = e->node[i].x;
  gv_team_barrier(worker->team);

  size_t first, end;
  gv_slice(e->dim, worker->index, e->setup.workers, &first, &end);
  if (first < end)
    gv_mean(e->mean + first, e->nodes, e->replicas, first, end - first);
  gv_team_barrier(worker->team);

  for (int i = worker->nodes.first; i < worker->nodes.end; i += worker->nodes.step) {
    e->distance[i] = gv_squared_distance(e->node[i].x, e->mean, e->dim);
    if (!isfinite(e->distance[i]))
      gv_worker_fail(
          worker, round, i, GV_NUMERIC,
          "after round %llu: the weights of node %d or of the mean model are not finite; the learning rate "
          "%g may be too high",
          (unsigned long long)round, i, e->setup.learning_rate);
  }
  for (int64_t c = worker->index; c < e->chunks && !worker->failed; c += e->setup.workers)
    evaluate_chunk(worker, c, round);
  gv_worker_measure(worker, round);
  gv_team_barrier(worker->team);
  if (worker->index == 0)
    summarise(e, round, evaluation);
}
