/* The blocks of cnn, written down as operations: forwards, and back from the last to the first. */
#include "models/cnn/convolution.h"

#include "models/cnn/onednn.h"

struct block {
  struct geometry geometry;
  int64_t first;                       /* its weight begins at w + first, its bias after it */
  tensor source, convolved, where, result;
  onednn_operation convolution, pool;
};

struct convolution {
  struct onednn *onednn;
  int blocks;
  struct block block[CONVOLUTION_BLOCKS_MAX];
};

static int64_t weights(const struct geometry *g)
{
  return g->outputs * g->inputs * g->kernel * g->kernel;
}

static void measure(struct convolution *c, const struct convolution_shape *shape)
{
  struct geometry next = {.batch = shape->batch, .inputs = shape->channels, .height = shape->height,
                          .width = shape->width, .kernel = shape->kernel, .pool = shape->pool};
  int64_t first = 0;
  for (int l = 0; l < c->blocks; l++) {
    next.outputs = shape->outputs[l];
    c->block[l] = (struct block){.geometry = next, .first = first};
    first += weights(&next) + next.outputs;
    next.inputs = next.outputs;
    next.height /= next.pool;
    next.width /= next.pool;
  }
}

static void build_forward(struct onednn *o, struct block *b, tensor source)
{
  const struct geometry *g = &b->geometry;
  tensor weight = onednn_bind(o, g, WEIGHT, FROM_W, b->first);
  tensor bias = onednn_bind(o, g, BIAS, FROM_W, b->first + weights(g));
  b->source = source;
  b->convolved = onednn_convolve(o, g, &b->source, weight, bias, &b->convolution);
  b->result = g->pool > 1 ? onednn_pool(o, g, b->convolved, &b->where, &b->pool) : b->convolved;
}

/* d: the gradient in the result, laid out like it. Returns that in the result of the block before, `above`. */
static tensor build_backward(struct onednn *o, const struct block *b, const struct block *above, tensor d)
{
  const struct geometry *g = &b->geometry;
  tensor weight = onednn_bind(o, g, WEIGHT, FROM_G, b->first);
  tensor bias = onednn_bind(o, g, BIAS, FROM_G, b->first + weights(g));
  onednn_relu_back(o, b->result, d);  /* going forward it stands before the pool; behind it there is less to do */
  if (g->pool > 1)
    d = onednn_pool_back(o, g, b->convolved, d, b->where, b->pool);
  onednn_convolve_back_weight(o, g, b->source, d, weight, bias, b->convolution);
  if (above == NULL)
    return NULL;
  weight = onednn_bind(o, g, WEIGHT, FROM_W, b->first);
  return onednn_convolve_back(o, g, above->result, d, weight, b->convolution);
}

int convolution_create(const struct gv_host *host, const struct convolution_shape *shape, int threads,
                       struct convolution **out)
{
  struct convolution *c = host->allocate(host, sizeof *c);
  struct onednn *o = c != NULL ? onednn_create(host, threads) : NULL;
  if (o == NULL)
    return 1;
  c->onednn = o;
  c->blocks = shape->blocks;
  measure(c, shape);
  struct block *last = &c->block[c->blocks - 1];
  tensor source = onednn_bind(o, &c->block[0].geometry, IN, FROM_X, 0);
  for (int l = 0; l < c->blocks; l++) {
    build_forward(o, &c->block[l], source);
    source = c->block[l].result;
  }
  onednn_write(o, FORWARD, last->result, onednn_bind(o, &last->geometry, POOLED, FROM_RESULT, 0));
  tensor d = onednn_copy(o, BACKWARD, onednn_bind(o, &last->geometry, POOLED, FROM_D, 0), last->result);
  for (int l = c->blocks - 1; l >= 0; l--)
    d = build_backward(o, &c->block[l], l > 0 ? &c->block[l - 1] : NULL, d);
  onednn_ready(o);
  if (onednn_failed(o)) {
    onednn_destroy(o);
    return 1;
  }
  *out = c;
  return 0;
}

void convolution_destroy(struct convolution *c)
{
  onednn_destroy(c->onednn);
}

/* oneDNN takes no const memory; it writes to results alone. */
static float *plain(const float *vector)
{
  return (float *)(uintptr_t)vector;
}

int convolution_forward(struct convolution *c, const float *w, const float *x, float *features)
{
  float *const vector[VECTORS] = {[FROM_W] = plain(w), [FROM_X] = plain(x), [FROM_RESULT] = features};
  return onednn_run(c->onednn, FORWARD, vector);
}

int convolution_backward(struct convolution *c, const float *w, const float *x, const float *d, float *g)
{
  float *const vector[VECTORS] = {[FROM_W] = plain(w), [FROM_X] = plain(x), [FROM_D] = plain(d), [FROM_G] = g};
  return onednn_run(c->onednn, BACKWARD, vector);
}
