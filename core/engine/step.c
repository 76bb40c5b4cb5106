/* What a node does with its own data in a round, in either pace: gradient, optimizer, local step. The hot path. */
#include <math.h>

#include "core/algorithms/compress.h"
#include "core/base/calling.h"
#include "core/base/clock.h"
#include "core/base/clones.h"
#include "core/engine/internal.h"
#include "core/engine/reduce.h"

void gv_block_begin(const struct gv_engine *e, const struct gv_node *node, float *x, size_t first, float rate,
                    enum gv_mixing mixing, struct gv_block *block)
{
  block->n = e->dim - first < GV_BLOCK ? e->dim - first : GV_BLOCK;
  block->rate = rate;
  block->step = node->rounds;
  block->mixing = mixing;
  block->weight = (float)node->weight;
  block->x = x + first;
  for (int s = 0; s < e->setup.algorithm->states; s++)
    block->state[s] = node->states + (size_t)s * e->stride + first;
}

float gv_worker_clip(const struct gv_worker *worker, const float *g)
{
  const struct gv_engine *e = worker->engine;
  if (e->clip == 0)
    return 1;
  double norm = sqrt(gv_squared_norm(g, e->dim));
  return norm > (double)e->clip ? (float)((double)e->clip / norm) : 1;
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

double gv_worker_compute(struct gv_worker *worker, int index, float *g, uint64_t round, double rate)
{
  struct gv_engine *e = worker->engine;
  struct gv_batch batch;
  float loss = 0;
  e->setup.source->draw(e->setup.source->context, index, round, &worker->buffer, &batch);
  gv_calling_for(index, round);
  const char *why = gv_worker_gradient(worker, e->node[index].x, &batch, g, &loss);
  gv_calling_for(-1, 0);
  if (why != NULL)
    gv_worker_fail(worker, round, index, GV_MODEL, "node %d, round %llu: %s", index, (unsigned long long)round,
                   why);
  else if (!isfinite(loss))
    gv_worker_fail(
        worker, round, index, GV_NUMERIC,
        "node %d, round %llu: the loss is %g; the learning rate %g may be too high, or the data not finite", index,
        (unsigned long long)round, isnan(loss) ? (double)NAN : (double)loss, rate);
  e->node[index].loss += (double)loss;
  return (double)loss;
}

int32_t gv_engine_drawn(const void *of, int node, uint64_t round)
{
  const struct gv_source *source = of;
  return source->drawn != NULL ? source->drawn(source->context, node, round) : source->max_batch;
}

double gv_worker_timed_compute(struct gv_worker *worker, int index, float *g, uint64_t round, double rate)
{
  struct gv_engine *e = worker->engine;
  if (index != e->timed || e->setup.compute_time > 0 || !gv_clock_wants(e->clock, round))
    return gv_worker_compute(worker, index, g, round, rate);
  double began = gv_thread_seconds(), loss = gv_worker_compute(worker, index, g, round, rate);
  gv_clock_measure(e->clock, gv_thread_seconds() - began, gv_engine_drawn(e->setup.source, index, round));
  return loss;
}

void gv_worker_local(struct gv_worker *worker, const struct gv_node *node, float *x, const float *g, float rate,
                     enum gv_mixing mixing, float *const *message)
{
  const struct gv_engine *e = worker->engine;
  const struct gv_algorithm *algorithm = e->setup.algorithm;
  float clip = gv_worker_clip(worker, g);
  for (size_t first = 0; first < e->dim; first += GV_BLOCK) {
    struct gv_block block;
    gv_block_begin(e, node, x, first, rate, mixing, &block);
    for (int m = 0; m < algorithm->messages; m++)
      block.message[m] = message[m] + first;
    block.d = gv_worker_direction(worker, node, node->x + first, g + first, clip, first, block.n);
    algorithm->local(e->setup.algorithm_options, &block);
  }
}

/* v (n) <- x - known */
GV_CLONES
static void part(float *restrict v, const float *restrict x, const float *restrict known, size_t n)
{
#pragma omp simd
  for (size_t i = 0; i < n; i++)
    v[i] = x[i] - known[i];
}

/* known (n), and with it the message, take up v. */
GV_CLONES
static void take_up(float *restrict known, float *restrict message, const float *restrict v, size_t n)
{
#pragma omp simd
  for (size_t i = 0; i < n; i++) {
    known[i] = known[i] + v[i];
    message[i] = known[i];
  }
}

double gv_worker_compress(struct gv_worker *worker, int index, uint64_t round, float *message)
{
  const struct gv_engine *e = worker->engine;
  struct gv_node *node = &e->node[index];
  float *v = worker->gradient, *known = node->states;  /* the gradient has been used */
  part(v, node->x, known, e->dim);
  double bytes = gv_compress(e->setup.algorithm_options, e->setup.seed, index, round, v, e->dim, message);
  take_up(known, message, v, e->dim);
  return bytes;
}
