/* The Base-(k+1) graph: few messages a round, and exact after one period for every number of nodes. */
#include <math.h>
#include <stdio.h>

#include "tests/dense.h"

static struct gv_schedule *make(int n, int k)
{
  char spec[40];
  struct gv_schedule *s = NULL;
  snprintf(spec, sizeof spec, "base:k=%d", k);
  assert_ok(gv_schedule_create(spec, NULL, n, 1, &s, err));
  return s;
}

static void check_exact(int n, int k)
{
  struct gv_schedule *s = make(n, k);
  double *p = calloc((size_t)n * (size_t)n, sizeof *p), worst = 0;
  product_of(s, s->period, p);
  for (int i = 0; i < n * n; i++)
    worst = fmax(worst, fabs(p[i] - 1.0 / n));
  ck_assert_msg(worst < 1e-12, "n %d, k %d: the product is %g off J", n, k, worst);
  ck_assert_msg(s->degree_max <= k, "n %d, k %d: degree %d", n, k, s->degree_max);
  ck_assert(!s->directed);
  ck_assert_int_eq(s->weighting, GV_WEIGHTS_OWN);
  free(p);
  gv_schedule_destroy(s);
}

START_TEST(the_product_over_a_period_is_the_mean)
{
  for (int k = 1; k <= 4; k++)
    for (int n = 1; n <= 64; n++)
      check_exact(n, k);
  for (int k = 1; k <= 9; k += 4)
    check_exact(100, k);
  check_exact(131, 2);
  check_exact(1000, 1);
}
END_TEST

START_TEST(lengths_for_one_peer)
{
  static const int lengths[] = {1, 3, 2, 5, 4, 5, 3, 7, 6, 7, 5, 7, 6, 7, 4};
  for (int n = 2; n <= 16; n++) {
    struct gv_schedule *s = make(n, 1);
    ck_assert_msg(s->period == lengths[n - 2], "n %d: period %d, not %d", n, s->period, lengths[n - 2]);
    gv_schedule_destroy(s);
  }
}
END_TEST

/* Up to k + 1 nodes: one round, everybody with everybody. */
START_TEST(few_nodes_are_complete)
{
  for (int k = 1; k <= 9; k++)
    for (int n = 1; n <= k + 1; n++) {
      struct gv_schedule *s = make(n, k);
      ck_assert_int_eq(s->period, 1);
      ck_assert_int_eq(s->degree_max, n - 1);
      gv_schedule_destroy(s);
    }
}
END_TEST

/* Longer than 2 log_{k+1} n + 2 rounds it is never (Takezawa et al., theorem 1). */
START_TEST(periods_grow_as_the_logarithm)
{
  for (int k = 1; k <= 7; k++)
    for (int n = 2; n <= 400; n++) {
      struct gv_schedule *s = make(n, k);
      ck_assert_msg(s->period <= 2 * log(n) / log(k + 1) + 2, "n %d, k %d: %d rounds", n, k, s->period);
      gv_schedule_destroy(s);
    }
  struct gv_schedule *s = make(10007, 1);  /* a prime: 8192 + 1024 + ... */
  ck_assert_int_eq(s->period, 13 + 1 + 13);
  gv_schedule_destroy(s);
}
END_TEST

/* 19 = 16 + 2 + 1: of the block of 16 three hear of the others, and the other 13 make pairs meanwhile. */
START_TEST(unused_nodes_average_too)
{
  struct gv_schedule *s = make(19, 1);
  int alone = 0;
  for (int i = 0; i < 19; i++)
    alone += s->graphs[4].first[i + 1] == s->graphs[4].first[i];
  ck_assert_int_eq(alone, 1);
  gv_schedule_destroy(s);
}
END_TEST

START_TEST(refusals)
{
  struct gv_schedule *s = NULL;
  assert_fails(GV_USAGE, "from 1 to", gv_schedule_create("base:k=0", NULL, 4, 1, &s, err));
  assert_fails(GV_USAGE, "leave --weights out", gv_schedule_create("base", "metropolis", 4, 1, &s, err));
  assert_fails(GV_USAGE, "messages a round", gv_schedule_create("base:k=100000", NULL, 100000, 1, &s, err));
  ck_assert_ptr_null(s);
}
END_TEST

int main(void)
{
  const TTest *const tests[] = {the_product_over_a_period_is_the_mean, lengths_for_one_peer, few_nodes_are_complete,
                                periods_grow_as_the_logarithm, unused_nodes_average_too, refusals, NULL};
  return run_suite("base graph", tests);
}
