/* Draws batches: walks each node's epochs and gathers what comes next. */
#include "datasets/batches.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/base/random.h"
#include "datasets/gather.h"

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
  const struct gv_shards *shards;
  struct gv_batching batching;
  int32_t max_batch;
  int64_t per_round;   /* samples all nodes together draw in a round, on average */
  int nodes;
  struct walk *walks;  /* (nodes) */
  int32_t *orders;     /* all nodes' orders, GV_APART apart; NULL for full batches */
};

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

/* Samples of a node to places at, at + 1, .. of the buffer, as the node sees them. */
static void put(const struct gv_batches *batches, int node, const int32_t *rows, int32_t n, int64_t left,
                int32_t at, struct gv_buffer *buffer)
{
  const struct gv_dataset *dataset = batches->dataset;
  gv_gather(dataset, &dataset->train, batches->shards->labels, rows, n, left, at, buffer);
  if (batches->shards->skew != NULL)
    gv_skew_apply(batches->shards->skew, dataset, node, rows, n,
                  buffer->x + (size_t)at * (size_t)dataset->shape.features, buffer->row);
}

/* A batch of positions that run on from epoch to epoch. */
static int32_t draw_on(const struct gv_batches *batches, int node, uint64_t round, struct gv_buffer *buffer)
{
  struct walk *walk = &batches->walks[node];
  int32_t n = batches->batching.batch;
  uint64_t count = (uint64_t)walk->count, position = round * (uint64_t)n;
  for (int32_t have = 0; have < n;) {
    walk_enter(walk, batches->batching.seed, node, position / count);
    int64_t offset = (int64_t)(position % count), left = walk->count - offset;
    int32_t some = left < n - have ? (int32_t)left : n - have;
    put(batches, node, walk->order + offset, some, left, have, buffer);
    have += some;
    position += (uint64_t)some;
  }
  return n;
}

/* Rounds that an epoch of so many samples takes where a batch stays within it. */
static int64_t rounds_of(const struct gv_batching *batching, int64_t count)
{
  int64_t rounds = count / batching->batch, rest = count % batching->batch;
  return rounds + (rest > 0 && (batching->last == GV_LAST_SHORT || rounds == 0));
}

/* Where in its epoch a batch begins that stays within one. *n <- its samples. */
static int64_t place_of(const struct gv_batching *batching, int64_t count, uint64_t round, int32_t *n)
{
  uint64_t rounds = (uint64_t)rounds_of(batching, count);
  int64_t offset = (int64_t)(round % rounds) * batching->batch, left = count - offset;
  *n = left < batching->batch ? (int32_t)left : batching->batch;
  return offset;
}

/* A batch within one epoch. */
static int32_t draw_within(const struct gv_batches *batches, int node, uint64_t round, struct gv_buffer *buffer)
{
  struct walk *walk = &batches->walks[node];
  int32_t n;
  int64_t offset = place_of(&batches->batching, walk->count, round, &n);
  walk_enter(walk, batches->batching.seed, node, round / (uint64_t)rounds_of(&batches->batching, walk->count));
  put(batches, node, walk->order + offset, n, walk->count - offset, 0, buffer);
  return n;
}

static struct gv_batch batch_of(const struct gv_buffer *buffer, int32_t n)
{
  return (struct gv_batch){.x = buffer->x, .labels = buffer->labels, .targets = buffer->targets, .n = n};
}

static void draw(void *context, int node, uint64_t round, struct gv_buffer *buffer, struct gv_batch *batch)
{
  const struct gv_batches *batches = context;
  const struct walk *walk = &batches->walks[node];
  int32_t n = (int32_t)walk->count;
  if (batches->batching.batch == 0)
    put(batches, node, walk->samples, n, n, 0, buffer);
  else if (batches->batching.last == GV_LAST_NEXT)
    n = draw_on(batches, node, round, buffer);
  else
    n = draw_within(batches, node, round, buffer);
  *batch = batch_of(buffer, n);
}

static int32_t drawn(const void *context, int node, uint64_t round)
{
  const struct gv_batches *batches = context;
  int32_t n = (int32_t)batches->walks[node].count;
  if (batches->batching.batch > 0)
    place_of(&batches->batching, batches->walks[node].count, round, &n);
  return n;
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
  put(batches, node, walk->samples + first, n, walk->count - first, 0, buffer);
  *batch = batch_of(buffer, n);
}

void gv_batches_part(const struct gv_dataset *dataset, const struct gv_part *part, int64_t first, int32_t n,
                     struct gv_buffer *buffer, struct gv_batch *batch)
{
  gv_gather_range(dataset, part, first, n, buffer);
  *batch = batch_of(buffer, n);
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

/* Samples a node draws in a round, on average over an epoch. */
static double mean_batch(const struct gv_batching *batching, int64_t count)
{
  if (batching->batch == 0)
    return (double)count;
  if (batching->last == GV_LAST_SHORT)
    return (double)count / (double)rounds_of(batching, count);
  return batching->last == GV_LAST_DROP && count < batching->batch ? (double)count : (double)batching->batch;
}

enum gv_status gv_batches_create(const struct gv_dataset *dataset, const struct gv_shards *shards,
                                 const struct gv_batching *batching, struct gv_batches **out,
                                 struct gv_error *err)
{
  if (batching->batch < 0)
    return gv_fail(err, GV_USAGE, "batch is %d; accepted: samples of a round, or 0 for all of a node's own",
                   batching->batch);
  int64_t room = 0, largest = 0;
  double per_round = 0;
  for (int i = 0; i < shards->nodes; i++) {
    int64_t count = shards->first[i + 1] - shards->first[i];
    if (count < 1)
      return gv_fail(err, GV_USAGE, "node %d of %d has no samples to draw from", i, shards->nodes);
    room += apart(count);
    largest = count > largest ? count : largest;
    per_round += mean_batch(batching, count);
  }
  struct gv_batches *batches = calloc(1, sizeof *batches);
  if (batches == NULL)
    return gv_fail(err, GV_MEMORY, "no memory for batches");
  *batches = (struct gv_batches){.dataset = dataset, .shards = shards, .batching = *batching,
                                 .nodes = shards->nodes, .per_round = llrint(per_round),
                                 .max_batch = batching->batch > 0 ? batching->batch : (int32_t)largest};
  void *walks = NULL, *orders = NULL;
  enum gv_status status = gv_alloc_for(&walks, (size_t)shards->nodes, sizeof *batches->walks, "nodes", err);
  batches->walks = walks;
  if (status == GV_OK && batching->batch > 0)
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
  bool alike = batches->batching.batch > 0 && batches->batching.last == GV_LAST_NEXT;
  *source = (struct gv_source){
      .context = batches,
      .shape = dataset->shape,
      .nodes = batches->nodes,
      .train_samples = dataset->train.samples,
      .test_samples = dataset->test.samples,
      .max_batch = batches->max_batch,
      .samples_per_round = batches->per_round,
      .draw = draw,
      .drawn = alike ? NULL : drawn,
      .shard_size = shard_size,
      .shard = shard,
      .test = test,
  };
}
