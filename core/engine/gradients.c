/* What takes the gradients of all nodes over all of their data, at the mean model: the objective, the norm of its
 * gradient, and how far the nodes' gradients lie apart. All workers share the nodes, in waves of one node a worker;
 * sums run in the order of the nodes, so the figures do not depend on the workers. */
#include <math.h>
#include <string.h>

#include "core/base/calling.h"
#include "core/base/clones.h"
#include "core/engine/internal.h"
#include "core/engine/reduce.h"

enum { CHUNK = GV_EVALUATION_BATCH };

enum gv_status gv_measure_prepare(struct gv_engine *e, struct gv_error *err)
{
  const char *what = "the metrics";
  size_t nodes = (size_t)e->nodes;
  if (!e->setup.measure)
    return GV_OK;
  if (e->setup.source->shard == NULL)
    return gv_fail(err, GV_USAGE, "metrics all: the source of samples cannot give all of a node's");
  enum gv_status status = gv_alloc_for(&e->gradient_sum, e->stride, sizeof *e->gradient_sum, what, err);
  if (status == GV_OK)
    status = gv_alloc_for(&e->shard_loss, nodes, sizeof *e->shard_loss, what, err);
  if (status == GV_OK)
    status = gv_alloc_for(&e->shard_norm, nodes, sizeof *e->shard_norm, what, err);
  return status;
}

/* sum (n) += share v */
GV_CLONES
static void add_share(double *restrict sum, const float *restrict v, double share, size_t n)
{
#pragma omp simd
  for (size_t i = 0; i < n; i++)
    sum[i] += share * (double)v[i];
}

GV_CLONES
static void add(double *restrict sum, const double *restrict v, size_t n)
{
#pragma omp simd
  for (size_t i = 0; i < n; i++)
    sum[i] += v[i];
}

/* worker->measured (dim) <- the gradient of node's own objective at the mean model; its loss and norm. */
static void measure_node(struct gv_worker *worker, int node, uint64_t round)
{
  struct gv_engine *e = worker->engine;
  const struct gv_source *source = e->setup.source;
  int64_t samples = source->shard_size(source->context, node);
  int64_t place = e->nodes + e->chunks + node;
  double loss = 0;
  memset(worker->measured, 0, e->dim * sizeof *worker->measured);
  for (int64_t first = 0; first < samples && !worker->failed; first += CHUNK) {
    struct gv_batch batch;
    float part = 0;
    int32_t n = samples - first < CHUNK ? (int32_t)(samples - first) : CHUNK;
    double share = (double)n / (double)samples;
    source->shard(source->context, node, first, n, &worker->buffer, &batch);
    gv_calling_for(node, round);
    const char *why = gv_worker_gradient(worker, e->mean, &batch, worker->measuring, &part);
    gv_calling_for(-1, 0);
    if (why != NULL)
      gv_worker_fail(worker, round, place, GV_MODEL, "metrics after round %llu, data of node %d: %s",
                     (unsigned long long)round, node, why);
    add_share(worker->measured, worker->measuring, share, e->dim);
    loss += share * (double)part;
  }
  e->shard_loss[node] = loss;
  e->shard_norm[node] = gv_squared_norm_double(worker->measured, e->dim);
  if (!worker->failed && !isfinite(loss + e->shard_norm[node]))
    gv_worker_fail(worker, round, place, GV_NUMERIC, "metrics after round %llu: loss or gradient of the mean model "
                   "on the data of node %d is not finite; the learning rate %g may be too high",
                   (unsigned long long)round, node, e->setup.learning_rate);
}

void gv_worker_measure(struct gv_worker *worker, uint64_t round)
{
  struct gv_engine *e = worker->engine;
  if (!e->setup.measure)
    return;
  size_t first, end;
  gv_slice(e->dim, worker->index, e->setup.workers, &first, &end);
  if (first < end)
    memset(e->gradient_sum + first, 0, (end - first) * sizeof *e->gradient_sum);
  for (int wave = 0; wave < e->nodes; wave += e->setup.workers) {
    if (wave + worker->index < e->nodes)
      measure_node(worker, wave + worker->index, round);
    gv_team_barrier(worker->team);
    for (int w = 0; w < e->setup.workers && wave + w < e->nodes && first < end; w++)
      add(e->gradient_sum + first, e->worker[w].measured + first, end - first);
    gv_team_barrier(worker->team);
  }
}

void gv_measure_summarise(const struct gv_engine *e, struct gv_evaluation *out)
{
  const struct gv_source *source = e->setup.source;
  double n = e->nodes, samples = 0, loss = 0, by_samples = 0, squares = 0, farthest = 0;
  if (!e->setup.measure)
    return;
  for (int i = 0; i < e->nodes; i++) {
    double own = (double)source->shard_size(source->context, i);
    samples += own;
    loss += e->shard_loss[i];
    by_samples += own * e->shard_loss[i];
    squares += e->shard_norm[i];
    farthest = fmax(farthest, e->distance[i]);
  }
  double mean_square = gv_squared_norm_double(e->gradient_sum, e->dim) / (n * n);
  out->objective = loss / n;
  out->objective_by_samples = by_samples / samples;
  out->gradient_norm = sqrt(mean_square);
  out->gradient_dissimilarity = fmax(squares / n - mean_square, 0);  /* in double: little cancels */
  out->drift_max = sqrt(farthest);
}
