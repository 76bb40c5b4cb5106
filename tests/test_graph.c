/* Topologies, weight rules and the checked schedule, against the facts that define them. */
#include <math.h>

#include "core/graph/check.h"
#include "core/graph/weights/weights.h"
#include "tests/dense.h"

static struct gv_schedule *make(const char *topology, const char *weights, int n)
{
  struct gv_schedule *s = NULL;
  assert_ok(gv_schedule_create(topology, weights, n, 1, &s, err));
  return s;
}

/* W (n, n): weights of 0 or more, sums of 1, and symmetric where the schedule is not directed. */
static void check_matrix(const double *w, int n, bool symmetric, const char *name)
{
  double least = 0, sums = 0, apart = 0;
  for (int i = 0; i < n; i++) {
    double row = 0, column = 0;
    for (int j = 0; j < n; j++) {
      least = fmin(least, w[i * n + j]);
      apart = fmax(apart, fabs(w[i * n + j] - w[j * n + i]));
      row += w[i * n + j];
      column += w[j * n + i];
    }
    sums = worse_of(sums, worse_of(fabs(row - 1), fabs(column - 1)));
  }
  ck_assert_msg(least >= 0 && sums <= 1e-12 && (!symmetric || apart <= 1e-15),
                "%s, %d nodes: a weight %g, sums %g off, W %g from its transpose", name, n, least, sums, apart);
}

START_TEST(every_topology_is_doubly_stochastic)
{
  double *w = calloc(130 * 130, sizeof *w);
  for (size_t t = 0; gv_topology_table.entries[t] != NULL; t++) {
    const struct gv_topology *topology = (const struct gv_topology *)gv_topology_table.entries[t];
    for (int n = 1; n <= 130; n++) {
      if (!takes_nodes(&topology->named, n))
        continue;
      struct gv_schedule *s = make(topology->named.name, NULL, n);
      struct gv_view *view = NULL;
      ck_assert(!s->directed || topology->directed);
      assert_ok(gv_view_create(s, &view, err));
      for (int k = 0; k < (s->period > 0 ? s->period : 8); k++) {
        if (s->average)
          dense(s, 0, w);
        else
          dense_graph(gv_view_graph(view, (uint64_t)k), n, w);
        check_matrix(w, n, !s->directed, topology->named.name);
      }
      gv_view_destroy(view);
      gv_schedule_destroy(s);
    }
  }
  free(w);
}
END_TEST

START_TEST(readers_are_the_transpose)
{
  static const char *const names[] = {"ring", "one-peer-exponential"};
  for (size_t t = 0; t < 2; t++)
    for (int n = 1; n <= 33; n++) {
      struct gv_schedule *s = make(names[t], NULL, n);
      for (int k = 0; k < s->period; k++) {
        const struct gv_graph *g = &s->graphs[k];
        ck_assert_int_eq(g->first[n], g->reader_first[n]);
        for (int j = 0; j < n; j++)
          for (int64_t r = g->reader_first[j]; r < g->reader_first[j + 1]; r++) {
            int i = g->reader[r], found = 0;
            for (int64_t e = g->first[i]; e < g->first[i + 1]; e++)
              found += g->from[e] == j;
            ck_assert_int_eq(found, 1);
          }
      }
      gv_schedule_destroy(s);
    }
}
END_TEST

START_TEST(ring_closed_form)
{
  double w[64 * 64];
  for (int n = 4; n <= 64; n++) {
    struct gv_schedule *s = make("ring", "metropolis", n);
    dense(s, 0, w);
    double want = (1 + 2 * cos(2 * acos(-1) / n)) / 3;
    if (n % 2 == 0 && want < 1.0 / 3)
      want = 1.0 / 3;
    ck_assert_double_eq_tol(rho(w, n), want, 1e-6);
    gv_schedule_destroy(s);
  }
  for (int n = 1; n <= 3; n++) {  /* J itself */
    struct gv_schedule *s = make("ring", NULL, n);
    dense(s, 0, w);
    for (int i = 0; i < n * n; i++)
      ck_assert_double_eq_tol(w[i], 1.0 / n, 1e-15);
    gv_schedule_destroy(s);
  }
}
END_TEST

START_TEST(one_peer_exponential_facts)
{
  double *p = calloc(128 * 128, sizeof *p);
  for (int n = 1; n <= 128; n *= 2) {  /* powers of two: exact */
    struct gv_schedule *s = make("one-peer-exponential", NULL, n);
    ck_assert_int_eq(s->period, n == 1 ? 1 : gv_log2_ceil(n));
    product_of(s, s->period, p);
    for (int i = 0; i < n * n; i++)
      ck_assert_double_eq(p[i], 1.0 / n);
    gv_schedule_destroy(s);
  }
  static const struct { int n; double rho; } known[] = {{3, 0.25}, {7, 0.125}};
  for (size_t i = 0; i < 2; i++) {
    struct gv_schedule *s = make("one-peer-exponential", NULL, known[i].n);
    product_of(s, s->period, p);
    ck_assert_double_eq_tol(rho(p, known[i].n), known[i].rho, 1e-9);
    gv_schedule_destroy(s);
  }
  free(p);
}
END_TEST

START_TEST(logarithm_in_integers)
{
  ck_assert_int_eq(gv_log2_ceil(1), 0);
  ck_assert_int_eq(gv_log2_ceil(2), 1);
  for (int p = 1; p < 30; p++) {
    ck_assert_int_eq(gv_log2_ceil(1 << p), p);
    ck_assert_int_eq(gv_log2_ceil((1 << p) + 1), p + 1);
  }
}
END_TEST

START_TEST(weight_rules)
{
  double w[36];
  struct gv_schedule *s = make("ring", "lazy", 6);
  dense(s, 0, w);
  ck_assert_double_eq_tol(w[0], 2.0 / 3, 1e-15);
  ck_assert_double_eq_tol(w[1], 1.0 / 6, 1e-15);
  gv_schedule_destroy(s);
  s = make("ring", "max-degree", 6);
  dense(s, 0, w);
  ck_assert_double_eq_tol(w[1], 1.0 / 3, 1e-15);
  gv_schedule_destroy(s);
}
END_TEST

START_TEST(refusals)
{
  struct gv_schedule *s = NULL;
  assert_fails(GV_USAGE, "did you mean 'ring'", gv_schedule_create("rign", NULL, 4, 1, &s, err));
  assert_fails(GV_USAGE, "nodes 0", gv_schedule_create("ring", NULL, 0, 1, &s, err));
  assert_fails(GV_USAGE, "nodes 2147483647; accepted: from 1 to",
               gv_schedule_create("one-peer-ring", NULL, INT32_MAX, 1, &s, err));
  assert_fails(GV_USAGE, "unknown weights 'heavy'", gv_schedule_create("ring", "heavy", 4, 1, &s, err));
  assert_fails(GV_USAGE, "leave --weights out",
               gv_schedule_create("one-peer-exponential", "metropolis", 4, 1, &s, err));
  static const char *const own[] = {"one-peer-exponential", "base", "equi-dyn"};
  for (size_t t = 0; t < 3; t++)  /* a rule that wants a graph which stays: none is taken, so none is advised */
    assert_fails(GV_USAGE, "leave --weights out", gv_schedule_create(own[t], "fdla", 6, 1, &s, err));
  assert_fails(GV_USAGE, "accepted: metropolis", gv_schedule_create("random-matching", "fdla", 6, 1, &s, err));
  assert_fails(GV_USAGE, "it has no options", gv_schedule_create("ring:p=1", NULL, 4, 1, &s, err));
  ck_assert_ptr_null(s);
}
END_TEST

/* Each rule of the check, broken on purpose in a good ring of five. */
START_TEST(checks_find_what_is_wrong)
{
  struct gv_schedule *s = make("ring", NULL, 5);
  struct gv_graph *g = &s->graphs[0];
  int32_t from = g->from[2];
  double weight = g->weight[2], self = g->self[1];

  g->from[2] = 7;
  assert_fails(GV_INPUT, "node 1 receives from node 7", gv_schedule_check(s, "t", err));
  g->from[2] = 1;
  assert_fails(GV_INPUT, "node 1 lists node 1", gv_schedule_check(s, "t", err));
  g->from[2] = from;
  g->weight[2] = NAN;
  assert_fails(GV_INPUT, "not the other way round", gv_schedule_check(s, "t", err));
  g->weight[2] = weight + 0.01;
  assert_fails(GV_INPUT, "not the other way round", gv_schedule_check(s, "t", err));
  s->directed = true;
  assert_fails(GV_INPUT, "the weights of node 1 sum to 1.01", gv_schedule_check(s, "t", err));
  g->self[1] = self - 0.01;
  assert_fails(GV_INPUT, "the weights put on node", gv_schedule_check(s, "t", err));
  g->weight[2] = weight;
  g->self[1] = self;
  assert_ok(gv_schedule_check(s, "t", err));
  for (int i = 0; i < 5; i++) {
    g->self[i] = 1;
    g->weight[2 * i] = g->weight[2 * i + 1] = 0;
  }
  assert_fails(GV_INPUT, "node 1 is never connected", gv_schedule_check(s, "t", err));
  gv_schedule_destroy(s);
}
END_TEST

int main(void)
{
  const TTest *const tests[] = {every_topology_is_doubly_stochastic, readers_are_the_transpose, ring_closed_form,
                                one_peer_exponential_facts, logarithm_in_integers, weight_rules, refusals,
                                checks_find_what_is_wrong, NULL};
  return run_suite("graph", tests);
}
