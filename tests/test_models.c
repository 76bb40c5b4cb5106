/* The models of the house: each keeps the rules of model.h at many shapes and options, and does the mathematics it
 * says. */
#include <math.h>
#include <stdio.h>

#include "config.h"
#include "core/base/blas.h"
#include "core/base/memory.h"
#include "core/base/option.h"
#include "core/base/team.h"
#include "plugins/conform.h"
#include "plugins/host.h"
#include "plugins/load.h"
#include "plugins/plan.h"
#include "tests/suite.h"

/* The model of $GV_BUILD, or NULL: cnn is there only with oneDNN. Products run on one thread, as in a run. */
static const struct gv_model *built_in(const char *name)
{
  static const struct gv_search nowhere;
  const struct gv_model *model = NULL;
  const char *build = getenv("GV_BUILD");
  char path[1024];
  snprintf(path, sizeof path, "%s/models/.libs/%s.so", build != NULL ? build : ".", name);
  assert_ok(gv_blas_prepare(err));
  if (strcmp(name, "cnn") == 0 && !gv_is_file(path))
    return NULL;
  assert_ok(gv_plugin_load(path, &nowhere, &model, NULL, err));
  return model;
}

/* A model with options, on a task, with one worker's host. */
struct setup {
  const struct gv_model *model;
  struct gv_options *options;
  struct gv_task task;
  struct gv_plugin_hosts *hosts;
  const struct gv_host *host;
  struct gv_plan *plan;
  void *instance;
};

static void set_up(struct setup *s, const struct gv_model *model, const char *options, struct gv_shape shape,
                   int32_t batch, int32_t max_batch)
{
  *s = (struct setup){.model = model};
  shape.features = (int64_t)shape.channels * shape.height * shape.width;
  assert_ok(gv_options_create(model->options, model->name, &s->options, err));
  assert_ok(gv_options_parse(s->options, options, err));
  s->task = (struct gv_task){
      .shape = shape, .batch = batch, .max_batch = max_batch, .max_threads = 1, .options = s->options};
  assert_ok(gv_plugin_hosts_create(model->name, 2, &s->hosts, err));
  s->host = gv_plugin_host_table(s->hosts, 0);
}

static void make(struct setup *s)
{
  assert_ok(gv_plan_create(s->model, &s->task, s->host, &s->plan, err));
  if (s->model->create(s->host, &s->task, &s->instance) != 0)
    ck_abort_msg("%s", gv_plugin_host_error(s->host));
}

static void tear_down(struct setup *s)
{
  if (s->instance != NULL && s->model->destroy != NULL)
    s->model->destroy(s->instance);
  gv_plan_destroy(s->plan);
  gv_plugin_hosts_destroy(s->hosts);
  gv_options_destroy(s->options);
}

/* Every rule, at every option's default and ends: batches are small, for oneDNN's widest blocks take their time. */
static void conforms(const char *name, const char *options, struct gv_shape shape, int32_t batch, int32_t max_batch)
{
  const struct gv_model *model = built_in(name);
  struct setup s;
  if (model == NULL)
    return;
  set_up(&s, model, options, shape, batch, max_batch);
  assert_ok(gv_plugin_conform(model, &s.task, NULL, err));
  tear_down(&s);
}

#define SHAPE(...) ((struct gv_shape){__VA_ARGS__})

START_TEST(linreg_conforms)
{
  conforms("linreg", "", SHAPE(1, 1, 1, 1, .outputs = 1), 1, 1);
  conforms("linreg", "l2=0.5", SHAPE(1, 1, 1, 20, .outputs = 3), 9, 9);
  conforms("linreg", "l2=0.1", SHAPE(1, 1, 8, 8, .classes = 10), 32, 32);
}
END_TEST

START_TEST(mlp_conforms)
{
  static const char *const options[] = {"activation=relu", "activation=tanh", "activation=gelu",
                                        "hidden=7,activation=tanh,l2=0.3", "hidden=5-9-3,l2=0.01",
                                        "hidden=1,activation=gelu", "hidden=300-200"};
  for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {  /* each with a shape, or with all of them */
    if (is_full() || i % 3 == 0)
      conforms("mlp", options[i], SHAPE(1, 1, 8, 8, .classes = 10), 32, 33);
    if (is_full() || i % 3 == 1)
      conforms("mlp", options[i], SHAPE(1, 1, 1, 3, .classes = 2), 4, 4);
    if (is_full() || i % 3 == 2)
      conforms("mlp", options[i], SHAPE(1, 1, 1, 17, .outputs = 2), 0, 7);
  }
  conforms("mlp", "", SHAPE(1, 1, 28, 28, .classes = 10), 32, 128);  /* large enough to be cut in pieces */
}
END_TEST

START_TEST(cnn_conforms)
{
  conforms("cnn", "channels=3-5,l2=0.1", SHAPE(.channels = 3, .height = 9, .width = 13, .classes = 4), 5, 11);
  conforms("cnn", "channels=8,kernel=3,pool=3,hidden=11",
           SHAPE(.channels = 2, .height = 10, .width = 11, .classes = 3), 0, 12);
  conforms("cnn", "channels=4-4-4,kernel=1,pool=1,hidden=6-5",
           SHAPE(.channels = 17, .height = 8, .width = 8, .outputs = 2), 3, 4);
  if (!is_full())
    return;
  conforms("cnn", "", SHAPE(.channels = 1, .height = 8, .width = 8, .classes = 10), 9, 9);
  conforms("cnn", "channels=20-17,kernel=7", SHAPE(.channels = 1, .height = 9, .width = 8, .classes = 2), 3, 4);
}
END_TEST

/* Tensors by name, canonical shape, and how they lie. */
static void plan_is(const char *name, const char *options, struct gv_shape shape, const char *want)
{
  const struct gv_model *model = built_in(name);
  struct setup s;
  char text[512] = "";
  if (model == NULL)
    return;
  set_up(&s, model, options, shape, 4, 4);
  assert_ok(gv_plan_create(s.model, &s.task, s.host, &s.plan, err));
  for (size_t i = 0; i < s.plan->count; i++) {
    const struct gv_tensor *t = &s.plan->tensors[i].tensor;
    size_t used = strlen(text);
    used += (size_t)snprintf(text + used, sizeof text - used, "%s%s%s", i > 0 ? " " : "", t->name,
                             t->transposed ? "'" : "");
    for (int32_t r = 0; r < t->rank; r++)
      used += (size_t)snprintf(text + used, sizeof text - used, "%s%lld", r == 0 ? ":" : "x",
                               (long long)t->shape[r]);
  }
  ck_assert_str_eq(text, want);
  tear_down(&s);
}

START_TEST(plans)
{
  struct gv_shape image = SHAPE(.channels = 1, .height = 28, .width = 28, .classes = 10);
  plan_is("linreg", "", SHAPE(1, 1, 1, 5, .outputs = 2), "weight:2x5 bias:2");
  plan_is("mlp", "", image, "hidden1.weight':128x784 hidden1.bias:128 hidden2.weight':64x128 hidden2.bias:64 "
                            "output.weight:10x64 output.bias:10");
  plan_is("cnn", "", image, "conv1.weight:16x1x5x5 conv1.bias:16 conv2.weight:32x16x5x5 conv2.bias:32 "
                            "output.weight:10x1568 output.bias:10");
  plan_is("cnn", "channels=4,pool=3,kernel=3,hidden=6",
          SHAPE(.channels = 3, .height = 8, .width = 11, .outputs = 2),
          "conv1.weight:4x3x3x3 conv1.bias:4 hidden1.weight':6x24 hidden1.bias:6 output.weight:2x6 output.bias:2");
}
END_TEST

static void refuses(const char *name, const char *options, struct gv_shape shape, const char *line)
{
  const struct gv_model *model = built_in(name);
  struct setup s;
  if (model == NULL)
    return;
  set_up(&s, model, options, shape, 4, 4);
  assert_fails(GV_MODEL, line, gv_plan_create(s.model, &s.task, s.host, &s.plan, err));
  tear_down(&s);
}

START_TEST(refusals)
{
  refuses("mlp", "", SHAPE(1, 1, 1, 4, .classes = 1), "these data have 1 class; it takes two or more");
  refuses("linreg", "", SHAPE(1, 1, 1, 4, .classes = 1), "two or more");
  refuses("mlp", "hidden=1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1",
          SHAPE(1, 1, 1, 4, .classes = 2), "hidden has 33 layers; it takes 32 at most");
  refuses("cnn", "kernel=4", SHAPE(.channels = 1, .height = 8, .width = 8, .classes = 2),
          "kernel is 4; accepted: odd numbers");
  refuses("cnn", "pool=8", SHAPE(.channels = 1, .height = 8, .width = 8, .classes = 2),
          "samples are 8 x 8, and 2 pools of side 8 leave nothing");
  refuses("cnn", "", SHAPE(.channels = 1, .height = 1, .width = 64, .classes = 2), "or pool=1");
  refuses("cnn", "channels=1-1-1-1-1-1-1-1-1,pool=1", SHAPE(.channels = 1, .height = 8, .width = 8, .classes = 2),
          "channels has 9 blocks; it takes 8 at most");
  refuses("cnn", "channels=1024,pool=1", SHAPE(.channels = 1, .height = 2048, .width = 1024, .classes = 2),
          "the convolutions make 2147483648 features of a sample; the layer behind them takes 2^31 - 1 at most");
}
END_TEST

/* Mean and variance of the values of a tensor, and whether they stay inside +- limit. */
static void spread(const struct setup *s, const float *w, size_t tensor, double *mean, double *variance,
                   double *top)
{
  const struct gv_placed *t = &s->plan->tensors[tensor];
  *mean = *variance = *top = 0;
  for (int64_t i = 0; i < t->count; i++) {
    double x = (double)w[t->first + i];
    *mean += x / (double)t->count;
    *variance += x * x / (double)t->count;
    *top = fmax(*top, fabs(x));
  }
}

/* He before relu and gelu, Glorot before tanh and at the end; biases 0; another seed, another start. */
START_TEST(start_weights)
{
  static const struct {
    const char *model, *options;
    size_t tensor;
    double variance, limit;  /* 0: normal, without a limit */
  } cases[] = {
      {"mlp", "hidden=200-100", 0, 2.0 / 784, 0},
      {"mlp", "hidden=200-100", 2, 2.0 / 200, 0},
      {"mlp", "hidden=200-100", 4, 2.0 / 110, 0.233550},
      {"mlp", "hidden=200-100,activation=gelu", 2, 2.0 / 200, 0},
      {"mlp", "hidden=200-100,activation=tanh", 2, 2.0 / 300, 0.141422},
      {"cnn", "channels=32-64", 0, 2.0 / 25, 0},
      {"cnn", "channels=32-64", 2, 2.0 / 800, 0},
      {"cnn", "channels=32-64", 4, 2.0 / (3136 + 10), 0.043671},
  };
  for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
    const struct gv_model *model = built_in(cases[c].model);
    struct setup s;
    double mean, variance, top;
    if (model == NULL)
      continue;
    set_up(&s, model, cases[c].options, SHAPE(.channels = 1, .height = 28, .width = 28, .classes = 10), 8, 8);
    make(&s);
    size_t n = (size_t)s.plan->parameters;
    float *w = gv_alloc(n, sizeof *w), *other = gv_alloc(n, sizeof *other);
    ck_assert_int_eq(model->init(s.instance, 1, w), 0);
    ck_assert_int_eq(model->init(s.instance, 2, other), 0);
    ck_assert_mem_ne(w, other, n * sizeof *w);
    spread(&s, w, cases[c].tensor, &mean, &variance, &top);
    double count = (double)s.plan->tensors[cases[c].tensor].count, deviation = sqrt(cases[c].variance);
    ck_assert_double_eq_tol(mean, 0, 4 * deviation / sqrt(count));
    ck_assert_double_eq_tol(variance / cases[c].variance, 1, 6 / sqrt(count));
    if (cases[c].limit > 0) {
      ck_assert_double_le(top, cases[c].limit);
      ck_assert_double_ge(top, 0.98 * cases[c].limit);
    }
    spread(&s, w, cases[c].tensor + 1, &mean, &variance, &top);
    ck_assert_double_eq(top, 0);
    gv_free(w);
    gv_free(other);
    tear_down(&s);
  }
}
END_TEST

/* Least squares has its minimum where the gradient is zero: at the weights that made the targets. */
START_TEST(linreg_minimum)
{
  enum { D = 6, OUTPUTS = 2, N = 40, P = OUTPUTS * (D + 1) };
  struct setup s;
  float x[N * D] __attribute__((aligned(64))), targets[N * OUTPUTS] __attribute__((aligned(64)));
  float w[P] __attribute__((aligned(64))), g[P] __attribute__((aligned(64))), loss;
  set_up(&s, built_in("linreg"), "", SHAPE(1, 1, 1, D, .outputs = OUTPUTS), N, N);
  make(&s);
  ck_assert_ptr_null(s.model->init);
  s.host->normal(1, 0, x, N * D);
  s.host->normal(1, 1, w, P);
  for (int i = 0; i < N; i++)
    for (int c = 0; c < OUTPUTS; c++) {
      double y = (double)w[OUTPUTS * D + c];
      for (int j = 0; j < D; j++)
        y += (double)w[c * D + j] * (double)x[i * D + j];
      targets[i * OUTPUTS + c] = (float)y;
    }
  struct gv_batch batch = {.x = x, .targets = targets, .n = N};
  ck_assert_int_eq(s.model->gradient(s.instance, w, &batch, g, &loss), 0);
  ck_assert_float_le(fabsf(loss), 1e-12f);
  for (int k = 0; k < P; k++)
    ck_assert_float_le(fabsf(g[k]), 1e-6f);
  w[OUTPUTS * D] += 3;  /* a bias off by 3: the loss is 9/2, its slope 3 */
  ck_assert_int_eq(s.model->gradient(s.instance, w, &batch, g, &loss), 0);
  ck_assert_float_eq_tol(loss, 4.5f, 1e-5f);
  ck_assert_float_eq_tol(g[OUTPUTS * D], 3, 1e-5f);
  ck_assert_float_eq_tol(g[OUTPUTS * D + 1], 0, 1e-6f);
  struct gv_metrics metrics = {0};
  ck_assert_int_eq(s.model->evaluate(s.instance, w, &batch, &metrics), 0);
  ck_assert_double_eq_tol(metrics.loss, 4.5 * N, 1e-3);
  tear_down(&s);
}
END_TEST

/* A convolution in plain loops and double precision: block of one, then the head. */
static void convolve(const float *x, const float *w, const float *bias, int channels, int height, int width,
                     int outputs, int kernel, int pool, double *y)
{
  for (int o = 0; o < outputs; o++)
    for (int i = 0; i < height / pool; i++)
      for (int j = 0; j < width / pool; j++) {
        double largest = 0;  /* ReLU: not below */
        for (int p = 0; p < pool * pool; p++) {
          double sum = (double)bias[o];
          for (int c = 0; c < channels; c++)
            for (int k = 0; k < kernel * kernel; k++) {
              int row = i * pool + p / pool + k / kernel - kernel / 2;
              int column = j * pool + p % pool + k % kernel - kernel / 2;
              if (row >= 0 && row < height && column >= 0 && column < width)
                sum += (double)w[(o * channels + c) * kernel * kernel + k] *
                       (double)x[(c * height + row) * width + column];
            }
          largest = fmax(largest, sum);
        }
        y[(o * (height / pool) + i) * (width / pool) + j] = largest;
      }
}

START_TEST(cnn_against_loops)
{
  enum { CHANNELS = 3, HEIGHT = 9, WIDTH = 11, OUTPUTS = 5, KERNEL = 3, CLASSES = 4, N = 7,
         X = CHANNELS * HEIGHT * WIDTH, Y = OUTPUTS * (HEIGHT / 2) * (WIDTH / 2) };
  const struct gv_model *model = built_in("cnn");
  struct setup s;
  float x[N * X] __attribute__((aligned(64))), scores[N * CLASSES] __attribute__((aligned(64)));
  if (model == NULL)
    return;
  set_up(&s, model, "channels=5,kernel=3",
         SHAPE(.channels = CHANNELS, .height = HEIGHT, .width = WIDTH, .classes = CLASSES), 3, N);
  make(&s);
  size_t n = (size_t)s.plan->parameters;
  float *w = gv_alloc(n, sizeof *w);
  s.host->normal(1, 0, x, N * X);
  s.host->normal(1, 1, w, n);
  struct gv_batch batch = {.x = x, .n = N};
  ck_assert_int_eq(model->predict(s.instance, w, &batch, scores), 0);
  const float *bias = w + OUTPUTS * CHANNELS * KERNEL * KERNEL, *dense = bias + OUTPUTS;
  for (int i = 0; i < N; i++) {
    double y[Y];
    convolve(x + i * X, w, bias, CHANNELS, HEIGHT, WIDTH, OUTPUTS, KERNEL, 2, y);
    for (int c = 0; c < CLASSES; c++) {
      double score = (double)dense[CLASSES * Y + c];
      for (int j = 0; j < Y; j++)
        score += (double)dense[c * Y + j] * y[j];
      ck_assert_double_eq_tol((double)scores[i * CLASSES + c], score, 1e-3);
    }
  }
  gv_free(w);
  tear_down(&s);
}
END_TEST

/* A batch has the same gradient in chunks of oneDNN's as at once, up to rounding. */
START_TEST(cnn_chunks)
{
  enum { N = 70, X = 64 };  /* of more than 64 samples it makes even parts: 2 of 35 */
  const struct gv_model *model = built_in("cnn");
  float x[N * X] __attribute__((aligned(64))), *g[3], loss[3], *w = NULL;
  static const int32_t usual[] = {N, 16, 1};
  int32_t labels[N];
  size_t n = 0;
  if (model == NULL)
    return;
  for (int c = 0; c < 3; c++) {
    struct setup s;
    set_up(&s, model, "channels=4-6,kernel=3,l2=0.1", SHAPE(.channels = 1, .height = 8, .width = 8, .classes = 3),
           usual[c], N);
    make(&s);
    n = (size_t)s.plan->parameters;
    g[c] = gv_alloc(n, sizeof *g[c]);
    if (c == 0) {
      w = gv_alloc(n, sizeof *w);
      ck_assert_int_eq(model->init(s.instance, 5, w), 0);
      s.host->normal(1, 0, x, N * X);
      for (int i = 0; i < N; i++)
        labels[i] = i % 3;
    }
    struct gv_batch batch = {.x = x, .labels = labels, .n = N};
    ck_assert_int_eq(model->gradient(s.instance, w, &batch, g[c], &loss[c]), 0);
    tear_down(&s);
  }
  for (int c = 1; c < 3; c++) {
    ck_assert_float_eq_tol(loss[c], loss[0], 1e-5f);
    for (size_t i = 0; i < n; i++)
      ck_assert_float_eq_tol(g[c][i], g[0][i], 1e-5f);
  }
  for (int c = 0; c < 3; c++)
    gv_free(g[c]);
  gv_free(w);
}
END_TEST

/* NaN and infinite features are refused or seen in the loss, whatever ReLU and max-pool make of them. */
START_TEST(not_finite)
{
  static const char *const names[] = {"logreg", "linreg", "mlp", "cnn"};
  static const float values[] = {NAN, INFINITY};
  for (size_t m = 0; m < sizeof names / sizeof names[0]; m++) {
    const struct gv_model *model = built_in(names[m]);
    struct setup s;
    float x[2 * 64] __attribute__((aligned(64))) = {0}, loss = 0;
    const int32_t labels[] = {0, 1};
    if (model == NULL)
      continue;
    set_up(&s, model, "", SHAPE(.channels = 1, .height = 8, .width = 8, .classes = 2), 2, 2);
    make(&s);
    size_t n = (size_t)s.plan->parameters;
    float *w = gv_alloc(n, sizeof *w), *g = gv_alloc(n, sizeof *g);
    struct gv_batch batch = {.x = x, .labels = labels, .n = 2};
    for (size_t v = 0; v < 2; v++) {
      s.host->normal(1, 1, w, n);
      x[70] = values[v];
      bool refused = model->gradient(s.instance, w, &batch, g, &loss) != 0;
      ck_assert_msg(refused || !isfinite(loss), "%s hides a feature of %g", names[m], (double)values[v]);
    }
    gv_free(w);
    gv_free(g);
    tear_down(&s);
  }
}
END_TEST

struct eight {
  struct setup *setup;
  const float *w, *x;
  const int32_t *labels;
  size_t n;
  float *g[8];
  int failed[8];
};

static void one_of_eight(void *arg, struct gv_team *team, int worker)
{
  struct eight *e = arg;
  const struct gv_host *host = gv_plugin_host_table(e->setup->hosts, worker);
  void *instance = NULL;
  float loss;
  struct gv_batch batch = {.x = e->x, .labels = e->labels, .n = 32};
  e->failed[worker] = e->setup->model->create(host, &e->setup->task, &instance);
  gv_team_barrier(team);
  for (int i = 0; i < 10 && !e->failed[worker]; i++)
    e->failed[worker] = e->setup->model->gradient(instance, e->w, &batch, e->g[worker], &loss);
  if (instance != NULL)
    e->setup->model->destroy(instance);
}

/* oneDNN 2.6 inside an OpenMP region waits for ever for threads that are not there, unless it plans for one. Eight
 * workers on any number of cores, made and used on their threads; Check ends a test that hangs. */
START_TEST(cnn_on_eight_workers)
{
  const struct gv_model *model = built_in("cnn");
  struct setup s;
  struct eight e = {.setup = &s};
  if (model == NULL)
    return;
  set_up(&s, model, "", SHAPE(.channels = 1, .height = 28, .width = 28, .classes = 10), 32, 128);
  gv_plugin_hosts_destroy(s.hosts);
  assert_ok(gv_plugin_hosts_create("cnn", 8, &s.hosts, err));
  s.host = gv_plugin_host_table(s.hosts, 0);
  assert_ok(gv_plan_create(model, &s.task, s.host, &s.plan, err));
  e.n = (size_t)s.plan->parameters;
  float *w = gv_alloc(e.n, sizeof *w), *x = gv_alloc(32 * 784, sizeof *x);
  int32_t labels[32];
  s.host->normal(1, 0, x, 32 * 784);
  s.host->normal(1, 1, w, e.n);
  for (int i = 0; i < 32; i++)
    labels[i] = i % 10;
  for (int i = 0; i < 8; i++)
    e.g[i] = gv_alloc(e.n, sizeof(float));
  e.w = w;
  e.x = x;
  e.labels = labels;
  assert_ok(gv_team_run(8, NULL, one_of_eight, &e, err));
  for (int i = 0; i < 8; i++) {
    ck_assert_int_eq(e.failed[i], 0);
    ck_assert_mem_eq(e.g[i], e.g[0], e.n * sizeof(float));
  }
  for (int i = 0; i < 8; i++)
    gv_free(e.g[i]);
  gv_free(w);
  gv_free(x);
  tear_down(&s);
}
END_TEST

/* A build without oneDNN has no cnn, and says why. */
START_TEST(cnn_left_out)
{
#ifdef HAVE_DNNL
  ck_assert_ptr_nonnull(built_in("cnn"));
#else
  static const struct gv_search nowhere;
  const struct gv_model *model = NULL;
  assert_fails(GV_USAGE, "it needs oneDNN (Debian package libdnnl-dev), which this Grapevine was built without",
               gv_plugin_load("cnn", &nowhere, &model, NULL, err));
#endif
}
END_TEST

int main(void)
{
  const TTest *const tests[] = {linreg_conforms, mlp_conforms, cnn_conforms, plans, refusals, start_weights,
                                linreg_minimum, cnn_against_loops, cnn_chunks, not_finite, cnn_on_eight_workers,
                                cnn_left_out,
                                NULL};
  return run_suite("models", tests);
}
