/* score.h - what a model makes of samples at given weights: its loss, its right answers, its scores.
 *
 * Samples go through in chunks of GV_EVALUATION_BATCH, shared by the workers; sums run in the order of the chunks,
 * so the figures are the same bits for every number of workers, and those of the engine's own evaluations.
 */
#ifndef GV_ENGINE_SCORE_H
#define GV_ENGINE_SCORE_H

#include <stdint.h>

#include <grapevine/model.h>
#include <grapevine/status.h>

#include "core/engine/source.h"

/* Samples per call of a model's evaluate and predict. */
enum { GV_EVALUATION_BATCH = 128 };

/* An instance of a model, on the thread that it was created on. */
struct gv_instance {
  const struct gv_model *model;
  const struct gv_host *host;
  const char *(*failure)(const struct gv_host *host);  /* why the call that just failed did, the model named */
  void *instance;
};

/* metrics <- the batch at w. GV_NUMERIC: metrics->loss is not finite. */
enum gv_status gv_score_batch(const struct gv_instance *here, const float *w, const struct gv_batch *batch,
                              struct gv_metrics *metrics, struct gv_error *err);

struct gv_scoring {
  const struct gv_model *model;
  const struct gv_task *task;          /* max_batch >= GV_EVALUATION_BATCH */
  const struct gv_host *const *hosts;  /* (workers) */
  const char *(*failure)(const struct gv_host *host);
  const float *w;                      /* (parameters) */

  int64_t samples;                     /* >= 1 */
  void *source;                        /* for rows */
  /* batch <- samples first .. first+n-1; as gv_source's test. */
  void (*rows)(void *source, int64_t first, int32_t n, struct gv_buffer *buffer, struct gv_batch *batch);

  int workers;                         /* >= 1 */
  const int *cpus;                     /* (workers), or NULL: not bound */

  void *context;                       /* for the two below */
  /* Sees the scores (n, classes or outputs) of samples first .. first+n-1; any worker's thread, each sample once.
   * NULL: they are not asked for. Else the model has predict. */
  void (*scored)(void *context, int64_t first, const struct gv_batch *batch, const float *scores);
  void (*progress)(void *context, double share);  /* 0..1 is done; the calling thread; may be NULL */
};

/* sum <- over all samples. A failure is that of the first chunk that had one. */
enum gv_status gv_score(const struct gv_scoring *scoring, struct gv_metrics *sum, struct gv_error *err);

#endif
