/* source.h - where the engine gets its samples: implemented by datasets/, or by a test in ten lines. */
#ifndef GV_ENGINE_SOURCE_H
#define GV_ENGINE_SOURCE_H

#include <stdint.h>

#include <grapevine/model.h>
#include <grapevine/status.h>

/* Memory of one worker that a batch is gathered into; the engine's. targets or labels is NULL, by the shape. */
struct gv_buffer {
  float *x;         /* (max_batch, features) */
  int32_t *labels;  /* (max_batch) */
  float *targets;   /* (max_batch, outputs) */
  float *row;       /* (features): scratch of the source */
};

/* Memory for batches of at most max_batch samples of this shape; its pages are the first toucher's. A failure
 * leaves what gv_buffer_clear takes back. */
enum gv_status gv_buffer_place(struct gv_buffer *buffer, const struct gv_shape *shape, int32_t max_batch,
                               struct gv_error *err);
void gv_buffer_clear(struct gv_buffer *buffer);

struct gv_source {
  void *context;
  struct gv_shape shape;
  int nodes;
  int64_t train_samples, test_samples;  /* test_samples may be 0 */
  int32_t max_batch;                    /* largest n of any training batch */
  int64_t samples_per_round;            /* what all nodes together draw in a round */

  /* batch <- what node draws in a round, gathered into buffer or standing elsewhere until the next call for
   * the same buffer. A pure function of (node, round); rounds rise from call to call, and may jump. Called by
   * one thread at a time for a node, by many for different nodes. Neither fails nor allocates. */
  void (*draw)(void *context, int node, uint64_t round, struct gv_buffer *buffer, struct gv_batch *batch);

  /* How many samples that are; NULL: max_batch, always. Pure, any thread. */
  int32_t (*drawn)(const void *context, int node, uint64_t round);

  /* The training samples of a node, for measuring at all of them; NULL: they cannot be had. batch <- its samples
   * first .. first+n-1. Pure, any thread. n <= the buffer's max_batch. */
  int64_t (*shard_size)(void *context, int node);
  void (*shard)(void *context, int node, int64_t first, int32_t n, struct gv_buffer *buffer,
                struct gv_batch *batch);

  /* batch <- test samples first .. first+n-1. Pure, any thread. n <= the buffer's max_batch. */
  void (*test)(void *context, int64_t first, int32_t n, struct gv_buffer *buffer, struct gv_batch *batch);
};

#endif
