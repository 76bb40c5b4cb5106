/* network.h - dense layers and a head: all of logreg, linreg and mlp, and the end of cnn.
 *
 * Parameters, from `first` on in the flat vector: of each hidden layer its weight, stored (inputs, outputs) because
 * the forward product reads it so, and its bias; then the head's weight (outputs, inputs) and bias.
 */
#ifndef MODELS_LAYERS_NETWORK_H
#define MODELS_LAYERS_NETWORK_H

#include <grapevine/model.h>

#include "models/layers/activation.h"
#include "models/layers/head.h"

#define NETWORK_HIDDEN_MAX 32  /* hidden layers */

struct network_shape {
  int64_t inputs;
  const int64_t *hidden;  /* (hidden_count) widths */
  int hidden_count;       /* 0..NETWORK_HIDDEN_MAX */
  enum activation activation;
  int64_t outputs;
  enum loss loss;
  const char *head;       /* what the head's tensors are called before "weight" and "bias": "output." */
};

struct dense {
  int64_t inputs, outputs, first;  /* its weight begins at w + first, its bias after it */
  float *z, *y, *d;                /* (n, outputs) before and after the activation (one and the same where the
                                      activation allows it), and the gradient in y, then in z */
};

/* Scratch of one worker. */
struct network {
  const struct gv_host *host;
  int hidden_count;
  struct dense hidden[NETWORK_HIDDEN_MAX];
  enum activation activation;
  struct head head;
  int64_t head_first;
  bool small_kernels;
  float l2;  /* l2/2 |weights|^2 is added to the loss, biases left out */
};

/* What a task asks of the head: cross-entropy for classes, squares for float targets. */
enum loss network_loss(const struct gv_task *task);
int64_t network_outputs(const struct gv_task *task);

/* Refuses what no network learns: fewer than two classes, more features than a product takes. */
int network_check(const struct gv_host *host, const struct gv_task *task);

/* Adds the tensors. */
int network_plan(const struct gv_host *host, const struct network_shape *shape, struct gv_plan *plan);

/* An instance, the host's memory; its parameters begin at w + first. */
int network_create(const struct gv_host *host, const struct network_shape *shape, int64_t first, int32_t max_batch,
                   float l2, struct network **out);

/* Start weights from (seed, tensor): tensor t of the network draws from stream + t. Before relu and gelu normal
 * with variance 2/inputs (He et al., 2015), else uniform with variance 2/(inputs + outputs) (Glorot and Bengio,
 * 2010). Biases stay as they are. */
void network_init(const struct network *network, uint64_t seed, uint32_t stream, float *w);

/* As head_gradient, for the whole network; w and g are the model's whole vectors. Penalties are left out. */
double network_step(struct network *network, const float *w, const float *x, const struct gv_batch *batch,
                    float share, int add, float *g, float *dx);

/* Adds the batch with inputs x to metrics. */
void network_measure(struct network *network, const float *w, const float *x, const struct gv_batch *batch,
                     struct gv_metrics *metrics);
void network_score(struct network *network, const float *w, const float *x, int64_t n, float *scores);

/* g <- g + l2 w over the weights; returns l2/2 |w|^2. */
double network_penalty(const struct network *network, const float *w, float *g);
double penalty(float l2, const float *w, float *g, int64_t count);

/* The functions of a plugin that is a network and nothing before it. */
int network_gradient(void *instance, const float *w, const struct gv_batch *batch, float *g, float *loss);
int network_evaluate(void *instance, const float *w, const struct gv_batch *batch, struct gv_metrics *metrics);
int network_predict(void *instance, const float *w, const struct gv_batch *batch, float *scores);

#endif
