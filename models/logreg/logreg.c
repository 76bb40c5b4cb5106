/* logreg - softmax regression: scores W x + b, cross-entropy loss; two products of OpenBLAS and a pass between.
 *
 * Scores lie class by class, (classes, n), so that the pass between runs along the samples: ten classes fill no
 * vector register, a batch fills several.
 */
#include <cblas.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <grapevine/model.h>

struct logreg {
  int32_t classes, features;
  float l2;
  float *z;                       /* (classes, n): scores, then exponentials, then the gradient in the scores */
  float *largest, *chosen, *sum;  /* (n): the largest score, the label's, the sum of exponentials */
};

static int plan(const struct gv_host *host, const struct gv_task *task, struct gv_plan *plan)
{
  const struct gv_shape *shape = &task->shape;
  if (shape->classes == 0)
    return host->fail(host, "it learns classes, but these data have numbers for targets; take data with labels");
  if (shape->classes < 2)
    return host->fail(host, "these data have %d class; it takes two or more", shape->classes);
  if (shape->features > INT32_MAX)
    return host->fail(host, "a sample has %lld features; it takes 2^31 - 1 at most", (long long)shape->features);
  struct gv_tensor weight = {.name = "weight", .rank = 2, .shape = {shape->classes, shape->features}};
  struct gv_tensor bias = {.name = "bias", .rank = 1, .shape = {shape->classes}};
  return host->add_tensor(host, plan, &weight) || host->add_tensor(host, plan, &bias);
}

static int create(const struct gv_host *host, const struct gv_task *task, void **instance)
{
  size_t n = (size_t)task->max_batch, classes = (size_t)task->shape.classes;
  struct logreg *m = host->allocate(host, sizeof *m);
  if (m == NULL)
    return 1;
  m->classes = task->shape.classes;
  m->features = (int32_t)task->shape.features;
  m->l2 = (float)host->option_real(task->options, "l2");
  m->z = host->allocate(host, classes * n * sizeof *m->z);
  m->largest = host->allocate(host, n * sizeof *m->largest);
  m->chosen = host->allocate(host, n * sizeof *m->chosen);
  m->sum = host->allocate(host, n * sizeof *m->sum);
  *instance = m;
  return m->z == NULL || m->largest == NULL || m->chosen == NULL || m->sum == NULL;
}

/* e^x for x from -60 to 0, and NaN for NaN, to two units in the last place (Cody and Waite's reduction, the
 * polynomial of Moshier's Cephes). Plain arithmetic, so that loops over it are vectorised, with the same bits on
 * every processor and C library. */
static inline float exp_from_minus_60(float x)
{
  const float round = 0x1.8p23f;  /* adding it leaves the nearest whole number in the last bits */
  float shifted = x * 1.44269504f + round;
  float k = shifted - round;
  float r = x - k * 0.693359375f + k * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1;
  union {
    float real;
    uint32_t bits;
  } power = {.real = shifted};
  power.bits = (power.bits + 127) << 23;  /* 2^k */
  return p * power.real;
}

/* z, largest and chosen <- the scores of the batch, of which the largest and the label's. */
static void score(struct logreg *m, const float *w, const struct gv_batch *batch)
{
  int32_t n = batch->n, d = m->features;
  const float *bias = w + (size_t)m->classes * (size_t)d;
  float *restrict largest = m->largest;
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, m->classes, n, d, 1, w, d, batch->x, d, 0, m->z, n);
  for (int32_t i = 0; i < n; i++)
    largest[i] = -INFINITY;
  for (int32_t c = 0; c < m->classes; c++) {
    float *restrict z = m->z + (size_t)c * (size_t)n;
    float b = bias[c];
#pragma omp simd
    for (int32_t i = 0; i < n; i++) {
      z[i] += b;
      largest[i] = z[i] > largest[i] ? z[i] : largest[i];
    }
  }
  for (int32_t i = 0; i < n && batch->labels != NULL; i++)
    m->chosen[i] = m->z[(size_t)batch->labels[i] * (size_t)n + (size_t)i];
}

/* Turns scores into exponentials and returns the loss, summed over the samples: log sum_c e^(z_c) - z_label. */
static double exponentials(struct logreg *m, int32_t n)
{
  const float *restrict largest = m->largest;
  float *restrict sum = m->sum;
  memset(sum, 0, (size_t)n * sizeof *sum);
  for (int32_t c = 0; c < m->classes; c++) {
    float *restrict z = m->z + (size_t)c * (size_t)n;
#pragma omp simd
    for (int32_t i = 0; i < n; i++) {  /* e^-60 = 9e-27: nothing beside 1, and far from denormal numbers */
      float x = z[i] - largest[i];
      z[i] = x < -60 ? -60 : x;
    }
#pragma omp simd
    for (int32_t i = 0; i < n; i++) {  /* by itself: the compiler would turn the cut above into a branch here */
      z[i] = exp_from_minus_60(z[i]);
      sum[i] += z[i];
    }
  }
  double loss = 0;
  for (int32_t i = 0; i < n; i++)
    loss += (double)logf(sum[i]) + ((double)largest[i] - (double)m->chosen[i]);
  return loss;
}

/* g <- l2 w over the weights; returns the penalty. */
static double penalize(const struct logreg *m, const float *restrict w, float *restrict g)
{
  size_t weights = (size_t)m->classes * (size_t)m->features;
  double square = 0;
#pragma omp simd reduction(+ : square)
  for (size_t i = 0; i < weights; i++) {
    square += (double)w[i] * (double)w[i];
    g[i] = m->l2 * w[i];
  }
  return 0.5 * (double)m->l2 * square;
}

static int gradient(void *instance, const float *w, const struct gv_batch *batch, float *g, float *loss)
{
  struct logreg *m = instance;
  int32_t n = batch->n, d = m->features;
  float *bias = g + (size_t)m->classes * (size_t)d;
  float *restrict scale = m->sum, share = 1 / (float)n;
  score(m, w, batch);
  double mean = exponentials(m, n) / n;
  for (int32_t i = 0; i < n; i++)
    scale[i] = share / scale[i];
  for (int32_t c = 0; c < m->classes; c++) {
    float *restrict z = m->z + (size_t)c * (size_t)n;
#pragma omp simd
    for (int32_t i = 0; i < n; i++)
      z[i] *= scale[i];
  }
  for (int32_t i = 0; i < n; i++)
    m->z[(size_t)batch->labels[i] * (size_t)n + (size_t)i] -= share;
  for (int32_t c = 0; c < m->classes; c++) {
    const float *z = m->z + (size_t)c * (size_t)n;
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int32_t i = 0; i < n; i++)
      sum += z[i];
    bias[c] = sum;
  }
  bool penalty = m->l2 > 0;
  if (penalty)
    mean += penalize(m, w, g);
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, m->classes, d, n, 1, m->z, n, batch->x, d,
              penalty ? 1 : 0, g, d);
  *loss = (float)mean;
  return 0;
}

static int evaluate(void *instance, const float *w, const struct gv_batch *batch, struct gv_metrics *metrics)
{
  struct logreg *m = instance;
  int32_t n = batch->n;
  int64_t correct = 0;
  score(m, w, batch);
  for (int32_t i = 0; i < n; i++) {  /* the first class that reaches the largest score is the answer */
    int32_t answer = 0;
    while (answer < m->classes && !(m->z[(size_t)answer * (size_t)n + (size_t)i] >= m->largest[i]))
      answer++;
    correct += answer == batch->labels[i];
  }
  metrics->loss = exponentials(m, n);
  metrics->correct = correct;
  return 0;
}

static int predict(void *instance, const float *w, const struct gv_batch *batch, float *scores)
{
  struct logreg *m = instance;
  score(m, w, batch);
  for (int32_t c = 0; c < m->classes; c++)
    for (int32_t i = 0; i < batch->n; i++)
      scores[(size_t)i * (size_t)m->classes + (size_t)c] = m->z[(size_t)c * (size_t)batch->n + (size_t)i];
  return 0;
}

static const struct gv_option options[] = {
    {.key = "l2", .type = GV_OPTION_REAL, .value = "0", .max = 1e6, .help = "penalty l2/2 |weight|^2, not on bias"},
    {.key = NULL},
};

const struct gv_model grapevine_model = {
    .abi = GV_MODEL_ABI,
    .size = sizeof(struct gv_model),
    .name = "logreg",
    .summary = "softmax regression: one linear layer, cross-entropy loss, convex",
    .options = options,
    .plan = plan,
    .create = create,
    .gradient = gradient,
    .evaluate = evaluate,
    .predict = predict,
};
