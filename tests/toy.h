/* toy.h - a model and a source in a few lines each, for tests of the engine: f_i(w) = 1/2 mean_s ||w - s||^2. */
#ifndef GV_TESTS_TOY_H
#define GV_TESTS_TOY_H

#include <math.h>

#include "core/base/random.h"
#include "core/engine/engine.h"
#include "core/graph/spectrum/spectrum.h"
#include "tests/suite.h"

/* ---- the model: the gradient at w is w - mean of the batch; it can be told to fail ---- */

struct toy {
  int dim;
  uint64_t fail_round;  /* gradient calls of nodes fail_node and up from this round on fail; 0: never */
  int fail_node;
  bool fail_by_nan;
  double add_loss;      /* what evaluate adds to its loss and to its count */
  int add_correct;
};

static struct toy toy;  /* set before workers start; tests run in a process each */

static int toy_create(const struct gv_host *host, const struct gv_task *task, void **instance)
{
  (void)host;
  (void)task;
  *instance = &toy;
  return 0;
}

static int toy_init(void *instance, uint64_t seed, float *w)
{
  (void)instance;
  struct gv_stream s;
  gv_stream_start(&s, seed, GV_RANDOM_MODEL, 0, 0);
  for (int i = 0; i < toy.dim; i++)
    w[i] = (float)gv_stream_normal(&s);
  return 0;
}

static int toy_gradient(void *instance, const float *w, const struct gv_batch *batch, float *g, float *loss)
{
  (void)instance;
  double sum = 0;
  for (int i = 0; i < toy.dim; i++) {
    double mean = 0;
    for (int s = 0; s < batch->n; s++) {
      double d = (double)w[i] - (double)batch->x[s * toy.dim + i];
      mean += (double)batch->x[s * toy.dim + i] / batch->n;
      sum += d * d / (2 * batch->n);
    }
    g[i] = (float)((double)w[i] - mean);
  }
  *loss = (float)sum;
  if (toy.fail_round != 0 && batch->labels[0] >= toy.fail_node && batch->labels[1] >= (int)toy.fail_round) {
    if (!toy.fail_by_nan)
      return 1;
    *loss = -NAN;
  }
  return 0;
}

static int toy_evaluate(void *instance, const float *w, const struct gv_batch *batch, struct gv_metrics *metrics)
{
  (void)instance;
  for (int s = 0; s < batch->n; s++) {
    for (int i = 0; i < toy.dim; i++) {
      double d = (double)w[i] - (double)batch->x[s * toy.dim + i];
      metrics->loss += d * d / 2;
    }
    metrics->correct += s % 2;
  }
  metrics->loss += toy.add_loss;
  metrics->correct += toy.add_correct;
  return 0;
}

static void toy_destroy(void *instance)
{
  (void)instance;
}

static const struct gv_model toy_model = {
    .abi = GV_MODEL_ABI,
    .size = sizeof(struct gv_model),
    .name = "toy",
    .summary = "distance to the samples",
    .create = toy_create,
    .init = toy_init,
    .gradient = toy_gradient,
    .evaluate = toy_evaluate,
    .destroy = toy_destroy,
};

static const char *toy_failure(const struct gv_host *host)
{
  (void)host;
  return "told to fail";
}

/* ---- the source: samples lie around a point of each node's own; labels tell node and round ---- */

struct toy_data {
  int batch;
  int unite;   /* a node of this source draws what this many of another would, together */
};

/* Sample s of a round, spread evenly by 2 around the node's point; an integer hash, for it is drawn very often. */
static void toy_sample(int node, uint64_t round, int s, float *x)
{
  uint32_t key = (uint32_t)node * 0x9e3779b1u ^ (uint32_t)round * 0x85ebca6bu ^ (uint32_t)s * 0xc2b2ae35u;
  for (int i = 0; i < toy.dim; i++) {
    uint32_t bits = (key ^ (uint32_t)i) * 0x9e3779b1u;
    bits = (bits ^ bits >> 15) * 0x2c1b3c6du;
    bits ^= bits >> 13;
    x[i] = (float)bits * 0x1p-31f - 1 + 3 * (float)((node + i) % 7) / 7;
  }
}

static void toy_draw(void *context, int node, uint64_t round, struct gv_buffer *buffer, struct gv_batch *batch)
{
  const struct toy_data *data = context;
  for (int u = 0; u < data->unite; u++)
    for (int s = 0; s < data->batch; s++)
      toy_sample(node + u, round, s, buffer->x + (u * data->batch + s) * toy.dim);
  buffer->labels[0] = node;
  buffer->labels[1] = (int)round;
  *batch = (struct gv_batch){.x = buffer->x, .labels = buffer->labels, .n = data->batch * data->unite};
}

static void toy_test(void *context, int64_t first, int32_t n, struct gv_buffer *buffer, struct gv_batch *batch)
{
  (void)context;
  for (int s = 0; s < n; s++)
    toy_sample(500, (uint64_t)first, s, buffer->x + s * toy.dim);
  *batch = (struct gv_batch){.x = buffer->x, .labels = buffer->labels, .n = n};
}

/* ---- a run ---- */

struct toy_run {
  const char *topology, *algorithm, *optimizer, *schedule;
  int nodes, workers, threads, dim, batch, unite;
  double rate;
  uint64_t rounds;
  double eval_every;
  void (*inspect)(void *context, uint64_t round, const float *const *x);
  enum gv_status (*evaluated)(void *context, const struct gv_evaluation *evaluation, struct gv_error *err);
  void *context;
  const struct gv_stop *stop;
  const bool *enough;
  const float *start;  /* (dim), or NULL: toy_init */
  bool async;
  const double *slow;  /* (nodes), or NULL */
  uint64_t global_every;
  struct gv_faults faults;
  const struct gv_model *model;    /* NULL: toy_model */
  const struct gv_source *source;  /* NULL: samples of toy_draw, by batch and unite */
  bool measure;
  const struct gv_counters *resume;
  double keep_every;
  struct gv_network network;
  double compute_time;
  enum gv_status (*keep)(void *context, const struct gv_counters *counters, bool must, struct gv_error *err);
  enum gv_status (*restore)(void *context, int node, float *const *vector, struct gv_node_state *state,
                            struct gv_error *err);
  struct gv_engine **engine;       /* where the engine is while it runs; NULL: nobody asks */
  int tests;           /* samples to evaluate on; 0: 300, more than a batch */
};

enum { TOY_THREADS_MAX = 64 };
static const struct gv_host toy_hosts[TOY_THREADS_MAX];  /* told apart by their address */

static inline bool toy_in_step(const struct gv_named *algorithm)
{
  return ((const struct gv_algorithm *)algorithm)->paces & GV_PACE_SYNC;
}

/* Whether an algorithm is defined on a schedule and with an optimizer, by what its descriptor says. */
static inline bool toy_defined(const struct gv_named *named, const struct gv_named *with, const char *topology,
                               int nodes)
{
  const struct gv_algorithm *algorithm = (const struct gv_algorithm *)named;
  const struct gv_optimizer *optimizer = (const struct gv_optimizer *)with;
  struct gv_schedule *schedule = NULL;
  assert_ok(gv_schedule_create(topology, NULL, nodes, 1, &schedule, err));
  bool fits = !(algorithm->symmetric && schedule->directed) && !(algorithm->fixed && schedule->period != 1);
  if (fits && algorithm->lambda_bounded && !schedule->average) {
    struct gv_spectrum spectrum;
    assert_ok(gv_spectrum_find(schedule, &spectrum, err));
    fits = spectrum.lambda_min > -1.0 / 3 + 1e-9;
  }
  gv_schedule_destroy(schedule);
  if (optimizer != NULL && algorithm->own_momentum && optimizer->direction != NULL)
    fits = false;
  if (optimizer != NULL && algorithm->linear && optimizer->adaptive)
    fits = false;
  return fits;
}

/* Samples 0 .. batch - 1 of round 0 are what a node has, when it is asked for all. */
static int64_t toy_shard_size(void *context, int node)
{
  return node + ((const struct toy_data *)context)->batch;
}

static void toy_shard(void *context, int node, int64_t first, int32_t n, struct gv_buffer *buffer,
                      struct gv_batch *batch)
{
  (void)context;
  for (int s = 0; s < n; s++)
    toy_sample(node, 0, (int)first + s, buffer->x + s * toy.dim);
  buffer->labels[0] = node;
  buffer->labels[1] = 0;
  *batch = (struct gv_batch){.x = buffer->x, .labels = buffer->labels, .n = n};
}

/* Runs; mean (dim) <- the mean model, may be NULL. */
static inline enum gv_status toy_train(const struct toy_run *run, float *mean, struct gv_error *why)
{
  toy.dim = run->dim;
  struct toy_data data = {.batch = run->batch > 0 ? run->batch : 2, .unite = run->unite > 0 ? run->unite : 1};
  int per_node = data.batch * data.unite;
  struct gv_source source = {
      .context = &data,
      .shape = {.features = run->dim, .channels = 1, .height = 1, .width = run->dim, .classes = 2},
      .nodes = run->nodes,
      .train_samples = 100,
      .test_samples = run->tests > 0 ? run->tests : 300,
      .max_batch = per_node,
      .samples_per_round = (int64_t)per_node * run->nodes,
      .draw = toy_draw,
      .shard_size = toy_shard_size,
      .shard = toy_shard,
      .test = toy_test,
  };
  if (run->source != NULL)
    source = *run->source;
  struct gv_task task = {.shape = source.shape, .max_threads = 1,
                         .max_batch = source.max_batch > GV_EVALUATION_BATCH ? source.max_batch
                                                                             : GV_EVALUATION_BATCH};
  struct gv_schedule *schedule = NULL;
  const struct gv_named *algorithm = NULL, *optimizer = NULL, *rate = NULL;
  struct gv_options *a_options = NULL, *o_options = NULL, *r_options = NULL;
  assert_ok(
      gv_named_parse(&gv_algorithm_table, run->algorithm ? run->algorithm : "dsgd", &algorithm, &a_options, err));
  const char *topology = run->topology ? run->topology : "ring";
  if (((const struct gv_algorithm *)algorithm)->pushes)
    assert_ok(gv_schedule_create_shares(topology, run->nodes, 1, &schedule, err));
  else
    assert_ok(gv_schedule_create(topology, NULL, run->nodes, 1, &schedule, err));
  assert_ok(
      gv_named_parse(&gv_optimizer_table, run->optimizer ? run->optimizer : "sgd", &optimizer, &o_options, err));
  assert_ok(gv_named_parse(&gv_rate_table, run->schedule ? run->schedule : "constant", &rate, &r_options, err));
  enum gv_status status = gv_schedule_set_faults(schedule, &run->faults, why);
  const struct gv_host *hosts[TOY_THREADS_MAX];
  for (int h = 0; h < TOY_THREADS_MAX; h++)
    hosts[h] = &toy_hosts[h];
  struct gv_engine_setup setup = {
      .model = run->model != NULL ? run->model : &toy_model,
      .task = &task, .parameters = (size_t)run->dim, .hosts = hosts, .failure = toy_failure,
      .source = &source, .schedule = schedule,
      .algorithm = (const struct gv_algorithm *)algorithm, .algorithm_options = a_options,
      .optimizer = (const struct gv_optimizer *)optimizer, .optimizer_options = o_options,
      .rate = (const struct gv_rate_schedule *)rate, .rate_options = r_options, .learning_rate = run->rate,
      .workers = run->workers > 0 ? run->workers : 1, .threads = run->threads, .rounds = run->rounds,
      .eval_every = run->eval_every > 0 ? run->eval_every : (double)run->rounds, .seed = 5,
      .inspect = run->inspect, .evaluated = run->evaluated, .context = run->context, .stop = run->stop,
      .enough = run->enough,
      .start = run->start, .async = run->async, .slow = run->slow, .measure = run->measure,
      .global_every = run->global_every, .resume = run->resume, .keep_every = run->keep_every, .keep = run->keep,
      .network = run->network, .compute_time = run->compute_time,
      .restore = run->restore};
  struct gv_engine *engine = NULL;
  if (status == GV_OK)
    status = gv_engine_create(&setup, &engine, why);
  if (status == GV_OK) {
    if (run->engine != NULL)
      *run->engine = engine;
    status = gv_engine_run(engine, why);
    if (mean != NULL)
      memcpy(mean, gv_engine_mean(engine), (size_t)run->dim * sizeof *mean);
  }
  gv_engine_destroy(engine);
  gv_schedule_destroy(schedule);
  gv_options_destroy(a_options);
  gv_options_destroy(o_options);
  gv_options_destroy(r_options);
  return status;
}

#endif
