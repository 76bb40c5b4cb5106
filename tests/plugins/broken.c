/* broken.c - least squares on one-hot labels, right with flaw=none; each other text breaks one rule of model.h. */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <grapevine/model.h>

struct broken {
  const struct gv_host *host;
  int32_t classes;
  int64_t features;
  float l2, *scores, *copy, calls;  /* (classes); (parameters) */
  const float *last, *seen;
  int64_t depth;
  const char *flaw;
};

static int plans, shared;  /* a rule broken by itself: only flaws write here */

static bool is(const struct broken *m, const char *flaw)
{
  return strcmp(m->flaw, flaw) == 0;
}

static int plan(const struct gv_host *host, const struct gv_task *task, struct gv_plan *plan)
{
  const char *flaw = host->option_text(task->options, "flaw");
  int32_t classes = task->shape.classes;
  if (strcmp(flaw, "plan-silent") == 0)
    return 1;
  if (classes == 0)
    return host->fail(host, "it learns labels");
  if (strcmp(flaw, "option-refused") == 0 && host->option_int(task->options, "depth") == 9)
    return host->fail(host, "no shape is that deep");
  struct gv_tensor weight = {.name = "weight", .rank = 2, .shape = {classes, task->shape.features}};
  struct gv_tensor bias = {.name = "bias", .rank = 1, .shape = {classes}};
  if (strcmp(flaw, "plan-twice") == 0)
    weight.shape[1] += plans++;
  return host->add_tensor(host, plan, &weight) || host->add_tensor(host, plan, &bias);
}

static int create(const struct gv_host *host, const struct gv_task *task, void **instance)
{
  struct broken *m = host->allocate(host, sizeof *m);
  int32_t classes = task->shape.classes;
  int64_t features = task->shape.features;
  if (m == NULL)
    return 1;
  *m = (struct broken){.host = host, .classes = classes, .features = features,
                       .l2 = (float)host->option_real(task->options, "l2"),
                       .depth = host->option_int(task->options, "depth"),
                       .flaw = host->option_text(task->options, "flaw")};
  m->scores = host->allocate(host, (size_t)classes * sizeof *m->scores);
  m->copy = host->allocate(host, (size_t)(classes * (features + 1)) * sizeof *m->copy);
  if (!is(m, "create-nothing"))
    *instance = m;
  return m->scores == NULL || m->copy == NULL || is(m, "create-silent");
}

static int init(void *instance, uint64_t seed, float *w)
{
  struct broken *m = instance;
  size_t weights = (size_t)m->classes * (size_t)m->features, all = weights + (size_t)m->classes;
  m->host->normal(seed, 0, w, weights);
  for (size_t i = 0; i < weights; i++)
    w[i] *= 0.1f;
  if (is(m, "init-other"))
    w[0] += m->calls++;
  if (is(m, "init-outside"))
    w[all] = 0;
  if (is(m, "init-nan"))
    w[1] = NAN;
  return 0;
}

/* scores <- of one sample, minus what they should be; returns half their squares. */
static float look(struct broken *m, const float *w, const struct gv_batch *batch, int32_t i, bool *right)
{
  const float *x = batch->x + i * m->features, *bias = w + m->classes * m->features;
  float loss = 0;
  int32_t best = 0;
  for (int32_t c = 0; c < m->classes; c++) {
    float sum = bias[c];
    for (int64_t j = 0; j < m->features; j++)
      sum += w[c * m->features + j] * x[j];
    m->scores[c] = sum;
    best = sum > m->scores[best] ? c : best;
  }
  *right = best == batch->labels[i];
  for (int32_t c = 0; c < m->classes; c++) {
    m->scores[c] -= (float)(c == batch->labels[i]);
    loss += m->scores[c] * m->scores[c] / 2;
  }
  return loss;
}

/* Whether what model.h says is aligned is not: the promise of a cache line. */
static bool unaligned(const struct broken *m, const float *w, const struct gv_batch *batch)
{
  return is(m, "wants-aligned") && ((uintptr_t)w % 64 != 0 || (uintptr_t)batch->x % 64 != 0 ||
                                    (uintptr_t)batch->labels % 64 != 0);
}

static void take(size_t bytes)
{
  volatile char *memory = malloc(bytes);
  memory[0] = 1;
  free((void *)(uintptr_t)memory);
}

/* What gradient does wrong before it computes; then copy <- w. */
static void before(struct broken *m, const float *w, const struct gv_batch *batch)
{
  if (is(m, "crash") || (is(m, "crash-on-nan") && isnan(batch->x[0])))
    abort();
  if (is(m, "exit"))
    exit(3);
  while (is(m, "hang"))
    pause();
  for (int fd = 3; fd < 10 && is(m, "writes-files"); fd++)
    (void)!write(fd, "a line of a log\n", 16);
  if (is(m, "writes-w"))
    ((float *)(uintptr_t)w)[3] += 1;
  if (is(m, "writes-x"))
    ((float *)(uintptr_t)batch->x)[0] = 1;
  if (is(m, "writes-labels"))
    ((int32_t *)(uintptr_t)batch->labels)[0] ^= 1;
  if (is(m, "global"))
    shared += batch->n;
  if (is(m, "allocates"))
    take(5000);
  if (is(m, "allocates-by-libc")) {
    char *text = NULL;
    if (asprintf(&text, "%d", batch->n) > 0)
      free(text);
  }
  if (!is(m, "keeps-w") || m->last != w)
    memcpy(m->copy, w, (size_t)m->classes * (size_t)(m->features + 1) * sizeof *w);
  m->last = w;
}

static void after(struct broken *m, const struct gv_batch *batch, float *g, float *loss)
{
  size_t weights = (size_t)m->classes * (size_t)m->features, all = weights + (size_t)m->classes;
  if (is(m, "slope"))
    for (size_t i = 0; i < weights; i++)
      g[i] *= 1.05f;
  if (is(m, "no-bias"))
    memset(g + weights, 0, (size_t)m->classes * sizeof *g);
  if (is(m, "one-row"))
    memset(g + weights - m->features, 0, (size_t)m->features * sizeof *g);
  if (is(m, "outside-g"))
    g[all] = 0;
  if (is(m, "before-g"))
    g[-1] = 0;
  if (is(m, "unwritten"))
    g[all - 1] = NAN;
  if (is(m, "no-loss"))
    *loss = NAN;
  if (is(m, "other-bits") || is(m, "evaluate-disturbs"))
    g[0] += 1e-3f * m->calls;
  m->calls += (float)is(m, "other-bits");
  if (is(m, "keeps-size")) {
    g[0] += m->calls > (float)batch->n ? 1e-3f : 0;
    m->calls = (float)batch->n;
  }
  if (is(m, "keeps-batch")) {
    if (m->seen != batch->x)
      m->calls = batch->x[0];
    m->seen = batch->x;
    g[0] += m->calls - batch->x[0];
  }
  if (is(m, "keeps-nan") && (m->calls != 0 || isnan(*loss))) {
    m->calls = 1;
    g[0] = NAN;
  }
  if (is(m, "hides-nan")) {
    for (size_t i = 0; i < all; i++)
      g[i] = isfinite(g[i]) ? g[i] : 0;
    *loss = isfinite(*loss) ? *loss : 0;
  }
  if (is(m, "option-end") && m->depth == 9)
    g[0] = INFINITY;
  if (is(m, "flat")) {
    memset(g, 0, all * sizeof *g);
    *loss = isnan(*loss) ? NAN : 1;
  }
}

static int gradient(void *instance, const float *w, const struct gv_batch *batch, float *g, float *loss)
{
  struct broken *m = instance;
  size_t weights = (size_t)m->classes * (size_t)m->features;
  double sum = 0;
  bool right;
  if (is(m, "gradient-silent"))
    return 1;
  if (unaligned(m, w, batch) || unaligned(m, g, batch))
    return m->host->fail(m->host, "memory is not aligned");
  before(m, w, batch);
  for (size_t i = 0; i < weights + (size_t)m->classes; i++) {
    bool penalized = i < weights && !is(m, "no-penalty");
    sum += i < weights ? 0.5 * (double)(m->l2 * m->copy[i] * m->copy[i]) * batch->n : 0;
    g[i] = penalized ? m->l2 * m->copy[i] : 0;
  }
  for (int32_t i = 0; i < batch->n; i++) {
    sum += (double)look(m, m->copy, batch, i, &right);
    for (int32_t c = 0; c < m->classes; c++) {
      float delta = m->scores[c] / (float)batch->n;
      g[weights + (size_t)c] += delta;
      for (int64_t j = 0; j < m->features; j++)
        g[c * m->features + j] += delta * batch->x[i * m->features + j];
    }
  }
  *loss = (float)(sum / batch->n);
  after(m, batch, g, loss);
  return 0;
}

static int evaluate(void *instance, const float *w, const struct gv_batch *batch, struct gv_metrics *metrics)
{
  struct broken *m = instance;
  bool right;
  if (unaligned(m, w, batch))
    return m->host->fail(m->host, "memory is not aligned");
  if (is(m, "writes-before-x") && m->seen != NULL && m->seen != batch->x)
    ((float *)(uintptr_t)batch->x)[-1] = 1;
  m->seen = batch->x;
  for (int32_t i = 0; i < batch->n; i++) {
    metrics->loss += (double)look(m, w, batch, i, &right);
    metrics->correct += right;
  }
  if (is(m, "evaluate-disturbs"))
    m->calls++;
  if (is(m, "evaluate-mean"))
    metrics->loss /= batch->n;
  if (is(m, "evaluate-other"))
    metrics->loss += (double)m->calls++;
  if (is(m, "evaluate-allocates"))
    take((size_t)batch->n);
  if (is(m, "flat"))
    metrics->loss = batch->n;
  return 0;
}

static int predict(void *instance, const float *w, const struct gv_batch *batch, float *scores)
{
  struct broken *m = instance;
  bool right;
  if (unaligned(m, w, batch) || unaligned(m, scores, batch))
    return m->host->fail(m->host, "memory is not aligned");
  for (int32_t i = 0; i < batch->n; i++) {
    (void)look(m, w, batch, i, &right);
    m->scores[batch->labels[i]] += 1;
    for (int32_t c = 0; c < m->classes; c++)
      scores[i * m->classes + c] = is(m, "predict-turned") ? -m->scores[c] : m->scores[c];
  }
  if (is(m, "predict-outside"))
    scores[batch->n * m->classes] = 0;
  return 0;
}

static const struct gv_option options[] = {
    {.key = "flaw", .type = GV_OPTION_TEXT, .value = "none", .help = "what it does wrong"},
    {.key = "l2", .type = GV_OPTION_REAL, .value = "0", .max = 10, .help = "penalty l2/2 |weight|^2"},
    {.key = "depth", .type = GV_OPTION_INT, .value = "2", .min = 1, .max = 9, .words = "none", .help = "unused"},
    {.key = NULL},
};

const struct gv_model grapevine_model = {
    .abi = GV_MODEL_ABI,
    .size = sizeof(struct gv_model),
    .name = "broken",
    .summary = "least squares, with a flaw",
    .options = options,
    .plan = plan,
    .create = create,
    .init = init,
    .gradient = gradient,
    .evaluate = evaluate,
    .predict = predict,
};
