/* Dense layers, forwards and back. */
#include "models/layers/network.h"

#include <math.h>
#include <stdio.h>

#include "models/layers/gemm.h"

enum loss network_loss(const struct gv_task *task)
{
  return task->shape.classes > 0 ? LOSS_CROSS_ENTROPY : LOSS_SQUARES;
}

int64_t network_outputs(const struct gv_task *task)
{
  return task->shape.classes > 0 ? task->shape.classes : task->shape.outputs;
}

int network_check(const struct gv_host *host, const struct gv_task *task)
{
  const struct gv_shape *shape = &task->shape;
  if (shape->classes == 1 || (shape->classes == 0 && shape->outputs < 1))
    return host->fail(host, "these data have %d class; it takes two or more", shape->classes);
  if (shape->features > INT32_MAX)
    return host->fail(host, "a sample has %lld features; it takes 2^31 - 1 at most", (long long)shape->features);
  return 0;
}

static int add(const struct gv_host *host, struct gv_plan *plan, const char *layer, int64_t outputs, int64_t inputs,
               int turned)
{
  char name[64];
  struct gv_tensor weight = {.name = name, .rank = 2, .shape = {outputs, inputs}, .transposed = turned};
  struct gv_tensor bias = {.name = name, .rank = 1, .shape = {outputs}};
  snprintf(name, sizeof name, "%sweight", layer);
  if (host->add_tensor(host, plan, &weight))
    return 1;
  snprintf(name, sizeof name, "%sbias", layer);
  return host->add_tensor(host, plan, &bias);
}

int network_plan(const struct gv_host *host, const struct network_shape *shape, struct gv_plan *plan)
{
  int64_t inputs = shape->inputs;
  if (shape->hidden_count > NETWORK_HIDDEN_MAX)
    return host->fail(host, "hidden has %d layers; it takes %d at most", shape->hidden_count, NETWORK_HIDDEN_MAX);
  for (int l = 0; l < shape->hidden_count; l++) {
    char layer[32];
    snprintf(layer, sizeof layer, "hidden%d.", l + 1);
    if (add(host, plan, layer, shape->hidden[l], inputs, 1))
      return 1;
    inputs = shape->hidden[l];
  }
  return add(host, plan, shape->head, shape->outputs, inputs, 0);
}

static int create_dense(const struct gv_host *host, const struct network *network, int32_t max_batch,
                        struct dense *layer)
{
  size_t bytes = (size_t)layer->outputs * (size_t)max_batch * sizeof(float);
  layer->y = host->allocate(host, bytes);
  layer->z = network->activation == ACTIVATION_GELU ? host->allocate(host, bytes) : layer->y;
  layer->d = host->allocate(host, bytes);
  return layer->y == NULL || layer->z == NULL || layer->d == NULL;
}

int network_create(const struct gv_host *host, const struct network_shape *shape, int64_t first, int32_t max_batch,
                   float l2, struct network **out)
{
  struct network *network = host->allocate(host, sizeof *network);
  if (network == NULL)
    return 1;
  network->host = host;
  network->hidden_count = shape->hidden_count;
  network->activation = shape->activation;
  network->small_kernels = gemm_has_small_kernels();
  network->l2 = l2;
  int64_t inputs = shape->inputs;
  for (int l = 0; l < shape->hidden_count; l++) {
    network->hidden[l] = (struct dense){.inputs = inputs, .outputs = shape->hidden[l], .first = first};
    if (create_dense(host, network, max_batch, &network->hidden[l]))
      return 1;
    first += (inputs + 1) * shape->hidden[l];
    inputs = shape->hidden[l];
  }
  network->head_first = first;
  *out = network;
  return head_create(host, shape->loss, inputs, shape->outputs, max_batch, &network->head);
}

static void draw(const struct gv_host *host, uint64_t seed, uint32_t stream, enum activation next, int64_t inputs,
                 int64_t outputs, float *w)
{
  int64_t count = inputs * outputs;
  if (next == ACTIVATION_TANH) {
    float limit = sqrtf(6 / ((float)inputs + (float)outputs));
    host->uniform(seed, stream, w, (size_t)count);
    for (int64_t i = 0; i < count; i++)
      w[i] = (2 * w[i] - 1) * limit;
  } else {
    float deviation = sqrtf(2 / (float)inputs);
    host->normal(seed, stream, w, (size_t)count);
    for (int64_t i = 0; i < count; i++)
      w[i] *= deviation;
  }
}

void network_init(const struct network *network, uint64_t seed, uint32_t stream, float *w)
{
  for (int l = 0; l < network->hidden_count; l++, stream += 2) {
    const struct dense *layer = &network->hidden[l];
    draw(network->host, seed, stream, network->activation, layer->inputs, layer->outputs, w + layer->first);
  }
  const struct head *head = &network->head;
  draw(network->host, seed, stream, ACTIVATION_TANH, head->inputs, head->outputs, w + network->head_first);
}

/* The inputs of the head for n samples. */
static const float *forward(struct network *network, const float *w, const float *x, int64_t n)
{
  for (int l = 0; l < network->hidden_count; l++) {
    struct dense *layer = &network->hidden[l];
    const float *weight = w + layer->first, *bias = weight + layer->inputs * layer->outputs;
    gemm(network->small_kernels, false, false, n, layer->outputs, layer->inputs, x, weight, 0, layer->z);
    activation_forward(network->activation, bias, n, layer->outputs, layer->z, layer->y);
    x = layer->y;
  }
  return x;
}

double network_step(struct network *network, const float *w, const float *x, const struct gv_batch *batch,
                    float share, int add, float *g, float *dx)
{
  int64_t n = batch->n;
  int count = network->hidden_count;
  float *d = count > 0 ? network->hidden[count - 1].d : dx;
  double loss = head_gradient(&network->head, w + network->head_first, forward(network, w, x, n), batch, share, add,
                              g + network->head_first, d);
  for (int l = count - 1; l >= 0; l--) {
    const struct dense *layer = &network->hidden[l];
    const float *inputs = l > 0 ? network->hidden[l - 1].y : x;
    float *weight = g + layer->first, *bias = weight + layer->inputs * layer->outputs;
    activation_backward(network->activation, layer->z, layer->y, n, layer->outputs, d, add, bias);
    gemm(network->small_kernels, true, false, layer->inputs, layer->outputs, n, inputs, d, add ? 1 : 0, weight);
    float *before = l > 0 ? network->hidden[l - 1].d : dx;
    if (before != NULL)
      gemm(network->small_kernels, false, true, n, layer->inputs, layer->outputs, d, w + layer->first, 0, before);
    d = before;
  }
  return loss;
}

void network_measure(struct network *network, const float *w, const float *x, const struct gv_batch *batch,
                     struct gv_metrics *metrics)
{
  head_evaluate(&network->head, w + network->head_first, forward(network, w, x, batch->n), batch, metrics);
}

void network_score(struct network *network, const float *w, const float *x, int64_t n, float *scores)
{
  head_predict(&network->head, w + network->head_first, forward(network, w, x, n), n, scores);
}

double penalty(float l2, const float *restrict w, float *restrict g, int64_t count)
{
  double square = 0;
#pragma omp simd reduction(+ : square)
  for (int64_t i = 0; i < count; i++) {
    square += (double)w[i] * (double)w[i];
    g[i] += l2 * w[i];
  }
  return 0.5 * (double)l2 * square;
}

double network_penalty(const struct network *network, const float *w, float *g)
{
  double sum = 0;
  if (!(network->l2 > 0))
    return sum;
  for (int l = 0; l < network->hidden_count; l++) {
    const struct dense *layer = &network->hidden[l];
    sum += penalty(network->l2, w + layer->first, g + layer->first, layer->inputs * layer->outputs);
  }
  const struct head *head = &network->head;
  return sum + penalty(network->l2, w + network->head_first, g + network->head_first, head->inputs * head->outputs);
}

int network_gradient(void *instance, const float *w, const struct gv_batch *batch, float *g, float *loss)
{
  struct network *network = instance;
  double sum = network_step(network, w, batch->x, batch, 1 / (float)batch->n, 0, g, NULL);
  *loss = (float)(sum / batch->n + network_penalty(network, w, g));
  return 0;
}

int network_evaluate(void *instance, const float *w, const struct gv_batch *batch, struct gv_metrics *metrics)
{
  *metrics = (struct gv_metrics){0};
  network_measure(instance, w, batch->x, batch, metrics);
  return 0;
}

int network_predict(void *instance, const float *w, const struct gv_batch *batch, float *scores)
{
  network_score(instance, w, batch->x, batch->n, scores);
  return 0;
}
