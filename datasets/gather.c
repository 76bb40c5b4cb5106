/* Rows of bytes, floats or non-zeros become rows of floats; random rows are fetched ahead. */
#include "datasets/gather.h"

#include <string.h>

#include "core/base/clones.h"
#include "core/base/memory.h"

/* Rows are fetched this far ahead of their conversion, past the end of a batch too, which more than halves the cost
 * of random rows. Any 4 to 64 rows do; more than a few are lost again before use where a worker hosts many nodes.
 * Into the second level, whose queue of misses is the longer one: 3.0 us for 32 rows of 784 bytes, not 4.0. */
enum { AHEAD = 8 };

/* Inlined by force: gcc takes a function that only fetches for one that does nothing, and drops calls of it. */
#define ALWAYS static inline __attribute__((always_inline))

ALWAYS void fetch(const void *row, size_t bytes)
{
  const char *at = row;
  for (size_t j = 0; j < bytes; j += GV_CACHE_LINE)
    __builtin_prefetch(at + j, 0, 2);
  __builtin_prefetch(at + bytes - (bytes > 0), 0, 2);  /* rows begin anywhere in a line */
}

/* Row number r + AHEAD of rows, where there is one; base has rows of so many bytes. */
ALWAYS void fetch_ahead(const void *base, size_t bytes, const int32_t *rows, int32_t r, int64_t left)
{
  if (r + AHEAD < left)
    fetch((const char *)base + (size_t)rows[r + AHEAD] * bytes, bytes);
}

/* x (n, features) <- rows[0..n-1] of a list that goes on to rows[left-1]. Multiplying is 4 times as fast as a table
 * of 256 floats. */
GV_CLONES
static void gather_bytes(const uint8_t *bytes, size_t features, float scale, const int32_t *rows, int32_t n,
                         int64_t left, float *restrict x)
{
  for (int32_t r = 0; r < n; r++) {
    fetch_ahead(bytes, features, rows, r, left);
    const uint8_t *restrict from = bytes + (size_t)rows[r] * features;
    float *restrict to = x + (size_t)r * features;
#pragma omp simd
    for (size_t j = 0; j < features; j++)
      to[j] = (float)from[j] * scale;
  }
}

/* The same with a scale and a shift a feature. */
GV_CLONES
static void gather_shifted(const uint8_t *bytes, size_t features, const float *restrict scales,
                           const float *restrict shifts, const int32_t *rows, int32_t n, int64_t left,
                           float *restrict x)
{
  for (int32_t r = 0; r < n; r++) {
    fetch_ahead(bytes, features, rows, r, left);
    const uint8_t *restrict from = bytes + (size_t)rows[r] * features;
    float *restrict to = x + (size_t)r * features;
#pragma omp simd
    for (size_t j = 0; j < features; j++)
      to[j] = (float)from[j] * scales[j] + shifts[j];
  }
}

static void gather_floats(const float *floats, size_t features, const int32_t *rows, int32_t n, int64_t left,
                          float *restrict x)
{
  for (int32_t r = 0; r < n; r++) {
    fetch_ahead(floats, features * sizeof *floats, rows, r, left);
    memcpy(x + (size_t)r * features, floats + (size_t)rows[r] * features, features * sizeof *floats);
  }
}

static void put_sparse(const struct gv_sparse *sparse, int64_t s, const float *zero, size_t features,
                       float *restrict to)
{
  if (zero != NULL)
    memcpy(to, zero, features * sizeof *to);
  else
    memset(to, 0, features * sizeof *to);
  for (int64_t k = sparse->first[s]; k < sparse->first[s + 1]; k++)
    to[sparse->column[k]] = sparse->value[k];
}

static void gather_sparse(const struct gv_sparse *sparse, const float *zero, size_t features, const int32_t *rows,
                          int32_t n, int64_t left, float *restrict x)
{
  for (int32_t r = 0; r < n; r++) {
    if (r + AHEAD < left) {
      int64_t first = sparse->first[rows[r + AHEAD]], count = sparse->first[rows[r + AHEAD] + 1] - first;
      fetch(sparse->column + first, (size_t)count * sizeof *sparse->column);
      fetch(sparse->value + first, (size_t)count * sizeof *sparse->value);
    }
    put_sparse(sparse, rows[r], zero, features, x + (size_t)r * features);
  }
}

void gv_gather(const struct gv_dataset *dataset, const struct gv_part *part, const int32_t *labels,
               const int32_t *rows, int32_t n, int64_t left, int32_t at, struct gv_buffer *buffer)
{
  size_t features = (size_t)dataset->shape.features, outputs = (size_t)dataset->shape.outputs;
  float *x = buffer->x + (size_t)at * features;
  labels = labels != NULL ? labels : part->labels;
  if (part->targets != NULL)
    for (int32_t r = 0; r < n; r++)
      memcpy(buffer->targets + (size_t)(at + r) * outputs, part->targets + (size_t)rows[r] * outputs,
             outputs * sizeof(float));
  else
    for (int32_t r = 0; r < n; r++)
      buffer->labels[at + r] = labels[rows[r]];
  if (part->floats != NULL)
    gather_floats(part->floats, features, rows, n, left, x);
  else if (part->sparse.first != NULL)
    gather_sparse(&part->sparse, dataset->zero, features, rows, n, left, x);
  else if (dataset->scales != NULL)
    gather_shifted(part->bytes, features, dataset->scales, dataset->shifts, rows, n, left, x);
  else
    gather_bytes(part->bytes, features, dataset->scale, rows, n, left, x);
}

void gv_gather_range(const struct gv_dataset *dataset, const struct gv_part *part, int64_t first, int32_t n,
                     struct gv_buffer *buffer)
{
  enum { BLOCK = 64 };
  int32_t rows[BLOCK];
  for (int32_t at = 0; at < n; at += BLOCK) {
    int32_t some = n - at < BLOCK ? n - at : BLOCK;
    for (int32_t r = 0; r < some; r++)
      rows[r] = (int32_t)(first + at + r);
    gv_gather(dataset, part, NULL, rows, some, some, at, buffer);
  }
}
