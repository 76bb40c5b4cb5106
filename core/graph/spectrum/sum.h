/* sum.h - long sums in parts, so that the rounding errors of many small terms do not pile up. */
#ifndef GV_GRAPH_SPECTRUM_SUM_H
#define GV_GRAPH_SPECTRUM_SUM_H

struct gv_sum {
  double total, part;
  int count;
};

static inline void gv_sum_add(struct gv_sum *sum, double term)
{
  sum->part += term;
  if (++sum->count == 256) {
    sum->total += sum->part;
    sum->part = 0;
    sum->count = 0;
  }
}

static inline double gv_sum_value(const struct gv_sum *sum)
{
  return sum->total + sum->part;
}

/* x^T x */
static inline double gv_sum_squares(const double *x, int n)
{
  struct gv_sum sum = {0};
  for (int i = 0; i < n; i++)
    gv_sum_add(&sum, x[i] * x[i]);
  return gv_sum_value(&sum);
}

static inline double gv_sum_mean(const double *x, int n)
{
  struct gv_sum sum = {0};
  for (int i = 0; i < n; i++)
    gv_sum_add(&sum, x[i]);
  return gv_sum_value(&sum) / n;
}

/* x <- x - mean(x) */
static inline void gv_take_mean(double *x, int n)
{
  double mean = gv_sum_mean(x, n);
  for (int i = 0; i < n; i++)
    x[i] -= mean;
}

#endif
