/* Random topologies against the laws they are drawn from, with fixed seeds. */
#include <math.h>
#include <stdio.h>

#include "tests/dense.h"

static struct gv_schedule *make(const char *topology, int n, uint64_t seed)
{
  struct gv_schedule *s = NULL;
  assert_ok(gv_schedule_create(topology, NULL, n, seed, &s, err));
  return s;
}

static int degree(const struct gv_graph *g, int i)
{
  return (int)(g->first[i + 1] - g->first[i]);
}

static bool joined(const struct gv_graph *g, int i, int j)
{
  for (int64_t e = g->first[i]; e < g->first[i + 1]; e++)
    if (g->from[e] == j)
      return true;
  return false;
}

/* The number of edges is binomial, and every pair is as likely: the mean over seeds of all, and of the first and
 * the last node, within four standard errors. */
START_TEST(erdos_renyi_counts)
{
  enum { N = 200, SEEDS = 40 };
  const double p = 0.1, pairs = N * (N - 1) / 2.0;
  double all = 0, first = 0, last = 0;
  for (uint64_t seed = 0; seed < SEEDS; seed++) {
    struct gv_schedule *s = make("erdos-renyi:p=0.1", N, seed);
    all += (double)s->graphs->first[N] / 2;
    first += degree(s->graphs, 0);
    last += degree(s->graphs, N - 1);
    gv_schedule_destroy(s);
  }
  ck_assert_double_eq_tol(all / SEEDS, p * pairs, 4 * sqrt(pairs * p * (1 - p) / SEEDS));
  ck_assert_double_eq_tol(first / SEEDS, p * (N - 1), 4 * sqrt((N - 1) * p * (1 - p) / SEEDS));
  ck_assert_double_eq_tol(last / SEEDS, p * (N - 1), 4 * sqrt((N - 1) * p * (1 - p) / SEEDS));
  struct gv_schedule *s = make("erdos-renyi:p=1", 20, 1);
  ck_assert_int_eq(s->graphs->first[20], 20 * 19);
  gv_schedule_destroy(s);
}
END_TEST

/* An edge exactly where the points that a picture shows are near, also where several draws were needed. */
START_TEST(geometric_joins_what_is_near)
{
  static const struct { const char *spec; int n; double radius; } graphs[] = {
      {"geometric", 150, 0}, {"geometric:radius=0.3", 25, 0.3}, {"geometric:radius=1.5", 9, 1.5},
      {"geometric", 2, 0}};
  for (size_t k = 0; k < 4; k++)
    for (uint64_t seed = 1; seed <= 12; seed++) {
      int n = graphs[k].n;
      double radius = graphs[k].radius > 0 ? graphs[k].radius : sqrt(2 * log(n) / (acos(-1) * n));
      struct gv_schedule *s = make(graphs[k].spec, n, seed);
      const struct gv_topology_input input = {.options = s->options, .nodes = n, .seed = seed};
      for (int i = 0; i < n; i++)
        for (int j = 0; j < i; j++) {
          double a[2], b[2];
          s->topology->position(&input, i, a);
          s->topology->position(&input, j, b);
          ck_assert(a[0] > 0 && a[0] < 1 && a[1] > 0 && a[1] < 1);
          ck_assert_msg(joined(s->graphs, i, j) == (hypot(a[0] - b[0], a[1] - b[1]) < radius),
                        "%s, seed %d: %d and %d", graphs[k].spec, (int)seed, i, j);
        }
      gv_schedule_destroy(s);
    }
}
END_TEST

START_TEST(random_regular_degrees)
{
  char spec[48];
  for (int n = 1; n <= 30; n++)
    for (int d = 1; d < n; d++) {
      if (n * d % 2 != 0 || (d == 1 && n > 2))
        continue;
      snprintf(spec, sizeof spec, "random-regular:degree=%d", d);
      struct gv_schedule *s = make(spec, n, (uint64_t)n);
      for (int i = 0; i < n; i++)
        ck_assert_msg(degree(s->graphs, i) == d && !joined(s->graphs, i, i), "%s, %d nodes", spec, n);
      gv_schedule_destroy(s);
    }
  static const struct { int n, d; } large[] = {{1000, 2}, {1000, 3}, {999, 4}, {300, 149}, {301, 150}, {300, 298}};
  for (size_t k = 0; k < sizeof large / sizeof *large; k++) {
    snprintf(spec, sizeof spec, "random-regular:degree=%d", large[k].d);
    struct gv_schedule *s = make(spec, large[k].n, 1);
    for (int i = 0; i < large[k].n; i++)
      ck_assert_int_eq(degree(s->graphs, i), large[k].d);
    gv_schedule_destroy(s);
  }
}
END_TEST

/* Each pair of 8 nodes is an edge of a random 3-regular graph with probability 3/7. */
START_TEST(random_regular_is_even)
{
  enum { SEEDS = 2000 };
  int count[8][8] = {{0}};
  for (uint64_t seed = 0; seed < SEEDS; seed++) {
    struct gv_schedule *s = make("random-regular:degree=3", 8, seed);
    for (int i = 0; i < 8; i++)
      for (int j = 0; j < i; j++)
        count[i][j] += joined(s->graphs, i, j);
    gv_schedule_destroy(s);
  }
  for (int i = 0; i < 8; i++)
    for (int j = 0; j < i; j++)
      ck_assert_double_eq_tol(count[i][j] / (double)SEEDS, 3.0 / 7, 4.5 * sqrt(12.0 / 49 / SEEDS));
}
END_TEST

/* Circulant; a hop's weight is how often it was drawn, times (n - 1)/(n m); a node keeps 1/n. */
START_TEST(equi_static_weights)
{
  static const struct { int n, m; } known[] = {{2, 3}, {3, 5}, {16, 12}, {33, 14}, {100, 19}};
  for (int undirected = 0; undirected < 2; undirected++)
    for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
      int n = known[k].n, m = known[k].m, drawn = 0;
      struct gv_schedule *s = make(undirected ? "equi-static-undirected" : "equi-static", n, 5);
      double *w = calloc((size_t)n * (size_t)n, sizeof *w);
      dense(s, 0, w);
      for (int u = 1; u < n; u++) {
        double times = w[u] * n * m / (n - 1) * (1 + undirected);
        ck_assert_double_eq_tol(times, round(times), 1e-9);
        drawn += (int)round(times);
        for (int i = 0; i < n; i++)
          ck_assert_double_eq(w[i * n + (i + u) % n], w[u]);
      }
      ck_assert_int_eq(drawn, m * (1 + undirected));
      ck_assert_double_eq_tol(w[0], 1.0 / n, 1e-12);
      ck_assert_int_le(s->degree_max, m * (1 + undirected));
      ck_assert(s->directed == !undirected);
      free(w);
      gv_schedule_destroy(s);
    }
  for (uint64_t seed = 0; seed < 50; seed++) {  /* hops 2, 3 and 4 leave nodes of six apart and are drawn again */
    struct gv_schedule *s = make("equi-static:m=1", 6, seed);
    ck_assert(s->graphs->from[0] == 1 || s->graphs->from[0] == 5);
    gv_schedule_destroy(s);
  }
}
END_TEST

/* E ||W e||^2/||e||^2 for mean-free e against a^2 + b^2 - 2ab/(n - 1), within four standard errors. */
START_TEST(equi_dyn_contraction)
{
  enum { N = 16, DRAWS = 20000 };
  static const double etas[] = {0.5, 1, 0.3};
  static const char *const specs[] = {"equi-dyn", "equi-dyn:eta=1", "equi-dyn:eta=0.3"};
  double x[N], mean = 0, norm = 0;
  for (int i = 0; i < N; i++)
    mean += (x[i] = sin(3.0 * i * i)) / N;
  for (int i = 0; i < N; i++) {
    x[i] -= mean;
    norm += x[i] * x[i];
  }
  for (int k = 0; k < 3; k++) {
    double a = 1 - etas[k] + etas[k] / N, b = etas[k] * (N - 1) / N, want = a * a + b * b - 2 * a * b / (N - 1);
    if (k < 2)
      ck_assert_double_eq_tol(want, k == 0 ? (N - 1) / (2.0 * N) : 1 - 2.0 / N, 1e-12);
    struct gv_schedule *s = make(specs[k], N, 7);
    struct gv_view *view = NULL;
    assert_ok(gv_view_create(s, &view, err));
    double sum = 0, squares = 0;
    for (uint64_t t = 0; t < DRAWS; t++) {
      const struct gv_graph *g = gv_view_graph(view, t);
      double after = 0;
      for (int i = 0; i < N; i++) {
        double y = g->self[i] * x[i] + g->weight[i] * x[g->from[i]];
        after += y * y / norm;
      }
      sum += after;
      squares += after * after;
    }
    double found = sum / DRAWS, spread = sqrt((squares / DRAWS - found * found) / DRAWS);
    ck_assert_msg(fabs(found - want) <= 4 * spread, "%s: %g, not %g +- %g", specs[k], found, want, spread);
    gv_view_destroy(view);
    gv_schedule_destroy(s);
  }
}
END_TEST

/* All pairs of a round are u apart, nobody who could be matched is free, and pairs weigh eta (n - 1)/n. */
START_TEST(equi_dyn_undirected_matches)
{
  for (int n = 2; n <= 21; n++) {
    struct gv_schedule *s = make("equi-dyn-undirected:eta=0.8", n, 3);
    struct gv_view *view = NULL;
    int hops[21] = {0};
    assert_ok(gv_view_create(s, &view, err));
    for (uint64_t t = 0; t < 400; t++) {
      const struct gv_graph *g = gv_view_graph(view, t);
      int u = 0;
      for (int i = 0; i < n; i++) {
        if (degree(g, i) == 0) {
          ck_assert_double_eq(g->self[i], 1);
          continue;
        }
        int j = g->from[g->first[i]], hop = (j - i + n) % n < (i - j + n) % n ? (j - i + n) % n : (i - j + n) % n;
        ck_assert_msg(u == 0 || u == hop, "n %d, round %d: hops %d and %d", n, (int)t, u, hop);
        u = hop;
        ck_assert_double_eq_tol(g->weight[g->first[i]], 0.8 * (n - 1) / n, 1e-15);
      }
      hops[u]++;
      ck_assert_int_gt(u, 0);
      for (int i = 0; i < n; i++)
        ck_assert(degree(g, i) == 1 || degree(g, (i + u) % n) == 1);
    }
    for (int u = 1; u <= n / 2; u++)
      ck_assert_int_gt(hops[u], 0);
    gv_view_destroy(view);
    gv_schedule_destroy(s);
  }
}
END_TEST

/* The scan begins anywhere, so that each of five nodes is the one left over as often. */
START_TEST(equi_dyn_undirected_leaves_all_alike)
{
  enum { DRAWS = 10000 };
  struct gv_schedule *s = make("equi-dyn-undirected", 5, 3);
  struct gv_view *view = NULL;
  int idle[5] = {0};
  assert_ok(gv_view_create(s, &view, err));
  for (uint64_t t = 0; t < DRAWS; t++)
    for (int i = 0; i < 5; i++)
      idle[i] += degree(gv_view_graph(view, t), i) == 0;
  for (int i = 0; i < 5; i++)
    ck_assert_double_eq_tol(idle[i] / (double)DRAWS, 0.2, 4 * sqrt(0.16 / DRAWS));
  gv_view_destroy(view);
  gv_schedule_destroy(s);
}
END_TEST

/* A matching of at most 6 nodes as a number: the partners of the nodes, one octal digit each. */
static int number_of(const struct gv_graph *g, int n)
{
  int number = 0;
  for (int i = 0; i < n; i++)
    number = 8 * number + (degree(g, i) == 1 ? g->from[g->first[i]] : i);
  return number;
}

/* Chi-square over all matchings; the bounds leave one seed in a thousand. */
START_TEST(matchings_are_uniform)
{
  static const struct { int n, matchings; double bound; } cases[] = {{4, 3, 13.8}, {5, 15, 36.1}, {6, 15, 36.1}};
  enum { DRAWS = 15000 };
  static int count[1 << 18];
  for (size_t k = 0; k < 3; k++) {
    struct gv_schedule *s = make("random-matching", cases[k].n, 11);
    struct gv_view *view = NULL;
    memset(count, 0, sizeof count);
    assert_ok(gv_view_create(s, &view, err));
    for (uint64_t t = 0; t < DRAWS; t++)
      count[number_of(gv_view_graph(view, t), cases[k].n)]++;
    double square = 0, expected = (double)DRAWS / cases[k].matchings;
    int seen = 0;
    for (int c = 0; c < 1 << 18; c++)
      if (count[c] > 0) {
        seen++;
        square += (count[c] - expected) * (count[c] - expected) / expected;
      }
    ck_assert_int_eq(seen, cases[k].matchings);
    ck_assert_msg(square < cases[k].bound, "%d nodes: chi-square %g", cases[k].n, square);
    gv_view_destroy(view);
    gv_schedule_destroy(s);
  }
}
END_TEST

int main(void)
{
  const TTest *const tests[] = {erdos_renyi_counts, geometric_joins_what_is_near, random_regular_degrees,
                                random_regular_is_even, equi_static_weights, equi_dyn_contraction,
                                equi_dyn_undirected_matches, equi_dyn_undirected_leaves_all_alike,
                                matchings_are_uniform, NULL};
  return run_suite("random graphs", tests);
}
