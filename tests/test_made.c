/* Data that are made up: by their definitions. */
#include <math.h>

#include "datasets/dataset.h"
#include "datasets/reader.h"
#include "tests/data.h"

static struct gv_dataset *make(const char *spec, int nodes)
{
  struct gv_dataset *d = NULL;
  assert_ok(gv_dataset_open(spec, nodes, &d, err));
  return d;
}

static void check_same(const struct gv_dataset *a, const struct gv_dataset *b)
{
  ck_assert_int_eq(a->train.samples, b->train.samples);
  ck_assert_mem_eq(a->train.floats, b->train.floats,
                   (size_t)(a->train.samples * a->shape.features) * sizeof(float));
}

/* A new one is tested here before its author writes a test. */
START_TEST(made_data_conform)
{
  for (size_t e = 0; gv_reader_table.entries[e] != NULL; e++) {
    const struct gv_reader *reader = (const struct gv_reader *)gv_reader_table.entries[e];
    if (reader->recognizes != NULL)
      continue;
    struct gv_dataset *one = make(reader->named.name, 5), *again = make(reader->named.name, 5);
    ck_assert_str_eq(one->found, "made up");
    ck_assert(one->groups == 0 || one->groups == 5);
    check_same(one, again);
    gv_dataset_destroy(again);
    again = make(one->name, 1);  /* the name says it all, the number of nodes too */
    check_same(one, again);
    gv_dataset_destroy(again);
    char spec[80];
    snprintf(spec, sizeof spec, "%s:seed=2", reader->named.name);
    again = make(spec, 5);
    ck_assert(memcmp(one->train.floats, again->train.floats, 64) != 0);
    for (int64_t j = 0; j < one->train.samples * one->shape.features; j++)
      ck_assert(isfinite(one->train.floats[j]));
    ck_assert(gv_dataset_is_plain(one->name));
    gv_dataset_destroy(one);
    gv_dataset_destroy(again);
  }
}
END_TEST

/* g <- grad f_i at w, of f_i = ||A w + bias - b||^2 / (2 m) over the samples of a group; the last is the bias's. */
static void gradient(const struct gv_dataset *d, int group, const double *w, double *g)
{
  int64_t dim = d->shape.features, m = 0;
  for (int64_t j = 0; j <= dim; j++)
    g[j] = 0;
  for (int64_t s = 0; s < d->train.samples; s++) {
    if (group >= 0 && d->train.groups[s] != group)
      continue;
    const float *a = d->train.floats + s * dim;
    double off = w[dim] - (double)d->train.targets[s];
    for (int64_t j = 0; j < dim; j++)
      off += (double)a[j] * w[j];
    for (int64_t j = 0; j < dim; j++)
      g[j] += off * (double)a[j];
    g[dim] += off;
    m++;
  }
  for (int64_t j = 0; j <= dim; j++)
    g[j] /= (double)m;
}

static double norm(const double *x, int64_t n)
{
  double sum = 0;
  for (int64_t j = 0; j < n; j++)
    sum += x[j] * x[j];
  return sqrt(sum);
}

/* The minimum by conjugate gradients, for a Hessian that is only known by what it does. */
static void minimise(const struct gv_dataset *d, double *w)
{
  enum { MOST = 65 };
  int64_t n = d->shape.features + 1;
  double r[MOST], p[MOST], at[MOST], zero[MOST], hp[MOST];
  ck_assert_int_le(n, MOST);
  for (int64_t j = 0; j < n; j++)
    w[j] = at[j] = 0;
  gradient(d, -1, at, zero);
  for (int64_t j = 0; j < n; j++)
    r[j] = p[j] = -zero[j];
  for (int it = 0; it < 20 * n && norm(r, n) > 1e-13; it++) {
    double rr = norm(r, n) * norm(r, n), php = 0;
    gradient(d, -1, p, hp);
    for (int64_t j = 0; j < n; j++) {
      hp[j] -= zero[j];
      php += p[j] * hp[j];
    }
    for (int64_t j = 0; j < n; j++) {
      w[j] += rr / php * p[j];
      r[j] -= rr / php * hp[j];
    }
    double next = norm(r, n) * norm(r, n) / rr;
    for (int64_t j = 0; j < n; j++)
      p[j] = r[j] + next * p[j];
  }
}

/* Of the stored floats: the mean square of the nodes' gradients at the minimum, to 1e-4; and the curvatures. */
START_TEST(quadratic_is_what_was_asked_for)
{
  static const struct { double zeta2, condition; int dim, samples, nodes; double noise; } cases[] = {
      {1, 10, 10, 100, 8, 1}, {0.01, 100, 20, 50, 5, 1}, {25, 1, 3, 5, 2, 0}, {1e4, 1000, 8, 40, 16, 0.1},
      {1e-4, 10, 10, 200, 8, 1}, {4, 10, 1, 10, 3, 1}, {2, 30, 64, 80, 4, 3}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char spec[160];
    snprintf(spec, sizeof spec, "quadratic:zeta2=%g,condition=%g,dim=%d,samples=%d,noise=%g", cases[i].zeta2,
             cases[i].condition, cases[i].dim, cases[i].samples, cases[i].noise);
    struct gv_dataset *d = make(spec, cases[i].nodes);
    ck_assert_int_eq(d->groups, cases[i].nodes);
    ck_assert_int_eq(d->test.samples, 0);
    double w[65], g[65], zeta2 = 0;
    minimise(d, w);
    for (int node = 0; node < cases[i].nodes; node++) {
      gradient(d, node, w, g);
      zeta2 += norm(g, cases[i].dim + 1) * norm(g, cases[i].dim + 1) / cases[i].nodes;
    }
    ck_assert_msg(fabs(zeta2 / cases[i].zeta2 - 1) < 1e-4, "%s: zeta2 is %.9g", spec, zeta2);
    /* Largest curvature by the power method, smallest by the same of 1 - H; a node's alone, for all have one. */
    double ends[2] = {0};
    for (int end = 0; end < 2; end++) {
      double x[65], hx[65], origin[65] = {0}, at_origin[65];
      gradient(d, 1, origin, at_origin);
      for (int j = 0; j < cases[i].dim; j++)
        x[j] = 1 + 0.1 * j;
      x[cases[i].dim] = 0;
      for (int it = 0; it < 3000; it++) {
        double length = norm(x, cases[i].dim);
        for (int j = 0; j < cases[i].dim; j++)
          x[j] /= length;
        gradient(d, 1, x, hx);
        for (int j = 0; j < cases[i].dim; j++) {
          hx[j] -= at_origin[j];
          x[j] = end == 0 ? hx[j] : 1.0001 * x[j] - hx[j];
        }
      }
      ends[end] = end == 0 ? norm(x, cases[i].dim) : 1.0001 - norm(x, cases[i].dim);
    }
    ck_assert_double_eq_tol(ends[0], 1, 1e-4);
    ck_assert_double_eq_tol(ends[1], cases[i].dim > 1 ? 1 / cases[i].condition : 1, 1e-4);
    gv_dataset_destroy(d);
  }
  struct gv_dataset *none = NULL, *d = make("quadratic:zeta2=0", 1);
  gv_dataset_destroy(d);
  assert_fails(GV_USAGE, "one node", gv_dataset_open("quadratic", 1, &none, err));
  assert_fails(GV_USAGE, "accepted: samples=102 or more", gv_dataset_open("quadratic:dim=100", 4, &none, err));
}
END_TEST

/* Moments of the features; and the labels are the argmax of a model of the node, so that a linear one fits. */
START_TEST(synthetic_moments)
{
  struct gv_dataset *d = make("synthetic:alpha=0,beta=0,iid=yes", 200);
  double squares[60] = {0}, n = (double)d->train.samples, worst = 0;
  for (int64_t s = 0; s < d->train.samples; s++)
    for (int j = 0; j < 60; j++)
      squares[j] += (double)d->train.floats[s * 60 + j] * (double)d->train.floats[s * 60 + j];
  for (int j = 0; j < 60; j++)  /* variance j^-1.2, mean 0 */
    worst = worse_of(fabs(squares[j] / n * pow(j + 1, 1.2) - 1), worst);
  ck_assert_double_lt(worst, 6 * sqrt(2 / n));
  int64_t least = INT64_MAX, counts[200] = {0};
  double logs = 0;
  for (int64_t s = 0; s < d->train.samples; s++)
    counts[d->train.groups[s]]++;
  for (int64_t s = 0; s < d->test.samples; s++)
    counts[d->test.groups[s]]++;
  for (int i = 0; i < 200; i++) {
    least = counts[i] < least ? counts[i] : least;
    logs += log((double)counts[i] - 49.5) / 200;
  }
  ck_assert_int_ge(least, 50);
  ck_assert_double_eq_tol(logs, 4, 5 * 2 / sqrt(200));  /* lognormal(4, 2) */
  ck_assert_double_eq_tol((double)d->test.samples / (n + (double)d->test.samples), 0.1, 0.01);
  gv_dataset_destroy(d);
  /* alpha spreads the models: a node then has few labels. */
  double few[2];
  for (int a = 0; a < 2; a++) {
    d = make(a == 0 ? "synthetic:alpha=0,beta=0,iid=yes" : "synthetic:alpha=1,beta=1", 30);
    bool seen[30][10] = {{false}};
    few[a] = 0;
    for (int64_t s = 0; s < d->train.samples; s++)
      seen[d->train.groups[s]][d->train.labels[s]] = true;
    for (int i = 0; i < 30; i++)
      for (int c = 0; c < 10; c++)
        few[a] += seen[i][c] / 30.0;
    gv_dataset_destroy(d);
  }
  ck_assert_double_lt(few[1], 0.7 * few[0]);
}
END_TEST

START_TEST(blobs_and_logistic)
{
  struct gv_dataset *d = make("blobs:samples=6000,features=3,classes=3,spread=0.5", 1);
  double mean[3][3] = {{0}}, squares = 0;
  for (int64_t s = 0; s < 6000; s++) {
    ck_assert_int_eq(d->train.labels[s], s % 3);
    for (int j = 0; j < 3; j++)
      mean[s % 3][j] += (double)d->train.floats[3 * s + j] / 2000;
  }
  for (int64_t s = 0; s < 6000; s++)
    for (int j = 0; j < 3; j++)
      squares += pow((double)d->train.floats[3 * s + j] - mean[s % 3][j], 2) / 18000;
  ck_assert_double_eq_tol(sqrt(squares), 0.5, 0.5 * 5 / sqrt(2 * 18000));
  gv_dataset_destroy(d);
  /* With no heterogeneity all nodes have one law: the mean of y x is one vector, whose direction is w's. */
  double apart[2] = {0};
  for (int h = 0; h < 2; h++) {
    d = make(
        h == 0 ? "logistic:dim=4,samples=4000,heterogeneity=0" : "logistic:dim=4,samples=4000,heterogeneity=3", 6);
    double slope[6][4] = {{0}};
    for (int64_t s = 0; s < d->train.samples; s++)
      for (int j = 0; j < 4; j++)
        slope[d->train.groups[s]][j] += (d->train.labels[s] - 0.5) * (double)d->train.floats[4 * s + j] / 4000;
    for (int i = 1; i < 6; i++)
      for (int j = 0; j < 4; j++)
        apart[h] += pow(slope[i][j] - slope[0][j], 2) / 20;
    gv_dataset_destroy(d);
  }
  ck_assert_double_lt(sqrt(apart[0]), 0.02);  /* the sampling error is 0.5 sqrt(2/4000) = 0.011 */
  ck_assert_double_gt(sqrt(apart[1]), 0.1);
  struct gv_dataset *none = NULL;
  assert_fails(GV_USAGE, "at least as many samples", gv_dataset_open("blobs:samples=2,classes=3", 1, &none, err));
}
END_TEST

int main(void)
{
  const TTest *const tests[] = {made_data_conform, quadratic_is_what_was_asked_for, synthetic_moments,
                                blobs_and_logistic, NULL};
  return run_suite("made", tests);
}
