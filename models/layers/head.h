/* head.h - the last layer: scores W x + b, and the loss on them. */
#ifndef MODELS_LAYERS_HEAD_H
#define MODELS_LAYERS_HEAD_H

#include <stdbool.h>
#include <stdint.h>

#include <grapevine/model.h>

/* Of a sample with scores z: softmax cross-entropy, log sum_c e^(z_c) - z_label; or half the squared distance to
 * the target, which for class labels is 1 at the label and 0 elsewhere. */
enum loss { LOSS_CROSS_ENTROPY, LOSS_SQUARES };

/* Scratch of one worker. Scores lie output by output, (outputs, n), so that passes over them run along the samples:
 * ten classes fill no vector register, a batch fills several. */
struct head {
  enum loss loss;
  int64_t inputs, outputs;
  bool small_kernels;
  float *z;                       /* (outputs, n): scores, then exponentials, then the gradient in the scores */
  float *largest, *chosen, *sum;  /* (n): the largest score, the label's, the sum of exponentials */
};

/* Parameters of a head: weight (outputs, inputs), then bias (outputs). */
int64_t head_parameters(int64_t inputs, int64_t outputs);

/* Takes scratch for max_batch samples. Non-zero after host->fail. */
int head_create(const struct gv_host *host, enum loss loss, int64_t inputs, int64_t outputs, int32_t max_batch,
                struct head *head);

/* g <- share times the gradient of the sum of the losses of a batch whose inputs are x (n, inputs), added to what
 * is there when `add`; w and g are the head's own parameters. dx (n, inputs) <- that gradient in x, unless NULL.
 * Returns the sum of the losses. batch->x is not looked at. */
double head_gradient(struct head *head, const float *w, const float *x, const struct gv_batch *batch, float share,
                     int add, float *g, float *dx);

/* Adds the batch to metrics; x as above. */
void head_evaluate(struct head *head, const float *w, const float *x, const struct gv_batch *batch,
                   struct gv_metrics *metrics);

/* scores (n, outputs) <- W x + b. */
void head_predict(struct head *head, const float *w, const float *x, int64_t n, float *scores);

#endif
