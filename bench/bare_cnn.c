/* A training loop of a small convolutional network, bare: oneDNN's primitives one after the other, every tensor in
 * the layout that oneDNN picks, and a reorder only where two primitives pick differently. */
#include <oneapi/dnnl/dnnl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bare.h"
#include "core/base/clones.h"

enum { OPERATIONS = 32, ARGUMENTS = 5, BLOCKS = 2, FEATURES = 1568 };

#if DNNL_VERSION_MAJOR >= 3
typedef const_dnnl_memory_desc_t layout;
#define LAYOUT(md) (md)
#else
typedef const dnnl_memory_desc_t *layout;
#define LAYOUT(md) (&(md))
#endif

struct tensor {
  dnnl_memory_t memory;
  float *values;
  long floats;
};

/* A primitive, or, without one, ReLU backwards: d <- d where y is positive. */
struct operation {
  dnnl_primitive_t primitive;
  dnnl_exec_arg_t argument[ARGUMENTS];
  int arguments;
  float *d;
  const float *y;
  long floats;
};

struct block {
  int64_t in, out, side;
  dnnl_primitive_desc_t forward, pool;
  struct tensor x, w, b, y, pooled, workspace, gw, gb, update;  /* update: gw as w lies */
};

struct net {
  dnnl_engine_t engine;
  dnnl_stream_t stream;
  dnnl_primitive_attr_t relu;
  struct operation operation[OPERATIONS];
  int operations, forwards;  /* forwards: so many before the dense layer */
  struct block block[BLOCKS];
  struct tensor x, features, d;  /* plain */
  struct layers *dense;
  float *pool[BARE_POOL], loss;
  int *labels, n, next;
};

static void must(dnnl_status_t status, const char *what)
{
  if (status == dnnl_success)
    return;
  fprintf(stderr, "oneDNN cannot %s (status %d)\n", what, (int)status);
  exit(1);
}

static dnnl_memory_desc_t describe(dnnl_format_tag_t tag, int rank, int64_t a, int64_t b, int64_t c, int64_t d)
{
  dnnl_dims_t dims = {a, b, c, d};
  dnnl_memory_desc_t md;
  memset(&md, 0, sizeof md);
#if DNNL_VERSION_MAJOR >= 3
  must(dnnl_memory_desc_create_with_tag(&md, rank, dims, dnnl_f32, tag), "describe");
#else
  must(dnnl_memory_desc_init_by_tag(&md, rank, dims, dnnl_f32, tag), "describe");
#endif
  return md;
}

static struct tensor tensor(struct net *net, layout md)
{
  struct tensor t = {0};
  size_t bytes = dnnl_memory_desc_get_size(md);
  t.floats = (long)(bytes / sizeof(float));
  t.values = aligned_alloc(64, (bytes + 63) / 64 * 64);
  if (t.values == NULL)
    exit(1);
  memset(t.values, 0, bytes);
  must(dnnl_memory_create(&t.memory, md, net->engine, t.values), "describe memory");
  return t;
}

static layout layout_of(const struct tensor *t)
{
  layout md;
  must(dnnl_memory_get_memory_desc(t->memory, &md), "describe memory");
  return md;
}

static layout wanted(dnnl_primitive_desc_t pd, dnnl_query_t query, int index)
{
  return dnnl_primitive_desc_query_md(pd, query, index);
}

static struct operation *add(struct net *net, dnnl_primitive_desc_t pd)
{
  struct operation *o = &net->operation[net->operations++];
  must(dnnl_primitive_create(&o->primitive, pd), "make a primitive");
  return o;
}

static void give(struct operation *o, int argument, const struct tensor *t)
{
  o->argument[o->arguments++] = (dnnl_exec_arg_t){argument, t->memory};
}

static void reorder(struct net *net, const struct tensor *from, const struct tensor *to)
{
  dnnl_primitive_desc_t pd;
  must(dnnl_reorder_primitive_desc_create(&pd, layout_of(from), net->engine, layout_of(to), net->engine, NULL),
       "plan a reorder");
  struct operation *o = add(net, pd);
  give(o, DNNL_ARG_FROM, from);
  give(o, DNNL_ARG_TO, to);
}

/* The tensor in this layout: itself where it lies so, else a copy that is made anew every step. */
static struct tensor bring(struct net *net, const struct tensor *from, layout md)
{
  if (dnnl_memory_desc_equal(layout_of(from), md))
    return *from;
  struct tensor to = tensor(net, md);
  reorder(net, from, &to);
  return to;
}

/* ---- primitives ---- */

static dnnl_primitive_desc_t convolution(struct net *net, const struct block *b, dnnl_prop_kind_t kind)
{
  dnnl_dims_t one = {1, 1}, two = {2, 2};
  const dnnl_format_tag_t any = dnnl_format_tag_any;
  dnnl_memory_desc_t x = describe(any, 4, net->n, b->in, b->side, b->side);
  dnnl_memory_desc_t y = describe(any, 4, net->n, b->out, b->side, b->side);
  dnnl_memory_desc_t w = describe(any, 4, b->out, b->in, 5, 5), bias = describe(dnnl_a, 1, b->out, 0, 0, 0);
  dnnl_primitive_desc_t pd;
  dnnl_alg_kind_t direct = dnnl_convolution_direct;
#if DNNL_VERSION_MAJOR >= 3
  dnnl_dims_t zero = {0, 0};
  must(kind == dnnl_forward_training
           ? dnnl_convolution_forward_primitive_desc_create(&pd, net->engine, kind, direct, x, w, bias, y, one,
                                                            zero, two, two, net->relu)
       : kind == dnnl_backward_weights
           ? dnnl_convolution_backward_weights_primitive_desc_create(&pd, net->engine, direct, x, w, bias, y, one,
                                                                     zero, two, two, b->forward, NULL)
           : dnnl_convolution_backward_data_primitive_desc_create(&pd, net->engine, direct, x, w, y, one, zero, two,
                                                                  two, b->forward, NULL),
       "plan a convolution");
#else
  dnnl_convolution_desc_t op;
  must(kind == dnnl_forward_training
           ? dnnl_convolution_forward_desc_init(&op, kind, direct, &x, &w, &bias, &y, one, two, two)
       : kind == dnnl_backward_weights
           ? dnnl_convolution_backward_weights_desc_init(&op, direct, &x, &w, &bias, &y, one, two, two)
           : dnnl_convolution_backward_data_desc_init(&op, direct, &x, &w, &y, one, two, two),
       "plan a convolution");
  must(dnnl_primitive_desc_create(&pd, &op, kind == dnnl_forward_training ? net->relu : NULL, net->engine,
                                  kind == dnnl_forward_training ? NULL : b->forward),
       "plan a convolution");
#endif
  return pd;
}

/* Forward with hint NULL, else backward; the full side as md lies. */
static dnnl_primitive_desc_t pool(struct net *net, const struct block *b, layout full, dnnl_primitive_desc_t hint)
{
  dnnl_dims_t two = {2, 2}, zero = {0, 0};
  dnnl_memory_desc_t half = describe(dnnl_format_tag_any, 4, net->n, b->out, b->side / 2, b->side / 2);
  layout pooled = hint != NULL ? wanted(hint, dnnl_query_dst_md, 0) : LAYOUT(half);
  dnnl_primitive_desc_t pd;
#if DNNL_VERSION_MAJOR >= 3
  must(hint == NULL ? dnnl_pooling_forward_primitive_desc_create(&pd, net->engine, dnnl_forward_training,
                                                                 dnnl_pooling_max, full, pooled, two, two, zero,
                                                                 zero, zero, NULL)
                    : dnnl_pooling_backward_primitive_desc_create(&pd, net->engine, dnnl_pooling_max, full, pooled,
                                                                  two, two, zero, zero, zero, hint, NULL),
       "plan a pool");
#else
  dnnl_pooling_desc_t op;
  must(hint == NULL ? dnnl_pooling_forward_desc_init(&op, dnnl_forward_training, dnnl_pooling_max, full, pooled,
                                                     two, two, zero, zero)
                    : dnnl_pooling_backward_desc_init(&op, dnnl_pooling_max, full, pooled, two, two, zero, zero),
       "plan a pool");
  must(dnnl_primitive_desc_create(&pd, &op, NULL, net->engine, hint), "plan a pool");
#endif
  return pd;
}

/* ---- the network ---- */

/* Returns what comes out of the block. */
static struct tensor add_forward(struct net *net, struct block *b, const struct tensor *x)
{
  dnnl_primitive_desc_t forward = b->forward = convolution(net, b, dnnl_forward_training);
  b->w = tensor(net, wanted(forward, dnnl_query_weights_md, 0));
  b->b = tensor(net, wanted(forward, dnnl_query_weights_md, 1));
  b->y = tensor(net, wanted(forward, dnnl_query_dst_md, 0));
  struct tensor source = bring(net, x, wanted(forward, dnnl_query_src_md, 0));
  b->x = source;
  struct operation *o = add(net, forward);
  give(o, DNNL_ARG_SRC, &source);
  give(o, DNNL_ARG_WEIGHTS, &b->w);
  give(o, DNNL_ARG_BIAS, &b->b);
  give(o, DNNL_ARG_DST, &b->y);
  b->pool = pool(net, b, layout_of(&b->y), NULL);
  b->pooled = tensor(net, wanted(b->pool, dnnl_query_dst_md, 0));
  b->workspace = tensor(net, wanted(b->pool, dnnl_query_workspace_md, 0));
  o = add(net, b->pool);
  give(o, DNNL_ARG_SRC, &b->y);
  give(o, DNNL_ARG_DST, &b->pooled);
  give(o, DNNL_ARG_WORKSPACE, &b->workspace);
  for (long i = 0; i < b->w.floats; i++)
    b->w.values[i] = ((float)(i * 2654435761 % 1009) / 1009 - 0.5f) * (b->in > 1 ? 0.1f : 0.4f);
  return b->pooled;
}

/* d: in what comes out of the block. Returns the gradient in what goes into it, where it is wanted. */
static struct tensor add_backward(struct net *net, struct block *b, const struct tensor *d, int wants_inputs)
{
  dnnl_primitive_desc_t back = pool(net, b, layout_of(&b->y), b->pool);
  dnnl_primitive_desc_t weights = convolution(net, b, dnnl_backward_weights);
  struct tensor from = bring(net, d, wanted(back, dnnl_query_diff_dst_md, 0));
  struct tensor dy = tensor(net, wanted(back, dnnl_query_diff_src_md, 0)), dx = {0};
  struct operation *o = add(net, back);
  give(o, DNNL_ARG_DIFF_DST, &from);
  give(o, DNNL_ARG_WORKSPACE, &b->workspace);
  give(o, DNNL_ARG_DIFF_SRC, &dy);
  net->operation[net->operations++] = (struct operation){.d = dy.values, .y = b->y.values, .floats = dy.floats};
  if (wants_inputs) {
    dnnl_primitive_desc_t data = convolution(net, b, dnnl_backward_data);
    struct tensor above = bring(net, &dy, wanted(data, dnnl_query_diff_dst_md, 0));
    struct tensor w = bring(net, &b->w, wanted(data, dnnl_query_weights_md, 0));
    dx = tensor(net, wanted(data, dnnl_query_diff_src_md, 0));
    o = add(net, data);
    give(o, DNNL_ARG_DIFF_DST, &above);
    give(o, DNNL_ARG_WEIGHTS, &w);
    give(o, DNNL_ARG_DIFF_SRC, &dx);
  }
  struct tensor above = bring(net, &dy, wanted(weights, dnnl_query_diff_dst_md, 0));
  struct tensor x = bring(net, &b->x, wanted(weights, dnnl_query_src_md, 0));
  b->gw = tensor(net, wanted(weights, dnnl_query_diff_weights_md, 0));
  b->gb = tensor(net, wanted(weights, dnnl_query_diff_weights_md, 1));
  o = add(net, weights);
  give(o, DNNL_ARG_SRC, &x);
  give(o, DNNL_ARG_DIFF_DST, &above);
  give(o, DNNL_ARG_DIFF_WEIGHTS, &b->gw);
  give(o, DNNL_ARG_DIFF_BIAS, &b->gb);
  b->update = bring(net, &b->gw, layout_of(&b->w));
  return dx;
}

GV_CLONES
static void relu_back(float *restrict d, const float *restrict y, long floats)
{
#pragma omp simd
  for (long i = 0; i < floats; i++)
    d[i] = y[i] > 0 ? d[i] : 0;
}

static void run(struct net *net, int first, int end)
{
  for (int i = first; i < end; i++) {
    const struct operation *o = &net->operation[i];
    if (o->primitive == NULL)
      relu_back(o->d, o->y, o->floats);
    else
      must(dnnl_primitive_execute(o->primitive, net->stream, o->arguments, o->argument), "run");
  }
}

static void step(void *context)
{
  struct net *net = context;
  int at = net->next++ % BARE_POOL;
  must(dnnl_memory_set_data_handle(net->x.memory, net->pool[at]), "take a batch");
  run(net, 0, net->forwards);
  net->loss = bare_layers_step(net->dense, net->features.values, net->labels + at * net->n, net->d.values);
  run(net, net->forwards, net->operations);
  for (int b = 0; b < BLOCKS; b++) {
    bare_update(net->block[b].w.values, net->block[b].update.values, net->block[b].w.floats);
    bare_update(net->block[b].b.values, net->block[b].gb.values, net->block[b].b.floats);
  }
}

static void begin(struct net *net)
{
  dnnl_post_ops_t behind;
  must(dnnl_engine_create(&net->engine, dnnl_cpu, 0), "start");
  must(dnnl_stream_create(&net->stream, net->engine, dnnl_stream_default_flags), "start");
  must(dnnl_primitive_attr_create(&net->relu), "start");
  must(dnnl_post_ops_create(&behind), "start");
#if DNNL_VERSION_MAJOR >= 3
  must(dnnl_post_ops_append_eltwise(behind, dnnl_eltwise_relu, 0, 0), "start");
#else
  must(dnnl_post_ops_append_eltwise(behind, 1, dnnl_eltwise_relu, 0, 0), "start");
#endif
  must(dnnl_primitive_attr_set_post_ops(net->relu, behind), "start");
}

struct bare bare_cnn(int n)
{
  struct net *net = calloc(1, sizeof *net);
  if (net == NULL)
    exit(1);
  begin(net);
  net->n = n;
  net->block[0] = (struct block){.in = 1, .out = 16, .side = 28};
  net->block[1] = (struct block){.in = 16, .out = 32, .side = 14};
  dnnl_memory_desc_t plain = describe(dnnl_abcd, 4, n, 1, 28, 28), out = describe(dnnl_abcd, 4, n, 32, 7, 7);
  net->x = tensor(net, LAYOUT(plain));
  net->features = tensor(net, LAYOUT(out));
  net->d = tensor(net, LAYOUT(out));
  struct tensor between = add_forward(net, &net->block[0], &net->x);
  between = add_forward(net, &net->block[1], &between);
  reorder(net, &between, &net->features);
  net->forwards = net->operations;
  between = add_backward(net, &net->block[1], &net->d, 1);
  (void)add_backward(net, &net->block[0], &between, 0);
  net->dense = bare_layers(n, (const int[]){FEATURES, 10}, 2, 1);
  net->labels = bare_labels((unsigned long)n * BARE_POOL);
  for (int i = 0; i < BARE_POOL; i++)
    net->pool[i] = bare_samples(net->labels + i * n, (unsigned long)n, 784);
  struct bare bare = {.step = step, .context = net, .loss = &net->loss};
  char products[48];
  bare_layers_what(net->dense, products, sizeof products);
  snprintf(bare.what, sizeof bare.what, "oneDNN %d.%d, and %s", DNNL_VERSION_MAJOR, DNNL_VERSION_MINOR, products);
  return bare;
}
