/* Activations as loops the compiler vectorises: plain arithmetic, the same bits on every processor. */
#include "models/layers/activation.h"

#include <math.h>
#include <string.h>

#include "models/layers/vector.h"

enum activation activation_of(const char *word)
{
  return strcmp(word, "tanh") == 0 ? ACTIVATION_TANH : strcmp(word, "gelu") == 0 ? ACTIVATION_GELU
                                                                                 : ACTIVATION_RELU;
}

/* To two units in the last place: the polynomial of Moshier's Cephes near 0, else from e^(-2|x|). */
static inline float tanh_of(float x)
{
  float size = fabsf(x), square = x * x;
  float p = -5.70498872745e-3f;
  p = p * square + 2.06390887954e-2f;
  p = p * square - 5.37397155531e-2f;
  p = p * square + 1.33314422036e-1f;
  p = p * square - 3.33332819422e-1f;
  float near = x + x * square * p;
  float e = exp_from_minus_60(at_least_minus_60(-2 * size));
  float far = (1 - e) / (1 + e);
  far = x < 0 ? -far : far;
  return size < 0.625f ? near : far;
}

/* Phi(z), the normal distribution, to 1e-7: 1 - Phi(|z|) is e^(-z^2/2) times a polynomial in 1/(1 + c |z|)
 * (Abramowitz and Stegun 7.1.26). *density <- Phi'(z). */
static inline float normal_distribution(float z, float *density)
{
  float e = exp_from_minus_60(at_least_minus_60(-0.5f * z * z));
  float t = 1 / (1 + 0.3275911f * 0.70710678f * fabsf(z));
  float p = 1.061405429f;
  p = p * t - 1.453152027f;
  p = p * t + 1.421413741f;
  p = p * t - 0.284496736f;
  p = p * t + 0.254829592f;
  float tail = 0.5f * p * t * e;
  *density = 0.39894228f * e;
  return z < 0 ? tail : 1 - tail;
}

KERNEL
static void relu(const float *restrict bias, int64_t n, int64_t width, float *z, float *y)
{
  for (int64_t i = 0; i < n; i++, z += width, y += width)
#pragma omp simd
    for (int64_t j = 0; j < width; j++) {
      z[j] += bias[j];
      y[j] = z[j] < 0 ? 0 : z[j];  /* NaN stays, for the host to see */
    }
}

KERNEL
static void hyperbolic(const float *restrict bias, int64_t n, int64_t width, float *z, float *y)
{
  for (int64_t i = 0; i < n; i++, z += width, y += width)
#pragma omp simd
    for (int64_t j = 0; j < width; j++) {
      z[j] += bias[j];
      y[j] = tanh_of(z[j]);
    }
}

KERNEL
static void gelu(const float *restrict bias, int64_t n, int64_t width, float *z, float *y)
{
  for (int64_t i = 0; i < n; i++, z += width, y += width)
#pragma omp simd
    for (int64_t j = 0; j < width; j++) {
      float density;
      z[j] += bias[j];
      y[j] = z[j] * normal_distribution(z[j], &density);
    }
}

void activation_forward(enum activation kind, const float *bias, int64_t n, int64_t width, float *z, float *y)
{
  if (kind == ACTIVATION_RELU)
    relu(bias, n, width, z, y);
  else if (kind == ACTIVATION_TANH)
    hyperbolic(bias, n, width, z, y);
  else
    gelu(bias, n, width, z, y);
}

KERNEL
static void relu_backward(const float *restrict y, int64_t n, int64_t width, float *restrict d,
                          float *restrict bias_gradient)
{
  for (int64_t i = 0; i < n; i++, y += width, d += width)
#pragma omp simd
    for (int64_t j = 0; j < width; j++) {
      d[j] = y[j] > 0 ? d[j] : 0;
      bias_gradient[j] += d[j];
    }
}

KERNEL
static void tanh_backward(const float *restrict y, int64_t n, int64_t width, float *restrict d,
                          float *restrict bias_gradient)
{
  for (int64_t i = 0; i < n; i++, y += width, d += width)
#pragma omp simd
    for (int64_t j = 0; j < width; j++) {
      d[j] *= 1 - y[j] * y[j];
      bias_gradient[j] += d[j];
    }
}

KERNEL
static void gelu_backward(const float *restrict z, int64_t n, int64_t width, float *restrict d,
                          float *restrict bias_gradient)
{
  for (int64_t i = 0; i < n; i++, z += width, d += width)
#pragma omp simd
    for (int64_t j = 0; j < width; j++) {
      float density, below = normal_distribution(z[j], &density);
      d[j] *= below + z[j] * density;
      bias_gradient[j] += d[j];
    }
}

void activation_backward(enum activation kind, const float *z, const float *y, int64_t n, int64_t width, float *d,
                         int add, float *bias_gradient)
{
  if (!add)
    memset(bias_gradient, 0, (size_t)width * sizeof *bias_gradient);
  if (kind == ACTIVATION_RELU)
    relu_backward(y, n, width, d, bias_gradient);
  else if (kind == ACTIVATION_TANH)
    tanh_backward(y, n, width, d, bias_gradient);
  else
    gelu_backward(z, n, width, d, bias_gradient);
}
