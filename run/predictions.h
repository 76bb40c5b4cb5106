/* predictions.h - what a model makes of each sample, and its table as a file. */
#ifndef GV_RUN_PREDICTIONS_H
#define GV_RUN_PREDICTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include <grapevine/model.h>
#include <grapevine/status.h>

struct gv_predictions {
  int64_t samples;
  int32_t classes, outputs;  /* as in gv_shape: one of the two is 0 */
  int32_t *labels;           /* (samples) for classes */
  int32_t *answers;          /* (samples) for classes: the first one of the largest score */
  float *targets;            /* (samples, outputs) for float targets, when scores are kept */
  float *scores;             /* (samples, classes or outputs), when they are kept */
};

/* Room for the predictions on samples of this shape; with or without the scores themselves. A failure leaves what
 * gv_predictions_clear takes back. */
enum gv_status gv_predictions_place(struct gv_predictions *predictions, int64_t samples,
                                    const struct gv_shape *shape, bool keep_scores, struct gv_error *err);
void gv_predictions_clear(struct gv_predictions *predictions);

/* Samples first .. first+n-1: a batch with its scores (n, classes or outputs). Any thread, each sample once. */
void gv_predictions_put(struct gv_predictions *predictions, int64_t first, const struct gv_batch *batch,
                        const float *scores);

/* samples (classes) <- how many samples of each class there are, correct (classes) <- how many were found. */
void gv_predictions_count(const struct gv_predictions *predictions, int64_t *samples, int64_t *correct);

/* CSV, whole or not at all; scores were kept. For classes index,label,prediction,score0,score1,...; for float
 * targets index,target0,...,prediction0,... . Floats have the nine digits that give the same float back. */
enum gv_status gv_predictions_write(const struct gv_predictions *predictions, const char *path,
                                    struct gv_error *err);

#endif
