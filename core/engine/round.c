/* Rounds: gradient, optimizer, local step, publish; then mixing and combine. The hot path.
 *
 * A pass of a worker over its nodes mixes a node's round and takes its next step while its vector is in the cache.
 * Nobody waits for ever: what a pass waits for was published, or read to the end, in the pass before. */
#include <math.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/clones.h"
#include "core/engine/internal.h"

void gv_block_begin(const struct gv_engine *e, const struct gv_node *node, float *x, size_t first, float rate,
                    struct gv_block *block)
{
  block->n = e->dim - first < GV_BLOCK ? e->dim - first : GV_BLOCK;
  block->rate = rate;
  block->x = x + first;
  for (int s = 0; s < e->setup.algorithm->states; s++)
    block->state[s] = node->states + (size_t)s * e->stride + first;
}

/* to (n) <- clip g + decay x; to may be g. */
GV_CLONES
static void shape(float *to, const float *g, const float *restrict x, float clip, float decay,
                  size_t n)
{
#pragma omp simd
  for (size_t i = 0; i < n; i++)
    to[i] = clip * g[i] + decay * x[i];
}

const float *gv_worker_direction(struct gv_worker *worker, const struct gv_node *node, const float *x,
                                 const float *g, float clip, size_t first, size_t n)
{
  const struct gv_engine *e = worker->engine;
  const struct gv_optimizer *optimizer = e->setup.optimizer;
  bool coupled = e->decay > 0 && !optimizer->decoupled;
  struct gv_slope slope = {.n = n, .step = node->rounds, .g = g, .d = worker->direction};
  if (coupled || clip != 1) {
    float *shaped = worker->direction + GV_BLOCK;
    shape(shaped, g, x, clip, coupled ? e->decay : 0, n);
    slope.g = shaped;
  }
  size_t before = (size_t)e->setup.algorithm->states;
  for (size_t s = 0; s < (size_t)optimizer->states; s++)
    slope.state[s] = node->states + (before + s) * e->stride + first;
  const float *d = optimizer->direction != NULL
                       ? optimizer->direction(e->setup.optimizer_options, &slope)
                       : slope.g;
  if (e->decay > 0 && !coupled) {
    shape(worker->direction, d, x, 1, e->decay, n);
    d = worker->direction;
  }
  return d;
}

void gv_worker_compute(struct gv_worker *worker, int index, float *g, uint64_t round, double rate)
{
  struct gv_engine *e = worker->engine;
  struct gv_batch batch;
  float loss = 0;
  e->setup.source->draw(e->setup.source->context, index, round, &worker->buffer, &batch);
  const char *why = gv_worker_gradient(worker, e->node[index].x, &batch, g, &loss);
  if (why != NULL)
    gv_worker_fail(worker, round, index, GV_MODEL, "node %d, round %llu: %s", index, (unsigned long long)round,
                   why);
  else if (!isfinite(loss))
    gv_worker_fail(
        worker, round, index, GV_NUMERIC,
        "node %d, round %llu: the loss is %g; the learning rate %g may be too high, or the data not finite", index,
        (unsigned long long)round, (double)loss, rate);
  e->node[index].loss += (double)loss;
}

void gv_worker_local(struct gv_worker *worker, const struct gv_node *node, float *x, const float *g, float rate,
                     float *const *message)
{
  const struct gv_engine *e = worker->engine;
  const struct gv_algorithm *algorithm = e->setup.algorithm;
  for (size_t first = 0; first < e->dim; first += GV_BLOCK) {
    struct gv_block block;
    gv_block_begin(e, node, x, first, rate, &block);
    for (int m = 0; m < algorithm->messages; m++)
      block.message[m] = message[m] + first;
    block.d = gv_worker_direction(worker, node, block.x, g + first, 1, first, block.n);
    algorithm->local(e->setup.algorithm_options, &block);
  }
}

/* What a round averages: the same for all nodes. */
static enum gv_mixing mixing_of(const struct gv_worker *worker, uint64_t round)
{
  const struct gv_engine *e = worker->engine;
  enum gv_mixing mixing = e->setup.algorithm->mixing(e->setup.algorithm_options, &worker->rhythm, round);
  return mixing == GV_MIX_NEIGHBORS && e->setup.schedule->average ? GV_MIX_GLOBAL : mixing;
}

static void step(struct gv_worker *worker, int index, float rate, uint64_t round, enum gv_mixing mixing)
{
  struct gv_engine *e = worker->engine;
  struct gv_node *node = &e->node[index];
  const struct gv_algorithm *algorithm = e->setup.algorithm;
  float *message[GV_MESSAGES_MAX] = {NULL};
  for (int m = 0; m < algorithm->messages; m++)
    message[m] = gv_exchange_message(e->exchange, index, m, 0);
  float *g = algorithm->gradient_message ? message[0] : worker->gradient;
  /* A worker that failed keeps publishing until all leave at the same round, so nobody waits for it. */
  if (!worker->failed) {
    double began = e->setup.slow != NULL ? gv_thread_seconds() : 0;
    gv_worker_compute(worker, index, g, round, (double)rate);
    if (e->setup.slow != NULL && e->setup.slow[index] > 1)
      gv_straggle(e, index, began);
  }
  if (algorithm->local != NULL && !worker->failed)
    gv_worker_local(worker, node, node->x, g, rate, message);
  if (mixing != GV_MIX_NONE)
    gv_exchange_publish(e->exchange, index);
}

/* From the averages to the next x, block by block. mean: the averages, or NULL for those of the collected
 * neighbours. */
static void combine(struct gv_worker *worker, int index, float rate, const float *const *mean)
{
  struct gv_engine *e = worker->engine;
  struct gv_node *node = &e->node[index];
  const struct gv_algorithm *algorithm = e->setup.algorithm;
  for (size_t first = 0; first < e->dim; first += GV_BLOCK) {
    struct gv_block block;
    gv_block_begin(e, node, node->x, first, rate, &block);
    for (int m = 0; m < algorithm->messages; m++) {
      float *scratch = worker->average + (size_t)m * GV_BLOCK;
      if (mean == NULL)
        gv_exchange_mix(e->exchange, index, m, first, block.n, scratch);
      block.mixed[m] = mean != NULL ? mean[m] + first : scratch;
    }
    block.d = algorithm->gradient_message ? gv_worker_direction(worker, node, block.x, block.mixed[0], 1, first,
                                                                block.n)
                                          : NULL;
    algorithm->combine(e->setup.algorithm_options, &block);
  }
}

static void mix_with_neighbors(struct gv_worker *worker, int index, float rate, uint64_t round)
{
  struct gv_engine *e = worker->engine;
  gv_exchange_collect(e->exchange, index, round);
  if (e->setup.algorithm->in_place) {
    float *next = gv_exchange_message(e->exchange, index, 0, 1);
    gv_exchange_mix(e->exchange, index, 0, 0, e->dim, next);
    e->node[index].x = next;
  } else {
    combine(worker, index, rate, NULL);
  }
  gv_exchange_finish(e->exchange, index);
}

static void take_mean(struct gv_worker *worker, int index, float rate, const float *const *mean)
{
  struct gv_engine *e = worker->engine;
  if (e->setup.algorithm->in_place) {
    float *next = gv_exchange_message(e->exchange, index, 0, 1);
    memcpy(next, mean[0], e->dim * sizeof *next);
    e->node[index].x = next;
  } else {
    combine(worker, index, rate, mean);
  }
  gv_exchange_finish(e->exchange, index);
}

/* A round without averaging: the messages stay where they are, and nobody reads them. */
static void keep(struct gv_worker *worker, int index, float rate)
{
  struct gv_engine *e = worker->engine;
  const struct gv_algorithm *algorithm = e->setup.algorithm;
  const float *own[GV_MESSAGES_MAX] = {NULL};
  if (algorithm->in_place)
    return;
  for (int m = 0; m < algorithm->messages; m++)
    own[m] = gv_exchange_message(e->exchange, index, m, 0);
  combine(worker, index, rate, own);
}

void gv_worker_step(struct gv_worker *worker, uint64_t round)
{
  enum gv_mixing mixing = mixing_of(worker, round);
  float rate = (float)gv_engine_rate(worker->engine, round);
  for (int i = worker->nodes.first; i < worker->nodes.end; i += worker->nodes.step)
    step(worker, i, rate, round, mixing);
}

void gv_worker_mix(struct gv_worker *worker, uint64_t round, bool steps)
{
  struct gv_engine *e = worker->engine;
  enum gv_mixing mixing = mixing_of(worker, round), next = steps ? mixing_of(worker, round + 1) : GV_MIX_NONE;
  float rate = (float)gv_engine_rate(e, round), next_rate = steps ? (float)gv_engine_rate(e, round + 1) : 0;
  const float *mean[GV_MESSAGES_MAX] = {NULL};
  for (int m = 0; mixing == GV_MIX_GLOBAL && m < e->setup.algorithm->messages; m++)
    mean[m] = gv_exchange_average(e->exchange, worker->index, worker->nodes.first, m);
  /* Whose neighbours are late is put off to the end of the pass; the order of nodes changes no result. */
  int late = 0;
  for (int i = worker->nodes.first; i < worker->nodes.end; i += worker->nodes.step) {
    bool last = i + worker->nodes.step >= worker->nodes.end;
    if (mixing == GV_MIX_NEIGHBORS && !last && !gv_exchange_ready(e->exchange, i, round)) {
      worker->later[late++] = i;
      continue;
    }
    if (mixing == GV_MIX_NEIGHBORS)
      mix_with_neighbors(worker, i, rate, round);
    else if (mixing == GV_MIX_GLOBAL)
      take_mean(worker, i, rate, mean);
    else
      keep(worker, i, rate);
    if (steps)
      step(worker, i, next_rate, round + 1, next);
  }
  for (int l = 0; l < late; l++) {
    mix_with_neighbors(worker, worker->later[l], rate, round);
    if (steps)
      step(worker, worker->later[l], next_rate, round + 1, next);
  }
}
