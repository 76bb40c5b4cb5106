/* The primitives of the cnn, bare: every tensor stays in the layout that oneDNN picks. */
#include <oneapi/dnnl/dnnl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bare.h"

enum { OPERATIONS = 16, ARGUMENTS = 12 };

struct operation {
  dnnl_primitive_t primitive;
  dnnl_exec_arg_t argument[ARGUMENTS];
  int arguments;
};

struct net {
  dnnl_engine_t engine;
  dnnl_stream_t stream;
  dnnl_primitive_attr_t relu;
  struct operation operation[OPERATIONS];
  int operations;
  struct bare dense;
};

#if DNNL_VERSION_MAJOR >= 3
typedef const_dnnl_memory_desc_t layout;
#else
typedef const dnnl_memory_desc_t *layout;
#endif

static void must(dnnl_status_t status, const char *what)
{
  if (status == dnnl_success)
    return;
  fprintf(stderr, "oneDNN cannot %s (status %d)\n", what, (int)status);
  exit(1);
}

static dnnl_memory_desc_t any(int rank, int64_t a, int64_t b, int64_t c, int64_t d)
{
  dnnl_dims_t dims = {a, b, c, d};
  dnnl_memory_desc_t md;
  memset(&md, 0, sizeof md);
  dnnl_format_tag_t tag = rank == 1 ? dnnl_a : dnnl_format_tag_any;
#if DNNL_VERSION_MAJOR >= 3
  must(dnnl_memory_desc_create_with_tag(&md, rank, dims, dnnl_f32, tag), "describe");
#else
  must(dnnl_memory_desc_init_by_tag(&md, rank, dims, dnnl_f32, tag), "describe");
#endif
  return md;
}

/* Adds the operation, with memory for whatever it asks for. */
static void add(struct net *net, dnnl_primitive_desc_t pd)
{
  static const struct {
    dnnl_query_t query;
    int argument;
  } kinds[] = {
      {dnnl_query_src_md, DNNL_ARG_SRC}, {dnnl_query_weights_md, DNNL_ARG_WEIGHTS},
      {dnnl_query_dst_md, DNNL_ARG_DST}, {dnnl_query_diff_src_md, DNNL_ARG_DIFF_SRC},
      {dnnl_query_diff_weights_md, DNNL_ARG_DIFF_WEIGHTS},
      {dnnl_query_diff_dst_md, DNNL_ARG_DIFF_DST}, {dnnl_query_workspace_md, DNNL_ARG_WORKSPACE},
      {dnnl_query_weights_md, DNNL_ARG_BIAS}, {dnnl_query_diff_weights_md, DNNL_ARG_DIFF_BIAS}};
  struct operation *o = &net->operation[net->operations++];
  must(dnnl_primitive_create(&o->primitive, pd), "make a primitive");
  for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
    int index = kinds[k].argument == DNNL_ARG_BIAS || kinds[k].argument == DNNL_ARG_DIFF_BIAS;
    layout md = dnnl_primitive_desc_query_md(pd, kinds[k].query, index);
    size_t bytes = md != NULL ? dnnl_memory_desc_get_size(md) : 0;
    if (bytes == 0)
      continue;
    dnnl_memory_t memory;
    float *values = aligned_alloc(64, (bytes + 63) / 64 * 64);
    if (values == NULL)
      exit(1);
    memset(values, 0, bytes);
    if (kinds[k].argument != DNNL_ARG_WORKSPACE)
      for (size_t i = 0; i < bytes / sizeof *values; i++)
        values[i] = (float)(i % 13) / 13 - 0.5f;
    must(dnnl_memory_create(&memory, md, net->engine, values), "describe memory");
    o->argument[o->arguments++] = (dnnl_exec_arg_t){kinds[k].argument, memory};
  }
}

static dnnl_primitive_desc_t convolution(struct net *net, int64_t n, int64_t in, int64_t out, int64_t side,
                                         dnnl_prop_kind_t kind, dnnl_primitive_desc_t hint)
{
  dnnl_dims_t one = {1, 1}, two = {2, 2};
  dnnl_memory_desc_t x = any(4, n, in, side, side), w = any(4, out, in, 5, 5), b = any(1, out, 0, 0, 0);
  dnnl_memory_desc_t y = any(4, n, out, side, side);
  dnnl_primitive_desc_t pd;
  dnnl_alg_kind_t direct = dnnl_convolution_direct;
#if DNNL_VERSION_MAJOR >= 3
  dnnl_dims_t zero = {0, 0};
  must(kind == dnnl_forward_training
           ? dnnl_convolution_forward_primitive_desc_create(&pd, net->engine, kind, direct, x, w, b, y, one, zero,
                                                            two, two, net->relu)
       : kind == dnnl_backward_weights
           ? dnnl_convolution_backward_weights_primitive_desc_create(&pd, net->engine, direct, x, w, b, y, one,
                                                                     zero, two, two, hint, NULL)
           : dnnl_convolution_backward_data_primitive_desc_create(&pd, net->engine, direct, x, w, y, one, zero, two,
                                                                  two, hint, NULL),
       "plan a convolution");
#else
  dnnl_convolution_desc_t op;
  must(kind == dnnl_forward_training
           ? dnnl_convolution_forward_desc_init(&op, kind, direct, &x, &w, &b, &y, one, two, two)
       : kind == dnnl_backward_weights
           ? dnnl_convolution_backward_weights_desc_init(&op, direct, &x, &w, &b, &y, one, two, two)
           : dnnl_convolution_backward_data_desc_init(&op, direct, &x, &w, &y, one, two, two),
       "plan a convolution");
  must(dnnl_primitive_desc_create(&pd, &op, kind == dnnl_forward_training ? net->relu : NULL, net->engine, hint),
       "plan a convolution");
#endif
  add(net, pd);
  return pd;
}

static void pools(struct net *net, layout full, int64_t n, int64_t channels, int64_t side)
{
  dnnl_dims_t two = {2, 2}, zero = {0, 0};
  dnnl_memory_desc_t half = any(4, n, channels, side / 2, side / 2);
  dnnl_primitive_desc_t forward, back;
#if DNNL_VERSION_MAJOR >= 3
  must(dnnl_pooling_forward_primitive_desc_create(&forward, net->engine, dnnl_forward_training, dnnl_pooling_max,
                                                  full, half, two, two, zero, zero, zero, NULL), "plan a pool");
  layout pooled = dnnl_primitive_desc_query_md(forward, dnnl_query_dst_md, 0);
  must(dnnl_pooling_backward_primitive_desc_create(&back, net->engine, dnnl_pooling_max, full, pooled, two, two,
                                                   zero, zero, zero, forward, NULL), "plan a pool");
#else
  dnnl_pooling_desc_t op;
  must(dnnl_pooling_forward_desc_init(&op, dnnl_forward_training, dnnl_pooling_max, full, &half, two, two, zero,
                                      zero), "plan a pool");
  must(dnnl_primitive_desc_create(&forward, &op, NULL, net->engine, NULL), "plan a pool");
  layout pooled = dnnl_primitive_desc_query_md(forward, dnnl_query_dst_md, 0);
  must(dnnl_pooling_backward_desc_init(&op, dnnl_pooling_max, full, pooled, two, two, zero, zero), "plan a pool");
  must(dnnl_primitive_desc_create(&back, &op, NULL, net->engine, forward), "plan a pool");
#endif
  add(net, forward);
  add(net, back);
}

static void step(void *context)
{
  struct net *net = context;
  for (int i = 0; i < net->operations; i++)
    must(dnnl_primitive_execute(net->operation[i].primitive, net->stream, net->operation[i].arguments,
                                net->operation[i].argument), "run");
  net->dense.step(net->dense.context);
}

struct bare bare_cnn(int n)
{
  struct net *net = calloc(1, sizeof *net);
  dnnl_post_ops_t behind;
  if (net == NULL)
    exit(1);
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
  static const struct { int64_t in, out, side; } blocks[] = {{1, 16, 28}, {16, 32, 14}};
  for (int b = 0; b < 2; b++) {
    int64_t in = blocks[b].in, out = blocks[b].out, side = blocks[b].side;
    dnnl_primitive_desc_t forward = convolution(net, n, in, out, side, dnnl_forward_training, NULL);
    pools(net, dnnl_primitive_desc_query_md(forward, dnnl_query_dst_md, 0), n, out, side);
    convolution(net, n, in, out, side, dnnl_backward_weights, forward);
    if (b > 0)
      convolution(net, n, in, out, side, dnnl_backward_data, forward);
  }
  net->dense = bare_dense(n, (const int[]){1568, 10}, 2);
  struct bare bare = {.step = step, .context = net};
  snprintf(bare.what, sizeof bare.what, "oneDNN %d.%d, and %.60s", DNNL_VERSION_MAJOR, DNNL_VERSION_MINOR,
           net->dense.what);
  return bare;
}
