/* cnn - a small convolutional network: blocks of convolution, ReLU and max-pool, then dense layers. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "models/cnn/convolution.h"
#include "models/layers/network.h"
#include "models/layers/vector.h"

/* Of one worker. oneDNN works on `chunk` samples at a time, a number fixed at creation: the usual batch, or an even
 * part of a large one. What is left over is filled up with zeros, whose gradients are zero. */
struct cnn {
  const struct gv_host *host;
  struct convolution *convolution;
  struct network *network;
  struct convolution_shape shape;
  int64_t sample, features;  /* floats of a sample, and of what the blocks make of it */
  int64_t parameters;        /* of the blocks */
  float l2;
  float *x;                  /* (chunk, sample) a chunk that is not full */
  float *y, *d;              /* (chunk, features) and the gradient in them */
  float *more;               /* (parameters) the gradient of a chunk that is not the first */
};

enum { CHUNK_MAX = 64, CHUNK_UNKNOWN = 32 };

static struct convolution_shape blocks_of(const struct gv_host *host, const struct gv_task *task)
{
  int64_t usual = task->batch > 0 ? task->batch : task->max_batch < CHUNK_UNKNOWN ? task->max_batch : CHUNK_UNKNOWN;
  int64_t parts = (usual + CHUNK_MAX - 1) / CHUNK_MAX;
  struct convolution_shape shape = {
      .batch = (int32_t)((usual + parts - 1) / parts),
      .channels = task->shape.channels,
      .height = task->shape.height,
      .width = task->shape.width,
      .kernel = (int32_t)host->option_int(task->options, "kernel"),
      .pool = (int32_t)host->option_int(task->options, "pool"),
  };
  shape.blocks = host->option_list(task->options, "channels", &shape.outputs);
  return shape;
}

/* Floats that the blocks make of a sample; 0 when the pools leave nothing. */
static int64_t features_of(const struct convolution_shape *shape)
{
  int64_t height = shape->height, width = shape->width;
  for (int l = 0; l < shape->blocks; l++) {
    height /= shape->pool;
    width /= shape->pool;
  }
  return shape->outputs[shape->blocks - 1] * height * width;
}

static int64_t inputs_of(const struct convolution_shape *shape, int block)
{
  return block > 0 ? shape->outputs[block - 1] : shape->channels;
}

static int64_t weights_of(const struct convolution_shape *shape, int block)
{
  return shape->outputs[block] * inputs_of(shape, block) * shape->kernel * shape->kernel;
}

static struct network_shape dense_of(const struct gv_host *host, const struct gv_task *task, int64_t features)
{
  struct network_shape shape = {.inputs = features, .activation = ACTIVATION_RELU, .outputs = network_outputs(task),
                                .loss = network_loss(task), .head = "output."};
  shape.hidden_count = host->option_list(task->options, "hidden", &shape.hidden);
  return shape;
}

static int check(const struct gv_host *host, const struct gv_task *task, const struct convolution_shape *shape)
{
  if (shape->blocks > CONVOLUTION_BLOCKS_MAX)
    return host->fail(host, "channels has %d blocks; it takes %d at most", shape->blocks, CONVOLUTION_BLOCKS_MAX);
  if (shape->kernel % 2 == 0)
    return host->fail(host, "kernel is %d; accepted: odd numbers, so that a window has a middle", shape->kernel);
  if (features_of(shape) == 0)
    return host->fail(host, "samples are %d x %d, and %d pools of side %d leave nothing of them; it takes larger "
                      "samples, fewer numbers in channels, or pool=1", shape->height, shape->width, shape->blocks,
                      shape->pool);
  if (features_of(shape) > INT32_MAX)
    return host->fail(host, "the convolutions make %lld features of a sample; the layer behind them takes 2^31 - 1 "
                      "at most", (long long)features_of(shape));
  return network_check(host, task);
}

static int plan(const struct gv_host *host, const struct gv_task *task, struct gv_plan *plan)
{
  struct convolution_shape shape = blocks_of(host, task);
  if (check(host, task, &shape))
    return 1;
  for (int l = 0; l < shape.blocks; l++) {
    char name[32];
    struct gv_tensor weight = {
        .name = name, .rank = 4, .shape = {shape.outputs[l], inputs_of(&shape, l), shape.kernel, shape.kernel}};
    struct gv_tensor bias = {.name = name, .rank = 1, .shape = {shape.outputs[l]}};
    snprintf(name, sizeof name, "conv%d.weight", l + 1);
    if (host->add_tensor(host, plan, &weight))
      return 1;
    snprintf(name, sizeof name, "conv%d.bias", l + 1);
    if (host->add_tensor(host, plan, &bias))
      return 1;
  }
  struct network_shape dense = dense_of(host, task, features_of(&shape));
  return network_plan(host, &dense, plan);
}

static int create(const struct gv_host *host, const struct gv_task *task, void **instance)
{
  struct cnn *cnn = host->allocate(host, sizeof *cnn);
  if (cnn == NULL)
    return 1;
  *cnn = (struct cnn){.host = host, .shape = blocks_of(host, task), .sample = task->shape.features,
                      .l2 = (float)host->option_real(task->options, "l2")};
  cnn->features = features_of(&cnn->shape);
  for (int l = 0; l < cnn->shape.blocks; l++)
    cnn->parameters += weights_of(&cnn->shape, l) + cnn->shape.outputs[l];
  struct network_shape dense = dense_of(host, task, cnn->features);
  int32_t chunk = cnn->shape.batch;
  cnn->x = host->allocate(host, (size_t)(chunk * cnn->sample) * sizeof *cnn->x);
  cnn->y = host->allocate(host, (size_t)(chunk * cnn->features) * sizeof *cnn->y);
  cnn->d = host->allocate(host, (size_t)(chunk * cnn->features) * sizeof *cnn->d);
  cnn->more = host->allocate(host, (size_t)cnn->parameters * sizeof *cnn->more);
  if (cnn->x == NULL || cnn->y == NULL || cnn->d == NULL || cnn->more == NULL ||
      network_create(host, &dense, cnn->parameters, chunk, cnn->l2, &cnn->network))
    return 1;
  *instance = cnn;
  return convolution_create(host, &cnn->shape, task->max_threads, &cnn->convolution);
}

static void destroy(void *instance)
{
  convolution_destroy(((struct cnn *)instance)->convolution);
}

/* He et al., 2015: normal with variance 2/inputs of a unit. */
static int init(void *instance, uint64_t seed, float *w)
{
  const struct cnn *cnn = instance;
  float *weight = w;
  for (int l = 0; l < cnn->shape.blocks; l++) {
    int64_t count = weights_of(&cnn->shape, l), inputs = count / cnn->shape.outputs[l];
    float deviation = sqrtf(2 / (float)inputs);
    cnn->host->normal(seed, (uint32_t)(2 * l), weight, (size_t)count);
    for (int64_t i = 0; i < count; i++)
      weight[i] *= deviation;
    weight += count + cnn->shape.outputs[l];
  }
  network_init(cnn->network, seed, (uint32_t)(2 * cnn->shape.blocks), w);
  return 0;
}

/* ReLU and max-pool may lose a NaN on the way; so features are looked at first, for a thousandth of the time. */
KERNEL
static int all_finite(const float *x, int64_t count)
{
  unsigned finite = 1;
#pragma omp simd reduction(& : finite)
  for (int64_t i = 0; i < count; i++)
    finite &= (unsigned)(fabsf(x[i]) < INFINITY);
  return (int)finite;
}

/* Samples first .. of the batch as one chunk: *part <- them, y <- their features. Returns the samples, filled up
 * where there are too few, or NULL after host->fail. */
static const float *look(struct cnn *cnn, const float *w, const struct gv_batch *batch, int32_t first,
                         struct gv_batch *part)
{
  int32_t chunk = cnn->shape.batch, n = batch->n - first < chunk ? batch->n - first : chunk;
  const float *x = batch->x + first * cnn->sample;
  *part = (struct gv_batch){.x = x, .n = n};
  if (batch->labels != NULL)
    part->labels = batch->labels + first;
  if (batch->targets != NULL)
    part->targets = batch->targets + first * cnn->network->head.outputs;
  if (!all_finite(x, n * cnn->sample)) {
    cnn->host->fail(cnn->host, "a feature of the batch is not finite");
    return NULL;
  }
  if (n < chunk) {
    memcpy(cnn->x, x, (size_t)(n * cnn->sample) * sizeof *x);
    memset(cnn->x + n * cnn->sample, 0, (size_t)((chunk - n) * cnn->sample) * sizeof *x);
    x = cnn->x;
  }
  return convolution_forward(cnn->convolution, w, x, cnn->y) == 0 ? x : NULL;
}

static double penalize(const struct cnn *cnn, const float *w, float *g)
{
  double sum = network_penalty(cnn->network, w, g);
  for (int l = 0; l < cnn->shape.blocks && cnn->l2 > 0; l++) {
    int64_t count = weights_of(&cnn->shape, l), step = count + cnn->shape.outputs[l];
    sum += penalty(cnn->l2, w, g, count);
    w += step;
    g += step;
  }
  return sum;
}

static int gradient(void *instance, const float *w, const struct gv_batch *batch, float *g, float *loss)
{
  struct cnn *cnn = instance;
  float share = 1 / (float)batch->n;
  double sum = 0;
  for (int32_t first = 0; first < batch->n; first += cnn->shape.batch) {
    struct gv_batch part;
    const float *x = look(cnn, w, batch, first, &part);
    if (x == NULL)
      return 1;
    sum += network_step(cnn->network, w, cnn->y, &part, share, first > 0, g, cnn->d);
    int64_t empty = (cnn->shape.batch - part.n) * cnn->features;
    memset(cnn->d + part.n * cnn->features, 0, (size_t)empty * sizeof *cnn->d);
    if (convolution_backward(cnn->convolution, w, x, cnn->d, first > 0 ? cnn->more : g))
      return 1;
    for (int64_t i = 0; i < cnn->parameters && first > 0; i++)
      g[i] += cnn->more[i];
  }
  *loss = (float)(sum / batch->n + penalize(cnn, w, g));
  return 0;
}

static int evaluate(void *instance, const float *w, const struct gv_batch *batch, struct gv_metrics *metrics)
{
  struct cnn *cnn = instance;
  for (int32_t first = 0; first < batch->n; first += cnn->shape.batch) {
    struct gv_batch part;
    if (look(cnn, w, batch, first, &part) == NULL)
      return 1;
    network_measure(cnn->network, w, cnn->y, &part, metrics);
  }
  return 0;
}

static int predict(void *instance, const float *w, const struct gv_batch *batch, float *scores)
{
  struct cnn *cnn = instance;
  for (int32_t first = 0; first < batch->n; first += cnn->shape.batch) {
    struct gv_batch part;
    if (look(cnn, w, batch, first, &part) == NULL)
      return 1;
    network_score(cnn->network, w, cnn->y, part.n, scores + first * cnn->network->head.outputs);
  }
  return 0;
}

static const struct gv_option options[] = {
    {.key = "channels", .type = GV_OPTION_LIST, .value = "16-32", .min = 1, .max = 1024,
     .help = "channels of each block's convolution"},
    {.key = "kernel", .type = GV_OPTION_INT, .value = "5", .min = 1, .max = 15,
     .help = "side of the convolution windows, odd"},
    {.key = "pool", .type = GV_OPTION_INT, .value = "2", .min = 1, .max = 8,
     .help = "side of the max-pool windows; 1: no pools"},
    {.key = "hidden", .type = GV_OPTION_LIST, .value = "none", .min = 1, .max = 65536, .words = "none",
     .help = "widths of dense layers before the output"},
    {.key = "l2", .type = GV_OPTION_REAL, .value = "0", .max = 1e6,
     .help = "penalty l2/2 |weights|^2, not on biases"},
    {.key = NULL},
};

const struct gv_model grapevine_model = {
    .abi = GV_MODEL_ABI,
    .size = sizeof(struct gv_model),
    .name = "cnn",
    .summary = "small convolutional network: convolution, ReLU, max-pool; then dense layers",
    .options = options,
    .plan = plan,
    .create = create,
    .init = init,
    .gradient = gradient,
    .evaluate = evaluate,
    .predict = predict,
    .destroy = destroy,
};
