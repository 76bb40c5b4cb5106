/* Every call of oneDNN: versions 2.6 and 3 from one source.
 *
 * oneDNN picks the layouts of everything between the plain tensors ("any"), which is three times as fast as plain
 * ones all over; steps that turn layouts stand where two differ. The memory is the host's, that of scratch too, so
 * that a run allocates nothing but the few bytes in which oneDNN keeps its arguments.
 */
#include "models/cnn/onednn.h"

#include <oneapi/dnnl/dnnl.h>

#include "models/layers/vector.h"

/* The OpenMP that oneDNN was built with, if it was. */
extern void omp_set_num_threads(int threads) __attribute__((weak));

#if DNNL_VERSION_MAJOR >= 3
typedef const_dnnl_memory_desc_t layout;  /* borrowed */
#else
typedef const dnnl_memory_desc_t *layout;
#endif

enum { ARGUMENTS = 6, STEPS = 128, MEMORIES = 512, BINDINGS = 64, OPERATIONS = 32 };  /* 8 blocks need half */

/* A primitive; or, where it is NULL, the gradient of a ReLU: d <- d where y > 0, else 0. */
struct step {
  dnnl_primitive_t primitive;
  int arguments;
  dnnl_exec_arg_t argument[ARGUMENTS];
  float *d;
  const float *y;
  size_t count;
};

struct binding {
  tensor memory;
  enum vector vector;
  int64_t offset;
};

struct onednn {
  const struct gv_host *host;
  dnnl_engine_t engine;
  dnnl_stream_t stream;
  dnnl_primitive_attr_t plain, relu;  /* scratch is ours; the second: with a ReLU behind */
  struct step step[PASSES][STEPS];
  struct binding binding[BINDINGS];
  tensor memory[MEMORIES], scratch[2 * STEPS];
  onednn_operation operation[OPERATIONS];
  int steps[PASSES], bindings, memories, scratches, operations;
  size_t scratch_bytes;
  bool failed;
};

/* Notes the first failure; whether all is well so far. */
static bool did(struct onednn *o, dnnl_status_t status, const char *what)
{
  if (status != dnnl_success && !o->failed) {
    o->failed = true;
    o->host->fail(o->host, "oneDNN %d.%d cannot %s (status %d)", DNNL_VERSION_MAJOR, DNNL_VERSION_MINOR, what,
                  (int)status);
  }
  return !o->failed;
}

/* ---- memory ---- */

static layout layout_of(tensor memory)
{
  layout md = NULL;
  dnnl_memory_get_memory_desc(memory, &md);
  return md;
}

static tensor hold(struct onednn *o, layout md, void *address)
{
  tensor memory = NULL;
  if (!o->failed && did(o, dnnl_memory_create(&memory, md, o->engine, address), "describe memory"))
    o->memory[o->memories++] = memory;
  return memory;
}

/* A tensor with memory of its own. */
static tensor place(struct onednn *o, layout md)
{
  void *address = o->failed ? NULL : o->host->allocate(o->host, dnnl_memory_desc_get_size(md));
  o->failed = address == NULL;
  return hold(o, md, address);
}

struct description {
  dnnl_memory_desc_t md;  /* ours: version 2's value, version 3's object */
};

static layout borrow(const struct description *description)
{
#if DNNL_VERSION_MAJOR >= 3
  return description->md;
#else
  return &description->md;
#endif
}

static struct description describe(struct onednn *o, const struct geometry *g, enum part part, bool plain)
{
  struct description d = {0};
  int64_t height = part == POOLED ? g->height / g->pool : g->height;
  int64_t width = part == POOLED ? g->width / g->pool : g->width;
  dnnl_dims_t image = {g->batch, part == IN ? g->inputs : g->outputs, height, width};
  dnnl_dims_t weight = {g->outputs, g->inputs, g->kernel, g->kernel};
  int rank = part == BIAS ? 1 : 4;
  int64_t *dims = part == WEIGHT || part == BIAS ? weight : image;
  dnnl_format_tag_t tag = part == BIAS ? dnnl_a : plain ? dnnl_abcd : dnnl_format_tag_any;
#if DNNL_VERSION_MAJOR >= 3
  did(o, dnnl_memory_desc_create_with_tag(&d.md, rank, dims, dnnl_f32, tag), "describe a tensor");
#else
  did(o, dnnl_memory_desc_init_by_tag(&d.md, rank, dims, dnnl_f32, tag), "describe a tensor");
#endif
  return d;
}

static void forget(struct description *description)
{
#if DNNL_VERSION_MAJOR >= 3
  if (description->md != NULL)
    dnnl_memory_desc_destroy(description->md);
#endif
  *description = (struct description){0};
}

tensor onednn_bind(struct onednn *o, const struct geometry *g, enum part part, enum vector vector, int64_t offset)
{
  struct description d = describe(o, g, part, true);
  tensor memory = hold(o, borrow(&d), DNNL_MEMORY_NONE);
  forget(&d);
  if (memory != NULL)
    o->binding[o->bindings++] = (struct binding){memory, vector, offset};
  return memory;
}

/* ---- steps ---- */

static layout query(const_dnnl_primitive_desc_t pd, dnnl_query_t what)
{
  return dnnl_primitive_desc_query_md(pd, what, 0);
}

/* Adds the primitive of pd, with arguments ended by 0, and its scratch. */
static void add(struct onednn *o, enum pass pass, const_dnnl_primitive_desc_t pd, const dnnl_exec_arg_t *arguments)
{
  struct step *step = &o->step[pass][o->steps[pass]];
  if (o->failed || !did(o, dnnl_primitive_create(&step->primitive, pd), "make a primitive"))
    return;
  o->steps[pass]++;
  for (; arguments[step->arguments].arg != 0; step->arguments++)
    step->argument[step->arguments] = arguments[step->arguments];
  layout md = query(pd, dnnl_query_scratchpad_md);
  size_t bytes = md != NULL ? dnnl_memory_desc_get_size(md) : 0;
  tensor scratch = bytes > 0 ? hold(o, md, DNNL_MEMORY_NONE) : NULL;
  if (scratch == NULL)
    return;
  o->scratch[o->scratches++] = scratch;
  o->scratch_bytes = bytes > o->scratch_bytes ? bytes : o->scratch_bytes;
  step->argument[step->arguments++] = (dnnl_exec_arg_t){DNNL_ARG_SCRATCHPAD, scratch};
}

void onednn_write(struct onednn *o, enum pass pass, tensor from, tensor to)
{
  dnnl_primitive_desc_t pd = NULL;
  if (o->failed || !did(o, dnnl_reorder_primitive_desc_create(&pd, layout_of(from), o->engine, layout_of(to),
                                                              o->engine, o->plain), "turn a layout"))
    return;
  add(o, pass, pd, (dnnl_exec_arg_t[]){{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}, {0, NULL}});
  dnnl_primitive_desc_destroy(pd);
}

tensor onednn_copy(struct onednn *o, enum pass pass, tensor from, tensor like)
{
  tensor to = o->failed ? NULL : place(o, layout_of(like));
  onednn_write(o, pass, from, to);
  return to;
}

/* The values of `from` in layout md: itself, or a copy. */
static tensor as(struct onednn *o, enum pass pass, tensor from, layout md)
{
  if (o->failed || dnnl_memory_desc_equal(layout_of(from), md))
    return from;
  tensor to = place(o, md);
  onednn_write(o, pass, from, to);
  return to;
}

/* ---- operations; how they are described is where the versions differ most ---- */

static onednn_operation describe_convolution(struct onednn *o, const struct geometry *g, dnnl_prop_kind_t kind,
                                             onednn_operation hint)
{
  dnnl_dims_t strides = {1, 1}, pad = {g->kernel / 2, g->kernel / 2};
  struct description source = describe(o, g, IN, false), weight = describe(o, g, WEIGHT, false);
  struct description result = describe(o, g, OUT, false), bias = describe(o, g, BIAS, true);
  dnnl_alg_kind_t direct = dnnl_convolution_direct;
  dnnl_status_t status = dnnl_success;
  dnnl_primitive_desc_t pd = NULL;
  if (!o->failed) {
#if DNNL_VERSION_MAJOR >= 3
    dnnl_dims_t dilates = {0, 0};
    if (kind == dnnl_forward_training)
      status = dnnl_convolution_forward_primitive_desc_create(&pd, o->engine, kind, direct, source.md, weight.md,
                                                              bias.md, result.md, strides, dilates, pad, pad,
                                                              o->relu);
    else if (kind == dnnl_backward_weights)
      status = dnnl_convolution_backward_weights_primitive_desc_create(
          &pd, o->engine, direct, source.md, weight.md, bias.md, result.md, strides, dilates, pad, pad, hint,
          o->plain);
    else
      status = dnnl_convolution_backward_data_primitive_desc_create(
          &pd, o->engine, direct, source.md, weight.md, result.md, strides, dilates, pad, pad, hint, o->plain);
#else
    dnnl_convolution_desc_t op;
    if (kind == dnnl_forward_training)
      status = dnnl_convolution_forward_desc_init(&op, kind, direct, &source.md, &weight.md, &bias.md, &result.md,
                                                  strides, pad, pad);
    else if (kind == dnnl_backward_weights)
      status = dnnl_convolution_backward_weights_desc_init(&op, direct, &source.md, &weight.md, &bias.md,
                                                           &result.md, strides, pad, pad);
    else
      status = dnnl_convolution_backward_data_desc_init(&op, direct, &source.md, &weight.md, &result.md, strides,
                                                        pad, pad);
    if (status == dnnl_success)
      status = dnnl_primitive_desc_create(&pd, &op, kind == dnnl_forward_training ? o->relu : o->plain, o->engine,
                                          hint);
#endif
  }
  did(o, status, "plan a convolution");
  struct description *const all[] = {&source, &weight, &result, &bias};
  for (int i = 0; i < 4; i++)
    forget(all[i]);
  return pd;
}

/* Going back: hint is the operation of the way forward. */
static onednn_operation describe_pool(struct onednn *o, const struct geometry *g, layout full, layout pooled,
                                      onednn_operation hint)
{
  dnnl_dims_t window = {g->pool, g->pool}, none = {0, 0};
  dnnl_primitive_desc_t pd = NULL;
  dnnl_status_t status;
#if DNNL_VERSION_MAJOR >= 3
  if (hint == NULL)
    status = dnnl_pooling_forward_primitive_desc_create(&pd, o->engine, dnnl_forward_training, dnnl_pooling_max,
                                                        full, pooled, window, window, none, none, none, o->plain);
  else
    status = dnnl_pooling_backward_primitive_desc_create(&pd, o->engine, dnnl_pooling_max, full, pooled, window,
                                                         window, none, none, none, hint, o->plain);
#else
  dnnl_pooling_desc_t op;
  if (hint == NULL)
    status = dnnl_pooling_forward_desc_init(&op, dnnl_forward_training, dnnl_pooling_max, full, pooled, window,
                                            window, none, none);
  else
    status = dnnl_pooling_backward_desc_init(&op, dnnl_pooling_max, full, pooled, window, window, none, none);
  if (status == dnnl_success)
    status = dnnl_primitive_desc_create(&pd, &op, o->plain, o->engine, hint);
#endif
  did(o, status, "plan a max-pool");
  return pd;
}

/* A forward operation stays as long as o: others hint at it. */
static onednn_operation keep(struct onednn *o, onednn_operation operation)
{
  return operation != NULL ? o->operation[o->operations++] = operation : NULL;
}

tensor onednn_convolve(struct onednn *o, const struct geometry *g, tensor *source, tensor weight, tensor bias,
                       onednn_operation *operation)
{
  onednn_operation pd = keep(o, describe_convolution(o, g, dnnl_forward_training, NULL));
  if (o->failed)
    return NULL;
  *operation = pd;
  *source = as(o, FORWARD, *source, query(pd, dnnl_query_src_md));
  weight = as(o, FORWARD, weight, query(pd, dnnl_query_weights_md));
  tensor result = place(o, query(pd, dnnl_query_dst_md));
  add(o, FORWARD, pd, (dnnl_exec_arg_t[]){{DNNL_ARG_SRC, *source}, {DNNL_ARG_WEIGHTS, weight},
                                          {DNNL_ARG_BIAS, bias}, {DNNL_ARG_DST, result}, {0, NULL}});
  return result;
}

tensor onednn_pool(struct onednn *o, const struct geometry *g, tensor source, tensor *where,
                   onednn_operation *operation)
{
  struct description pooled = describe(o, g, POOLED, false);
  onednn_operation pd = o->failed ? NULL : keep(o, describe_pool(o, g, layout_of(source), borrow(&pooled), NULL));
  forget(&pooled);
  if (o->failed)
    return NULL;
  *operation = pd;
  tensor result = place(o, query(pd, dnnl_query_dst_md));
  *where = place(o, query(pd, dnnl_query_workspace_md));
  add(o, FORWARD, pd, (dnnl_exec_arg_t[]){{DNNL_ARG_SRC, source}, {DNNL_ARG_DST, result},
                                          {DNNL_ARG_WORKSPACE, *where}, {0, NULL}});
  return result;
}

void onednn_relu_back(struct onednn *o, tensor result, tensor d)
{
  if (o->failed)
    return;
  void *y = NULL, *address = NULL;
  dnnl_memory_get_data_handle(result, &y);
  dnnl_memory_get_data_handle(d, &address);
  o->step[BACKWARD][o->steps[BACKWARD]++] = (struct step){
      .d = address, .y = y, .count = dnnl_memory_desc_get_size(layout_of(result)) / sizeof(float)};
}

tensor onednn_pool_back(struct onednn *o, const struct geometry *g, tensor source, tensor d, tensor where,
                        onednn_operation operation)
{
  if (o->failed)
    return NULL;
  onednn_operation pd = describe_pool(o, g, layout_of(source), layout_of(d), operation);
  tensor full = place(o, layout_of(source));
  add(o, BACKWARD, pd, (dnnl_exec_arg_t[]){{DNNL_ARG_DIFF_DST, d}, {DNNL_ARG_DIFF_SRC, full},
                                           {DNNL_ARG_WORKSPACE, where}, {0, NULL}});
  dnnl_primitive_desc_destroy(pd);
  return full;
}

void onednn_convolve_back_weight(struct onednn *o, const struct geometry *g, tensor source, tensor d, tensor weight,
                                 tensor bias, onednn_operation operation)
{
  onednn_operation pd = describe_convolution(o, g, dnnl_backward_weights, operation);
  if (!o->failed) {
    layout md = query(pd, dnnl_query_diff_weights_md);
    tensor inside = dnnl_memory_desc_equal(md, layout_of(weight)) ? weight : place(o, md);
    source = as(o, BACKWARD, source, query(pd, dnnl_query_src_md));
    d = as(o, BACKWARD, d, query(pd, dnnl_query_diff_dst_md));
    add(o, BACKWARD, pd, (dnnl_exec_arg_t[]){{DNNL_ARG_SRC, source}, {DNNL_ARG_DIFF_DST, d},
                                             {DNNL_ARG_DIFF_WEIGHTS, inside}, {DNNL_ARG_DIFF_BIAS, bias},
                                             {0, NULL}});
    if (inside != weight)
      onednn_write(o, BACKWARD, inside, weight);
  }
  dnnl_primitive_desc_destroy(pd);
}

tensor onednn_convolve_back(struct onednn *o, const struct geometry *g, tensor source, tensor d, tensor weight,
                            onednn_operation operation)
{
  onednn_operation pd = describe_convolution(o, g, dnnl_backward_data, operation);
  tensor before = NULL;
  if (!o->failed) {
    before = place(o, query(pd, dnnl_query_diff_src_md));
    weight = as(o, BACKWARD, weight, query(pd, dnnl_query_weights_md));
    d = as(o, BACKWARD, d, query(pd, dnnl_query_diff_dst_md));
    add(o, BACKWARD, pd, (dnnl_exec_arg_t[]){{DNNL_ARG_DIFF_DST, d}, {DNNL_ARG_WEIGHTS, weight},
                                             {DNNL_ARG_DIFF_SRC, before}, {0, NULL}});
    if (!o->failed)
      before = as(o, BACKWARD, before, layout_of(source));
  }
  dnnl_primitive_desc_destroy(pd);
  return before;
}

/* ---- life ---- */

struct onednn *onednn_create(const struct gv_host *host, int threads)
{
  struct onednn *o = host->allocate(host, sizeof *o);
  dnnl_post_ops_t behind = NULL;
  if (o == NULL)
    return NULL;
  o->host = host;
  if (omp_set_num_threads != NULL)
    omp_set_num_threads(threads);
  if (did(o, dnnl_engine_create(&o->engine, dnnl_cpu, 0), "start") &&
      did(o, dnnl_stream_create(&o->stream, o->engine, dnnl_stream_default_flags), "start") &&
      did(o, dnnl_primitive_attr_create(&o->plain), "make attributes") &&
      did(o, dnnl_primitive_attr_create(&o->relu), "make attributes") &&
      did(o, dnnl_primitive_attr_set_scratchpad_mode(o->plain, dnnl_scratchpad_mode_user), "use scratch") &&
      did(o, dnnl_primitive_attr_set_scratchpad_mode(o->relu, dnnl_scratchpad_mode_user), "use scratch") &&
      did(o, dnnl_post_ops_create(&behind), "add a ReLU")) {
#if DNNL_VERSION_MAJOR >= 3
    did(o, dnnl_post_ops_append_eltwise(behind, dnnl_eltwise_relu, 0, 0), "add a ReLU");
#else
    did(o, dnnl_post_ops_append_eltwise(behind, 1, dnnl_eltwise_relu, 0, 0), "add a ReLU");
#endif
    did(o, dnnl_primitive_attr_set_post_ops(o->relu, behind), "add a ReLU");
  }
  dnnl_post_ops_destroy(behind);
  return o;
}

bool onednn_failed(const struct onednn *o)
{
  return o->failed;
}

void onednn_destroy(struct onednn *o)
{
  for (int p = 0; p < PASSES; p++)
    for (int s = 0; s < o->steps[p]; s++)
      dnnl_primitive_destroy(o->step[p][s].primitive);
  for (int i = 0; i < o->operations; i++)
    dnnl_primitive_desc_destroy(o->operation[i]);
  for (int i = 0; i < o->memories; i++)
    dnnl_memory_destroy(o->memory[i]);
  dnnl_primitive_attr_destroy(o->plain);
  dnnl_primitive_attr_destroy(o->relu);
  dnnl_stream_destroy(o->stream);
  dnnl_engine_destroy(o->engine);
}

void onednn_ready(struct onednn *o)
{
  void *scratch = o->failed ? NULL : o->host->allocate(o->host, o->scratch_bytes);
  o->failed = scratch == NULL;
  for (int i = 0; i < o->scratches && !o->failed; i++)
    did(o, dnnl_memory_set_data_handle(o->scratch[i], scratch), "place scratch");
}

KERNEL
static void relu_back(float *restrict d, const float *restrict y, size_t count)
{
#pragma omp simd
  for (size_t i = 0; i < count; i++)
    d[i] = y[i] > 0 ? d[i] : 0;
}

int onednn_run(struct onednn *o, enum pass pass, float *const *vector)
{
  dnnl_status_t status = dnnl_success;
  for (int i = 0; i < o->bindings && status == dnnl_success; i++) {
    const struct binding *b = &o->binding[i];
    if (vector[b->vector] != NULL)
      status = dnnl_memory_set_data_handle(b->memory, vector[b->vector] + b->offset);
  }
  for (int s = 0; s < o->steps[pass] && status == dnnl_success; s++) {
    const struct step *step = &o->step[pass][s];
    if (step->primitive == NULL)
      relu_back(step->d, step->y, step->count);
    else
      status = dnnl_primitive_execute(step->primitive, o->stream, step->arguments, step->argument);
  }
  if (status == dnnl_success)
    status = dnnl_stream_wait(o->stream);
  return status == dnnl_success ? 0 : o->host->fail(o->host, "oneDNN failed with status %d", (int)status);
}
