/* Gathers batches: walks each node's epochs and converts rows of bytes to floats. */
#include "datasets/batches.h"

#include <stdlib.h>

#include "core/base/clones.h"
#include "core/base/memory.h"
#include "core/base/random.h"

/* Rows are fetched this far ahead of their conversion, past the end of a batch too, which more than halves the cost
 * of random rows. Any 4 to 64 rows do; more than a few are lost again before use where a worker hosts many nodes.
 * Into the second level, whose queue of misses is the longer one: 3.0 us for 32 rows of 784 bytes, not 4.0. */
enum { AHEAD = 8 };

/* A node's place; written by the one thread that draws for it. */
struct walk {
  int32_t *order;          /* (count): the samples of the epoch */
  const int32_t *samples;  /* (count): ascending */
  int64_t count;
  uint64_t epoch;          /* of which order is; NO_EPOCH before the first */
  char apart[GV_APART - 4 * sizeof(int64_t)];
};

#define NO_EPOCH UINT64_MAX

struct gv_batches {
  const struct gv_dataset *dataset;
  int32_t batch;      /* 0: full */
  int32_t max_batch;
  int nodes;
  uint64_t seed;
  struct walk *walks;  /* (nodes) */
  int32_t *orders;     /* all nodes' orders, GV_APART apart; NULL for full batches */
};

/* x (n, features) <- rows[0..n-1] of a list that goes on to rows[left-1]. Multiplying is 4 times as fast as a table
 * of 256 floats. */
GV_CLONES
static void gather(const uint8_t *bytes, size_t features, float scale, const int32_t *rows, int32_t n,
                             int64_t left, float *restrict x)
{
  for (int32_t r = 0; r < n; r++) {
    if (r + AHEAD < left) {
      const uint8_t *next = bytes + (size_t)rows[r + AHEAD] * features;
      for (size_t j = 0; j < features; j += GV_CACHE_LINE)
        __builtin_prefetch(next + j, 0, 2);
      __builtin_prefetch(next + features - 1, 0, 2);  /* rows begin anywhere in a line */
    }
    const uint8_t *restrict from = bytes + (size_t)rows[r] * features;
    float *restrict to = x + (size_t)r * features;
#pragma omp simd
    for (size_t j = 0; j < features; j++)
      to[j] = (float)from[j] * scale;
  }
}

/* Puts the node's list in the order of an epoch. */
static void walk_enter(struct walk *walk, uint64_t seed, int node, uint64_t epoch)
{
  if (walk->epoch == epoch)
    return;
  for (int64_t s = 0; s < walk->count; s++)
    walk->order[s] = walk->samples[s];
  struct gv_stream stream;
  gv_stream_start(&stream, seed, GV_RANDOM_SHUFFLE, (uint32_t)node, (uint32_t)epoch);
  gv_stream_shuffle(&stream, walk->order, (size_t)walk->count);
  walk->epoch = epoch;
}

/* Rows and labels to places at, at + 1, .. of the buffer. */
static void put(const struct gv_batches *batches, const int32_t *rows, int32_t n, int64_t left, int32_t at,
                struct gv_buffer *buffer)
{
  const struct gv_dataset *dataset = batches->dataset;
  size_t features = (size_t)dataset->shape.features;
  for (int32_t r = 0; r < n; r++)
    buffer->labels[at + r] = dataset->train.labels[rows[r]];
  gather(dataset->train.bytes, features, dataset->scale, rows, n, left, buffer->x + (size_t)at * features);
}

static void draw(void *context, int node, uint64_t round, struct gv_buffer *buffer, struct gv_batch *batch)
{
  struct gv_batches *batches = context;
  struct walk *walk = &batches->walks[node];
  int32_t n = batches->batch;
  if (n == 0) {
    n = (int32_t)walk->count;
    put(batches, walk->samples, n, n, 0, buffer);
  } else {
    uint64_t count = (uint64_t)walk->count, position = round * (uint64_t)n;
    for (int32_t have = 0; have < n;) {
      walk_enter(walk, batches->seed, node, position / count);
      int64_t offset = (int64_t)(position % count), left = walk->count - offset;
      int32_t some = left < n - have ? (int32_t)left : n - have;
      put(batches, walk->order + offset, some, left, have, buffer);
      have += some;
      position += (uint64_t)some;
    }
  }
  *batch = (struct gv_batch){.x = buffer->x, .labels = buffer->labels, .n = n};
}

static int64_t shard_size(void *context, int node)
{
  return ((struct gv_batches *)context)->walks[node].count;
}

static void shard(void *context, int node, int64_t first, int32_t n, struct gv_buffer *buffer,
                  struct gv_batch *batch)
{
  const struct gv_batches *batches = context;
  const struct walk *walk = &batches->walks[node];
  put(batches, walk->samples + first, n, walk->count - first, 0, buffer);
  *batch = (struct gv_batch){.x = buffer->x, .labels = buffer->labels, .n = n};
}

void gv_batches_part(const struct gv_dataset *dataset, const struct gv_part *part, int64_t first, int32_t n,
                     struct gv_buffer *buffer, struct gv_batch *batch)
{
  const uint8_t *restrict from = part->bytes + first * dataset->shape.features;
  float *restrict to = buffer->x;
  size_t values = (size_t)n * (size_t)dataset->shape.features;
#pragma omp simd
  for (size_t j = 0; j < values; j++)
    to[j] = (float)from[j] * dataset->scale;
  *batch = (struct gv_batch){.x = buffer->x, .labels = part->labels + first, .n = n};
}

static void test(void *context, int64_t first, int32_t n, struct gv_buffer *buffer, struct gv_batch *batch)
{
  const struct gv_dataset *dataset = ((struct gv_batches *)context)->dataset;
  gv_batches_part(dataset, &dataset->test, first, n, buffer, batch);
}

static int64_t apart(int64_t count)
{
  const int64_t step = GV_APART / sizeof(int32_t);
  return (count + step - 1) / step * step;
}

enum gv_status gv_batches_create(const struct gv_dataset *dataset, const struct gv_shards *shards, int32_t batch,
                                 uint64_t seed, struct gv_batches **out, struct gv_error *err)
{
  if (batch < 0)
    return gv_fail(err, GV_USAGE, "batch is %d; accepted: samples of a round, or 0 for all of a node's own", batch);
  int64_t room = 0, largest = 0;
  for (int i = 0; i < shards->nodes; i++) {
    int64_t count = shards->first[i + 1] - shards->first[i];
    if (count < 1)
      return gv_fail(err, GV_USAGE, "node %d of %d has no samples to draw from", i, shards->nodes);
    room += apart(count);
    largest = count > largest ? count : largest;
  }
  struct gv_batches *batches = calloc(1, sizeof *batches);
  if (batches == NULL)
    return gv_fail(err, GV_MEMORY, "no memory for batches");
  *batches = (struct gv_batches){.dataset = dataset, .batch = batch, .nodes = shards->nodes, .seed = seed,
                                 .max_batch = batch > 0 ? batch : (int32_t)largest};
  void *walks = NULL, *orders = NULL;
  enum gv_status status = gv_alloc_for(&walks, (size_t)shards->nodes, sizeof *batches->walks, "nodes", err);
  batches->walks = walks;
  if (status == GV_OK && batch > 0)
    status = gv_alloc_for(&orders, (size_t)room, sizeof *batches->orders, "the order of samples", err);
  batches->orders = orders;
  if (status != GV_OK) {
    gv_batches_destroy(batches);
    return status;
  }
  int32_t *order = batches->orders;
  for (int i = 0; i < shards->nodes; i++) {
    int64_t count = shards->first[i + 1] - shards->first[i];
    batches->walks[i] = (struct walk){
        .order = order, .samples = shards->index + shards->first[i], .count = count, .epoch = NO_EPOCH};
    if (order != NULL)
      order += apart(count);
  }
  *out = batches;
  return GV_OK;
}

void gv_batches_destroy(struct gv_batches *batches)
{
  if (batches == NULL)
    return;
  gv_free(batches->walks);
  gv_free(batches->orders);
  free(batches);
}

void gv_batches_source(struct gv_batches *batches, struct gv_source *source)
{
  const struct gv_dataset *dataset = batches->dataset;
  *source = (struct gv_source){
      .context = batches,
      .shape = dataset->shape,
      .nodes = batches->nodes,
      .train_samples = dataset->train.samples,
      .test_samples = dataset->test.samples,
      .max_batch = batches->max_batch,
      .samples_per_round = batches->batch > 0 ? (int64_t)batches->nodes * batches->batch : dataset->train.samples,
      .draw = draw,
      .shard_size = shard_size,
      .shard = shard,
      .test = test,
  };
}
