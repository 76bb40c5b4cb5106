/* onednn.h - oneDNN as the few operations that cnn is made of, each written down once as steps of a pass.
 *
 * At creation operations are added to one of two passes; a run points the bound tensors into the vectors it is
 * given and goes down the steps. Functions that add do nothing after a failure, and return NULL.
 */
#ifndef MODELS_CNN_ONEDNN_H
#define MODELS_CNN_ONEDNN_H

#include <stdbool.h>
#include <stdint.h>

#include <grapevine/model.h>

typedef struct dnnl_memory *tensor;                    /* values in a layout that oneDNN picked, or plain ones */
typedef struct dnnl_primitive_desc *onednn_operation;  /* a forward operation, which the way back asks for */

struct onednn;

enum pass { FORWARD, BACKWARD, PASSES };

/* The vectors of a run: parameters, samples, results, the gradients in the results and in the parameters. */
enum vector { FROM_W, FROM_X, FROM_RESULT, FROM_D, FROM_G, VECTORS };

/* One block: a convolution, stride 1, borders padded with zeros so that sizes stay, then windows of max-pool. */
struct geometry {
  int64_t batch, inputs, outputs, height, width;
  int64_t kernel;  /* odd */
  int64_t pool;    /* side and stride of the windows */
};

/* (batch, inputs, height, width); (batch, outputs, height, width); the same pooled; (outputs, inputs, kernel,
 * kernel); (outputs). */
enum part { IN, OUT, POOLED, WEIGHT, BIAS };

/* For the calling thread, which gets `threads` OpenMP threads for itself: oneDNN plans for as many, and would wait
 * for them for ever. NULL after host->fail. */
struct onednn *onednn_create(const struct gv_host *host, int threads);
void onednn_destroy(struct onednn *o);
bool onednn_failed(const struct onednn *o);

/* A plain, row-major tensor that stands `offset` floats into a vector of each run. */
tensor onednn_bind(struct onednn *o, const struct geometry *g, enum part part, enum vector vector, int64_t offset);

/* A copy of `from` in the layout of `like`; and one into `to`. */
tensor onednn_copy(struct onednn *o, enum pass pass, tensor from, tensor like);
void onednn_write(struct onednn *o, enum pass pass, tensor from, tensor to);

/* ReLU of the convolution of *source, which becomes what was really read: the same in another layout. */
tensor onednn_convolve(struct onednn *o, const struct geometry *g, tensor *source, tensor weight, tensor bias,
                       onednn_operation *operation);

/* The largest of each window; *where <- which it was. */
tensor onednn_pool(struct onednn *o, const struct geometry *g, tensor source, tensor *where,
                   onednn_operation *operation);

/* d <- d where result > 0, else 0; d is laid out like result and changed in place. */
void onednn_relu_back(struct onednn *o, tensor result, tensor d);

/* The gradient before a pool, laid out like source, from that behind it. */
tensor onednn_pool_back(struct onednn *o, const struct geometry *g, tensor source, tensor d, tensor where,
                        onednn_operation operation);

/* The gradients in weight and bias, which are bound, from that in the convolution's result. */
void onednn_convolve_back_weight(struct onednn *o, const struct geometry *g, tensor source, tensor d, tensor weight,
                                 tensor bias, onednn_operation operation);

/* The gradient in the source, laid out like it. */
tensor onednn_convolve_back(struct onednn *o, const struct geometry *g, tensor source, tensor d, tensor weight,
                            onednn_operation operation);

/* After the last operation: takes scratch. */
void onednn_ready(struct onednn *o);

/* vector (VECTORS): NULL where the pass needs none. Non-zero after host->fail. */
int onednn_run(struct onednn *o, enum pass pass, float *const *vector);

#endif
