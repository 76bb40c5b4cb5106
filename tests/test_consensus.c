/* Products with W beside plain sums, and consensus beside the facts that define it: bounds, invariants, bits. */
#include <math.h>
#include <string.h>

#include "core/graph/consensus/consensus.h"
#include "core/graph/consensus/product.h"
#include "core/graph/spectrum/spectrum.h"
#include "core/graph/topology.h"
#include "core/graph/view.h"
#include "run/consensus/signals.h"
#include "tests/suite.h"

static struct gv_schedule *make(const char *topology, int n)
{
  struct gv_schedule *s = NULL;
  assert_ok(gv_schedule_create(topology, NULL, n, 1, &s, err));
  return s;
}

/* The schedule, or NULL where the topology is not defined for n. */
static struct gv_schedule *try(const char *topology, int n)
{
  struct gv_schedule *s = NULL;
  return gv_schedule_create(topology, NULL, n, 1, &s, NULL) == GV_OK ? s : NULL;
}

/* ---- products ---- */

/* Any numbers, the same for the same i. */
static double any(int i)
{
  return 3 * sin(1.7 * i) + (double)(i % 7);
}

/* y = W x from the definition. */
static void plain(const struct gv_graph *g, int n, int d, const double *x, double *y)
{
  for (int i = 0; i < n; i++)
    for (int c = 0; c < d; c++) {
      y[i * d + c] = g->self[i] * x[i * d + c];
      for (int64_t e = g->first[i]; e < g->first[i + 1]; e++)
        y[i * d + c] += g->weight[e] * x[g->from[e] * d + c];
    }
}

/* By stretches cut anywhere, and by rows: near the definition, and of the same bits. */
static void compare(const struct gv_graph *g, int n, int d, const char *name)
{
  size_t count = (size_t)n * (size_t)d;
  double *x = calloc(count, sizeof *x), *y = calloc(count, sizeof *y), *z = calloc(count, sizeof *z);
  double *rows = calloc(count, sizeof *rows), *want = calloc(count, sizeof *want);
  struct gv_product product;
  assert_ok(gv_product_create(g, n, &product, err));
  for (size_t i = 0; i < count; i++)
    x[i] = any((int)i);
  plain(g, n, d, x, want);
  gv_product_apply(&product, d, 0, n, x, y);
  gv_product_rows(g, d, 0, n, x, rows);
  double off = 0;
  for (size_t i = 0; i < count; i++)
    off = worse_of(off, fabs(y[i] - want[i]));
  ck_assert_msg(off < 1e-13, "%s, n %d, d %d: %g off", name, n, d, off);
  ck_assert_msg(memcmp(y, rows, count * sizeof *y) == 0, "%s, n %d, d %d: rows have other bits", name, n, d);
  for (int cut = 0; cut <= n; cut++) {
    int untouched = 0;
    memset(z, 0, count * sizeof *z);
    gv_product_apply(&product, d, cut, n, x, z);
    for (int i = 0; i < cut * d; i++)
      untouched += z[i] == 0;
    ck_assert_int_eq(untouched, cut * d);  /* written where it was told to, and nowhere else */
    gv_product_apply(&product, d, 0, cut, x, z);
    ck_assert_msg(memcmp(y, z, count * sizeof *y) == 0, "%s, n %d, d %d: cut at %d", name, n, d, cut);
  }
  for (size_t i = 0; i < count; i++)
    x[i] = 0.1;
  gv_product_apply(&product, d, 0, n, x, y);
  ck_assert_msg(memcmp(x, y, count * sizeof *y) == 0, "%s, n %d: equal numbers do not stay so", name, n);
  gv_product_clear(&product);
  free(x);
  free(y);
  free(z);
  free(rows);
  free(want);
}

START_TEST(products_are_what_w_says)
{
  int seen = 0;
  for (const struct gv_named *const *t = gv_topology_table.entries; *t != NULL; t++)
    for (int n = 1; n <= 40; n++) {
      struct gv_schedule *s = try((*t)->name, n);
      struct gv_view *view = NULL;
      if (s == NULL || s->average) {
        gv_schedule_destroy(s);
        continue;
      }
      assert_ok(gv_view_create(s, &view, err));
      for (int k = 0; k < (s->period > 0 ? s->period : 3); k++)
        for (int d = 1; d <= 3; d++)
          compare(gv_view_graph(view, (uint64_t)k), n, d, (*t)->name);
      gv_view_destroy(view);
      gv_schedule_destroy(s);
      seen++;
    }
  ck_assert_int_ge(seen, 200);
}
END_TEST

/* Vectors long enough for the kernels, and rows with many neighbours in blocks. */
START_TEST(products_of_many_numbers)
{
  static const struct { const char *topology; int n, d; } cases[] = {
      {"ring", 3000, 1}, {"torus", 2500, 1}, {"exponential", 1500, 1}, {"star", 40, 700}, {"grid", 36, 600},
      {"one-peer-exponential", 1000, 2}, {"line", 9, 513}};
  for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
    struct gv_schedule *s = make(cases[c].topology, cases[c].n);
    size_t count = (size_t)cases[c].n * (size_t)cases[c].d;
    double *x = calloc(count, sizeof *x), *y = calloc(count, sizeof *y), *want = calloc(count, sizeof *want);
    struct gv_product product;
    assert_ok(gv_product_create(&s->graphs[0], s->nodes, &product, err));
    if (s->nodes > 40)  /* they are not multiplied row by row */
      ck_assert_int_lt(product.count, s->nodes / 8);
    for (size_t i = 0; i < count; i++)
      x[i] = any((int)i);
    plain(&s->graphs[0], s->nodes, cases[c].d, x, want);
    gv_product_apply(&product, cases[c].d, 0, s->nodes, x, y);
    for (size_t i = 0; i < count; i++)
      ck_assert_double_eq_tol(y[i], want[i], 1e-13);
    gv_product_clear(&product);
    gv_schedule_destroy(s);
    free(x);
    free(y);
    free(want);
  }
}
END_TEST

/* ---- consensus ---- */

enum { ROUNDS = 60, NODES = 3000 };

struct seen {
  uint64_t count, stop_after;
  double error[ROUNDS + 1], tracking[ROUNDS + 1], change[ROUNDS + 1], mean[ROUNDS + 1];
};

static bool see(void *context, const struct gv_consensus_state *state)
{
  struct seen *seen = context;
  ck_assert_uint_eq(state->round, seen->count);
  seen->error[seen->count] = state->error;
  seen->tracking[seen->count] = state->tracking;
  seen->change[seen->count] = state->change;
  seen->mean[seen->count++] = state->mean[0];
  return seen->stop_after == 0 || state->round < seen->stop_after;
}

/* Runs ROUNDS rounds on x (n, d). */
static void simulate(const struct gv_schedule *s, int d, double *x, const struct gv_signal *signal, int workers,
                     struct seen *seen)
{
  const struct gv_consensus what = {.schedule = s, .dimension = d, .x = x, .signal = signal, .rounds = ROUNDS,
                                    .workers = workers, .context = seen, .seen = see};
  assert_ok(gv_consensus_run(&what, err));
}

/* ||x - Jx||_F from the definition, in long double; seen from the first node, for valgrind has no more digits there
 * than a double. */
static double spread(const double *x, int n, int d)
{
  long double all = 0;
  for (int c = 0; c < d; c++) {
    long double mean = 0;
    for (int i = 0; i < n; i++)
      mean += x[i * d + c] - x[c];
    mean /= n;
    for (int i = 0; i < n; i++)
      all += (x[i * d + c] - x[c] - mean) * (x[i * d + c] - x[c] - mean);
  }
  return (double)sqrtl(all);
}

START_TEST(errors_are_those_of_the_numbers)
{
  static const struct { const char *topology; int n, d; } cases[] = {
      {"ring", 1, 1}, {"ring", 2, 3}, {"ring", NODES, 1}, {"torus", 625, 3}, {"exponential", 50, 40},
      {"random-matching", 1500, 2}, {"full", 1100, 2}, {"one-peer-exponential", 2048, 1}, {"star", 12, 2000}};
  for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
    int n = cases[c].n, d = cases[c].d;
    struct gv_schedule *s = make(cases[c].topology, n);
    double *x = calloc((size_t)n * (size_t)d, sizeof *x);
    struct seen seen = {0};
    for (int i = 0; i < n * d; i++)
      x[i] = 1e6 + any(i);  /* far from 0, so that digits could get lost */
    double first = spread(x, n, d);
    simulate(s, d, x, NULL, 1, &seen);
    ck_assert_uint_eq(seen.count, ROUNDS + 1);
    ck_assert_double_le(fabs(seen.error[0] - first), 1e-9 * first);
    double last = spread(x, n, d);
    ck_assert_msg(fabs(seen.error[ROUNDS] - last) <= 1e-9 * last + 1e-8, "%s: %.17g, not %.17g", cases[c].topology,
                  seen.error[ROUNDS], last);
    for (int k = 0; k <= ROUNDS; k++)
      ck_assert_double_eq_tol(seen.tracking[k], seen.error[k], 1e-6 + 1e-6 * first);
    gv_schedule_destroy(s);
    free(x);
  }
}
END_TEST

/* ||x(k) - Jz|| <= rho^k ||z - Jz||, by whole periods; the mean stays. */
START_TEST(errors_keep_to_the_bound)
{
  int seen_all = 0;
  for (const struct gv_named *const *t = gv_topology_table.entries; *t != NULL; t++)
    for (int n = 1; n <= 24; n++) {
      struct gv_schedule *s = try((*t)->name, n);
      if (s == NULL)
        continue;
      struct seen seen = {0};
      struct gv_spectrum spectrum = {.rounds = 1, .rho = 1};
      double x[24];
      if (s->period > 0)
        assert_ok(gv_spectrum_find(s, &spectrum, err));
      for (int i = 0; i < n; i++)
        x[i] = i;
      simulate(s, 1, x, NULL, 1, &seen);
      for (int k = 0; k <= ROUNDS; k++) {
        double bound = pow(spectrum.rho, floor((double)k / spectrum.rounds)) * seen.error[0];
        ck_assert_msg(seen.error[k] <= bound * (1 + 1e-9) + 1e-12, "%s, n %d, round %d: %g, over %g", (*t)->name, n,
                      k, seen.error[k], bound);
        ck_assert_double_eq_tol(seen.mean[k], (n - 1) / 2.0, 1e-12 * n);
      }
      gv_schedule_destroy(s);
      seen_all++;
    }
  ck_assert_int_ge(seen_all, 200);
}
END_TEST

static void reaches(const char *topology, int n, int rounds)
{
  struct gv_schedule *s = make(topology, n);
  struct seen seen = {0};
  double *x = calloc((size_t)n, sizeof *x);
  for (int i = 0; i < n; i++)
    x[i] = i;
  simulate(s, 1, x, NULL, 1, &seen);
  ck_assert_msg(seen.error[rounds] < 1e-12 * n, "%s, n %d: %g after %d rounds", topology, n, seen.error[rounds],
                rounds);
  if (rounds > 1)
    ck_assert_double_gt(seen.error[rounds - 1], 0.1);
  gv_schedule_destroy(s);
  free(x);
}

START_TEST(exact_in_finite_time)
{
  for (int n = 2; n <= 40; n++)
    reaches("full", n, 1);
  for (int rounds = 1; rounds <= 6; rounds++)
    reaches("one-peer-exponential", 1 << rounds, rounds);
  reaches("base", 5, 5);
  reaches("base", 6, 4);
  reaches("base", 13, 7);
}
END_TEST

/* The same bits from 1, 2, 3 and 7 workers. */
static void same_bits(const char *topology, int n, int d, const struct gv_signal *signal)
{
  struct gv_schedule *s = make(topology, n);
  size_t count = (size_t)n * (size_t)d;
  double *first = calloc(count, sizeof *first), *x = calloc(count, sizeof *x);
  struct seen want = {0};
  for (int workers = 1; workers <= 7; workers += workers < 3 ? 1 : 4) {
    struct seen seen = {0};
    for (size_t i = 0; i < count; i++)
      x[i] = any((int)i);
    simulate(s, d, x, signal, workers, workers == 1 ? &want : &seen);
    if (workers == 1) {
      memcpy(first, x, count * sizeof *x);
    } else {
      ck_assert_msg(memcmp(first, x, count * sizeof *x) == 0, "%s, %d workers: other numbers", topology, workers);
      ck_assert_msg(memcmp(&want, &seen, sizeof seen) == 0, "%s, %d workers: other errors", topology, workers);
    }
  }
  gv_schedule_destroy(s);
  free(first);
  free(x);
}

START_TEST(bits_do_not_depend_on_workers)
{
  struct gv_followed *followed = NULL;
  assert_ok(gv_followed_create("sin", NODES, ROUNDS, &followed, err));
  static const char *const names[] = {"ring", "random-matching", "one-peer-exponential", "full"};
  for (size_t t = 0; t < sizeof names / sizeof names[0]; t++) {
    same_bits(names[t], NODES, 1, NULL);
    same_bits(names[t], NODES, 2, NULL);
    same_bits(names[t], NODES, 1, gv_followed_signal(followed));
  }
  same_bits("ring", 2, 1, NULL);  /* more workers than blocks */
  gv_followed_destroy(followed);
}
END_TEST

/* The callback ends it: the numbers are those of that round. */
START_TEST(stops_when_told)
{
  struct gv_schedule *s = make("ring", NODES);
  for (uint64_t after = 1; after <= 4; after++)
    for (int workers = 1; workers <= 3; workers++) {
      struct seen seen = {.stop_after = after};
      double *x = calloc(NODES, sizeof *x);
      for (int i = 0; i < NODES; i++)
        x[i] = any(i);
      simulate(s, 1, x, NULL, workers, &seen);
      ck_assert_uint_eq(seen.count, after + 1);
      ck_assert_double_eq_tol(spread(x, NODES, 1), seen.error[after], 1e-9);
      free(x);
    }
  gv_schedule_destroy(s);
}
END_TEST

START_TEST(rounds_until_the_error_has_fallen)
{
  struct gv_schedule *s = make("one-peer-exponential", 16);
  uint64_t rounds = 99;
  assert_ok(gv_consensus_rounds(s, 1e-3, 100, &rounds, err));
  ck_assert_uint_eq(rounds, 4);
  assert_ok(gv_consensus_rounds(s, 1e-3, 3, &rounds, err));
  ck_assert_uint_eq(rounds, 0);
  gv_schedule_destroy(s);
  s = make("ring", 1);
  assert_ok(gv_consensus_rounds(s, 1e-3, 3, &rounds, err));
  ck_assert_uint_eq(rounds, 1);
  gv_schedule_destroy(s);
  s = make("ring", 4);  /* rho = 1/3, and i - 3/2 has a part that shrinks by no more */
  assert_ok(gv_consensus_rounds(s, 1e-3, 100, &rounds, err));
  ck_assert_uint_eq(rounds, 7);
  gv_schedule_destroy(s);
}
END_TEST

/* The first matching joins the nodes 0 and 2 of three, and from z_i = i all have the mean then: luck, which other
 * numbers do not have. */
START_TEST(rounds_from_no_lucky_start)
{
  struct gv_schedule *s = NULL;
  uint64_t rounds = 0;
  assert_ok(gv_schedule_create("random-matching", NULL, 3, 2, &s, err));
  assert_ok(gv_consensus_rounds(s, 1e-3, 1000, &rounds, err));
  ck_assert_msg(rounds > 5, "%llu rounds", (unsigned long long)rounds);
  assert_ok(gv_consensus_rounds(s, 1e-3, 5, &rounds, err));
  ck_assert_uint_eq(rounds, 0);
  gv_schedule_destroy(s);
}
END_TEST

/* ---- signals ---- */

/* Mean x(k) = mean z(k) in every round, and the tracking error is that to the mean of z. */
static void follows(const char *topology, const char *signal, int n, struct seen *seen)
{
  struct gv_schedule *s = make(topology, n);
  struct gv_followed *followed = NULL;
  double *x = calloc((size_t)n, sizeof *x), *z = calloc((size_t)n, sizeof *z);
  double *before = calloc((size_t)n, sizeof *z);
  *seen = (struct seen){0};
  assert_ok(gv_followed_create(signal, n, ROUNDS, &followed, err));
  const struct gv_signal *value = gv_followed_signal(followed);
  simulate(s, 1, x, value, 1, seen);
  for (int k = 0; k <= ROUNDS; k++) {
    double mean = 0, change = 0;
    value->value(value->context, (uint64_t)k, 0, n, z);
    for (int i = 0; i < n; i++) {
      mean += z[i] / n;
      change += (z[i] - before[i]) * (z[i] - before[i]);
    }
    ck_assert_msg(fabs(seen->mean[k] - mean) < 1e-11 * n, "%s, %s, n %d, round %d: mean %.17g, not %.17g", topology,
                  signal, n, k, seen->mean[k], mean);
    if (k > 0) {
      ck_assert_double_eq_tol(seen->change[k], sqrt(change), 1e-9);
      ck_assert_double_le(seen->change[k], gv_followed_change(followed, (uint64_t)k - 1) * (1 + 1e-9) + 1e-12);
    }
    ck_assert_double_eq_tol(seen->tracking[k], seen->error[k], 1e-9 * n);
    memcpy(before, z, (size_t)n * sizeof *z);
  }
  gv_followed_destroy(followed);
  gv_schedule_destroy(s);
  free(x);
  free(z);
  free(before);
}

START_TEST(means_follow_signals)
{
  struct seen seen;
  for (const struct gv_named *const *t = gv_topology_table.entries; *t != NULL; t++)
    for (int n = 1; n <= 20; n++) {
      struct gv_schedule *s = try((*t)->name, n);
      if (s == NULL)
        continue;
      gv_schedule_destroy(s);
      follows((*t)->name, "sin:amplitude=2,omega=0.3", n, &seen);
      follows((*t)->name, "decay:amplitude=2,omega=0.3,ratio=0.7", n, &seen);
    }
  follows("torus", "sin:omega=3", NODES, &seen);
}
END_TEST

/* Under e/(1 - rho) in the long run; to 0 where the signals settle. */
START_TEST(errors_of_signals)
{
  static const char *const names[] = {"exponential", "full", "hypercube", "torus"};
  for (size_t t = 0; t < sizeof names / sizeof names[0]; t++) {
    struct gv_schedule *s = make(names[t], 16);
    struct gv_spectrum spectrum;
    struct seen seen;
    double largest = 0;
    assert_ok(gv_spectrum_find(s, &spectrum, err));
    follows(names[t], "sin:amplitude=1,omega=0.5", 16, &seen);
    for (int k = 1; k <= ROUNDS; k++)
      largest = fmax(largest, seen.change[k]);
    for (int k = 50; k <= ROUNDS; k++) {
      ck_assert_double_le(seen.tracking[k], largest / spectrum.gap * (1 + 1e-9));
      ck_assert_double_gt(seen.tracking[k], largest / 10);  /* and it does not settle */
    }
    follows(names[t], "decay:amplitude=1,omega=0.5,ratio=0.5", 16, &seen);
    ck_assert_double_le(seen.tracking[ROUNDS], 1e-11);
    gv_schedule_destroy(s);
  }
}
END_TEST

int main(void)
{
  const TTest *const tests[] = {
      products_are_what_w_says, products_of_many_numbers, errors_are_those_of_the_numbers,
      errors_keep_to_the_bound, exact_in_finite_time, bits_do_not_depend_on_workers, stops_when_told,
      rounds_until_the_error_has_fallen, rounds_from_no_lucky_start, means_follow_signals, errors_of_signals, NULL};
  return run_suite("consensus", tests);
}
