/* What is counted of schedules, and rounds, slopes and laws, against closed forms. */
#include <math.h>
#include <string.h>

#include "core/graph/topology.h"
#include "run/topology/topology.h"
#include "tests/suite.h"

static struct gv_facts facts_of(const char *topology, const char *weights, int n)
{
  struct gv_schedule *s = NULL;
  struct gv_facts facts;
  assert_ok(gv_schedule_create(topology, weights, n, 1, &s, err));
  assert_ok(gv_facts_find(s, &facts, err));
  gv_schedule_destroy(s);
  return facts;
}

START_TEST(degrees_and_messages)
{
  struct gv_facts star = facts_of("star", NULL, 9);
  ck_assert_int_eq(star.degree_min, 1);
  ck_assert_int_eq(star.degree_max, 8);
  ck_assert_double_eq(star.messages, 16);
  ck_assert_double_eq_tol(star.degree_mean, 16.0 / 9, 1e-15);
  struct gv_facts grid = facts_of("grid", NULL, 12);  /* 3 x 4 */
  ck_assert_int_eq(grid.degree_min, 2);
  ck_assert_int_eq(grid.degree_max, 4);
  ck_assert_double_eq(grid.messages, 2 * (3 * 3 + 2 * 4));
  ck_assert_double_eq(facts_of("full", NULL, 7).messages, 42);
  ck_assert_double_eq(facts_of("exponential", NULL, 33).messages, 33 * 6);
  ck_assert_double_eq(facts_of("one-peer-exponential", NULL, 33).messages, 33);
  ck_assert_int_eq(facts_of("one-peer-exponential", NULL, 33).rounds, 6);
  ck_assert_double_eq(facts_of("ring", NULL, 1).messages, 0);
}
END_TEST

START_TEST(symmetry_and_sums)
{
  for (int n = 1; n <= 20; n++) {
    ck_assert(facts_of("torus", "lazy", n).symmetric);
    ck_assert(facts_of("exponential", NULL, n).symmetric == (n <= 3));
    ck_assert(facts_of("geometric", NULL, n).sums_error < 1e-14);
    ck_assert(facts_of("ring", NULL, n).connected);
  }
}
END_TEST

START_TEST(rounds_until)
{
  ck_assert_double_eq(gv_rounds_until(1, 1e-3), 1);
  ck_assert_double_eq(gv_rounds_until(0, 1e-3), 0);
  ck_assert_double_eq(gv_rounds_until(0.5, 1e-3), 10);   /* 1/1024 */
  ck_assert_double_eq(gv_rounds_until(0.75, 0.25), 2);   /* 1/4 is not under it */
  ck_assert_double_eq(gv_rounds_until(0.5, 0.6), 1);
  ck_assert_double_eq_tol(gv_rounds_until(1e-15, 1e-3) / (log(1e3) * 1e15), 1, 1e-12);  /* 1 - gap has no digits */
  ck_assert_double_eq(gv_rounds_until(1e-16, 1e-3), 0);  /* no whole numbers of so many */
  for (double gap = 0.9; gap > 1e-4; gap *= 0.7) {
    double k = gv_rounds_until(gap, 1e-3);
    ck_assert(pow(1 - gap, k) < 1e-3 && (k == 1 || pow(1 - gap, k - 1) >= 1e-3 * (1 - 1e-9)));
  }
}
END_TEST

START_TEST(slopes_and_laws)
{
  const double x[] = {0, 1, 2, 5}, y[] = {1, -1, -3, -9};
  ck_assert_double_eq_tol(gv_slope(x, y, 4), -2, 1e-14);
  ck_assert(isnan(gv_slope(x, y, 1)));
  ck_assert(isnan(gv_slope(x, y, 0)));
  const struct gv_topology made = {.law = {true, -1, -1}};
  ck_assert_double_eq_tol(gv_law_log(&made, 10), -log(10 * log(10)), 1e-14);
}
END_TEST

START_TEST(figures)
{
  struct gv_schedule *s = NULL;
  struct gv_topology_figures f;
  assert_ok(gv_schedule_create("one-peer-exponential", NULL, 32, 1, &s, err));
  assert_ok(gv_topology_look(s, GV_LOOK_ALL, &f, err));
  ck_assert(f.exact && f.measured && f.rounds == 5 && f.gap == 1);
  gv_schedule_destroy(s);
  assert_ok(gv_schedule_create("one-peer-exponential", NULL, 7, 1, &s, err));
  assert_ok(gv_topology_look(s, GV_LOOK_SPECTRUM, &f, err));
  ck_assert(!f.exact);
  ck_assert_double_eq_tol(f.gap, 0.5, 1e-12);  /* rho is 1/8 over three rounds */
  gv_schedule_destroy(s);
  for (size_t t = 0; gv_topology_table.entries[t] != NULL; t++) {
    const struct gv_topology *topology = (const struct gv_topology *)gv_topology_table.entries[t];
    bool defined = false;
    ck_assert(gv_topology_wants_options(topology) == (strcmp(topology->named.name, "file") == 0));
    assert_ok(gv_topology_try(topology, 6, 1, GV_LOOK_ALL, &defined, &f, err));
    ck_assert_msg(defined == !(strcmp(topology->named.name, "file") == 0 ||
                               strcmp(topology->named.name, "hypercube") == 0), "%s", topology->named.name);
    ck_assert_msg(!defined || f.rounds >= 1, "%s", topology->named.name);
  }
}
END_TEST

/* The first rounds of a topology that draws each anew are a sample: J by chance is no property of it. */
START_TEST(a_sample_is_not_exact)
{
  int samples = 0;
  for (uint64_t seed = 1; seed <= 20; seed++) {
    struct gv_schedule *s = NULL;
    struct gv_topology_figures f;
    assert_ok(gv_schedule_create("random-matching", NULL, 4, seed, &s, err));
    assert_ok(gv_topology_look(s, GV_LOOK_ALL, &f, err));
    samples += f.spectrum.rho == 0;
    ck_assert(!f.exact && f.measured && f.gap >= 0 && f.gap <= 1);
    gv_schedule_destroy(s);
  }
  ck_assert_int_gt(samples, 0);
}
END_TEST

int main(void)
{
  const TTest *const tests[] = {degrees_and_messages, symmetry_and_sums, rounds_until, slopes_and_laws,
                                figures, a_sample_is_not_exact, NULL};
  return run_suite("topology figures", tests);
}
