/* Sums in lanes, added up in their order. */
#include "core/engine/reduce.h"

#include "core/base/clones.h"

enum { LANES = 16 };

static double sum_of(const double *lane)
{
  double sum = 0;
  for (size_t l = 0; l < LANES; l++)
    sum += lane[l];
  return sum;
}

GV_CLONES
static double squared_distance(const float *restrict a, const float *restrict b, size_t n)
{
  double lane[LANES] = {0};
  size_t whole = n / LANES * LANES;
  for (size_t i = 0; i < whole; i += LANES)
    for (size_t l = 0; l < LANES; l++) {
      double d = (double)a[i + l] - (double)b[i + l];
      lane[l] += d * d;
    }
  for (size_t i = whole; i < n; i++) {
    double d = (double)a[i] - (double)b[i];
    lane[i - whole] += d * d;
  }
  return sum_of(lane);
}

GV_CLONES
static double squared_norm(const float *restrict v, size_t n)
{
  double lane[LANES] = {0};
  size_t whole = n / LANES * LANES;
  for (size_t i = 0; i < whole; i += LANES)
    for (size_t l = 0; l < LANES; l++)
      lane[l] += (double)v[i + l] * (double)v[i + l];
  for (size_t i = whole; i < n; i++)
    lane[i - whole] += (double)v[i] * (double)v[i];
  return sum_of(lane);
}

GV_CLONES
static double squared_norm_double(const double *restrict v, size_t n)
{
  double lane[LANES] = {0};
  size_t whole = n / LANES * LANES;
  for (size_t i = 0; i < whole; i += LANES)
    for (size_t l = 0; l < LANES; l++)
      lane[l] += v[i + l] * v[i + l];
  for (size_t i = whole; i < n; i++)
    lane[i - whole] += v[i] * v[i];
  return sum_of(lane);
}

double gv_squared_norm_double(const double *v, size_t n)
{
  return squared_norm_double(v, n);
}

double gv_squared_distance(const float *a, const float *b, size_t n)
{
  return squared_distance(a, b, n);
}

double gv_squared_norm(const float *v, size_t n)
{
  return squared_norm(v, n);
}
