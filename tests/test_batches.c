/* Batches: epochs, jumps, short ones, whole ones, the test part. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/memory.h"
#include "datasets/batches.h"
#include "datasets/prepare.h"
#include "tests/data.h"

static struct gv_buffer buffer_make(const struct gv_source *source)
{
  size_t n = (size_t)source->max_batch;
  return (struct gv_buffer){.x = gv_alloc(n * (size_t)source->shape.features, sizeof(float)),
                            .labels = gv_alloc(n, sizeof(int32_t))};
}

static void buffer_clear(struct gv_buffer *buffer)
{
  gv_free(buffer->x);
  gv_free(buffer->labels);
}

/* A data set whose sample s shows its own number: bytes s mod 256 and s / 256, label s mod 10. */
static struct gv_dataset *numbered(int64_t samples)
{
  struct gv_dataset *dataset = NULL;
  assert_ok(gv_dataset_create("numbered", &dataset, err));
  dataset->shape = (struct gv_shape){.channels = 1, .height = 1, .width = 2};
  dataset->train = (struct gv_part){.samples = samples, .bytes = gv_alloc((size_t)samples, 2),
                                    .labels = gv_alloc((size_t)samples, sizeof(int32_t))};
  for (int64_t s = 0; s < samples; s++) {
    dataset->train.bytes[2 * s] = (uint8_t)(s % 256);
    dataset->train.bytes[2 * s + 1] = (uint8_t)(s / 256);
    dataset->train.labels[s] = (int32_t)(s % 10);
  }
  assert_ok(gv_dataset_settle(dataset, err));
  return dataset;
}

/* Which sample row r of a batch is; its label and its conversion are checked on the way. */
static int64_t sample_of(const struct gv_dataset *dataset, const struct gv_batch *batch, int32_t r)
{
  float low = batch->x[2 * r], high = batch->x[2 * r + 1];
  int64_t s = lrintf(low / dataset->scale) + 256 * lrintf(high / dataset->scale);
  ck_assert_int_lt(s, dataset->train.samples);
  ck_assert(low == (float)dataset->train.bytes[2 * s] * dataset->scale);  /* exactly */
  ck_assert(high == (float)dataset->train.bytes[2 * s + 1] * dataset->scale);
  ck_assert_int_eq(batch->labels[r], s % 10);
  return s;
}

START_TEST(batches_walk_epochs)
{
  enum { SAMPLES = 1000, NODES = 3, EPOCHS = 4 };
  static const int32_t sizes[] = {1, 7, 32, 333, 1000};  /* within an epoch, across two, across several */
  struct gv_dataset *dataset = numbered(SAMPLES);
  struct gv_shards *shards = NULL;
  assert_ok(gv_shards_create("iid", dataset, NODES, 1, &shards, err));
  for (size_t b = 0; b < sizeof sizes / sizeof sizes[0]; b++) {
    struct gv_batches *batches = NULL;
    struct gv_source source;
    assert_ok(
        gv_batches_create(dataset, shards, &(struct gv_batching){.batch = sizes[b], .seed = 9}, &batches, err));
    gv_batches_source(batches, &source);
    ck_assert_int_eq(source.nodes, NODES);
    ck_assert_int_eq(source.max_batch, sizes[b]);
    ck_assert(source.drawn == NULL);
    ck_assert_int_eq(source.samples_per_round, NODES * sizes[b]);
    ck_assert_int_eq(source.train_samples, SAMPLES);
    struct gv_buffer buffer = buffer_make(&source);
    int64_t before[SAMPLES] = {0}, now[SAMPLES];
    for (int node = 0; node < NODES; node++) {
      int64_t count = shards->first[node + 1] - shards->first[node], at = 0, epoch = 0;
      int seen[SAMPLES] = {0};
      for (uint64_t round = 0; epoch < EPOCHS; round++) {
        struct gv_batch batch;
        source.draw(source.context, node, round, &buffer, &batch);
        ck_assert_int_eq(batch.n, sizes[b]);
        ck_assert_ptr_null(batch.targets);
        for (int32_t r = 0; r < batch.n && epoch < EPOCHS; r++) {
          now[at++] = sample_of(dataset, &batch, r);
          seen[now[at - 1]]++;
          if (at < count)
            continue;
          epoch++;  /* by now each of the node's samples was seen that often, and in another order than before */
          for (int64_t p = 0; p < count; p++)
            ck_assert_int_eq(seen[shards->index[shards->first[node] + p]], epoch);
          ck_assert(memcmp(now, before, (size_t)count * sizeof *now) != 0);
          memcpy(before, now, sizeof now);
          at = 0;
        }
      }
    }
    buffer_clear(&buffer);
    gv_batches_destroy(batches);
  }
  gv_shards_destroy(shards);
  gv_dataset_destroy(dataset);
}
END_TEST

START_TEST(batches_jump)
{
  enum { SAMPLES = 100, NODES = 3 };
  static const uint64_t rounds[] = {3, 0, 7, 7, 90, 2, UINT64_C(1) << 40};
  static const int32_t sizes[] = {8, 64};
  struct gv_dataset *dataset = numbered(SAMPLES);
  struct gv_shards *shards = NULL;
  assert_ok(gv_shards_create("iid", dataset, NODES, 1, &shards, err));
  for (int b = 0; b < 2; b++) {
    struct gv_batches *walked = NULL, *jumped = NULL;
    struct gv_source walk, jump;
    assert_ok(
        gv_batches_create(dataset, shards, &(struct gv_batching){.batch = sizes[b], .seed = 9}, &walked, err));
    assert_ok(
        gv_batches_create(dataset, shards, &(struct gv_batching){.batch = sizes[b], .seed = 9}, &jumped, err));
    gv_batches_source(walked, &walk);
    gv_batches_source(jumped, &jump);
    struct gv_buffer one = buffer_make(&walk), other = buffer_make(&jump);
    for (size_t i = 0; i < sizeof rounds / sizeof rounds[0]; i++)
      for (int node = 0; node < NODES; node++) {
        struct gv_batch a, c;
        for (uint64_t round = rounds[i] < 100 ? 0 : rounds[i] - 5; round <= rounds[i]; round++)
          walk.draw(walk.context, node, round, &one, &a);
        jump.draw(jump.context, node, rounds[i], &other, &c);
        ck_assert_mem_eq(a.labels, c.labels, (size_t)a.n * sizeof *a.labels);
        ck_assert_mem_eq(a.x, c.x, 2 * (size_t)a.n * sizeof *a.x);
      }
    buffer_clear(&one);
    buffer_clear(&other);
    gv_batches_destroy(walked);
    gv_batches_destroy(jumped);
  }
  gv_shards_destroy(shards);
  gv_dataset_destroy(dataset);
}
END_TEST

START_TEST(batches_full)
{
  enum { SAMPLES = 100, NODES = 7 };
  struct gv_dataset *dataset = numbered(SAMPLES);
  struct gv_shards *shards = NULL;
  struct gv_batches *batches = NULL;
  struct gv_source source;
  assert_ok(gv_shards_create("iid", dataset, NODES, 1, &shards, err));
  assert_fails(GV_USAGE, "batch is -1",
               gv_batches_create(dataset, shards, &(struct gv_batching){.batch = -1, .seed = 9}, &batches, err));
  assert_ok(gv_batches_create(dataset, shards, &(struct gv_batching){.batch = 0, .seed = 9}, &batches, err));
  gv_batches_source(batches, &source);
  ck_assert_int_eq(source.max_batch, SAMPLES / NODES + 1);
  ck_assert_int_eq(source.samples_per_round, SAMPLES);
  struct gv_buffer buffer = buffer_make(&source);
  for (int node = 0; node < NODES; node++)
    for (uint64_t round = 0; round < 3; round++) {
      struct gv_batch batch;
      source.draw(source.context, node, round, &buffer, &batch);
      ck_assert_int_eq(batch.n, shards->first[node + 1] - shards->first[node]);
      ck_assert_int_eq(source.drawn(source.context, node, round), batch.n);
      for (int32_t r = 0; r < batch.n; r++)
        ck_assert_int_eq(sample_of(dataset, &batch, r), shards->index[shards->first[node] + r]);
    }
  buffer_clear(&buffer);
  gv_batches_destroy(batches);
  gv_batches_destroy(NULL);
  gv_shards_destroy(shards);
  gv_dataset_destroy(dataset);
}
END_TEST

START_TEST(batches_refuse_an_empty_node)
{
  struct gv_dataset *dataset = numbered(4);
  struct gv_shards shards = {
      .nodes = 2, .first = (int64_t[]){0, 4, 4}, .index = (int32_t[]){0, 1, 2, 3}};
  struct gv_batches *batches = NULL;
  assert_fails(GV_USAGE, "node 1 of 2 has no samples",
               gv_batches_create(dataset, &shards, &(struct gv_batching){.batch = 1, .seed = 9}, &batches, err));
  ck_assert_ptr_null(batches);
  gv_dataset_destroy(dataset);
}
END_TEST

START_TEST(test_part_in_order)
{
  struct gv_dataset *digits = open_digits();
  struct gv_shards *shards = NULL;
  struct gv_batches *batches = NULL;
  struct gv_source source;
  assert_ok(gv_shards_create("contiguous", digits, 4, 1, &shards, err));
  assert_ok(gv_batches_create(digits, shards, &(struct gv_batching){.batch = 50, .seed = 1}, &batches, err));
  gv_batches_source(batches, &source);
  ck_assert_int_eq(source.test_samples, 359);
  struct gv_buffer buffer = buffer_make(&source);
  for (int32_t first = 0; first < 359; first += 50) {
    struct gv_batch batch;
    int32_t n = first + 50 <= 359 ? 50 : 359 - first;
    source.test(source.context, first, n, &buffer, &batch);
    ck_assert_int_eq(batch.n, n);
    for (int32_t r = 0; r < n; r++) {
      ck_assert_int_eq(batch.labels[r], digits->test.labels[first + r]);
      for (int j = 0; j < 64; j++)
        ck_assert(batch.x[64 * r + j] == (float)digits->test.bytes[64 * (first + r) + j] * digits->scale);
    }
  }
  buffer_clear(&buffer);
  gv_batches_destroy(batches);
  gv_shards_destroy(shards);
  gv_dataset_destroy(digits);
}
END_TEST

/* Short: an epoch is all of a node's samples once. Dropped: whole batches of it, or all of them where there are
 * fewer. */
START_TEST(last_batches)
{
  enum { SAMPLES = 100, NODES = 3 };
  static const int32_t sizes[] = {1, 8, 33, 34, 60};
  static const enum gv_last_batch kinds[] = {GV_LAST_SHORT, GV_LAST_DROP};
  struct gv_dataset *dataset = numbered(SAMPLES);
  struct gv_shards *shards = NULL;
  assert_ok(gv_shards_create("iid", dataset, NODES, 1, &shards, err));  /* 33, 33 and 34 samples */
  for (size_t b = 0; b < sizeof sizes / sizeof sizes[0]; b++)
    for (int kind = 0; kind < 2; kind++) {
      struct gv_batches *batches = NULL;
      struct gv_source source;
      const struct gv_batching batching = {.batch = sizes[b], .last = kinds[kind], .seed = 9};
      assert_ok(gv_batches_create(dataset, shards, &batching, &batches, err));
      gv_batches_source(batches, &source);
      struct gv_buffer buffer = buffer_make(&source);
      double mean = 0;
      for (int node = 0; node < NODES; node++) {
        int64_t count = shards->first[node + 1] - shards->first[node];
        int64_t whole = count / sizes[b], rounds = whole + (count % sizes[b] > 0 && (kind == 0 || whole == 0));
        int64_t drawn = kind == 0 || whole == 0 ? count : whole * sizes[b];
        mean += (double)drawn / (double)rounds;
        for (int64_t epoch = 0; epoch < 3; epoch++) {
          int seen[SAMPLES] = {0};
          int64_t have = 0;
          for (int64_t r = 0; r < rounds; r++) {
            struct gv_batch batch;
            source.draw(source.context, node, (uint64_t)(epoch * rounds + r), &buffer, &batch);
            ck_assert_int_ge(batch.n, 1);
            ck_assert_int_le(batch.n, source.max_batch);
            ck_assert_int_eq(source.drawn(source.context, node, (uint64_t)(epoch * rounds + r)), batch.n);
            for (int32_t k = 0; k < batch.n; k++)
              ck_assert_int_eq(seen[sample_of(dataset, &batch, k)]++, 0);
            have += batch.n;
          }
          ck_assert_int_eq(have, drawn);
        }
      }
      ck_assert_int_eq(source.samples_per_round, llrint(mean));
      buffer_clear(&buffer);
      gv_batches_destroy(batches);
    }
  gv_shards_destroy(shards);
  gv_dataset_destroy(dataset);
}
END_TEST

/* What a node draws is what it sees: labels and features of its own, the same whichever batch they come in. */
START_TEST(batches_are_what_nodes_see)
{
  enum { NODES = 4 };
  struct gv_dataset *digits = open_digits();
  struct gv_shards *shards = NULL;
  assert_ok(gv_shards_create("features:noise=0.5,rotate=yes+labels:flip=0.5", digits, NODES, 1, &shards, err));
  struct gv_batches *batches = NULL;
  struct gv_source source;
  assert_ok(gv_batches_create(digits, shards, &(struct gv_batching){.batch = 50, .seed = 9}, &batches, err));
  gv_batches_source(batches, &source);
  struct gv_buffer drawn = {0}, one = {0};
  assert_ok(gv_buffer_place(&drawn, &source.shape, 50, err));
  assert_ok(gv_buffer_place(&one, &source.shape, 1, err));
  for (int node = 0; node < NODES; node++) {
    struct gv_batch batch, single;
    int changed = 0, found = 0;
    source.draw(source.context, node, 3, &drawn, &batch);
    for (int64_t k = 0; k < source.shard_size(source.context, node); k++) {
      source.shard(source.context, node, k, 1, &one, &single);
      int32_t s = shards->index[shards->first[node] + k];
      ck_assert_int_eq(single.labels[0], shards->labels[s]);
      changed += shards->labels[s] != digits->train.labels[s];
      for (int32_t r = 0; r < batch.n; r++)
        if (memcmp(batch.x + 64 * r, single.x, 64 * sizeof(float)) == 0 && batch.labels[r] == single.labels[0])
          found++;
    }
    ck_assert_int_ge(found, batch.n);
    ck_assert((changed > 0) == (node > 0));
  }
  gv_buffer_clear(&drawn);
  gv_buffer_clear(&one);
  gv_batches_destroy(batches);
  gv_shards_destroy(shards);
  gv_dataset_destroy(digits);
}
END_TEST

int main(void)
{
  const TTest *const tests[] = {batches_walk_epochs, batches_jump, batches_full, batches_refuse_an_empty_node,
                                test_part_in_order, last_batches, batches_are_what_nodes_see,
                                NULL};
  return run_suite("batches", tests);
}
