/* Optimizers against their formulas in double precision, weight decay and clipping among them; learning rates. */
#include <stdio.h>

#include "tests/toy.h"

enum { DIM = 7, ROUNDS = 15 };

/* What an optimizer keeps for one element, and its direction for gradient g in step t = 1, 2, ... */
struct kept {
  double m, v;
};

static double plain(struct kept *k, double g, int t)
{
  (void)k;
  (void)t;
  return g;
}

static double heavy_ball(struct kept *k, double g, int t)
{
  (void)t;
  return k->m = 0.5 * k->m + g;
}

static double nesterov(struct kept *k, double g, int t)
{
  (void)t;
  k->m = 0.5 * k->m + g;
  return g + 0.5 * k->m;
}

static double adam(struct kept *k, double g, int t)
{
  k->m = 0.8 * k->m + 0.2 * g;
  k->v = 0.95 * k->v + 0.05 * g * g;
  return k->m / (1 - pow(0.8, t)) / (sqrt(k->v / (1 - pow(0.95, t))) + 1e-3);
}

static double rmsprop(struct kept *k, double g, int t)
{
  (void)t;
  k->v = 0.9 * k->v + 0.1 * g * g;
  return g / (sqrt(k->v) + 1e-3);
}

static const struct {
  const char *name, *options;
  double (*direction)(struct kept *kept, double g, int t);
  bool decoupled;
} cases[] = {
    {"sgd", "", plain, false},
    {"momentum", "beta=0.5,", heavy_ball, false},
    {"nesterov", "beta=0.5,", nesterov, false},
    {"adam", "beta1=0.8,beta2=0.95,epsilon=1e-3,", adam, false},
    {"adamw", "beta1=0.8,beta2=0.95,epsilon=1e-3,", adam, true},
    {"rmsprop", "alpha=0.9,epsilon=1e-3,", rmsprop, false},
};

/* One node on f(w) = ||w - s||^2/2, s drawn anew every round. */
static void check(size_t c, double decay, double clip)
{
  float mean[DIM], start[DIM], s[DIM];
  double x[DIM], a = 0.1, worst = 0;
  struct kept kept[DIM] = {{0, 0}};
  char spec[160], clipped[32] = "none";
  if (clip > 0)
    snprintf(clipped, sizeof clipped, "%g", clip);
  snprintf(spec, sizeof spec, "%s:%sweight-decay=%g,clip=%s", cases[c].name, cases[c].options, decay, clipped);
  struct toy_run run = {.optimizer = spec, .nodes = 1, .dim = DIM, .batch = 1, .rate = a, .rounds = ROUNDS};
  assert_ok(toy_train(&run, mean, err));
  toy_init(&toy, 5, start);
  for (int i = 0; i < DIM; i++)
    x[i] = (double)start[i];
  for (int k = 0; k < ROUNDS; k++) {
    double g[DIM], norm = 0;
    toy_sample(0, (uint64_t)k, 0, s);
    for (int i = 0; i < DIM; i++) {
      g[i] = x[i] - (double)s[i];
      norm += g[i] * g[i];
    }
    double factor = clip > 0 && sqrt(norm) > clip ? clip / sqrt(norm) : 1;
    for (int i = 0; i < DIM; i++) {
      double coupled = cases[c].decoupled ? 0 : decay;
      double d = cases[c].direction(&kept[i], factor * g[i] + coupled * x[i], k + 1);
      x[i] -= a * (d + (decay - coupled) * x[i]);
    }
  }
  for (int i = 0; i < DIM; i++)
    worst = worse_of(worst, fabs((double)mean[i] - x[i]));
  ck_assert_msg(worst < 2e-5, "%s is %g off", spec, worst);
}

/* A new optimizer needs its formula here. */
START_TEST(optimizers_follow_their_formulas)
{
  for (size_t o = 0; gv_optimizer_table.entries[o] != NULL; o++) {
    size_t c = 0, count = sizeof cases / sizeof cases[0];
    while (c < count && strcmp(cases[c].name, gv_optimizer_table.entries[o]->name) != 0)
      c++;
    ck_assert_msg(c < count, "%s has no formula", gv_optimizer_table.entries[o]->name);
    check(c, 0, 0);
    check(c, 0.3, 0);
    check(c, 0, 1.5);
    check(c, 0.3, 1.5);
  }
}
END_TEST

/* Of psgd the mean gradient is what is clipped: still plain SGD on the union of the batches. */
START_TEST(psgd_clips_the_mean)
{
  float many[DIM], one[DIM];
  struct toy_run parallel = {.algorithm = "psgd", .optimizer = "momentum:clip=0.7,weight-decay=0.1", .nodes = 5,
                             .workers = 2, .dim = DIM, .rate = 0.05, .rounds = 30};
  struct toy_run serial = parallel;
  serial.nodes = serial.workers = 1;
  serial.unite = 5;
  assert_ok(toy_train(&parallel, many, err));
  assert_ok(toy_train(&serial, one, err));
  for (int i = 0; i < DIM; i++)
    ck_assert_float_eq_tol(many[i], one[i], 1e-5f * (1 + fabsf(one[i])));
}
END_TEST

/* The moments, freed of their bias, are g and g^2. */
START_TEST(adam_in_its_first_step)
{
  float mean[DIM], start[DIM];
  struct toy_run run = {.optimizer = "adam", .nodes = 1, .dim = DIM, .batch = 1, .rate = 0.01, .rounds = 1};
  assert_ok(toy_train(&run, mean, err));
  toy_init(&toy, 5, start);
  for (int i = 0; i < DIM; i++)
    ck_assert_float_eq_tol(fabsf(mean[i] - start[i]), 0.01f, 1e-6f);
}
END_TEST

/* A gradient that stays is its own mean, and of length 1 by the root of its mean square, in every step. */
START_TEST(adam_is_freed_of_its_bias)
{
  const struct gv_named *found = NULL;
  struct gv_options *options = NULL;
  float g = 1, d = 0, m = 0, v = 0;
  assert_ok(gv_named_parse(&gv_optimizer_table, "adam:beta1=0.9999,beta2=0.999999", &found, &options, err));
  for (uint64_t step = 0; step < 10000; step++) {
    const struct gv_slope slope = {.n = 1, .step = step, .g = &g, .d = &d, .state = {&m, &v}};
    float by = *((const struct gv_optimizer *)found)->direction(options, &slope);
    if (step == 0 || step == 9999)
      ck_assert_float_eq_tol(by, 1, 1e-3f);
  }
  gv_options_destroy(options);
}
END_TEST

static double rate_at(const char *spec, uint64_t round)
{
  const struct gv_named *found = NULL;
  struct gv_options *options = NULL;
  assert_ok(gv_named_parse(&gv_rate_table, spec, &found, &options, err));
  double rate = gv_rate((const struct gv_rate_schedule *)found, options, 0.4, round, 100, 10);
  gv_options_destroy(options);
  return rate;
}

START_TEST(learning_rates)
{
  ck_assert_double_eq_tol(rate_at("constant", 0), 0.4, 1e-15);
  ck_assert_double_eq_tol(rate_at("constant", 99), 0.4, 1e-15);
  ck_assert_double_eq_tol(rate_at("constant:warmup=2", 0), 0.4 / 20, 1e-15);
  ck_assert_double_eq_tol(rate_at("constant:warmup=2", 9), 0.2, 1e-15);
  ck_assert_double_eq_tol(rate_at("constant:warmup=2", 19), 0.4, 1e-15);
  ck_assert_double_eq_tol(rate_at("step:every=3", 29), 0.4, 1e-15);
  ck_assert_double_eq_tol(rate_at("step:every=3", 30), 0.04, 1e-15);
  ck_assert_double_eq_tol(rate_at("step:every=3,gamma=0.5", 90), 0.05, 1e-15);
  ck_assert_double_eq_tol(rate_at("step", 34), 0.04, 1e-15);
  ck_assert_double_eq_tol(rate_at("cosine", 0), 0.4, 1e-15);
  ck_assert_double_eq_tol(rate_at("cosine", 50), 0.2, 1e-15);
  ck_assert_double_eq_tol(rate_at("cosine:last=0.5", 100), 0.2, 1e-15);
  ck_assert_double_eq_tol(rate_at("cosine:warmup=5", 50), 0.4, 1e-15);
  ck_assert_double_eq_tol(rate_at("cosine:warmup=5", 75), 0.2, 1e-15);
}
END_TEST

int main(void)
{
  const TTest *const tests[] = {optimizers_follow_their_formulas, psgd_clips_the_mean, adam_in_its_first_step,
                                adam_is_freed_of_its_bias, learning_rates, NULL};
  return run_suite("optimizers", tests);
}
