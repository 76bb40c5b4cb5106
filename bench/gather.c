/* What it costs to gather a batch of random rows, beside the memory that it reads, and beside a round's gradient.
 *
 *   make -C build bench-gather
 *
 * 60,000 rows of 784 values, batches of 32, stored as bytes, floats, and as non-zeros (a fifth of the values). A
 * draw takes random rows, as nodes do; in order, rows follow each other, so that the processor streams them:
 * that is the memory traffic alone; again, the rows are those of the draw before: the conversion alone. A round
 * is a draw and the gradient of softmax regression on it; its gradient alone runs on batches that lie ready. So
 * a draw stalls the gradients by round - gradient, and its memory traffic is what draws in order take. Medians
 * of interleaved passes. */
#include <cblas.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/blas.h"
#include "core/base/clock.h"
#include "core/base/memory.h"
#include "core/base/random.h"
#include "datasets/gather.h"

enum { ROWS = 60000, FEATURES = 784, BATCH = 32, CLASSES = 10, DRAWS = 1500, PASSES = 9, READY = 64 };

enum what { RANDOM, ORDER, AGAIN, ROUND, GRADIENT, WHATS };

struct bench {
  struct gv_dataset dataset;
  struct gv_buffer buffer;
  int32_t *order;   /* (ROWS): shuffled */
  float *ready;     /* (READY, BATCH, FEATURES) */
  float *weights, *gradient, *scores;
};

static void *must(size_t count, size_t size)
{
  void *memory = gv_alloc(count, size);
  if (memory == NULL)
    exit(1);
  return memory;
}

/* g <- the gradient of the mean cross-entropy of x (BATCH, FEATURES), as the libraries do it. */
static void gradient(struct bench *b, const float *x)
{
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, BATCH, CLASSES, FEATURES, 1, x, FEATURES, b->weights,
              FEATURES, 0, b->scores, CLASSES);
  for (int r = 0; r < BATCH; r++) {
    float *s = b->scores + r * CLASSES, sum = 0;
    for (int c = 0; c < CLASSES; c++)
      sum += s[c] = expf(s[c]);
    for (int c = 0; c < CLASSES; c++)
      s[c] = (s[c] / sum - (c == r % CLASSES)) / BATCH;
  }
  cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, CLASSES, FEATURES, BATCH, 1, b->scores, CLASSES, x,
              FEATURES, 0, b->gradient, FEATURES);
}

/* Microseconds of one. */
static double measure(struct bench *b, enum what what)
{
  const struct gv_part *train = &b->dataset.train;
  double start = gv_seconds();
  for (int k = 0; k < DRAWS; k++) {
    int32_t first = (int32_t)((int64_t)k * BATCH % (ROWS - BATCH));
    if (what == ORDER)
      gv_gather_range(&b->dataset, train, first, BATCH, &b->buffer);
    else if (what != GRADIENT)
      gv_gather(&b->dataset, train, NULL, b->order + (what == AGAIN ? 0 : first), BATCH,
                what == AGAIN ? BATCH : ROWS - first, 0, &b->buffer);
    if (what == ROUND)
      gradient(b, b->buffer.x);
    if (what == GRADIENT)
      gradient(b, b->ready + (size_t)(k % READY) * BATCH * FEATURES);
  }
  return 1e6 * (gv_seconds() - start) / DRAWS;
}

static int ascending(const void *a, const void *b)
{
  const double *x = a, *y = b;
  return (*x > *y) - (*x < *y);
}

static void bench(struct bench *b, const char *storage, double bytes)
{
  double time[WHATS][PASSES], median[WHATS];
  for (int pass = 0; pass < PASSES; pass++)
    for (int what = 0; what < WHATS; what++)
      time[what][pass] = measure(b, (enum what)what);
  for (int what = 0; what < WHATS; what++) {
    qsort(time[what], PASSES, sizeof(double), ascending);
    median[what] = time[what][PASSES / 2];
  }
  double stall = median[ROUND] - median[GRADIENT];
  printf("%-8s %8.2f %8.2f %8.2f %10.2f %10.2f %10.2f %12.2f\n", storage, median[RANDOM], median[ORDER],
         median[AGAIN], bytes / median[ORDER] / 1000, median[GRADIENT], stall, stall / median[ORDER]);
}

/* A fifth of the values is not 0. */
static uint8_t value_of(struct gv_stream *stream)
{
  uint32_t word = gv_stream_u32(stream);
  return word % 5 == 0 ? (uint8_t)(word >> 24) : 0;
}

int main(void)
{
  struct bench b = {.dataset = {.shape = {.features = FEATURES, .channels = 1, .height = 28, .width = 28,
                                          .classes = CLASSES}, .scale = 1 / 255.0f}};
  struct gv_stream stream;
  struct gv_error error;
  if (gv_blas_prepare(&error) != GV_OK || gv_buffer_place(&b.buffer, &b.dataset.shape, BATCH, &error) != GV_OK)
    return 1;
  int32_t *labels = must(ROWS, sizeof *labels), *column = must((size_t)ROWS * FEATURES, sizeof *column);
  uint8_t *bytes = must((size_t)ROWS * FEATURES, 1);
  float *floats = must((size_t)ROWS * FEATURES, sizeof *floats);
  float *value = must((size_t)ROWS * FEATURES, sizeof *value);
  int64_t *first = must(ROWS + 1, sizeof *first), at = 0;
  gv_stream_start(&stream, 1, GV_RANDOM_DATA, 0, 0);
  for (int64_t s = 0; s < ROWS; s++) {
    for (int64_t j = 0; j < FEATURES; j++) {
      uint8_t v = value_of(&stream);
      bytes[s * FEATURES + j] = v;
      floats[s * FEATURES + j] = (float)v / 255;
      if (v != 0) {
        column[at] = (int32_t)j;
        value[at++] = (float)v / 255;
      }
    }
    first[s + 1] = at;
  }
  b.order = must(ROWS, sizeof *b.order);
  for (int32_t s = 0; s < ROWS; s++)
    b.order[s] = s;
  gv_stream_shuffle(&stream, b.order, ROWS);
  b.ready = must((size_t)READY * BATCH * FEATURES, sizeof(float));
  memcpy(b.ready, floats, (size_t)READY * BATCH * FEATURES * sizeof(float));
  b.weights = must((size_t)CLASSES * FEATURES, sizeof(float));
  b.gradient = must((size_t)CLASSES * FEATURES, sizeof(float));
  b.scores = must((size_t)BATCH * CLASSES, sizeof(float));

  printf("us a batch of %d   random  in order   again    GB/s read   gradient      stall   stall / in order\n",
         BATCH);
  b.dataset.train = (struct gv_part){.samples = ROWS, .bytes = bytes, .labels = labels};
  bench(&b, "bytes", (double)BATCH * FEATURES);
  b.dataset.train = (struct gv_part){.samples = ROWS, .floats = floats, .labels = labels};
  bench(&b, "floats", 4.0 * BATCH * FEATURES);
  b.dataset.train = (struct gv_part){
      .samples = ROWS, .labels = labels, .sparse = {.first = first, .column = column, .value = value}};
  bench(&b, "sparse", 8.0 * BATCH * (double)at / ROWS);
  return 0;
}
