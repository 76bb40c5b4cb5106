/* Scores and losses of a batch: a product, a pass along the samples, two products back. */
#include "models/layers/head.h"

#include <math.h>
#include <string.h>

#include "models/layers/gemm.h"
#include "models/layers/vector.h"

int64_t head_parameters(int64_t inputs, int64_t outputs)
{
  return outputs * inputs + outputs;
}

int head_create(const struct gv_host *host, enum loss loss, int64_t inputs, int64_t outputs, int32_t max_batch,
                struct head *head)
{
  size_t n = (size_t)max_batch;
  *head = (struct head){.loss = loss, .inputs = inputs, .outputs = outputs,
                        .small_kernels = gemm_has_small_kernels()};
  head->z = host->allocate(host, (size_t)outputs * n * sizeof *head->z);
  head->largest = host->allocate(host, n * sizeof *head->largest);
  head->chosen = host->allocate(host, n * sizeof *head->chosen);
  head->sum = host->allocate(host, n * sizeof *head->sum);
  return head->z == NULL || head->largest == NULL || head->chosen == NULL || head->sum == NULL;
}

/* z <- W x + b, largest <- the largest of each sample. */
KERNEL
static void add_bias(const struct head *head, const float *restrict bias, int64_t n)
{
  float *restrict largest = head->largest;
  for (int64_t i = 0; i < n; i++)
    largest[i] = -INFINITY;
  for (int64_t c = 0; c < head->outputs; c++) {
    float *restrict z = head->z + c * n;
    float b = bias[c];
#pragma omp simd
    for (int64_t i = 0; i < n; i++) {
      z[i] += b;
      largest[i] = z[i] > largest[i] ? z[i] : largest[i];
    }
  }
}

static void score(const struct head *head, const float *w, const float *x, int64_t n)
{
  gemm(head->small_kernels, false, true, head->outputs, n, head->inputs, w, x, 0, head->z);
  add_bias(head, w + head->outputs * head->inputs, n);
}

KERNEL
static void exponentials(const struct head *head, int64_t n)
{
  const float *restrict largest = head->largest;
  float *restrict sum = head->sum;
  memset(sum, 0, (size_t)n * sizeof *sum);
  for (int64_t c = 0; c < head->outputs; c++) {
    float *restrict z = head->z + c * n;
#pragma omp simd
    for (int64_t i = 0; i < n; i++)
      z[i] = at_least_minus_60(z[i] - largest[i]);
#pragma omp simd
    for (int64_t i = 0; i < n; i++) {  /* by itself: the compiler would turn the cut above into a branch here */
      z[i] = exp_from_minus_60(z[i]);
      sum[i] += z[i];
    }
  }
}

/* Turns scores into exponentials and returns the loss, summed over the samples: log sum_c e^(z_c) - z_label. */
static double cross_entropy(const struct head *head, const int32_t *labels, int64_t n)
{
  for (int64_t i = 0; i < n; i++)
    head->chosen[i] = head->z[labels[i] * n + i];
  exponentials(head, n);
  double loss = 0;
  for (int64_t i = 0; i < n; i++)
    loss += (double)logf(head->sum[i]) + ((double)head->largest[i] - (double)head->chosen[i]);
  return loss;
}

/* z <- share (softmax - the label's indicator), of exponentials and their sums. */
KERNEL
static void soften(const struct head *head, int64_t n, float share)
{
  float *restrict scale = head->sum;
#pragma omp simd
  for (int64_t i = 0; i < n; i++)
    scale[i] = share / scale[i];
  for (int64_t c = 0; c < head->outputs; c++) {
    float *restrict z = head->z + c * n;
#pragma omp simd
    for (int64_t i = 0; i < n; i++)
      z[i] *= scale[i];
  }
}

/* z <- z - target; returns half the sum of their squares. */
static double squares(const struct head *head, const struct gv_batch *batch)
{
  int64_t n = batch->n;
  double sum = 0;
  for (int64_t c = 0; c < head->outputs; c++) {
    float *z = head->z + c * n;
    for (int64_t i = 0; i < n; i++) {
      z[i] -= batch->targets != NULL ? batch->targets[i * head->outputs + c] : batch->labels[i] == c ? 1.0f : 0;
      sum += (double)z[i] * (double)z[i];
    }
  }
  return sum / 2;
}

/* z <- share times the gradient of the loss in the scores; returns the loss. */
static double backward(const struct head *head, const struct gv_batch *batch, float share)
{
  int64_t n = batch->n;
  double loss;
  if (head->loss == LOSS_CROSS_ENTROPY) {
    loss = cross_entropy(head, batch->labels, n);
    soften(head, n, share);
    for (int64_t i = 0; i < n; i++)
      head->z[batch->labels[i] * n + i] -= share;
  } else {
    loss = squares(head, batch);
    for (int64_t i = 0; i < head->outputs * n; i++)
      head->z[i] *= share;
  }
  return loss;
}

double head_gradient(struct head *head, const float *w, const float *x, const struct gv_batch *batch, float share,
                     int add, float *g, float *dx)
{
  int64_t n = batch->n;
  score(head, w, x, n);
  double loss = backward(head, batch, share);
  float *bias = g + head->outputs * head->inputs;
  for (int64_t c = 0; c < head->outputs; c++) {
    const float *z = head->z + c * n;
    float sum = add ? bias[c] : 0;
#pragma omp simd reduction(+ : sum)
    for (int64_t i = 0; i < n; i++)
      sum += z[i];
    bias[c] = sum;
  }
  gemm(head->small_kernels, false, false, head->outputs, head->inputs, n, head->z, x, add ? 1 : 0, g);
  if (dx != NULL)
    gemm(head->small_kernels, true, false, n, head->inputs, head->outputs, head->z, w, 0, dx);
  return loss;
}

void head_evaluate(struct head *head, const float *w, const float *x, const struct gv_batch *batch,
                   struct gv_metrics *metrics)
{
  int64_t n = batch->n;
  score(head, w, x, n);
  for (int64_t i = 0; i < n && batch->labels != NULL; i++) {
    int64_t answer = 0;  /* the first class that reaches the largest score */
    while (answer < head->outputs && !(head->z[answer * n + i] >= head->largest[i]))
      answer++;
    metrics->correct += answer == batch->labels[i];
  }
  metrics->loss += head->loss == LOSS_CROSS_ENTROPY ? cross_entropy(head, batch->labels, n) : squares(head, batch);
}

void head_predict(struct head *head, const float *w, const float *x, int64_t n, float *scores)
{
  score(head, w, x, n);
  for (int64_t c = 0; c < head->outputs; c++)
    for (int64_t i = 0; i < n; i++)
      scores[i * head->outputs + c] = head->z[c * n + i];
}
