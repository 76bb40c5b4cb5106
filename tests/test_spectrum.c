/* rho, gap and smallest eigenvalue against closed forms, dense and iterative; weight rules that rest on them. */
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "core/graph/spectrum/lanczos.h"
#include "core/graph/spectrum/laplacian.h"
#include "core/graph/spectrum/parts.h"
#include "core/graph/topology.h"
#include "core/graph/weights/rules.h"
#include "tests/suite.h"

#define PI 3.14159265358979323846

enum { ITERATIVE = 0, DENSE = 100000 };

static struct gv_spectrum find(const char *topology, const char *weights, int n, int dense_up_to)
{
  struct gv_schedule *s = NULL;
  struct gv_spectrum found;
  assert_ok(gv_schedule_create(topology, weights, n, 1, &s, err));
  assert_ok(gv_spectrum_find_from(s, dense_up_to, &found, err));
  ck_assert_double_eq_tol(found.rho + found.gap, 1, 1e-15);
  gv_schedule_destroy(s);
  return found;
}

/* rho, and the smallest eigenvalue where one is given. */
static void is(const char *topology, int n, double rho, double lambda_min)
{
  for (int k = 0; k < 2; k++) {
    struct gv_spectrum found = find(topology, NULL, n, k == 0 ? DENSE : ITERATIVE);
    ck_assert_msg(fabs(found.rho - rho) <= 1e-12, "%s %d, %s: rho %.17g, not %.17g", topology, n, found.method,
                  found.rho, rho);
    ck_assert_msg(isnan(lambda_min) || fabs(found.lambda_min - lambda_min) <= 1e-12,
                  "%s %d, %s: lambda_min %.17g, not %.17g", topology, n, found.method, found.lambda_min,
                  lambda_min);
    ck_assert_double_lt(found.accuracy, 1e-9);
  }
}

static int rows_of(int n)
{
  int rows = 1;
  for (int r = 2; r * r <= n; r++)
    rows = n % r == 0 ? r : rows;
  return rows;
}

/* A side of 2 has one edge, which is half of what the two of a longer side come to; a side of 1 has none. */
static void torus_is(int n)
{
  int r = rows_of(n), c = n / r;
  double rho = 0, least = 1, row = r > 2 ? 2 : r - 1, column = c > 2 ? 2 : c - 1;
  for (int a = 0; a < r; a++)
    for (int b = 0; b < c; b++) {
      double value = (1 + row * cos(2 * PI * a / r) + column * cos(2 * PI * b / c)) / (1 + row + column);
      least = fmin(least, value);
      rho = a + b > 0 ? fmax(rho, fabs(value)) : rho;
    }
  is("torus", n, rho, least);
}

START_TEST(closed_forms)
{
  for (int n = 1; n <= 130; n++) {
    int tau = gv_log2_ceil(n);
    is("full", n, 0, n == 1 ? 1 : 0);
    if (n >= 2) {
      is("line", n, n == 2 ? 0 : (1 + 2 * cos(PI / n)) / 3, n == 2 ? 0 : (1 + 2 * cos(PI * (n - 1) / n)) / 3);
      is("star", n, n == 2 ? 0 : 1 - 1.0 / n, 0);
    }
    if (n <= 3)
      is("ring", n, 0, n == 1 ? 1 : 0);
    else
      is("ring", n, fmax((1 + 2 * cos(2 * PI / n)) / 3, n % 2 == 0 ? 1.0 / 3 : 0),
         (1 + 2 * cos(2 * PI * (n / 2) / n)) / 3);
    if (n >= 2 && (n & (n - 1)) == 0)
      is("hypercube", n, (tau - 1.0) / (tau + 1), (1.0 - tau) / (1 + tau));
    if (n % 2 == 0)
      is("exponential", n, (tau - 1.0) / (tau + 1), NAN);
    else if (n > 1)
      ck_assert_double_lt(find("exponential", NULL, n, DENSE).rho, (tau - 1.0) / (tau + 1));
    torus_is(n);
    if (n % 2 == 0)
      is("one-peer-ring", n, n == 2 ? 0 : cos(2 * PI / n), n == 2 ? 0 : NAN);
    if (n >= 2) {  /* J by its edges: one eigenvalue of n - 1 vectors */
      is("erdos-renyi:p=1", n, 0, 0);
      is("geometric:radius=1.5", n, 0, 0);
    }
    is("base", n, 0, n <= 2 ? n == 1 : NAN);
    is("base:k=4", n, 0, n <= 5 ? n == 1 : NAN);
  }
}
END_TEST

/* Hops: the matrices are circulant, with eigenvalues sum over hops of weight e^(i hop angle). */
START_TEST(closed_forms_of_hops)
{
  for (int n = 1; n <= 130; n++) {
    int tau = gv_log2_ceil(n);
    double together = 0, in_turn = 0, power = n > 1 && (n & (n - 1)) == 0;
    for (int j = 1; j < n; j++) {
      double real = 1, imaginary = 0, product = 1;
      for (int k = 0; k < tau; k++) {
        double angle = 2 * PI * (j * (1 << k) % n) / n;
        real += cos(angle);
        imaginary += sin(angle);
        product *= fabs(cos(angle / 2));
      }
      together = fmax(together, hypot(real, imaginary) / (tau + 1));
      in_turn = fmax(in_turn, product);
    }
    is("exponential", n, together, n == 1 ? 1 : n <= 3 ? 0 : NAN);
    is("one-peer-exponential", n, in_turn, n == 1 ? 1 : n == 2 ? 0 : NAN);
    if (power > 0)
      ck_assert_double_eq(find("one-peer-exponential", NULL, n, DENSE).rho, 0);
  }
  is("one-peer-exponential", 3, 0.25, NAN);
  is("one-peer-exponential", 7, 0.125, NAN);
}
END_TEST

/* rho of a circulant from its row 0, which is what was drawn. */
START_TEST(closed_forms_of_drawn_hops)
{
  static const char *const names[] = {"equi-static", "equi-static-undirected"};
  for (int n = 2; n <= 130; n++)
    for (int t = 0; t < 2; t++) {
      struct gv_schedule *s = NULL;
      double rho = 0, least = 1;
      assert_ok(gv_schedule_create(names[t], NULL, n, 1, &s, err));
      const struct gv_graph *g = s->graphs;
      for (int j = 1; j < n; j++) {
        double real = g->self[0], imaginary = 0;
        for (int64_t e = 0; e < g->first[1]; e++) {
          real += g->weight[e] * cos(2 * PI * (j * g->from[e] % n) / n);
          imaginary += g->weight[e] * sin(2 * PI * (j * g->from[e] % n) / n);
        }
        rho = fmax(rho, hypot(real, imaginary));
        least = fmin(least, real);
      }
      is(names[t], n, rho, NAN);
      if (t == 1)
        ck_assert_double_eq_tol(find(names[t], NULL, n, DENSE).lambda_min, least, 1e-12);
      gv_schedule_destroy(s);
    }
}
END_TEST

/* W' = (I + W)/2, and 1/(1 + d_max) on a line and a star. */
START_TEST(closed_forms_of_rules)
{
  for (int n = 3; n <= 130; n++) {
    struct gv_spectrum lazy = find("ring", "lazy", n, DENSE), star = find("star", "max-degree", n, DENSE);
    ck_assert_double_eq_tol(lazy.rho, n == 3 ? 0.5 : (2 + cos(2 * PI / n)) / 3, 1e-12);
    ck_assert_double_eq_tol(lazy.lambda_min, n == 3 ? 0.5 : (2 + cos(2 * PI * (n / 2) / n)) / 3, 1e-12);
    ck_assert_double_eq_tol(star.rho, 1 - 1.0 / n, 1e-12);
    ck_assert_double_eq_tol(find("line", "max-degree", n, DENSE).rho, (1 + 2 * cos(PI / n)) / 3, 1e-12);
  }
}
END_TEST

/* Without a closed form the two ways must agree. */
START_TEST(both_ways_agree)
{
  static const char *const names[] = {"grid", "torus", "one-peer-exponential", "exponential"};
  static const char *const weights[] = {NULL, "lazy", "max-degree"};
  for (int n = 8; n <= 170; n += 27)
    for (int t = 0; t < 4; t++)
      for (int w = 0; w < (t < 2 ? 3 : 1); w++) {
        struct gv_spectrum a = find(names[t], weights[w], n, DENSE), b = find(names[t], weights[w], n, ITERATIVE);
        ck_assert_str_ne(a.method, b.method);
        ck_assert_int_eq(a.rounds, b.rounds);
        ck_assert_double_eq_tol(a.gap, b.gap, 1e-12);
        if (t < 2)
          ck_assert_double_eq_tol(a.lambda_min, b.lambda_min, 1e-12);
      }
}
END_TEST

/* Just below and above the size from which on the iterative way is taken by itself. */
START_TEST(both_ways_agree_at_the_switch)
{
  static const char *const names[] = {"erdos-renyi", "geometric", "random-regular", "equi-static",
                                      "equi-static-undirected", "equi-dyn", "random-matching", "star"};
  ck_assert_str_eq(find("grid", NULL, GV_DENSE_UP_TO, GV_DENSE_UP_TO).method, "dense");
  ck_assert_str_ne(find("grid", NULL, GV_DENSE_UP_TO + 1, GV_DENSE_UP_TO).method, "dense");
  for (size_t t = 0; t < sizeof names / sizeof *names; t++)
    for (int n = 8; n <= 300; n += 146) {
      struct gv_spectrum a = find(names[t], NULL, n, DENSE), b = find(names[t], NULL, n, ITERATIVE);
      ck_assert_msg(fabs(a.gap - b.gap) <= 1e-9 * a.gap, "%s %d: gap %.17g and %.17g", names[t], n, a.gap, b.gap);
      ck_assert_msg(isnan(a.lambda_min) == isnan(b.lambda_min) &&
                        (isnan(a.lambda_min) || fabs(a.lambda_min - b.lambda_min) <= 1e-7),
                    "%s %d: lambda_min %.17g and %.17g", names[t], n, a.lambda_min, b.lambda_min);
    }
}
END_TEST

/* The spectrum of rounds given edge by edge, as a topology that may go one way would have it. */
static struct gv_spectrum of_rounds(struct gv_edges *edges, int rounds, int n, bool directed, int dense_up_to)
{
  struct gv_graph graph[2] = {{0}, {0}};
  struct gv_spectrum found;
  for (int k = 0; k < rounds; k++)
    assert_ok(gv_graph_fill(&graph[k], n, &edges[k], "t", err));
  const struct gv_schedule s = {.nodes = n, .period = rounds, .directed = directed, .graphs = graph};
  assert_ok(gv_spectrum_find_from(&s, dense_up_to, &found, err));
  for (int k = 0; k < rounds; k++) {
    gv_graph_clear(&graph[k]);
    gv_edges_destroy(&edges[k]);
  }
  return found;
}

static struct gv_spectrum two_matchings(int n, int dense_up_to)
{
  struct gv_edges edges[2];
  for (int k = 0; k < 2; k++) {
    assert_ok(gv_edges_create(&edges[k], n, (size_t)n, err));
    edges[k].weighting = GV_WEIGHTS_OWN;
    for (int i = k; i < n; i += 2)
      gv_edges_join(&edges[k], i, (i + 1) % n, 0.5);
  }
  return of_rounds(edges, 2, n, false, dense_up_to);
}

/* Half from oneself, half from the next: |1 + e^(i angle)|/2 = cos(angle/2). */
static struct gv_spectrum directed_ring(int n, int dense_up_to)
{
  struct gv_edges edges;
  assert_ok(gv_edges_create(&edges, n, (size_t)n, err));
  edges.weighting = GV_WEIGHTS_UNIFORM;
  for (int i = 0; i < n; i++)
    gv_edges_add(&edges, i, (i + 1) % n, 0);
  return of_rounds(&edges, 1, n, true, dense_up_to);
}

START_TEST(small_gaps_of_products)
{
  static const int nodes[] = {10, 64, 200, 20000};
  for (int k = 0; k < 4; k++)
    for (int dense = 0; dense < (nodes[k] <= 200 ? 2 : 1); dense++) {
      int n = nodes[k];
      struct gv_spectrum found = two_matchings(n, dense ? DENSE : ITERATIVE);
      double want = 2 * pow(sin(PI / n), 2);  /* the angle between two projections */
      ck_assert_int_eq(found.rounds, 2);
      ck_assert(isnan(found.lambda_min));
      ck_assert_double_eq_tol(found.gap / want, 1, 1e-9);
      found = directed_ring(n, dense ? DENSE : ITERATIVE);
      ck_assert_double_eq_tol(found.gap / (2 * pow(sin(PI / (2 * n)), 2)), 1, 1e-9);
    }
}
END_TEST

/* Half from each side: W has the eigenvalue -1 for even n. Everything from the next: W permutes the nodes. All
 * hops odd: P^T P falls in two. */
static struct gv_spectrum hops(int n, int first, int second, bool directed, int dense_up_to)
{
  struct gv_edges edges;
  assert_ok(gv_edges_create(&edges, n, 2 * (size_t)n, err));
  edges.weighting = GV_WEIGHTS_OWN;
  for (int i = 0; i < n; i++) {
    gv_edges_add(&edges, i, (i + first) % n, 0.5);
    gv_edges_add(&edges, i, (i + second) % n, 0.5);
  }
  return of_rounds(&edges, 1, n, directed, dense_up_to);
}

START_TEST(no_gap_at_all)
{
  static const int nodes[] = {2, 6, 100, 600, 602, 3000};
  for (int k = 0; k < 6; k++)
    for (int dense = 0; dense < (nodes[k] <= 602 ? 2 : 1); dense++) {
      int n = nodes[k], up_to = dense ? DENSE : ITERATIVE;
      const struct gv_spectrum found[] = {hops(n, 1, n - 1, false, up_to), hops(n, 1, 1, true, up_to),
                                          hops(n, 1, 3, true, up_to)};
      for (int t = n == 2 ? 1 : 0; t < (n == 2 ? 2 : 3); t++) {
        ck_assert_msg(found[t].gap == 0, "%d, %d nodes, %s: gap %g", t, n, found[t].method, found[t].gap);
        ck_assert_double_eq(found[t].rho, 1);
        ck_assert_double_eq(found[t].accuracy, 0);
      }
      if (n > 2)
        ck_assert_double_eq_tol(found[0].lambda_min, -1, 1e-12);
    }
}
END_TEST

/* Shares are symmetric where all have as many readers, and else only their edges are. */
START_TEST(shares_need_not_be_symmetric)
{
  struct gv_schedule *s = NULL;
  struct gv_spectrum found;
  assert_ok(gv_schedule_create_shares("star", 6, 1, &s, err));
  assert_ok(gv_spectrum_find(s, &found, err));
  ck_assert(isnan(found.lambda_min));
  gv_schedule_destroy(s);
  assert_ok(gv_schedule_create_shares("ring", 6, 1, &s, err));
  assert_ok(gv_spectrum_find(s, &found, err));
  ck_assert_double_eq_tol(found.lambda_min, -1.0 / 3, 1e-12);
  ck_assert(isnan(find("random-matching", NULL, 1, DENSE).lambda_min));  /* W = 1, yet drawn anew */
  gv_schedule_destroy(s);
}
END_TEST

/* What is 0 is said to be 0, not the rounding that is left of it. */
START_TEST(zeros_are_zeros)
{
  for (int n = 2; n <= 33; n++) {
    struct gv_spectrum base = find("base", NULL, n, DENSE), star = find("star", NULL, n, DENSE);
    ck_assert_msg(base.rho == 0 && base.gap == 1, "base %d: rho %g", n, base.rho);
    ck_assert_msg(star.lambda_min == 0, "star %d: lambda_min %g", n, star.lambda_min);
  }
  ck_assert_double_eq(find("ring", NULL, 3, DENSE).rho, 0);
  ck_assert_double_eq(find("ring", NULL, 3, DENSE).lambda_min, 0);
  ck_assert_double_eq(find("exponential", NULL, 2, DENSE).lambda_min, 0);
}
END_TEST

/* The relative error of the gap, and that the accuracy said so. */
static void gap_is(const char *topology, int n, double gap)
{
  struct gv_spectrum found = find(topology, NULL, n, GV_DENSE_UP_TO);
  double error = fabs(found.gap / gap - 1);
  ck_assert_msg(error < 1e-9 && error <= found.accuracy, "%s %d: gap %.17g, not %.17g (%g)", topology, n, found.gap,
                gap, found.accuracy);
  ck_assert_double_lt(found.accuracy, 1e-6);
  ck_assert_str_ne(found.method, "dense");
}

START_TEST(large_graphs)
{
  int n = 100000;
  gap_is("ring", n, 4.0 / 3 * pow(sin(PI / n), 2));
  gap_is("ring", n - 1, 4.0 / 3 * pow(sin(PI / (n - 1)), 2));
  gap_is("line", n, 4.0 / 3 * pow(sin(PI / (2 * n)), 2));
  gap_is("star", n, 1.0 / n);
  ck_assert_double_eq_tol(find("ring", NULL, n, GV_DENSE_UP_TO).lambda_min, -1.0 / 3, 1e-9);
  n = 20000;
  gap_is("exponential", n, 2.0 / 16);
  gap_is("hypercube", 1 << 11, 2.0 / 12);

  ck_assert_double_lt(find("one-peer-exponential", NULL, 1 << 15, GV_DENSE_UP_TO).rho, 1e-12);
  double rho = 0;  /* W(t) is a circulant: |product over t of (1 + e^(i 2^t angle))/2| */
  for (int j = 1; j < 8; j++) {
    double value = 1;
    for (int t = 0; t < 15; t++)
      value *= fabs(cos(PI * fmod((double)j * (1 << t), n) / n));
    rho = fmax(rho, value);
  }
  struct gv_spectrum found = find("one-peer-exponential", NULL, n, GV_DENSE_UP_TO);
  ck_assert_int_eq(found.rounds, 15);
  ck_assert_double_eq_tol(found.rho, rho, 1e-9);
}
END_TEST

/* A ring of weights 1/3. At every product another thread may go on with its own. */
static void ring_product(void *nodes, const double *x, double *y)
{
  int n = *(int *)nodes;
  for (int i = 0; i < n; i++)
    y[i] = (x[(i + n - 1) % n] + x[i] + x[(i + 1) % n]) / 3;
  sched_yield();
}

enum { RING = 400, PROBLEMS = 10 };

static void *solve_rings(void *vector)
{
  int n = RING;
  const struct gv_lanczos problem = {.nodes = n, .apply = ring_product, .arg = &n, .tolerance = 1e-10, .basis = 20};
  for (int k = 0; k < PROBLEMS; k++) {
    gv_lanczos_start(vector, n);
    if (gv_lanczos(&problem, vector, NULL) != GV_OK)
      memset(vector, 0, RING * sizeof(double));
  }
  return NULL;
}

/* Two runs at the same time do not disturb each other, and each may look for a spectrum. */
START_TEST(threads_at_the_same_time)
{
  static double alone[RING], vector[4][RING];
  pthread_t thread[4];
  solve_rings(alone);
  ck_assert_double_eq_tol(alone[0], alone[RING - 1], 1e-6);  /* all agree */
  ck_assert_double_gt(fabs(alone[0]), 0.01);
  for (int t = 0; t < 4; t++)
    ck_assert_int_eq(pthread_create(&thread[t], NULL, solve_rings, vector[t]), 0);
  for (int t = 0; t < 4; t++)
    pthread_join(thread[t], NULL);
  for (int t = 0; t < 4; t++)
    ck_assert_mem_eq(vector[t], alone, sizeof alone);
}
END_TEST

START_TEST(large_torus)
{
  int n = 10000;
  gap_is("torus", n, 4.0 / 5 * pow(sin(PI * rows_of(n) / n), 2));
}
END_TEST

/* Edges between places drawn at random, on top of a tree. */
static struct gv_schedule random_graph(int n, int extra, struct gv_graph *graph)
{
  struct gv_edges edges;
  uint32_t state = 12345u + (uint32_t)n;
  assert_ok(gv_edges_create(&edges, n, 0, err));
  for (int k = 1; k < n + extra; k++) {
    state = state * 1664525u + 1013904223u;
    int a = k < n ? k : (int)(state >> 8) % n;
    state = state * 1664525u + 1013904223u;
    int b = (int)(state >> 8) % (k < n ? k : n);
    if (a != b)
      gv_edges_join(&edges, a, b, 0);
  }
  assert_ok(gv_graph_fill(graph, n, &edges, "t", err));
  gv_edges_destroy(&edges);
  return (struct gv_schedule){.nodes = n, .period = 1, .graphs = graph};
}

static void take_selves(struct gv_graph *graph, int n)
{
  for (int i = 0; i < n; i++) {
    graph->self[i] = 1;
    for (int64_t e = graph->first[i]; e < graph->first[i + 1]; e++)
      graph->self[i] -= graph->weight[e];
  }
}

/* The same for every edge; or through a rule. */
static struct gv_spectrum weighted(struct gv_schedule *s, const struct gv_weight_rule *rule, double constant)
{
  struct gv_spectrum found;
  for (int64_t e = 0; e < s->graphs->first[s->nodes]; e++)
    s->graphs->weight[e] = constant;
  if (rule != NULL)
    assert_ok(rule->fill(s->graphs, s->nodes, "t", err));
  take_selves(s->graphs, s->nodes);
  assert_ok(gv_spectrum_find_from(s, DENSE, &found, err));
  return found;
}

START_TEST(random_graphs)
{
  struct gv_graph graph = {0};
  struct gv_schedule s = random_graph(1000, 2500, &graph);
  struct gv_spectrum dense = weighted(&s, NULL, 0.03), found;
  assert_ok(gv_spectrum_find_from(&s, ITERATIVE, &found, err));
  ck_assert_str_eq(found.method, "Lanczos on the inverse");
  ck_assert_double_eq_tol(found.gap / dense.gap, 1, 1e-9);
  ck_assert_double_eq_tol(found.lambda_min, dense.lambda_min, 1e-9);
  double low, high;
  assert_ok(gv_laplacian_extremes(&graph, 1000, &low, &high, err));
  ck_assert_double_eq_tol(low * 0.03, dense.gap, 1e-9);
  ck_assert_double_eq_tol(1 - high * 0.03, dense.lambda_min, 1e-7);

  s = random_graph(6000, 60000, &graph);  /* no band is narrow enough */
  for (int64_t e = 0; e < graph.first[6000]; e++)
    graph.weight[e] = 0.02;
  take_selves(&graph, 6000);
  assert_ok(gv_spectrum_find(&s, &found, err));
  ck_assert_str_eq(found.method, "Lanczos");
  ck_assert_double_lt(found.accuracy, 1e-6);
  gv_graph_clear(&graph);
}
END_TEST

/* What is known of a schedule does not depend on which messages of it a run will lose. */
START_TEST(faults_are_left_out)
{
  static const char *const names[] = {"ring", "base", "one-peer-ring", "random-matching"};
  for (size_t t = 0; t < sizeof names / sizeof names[0]; t++)
    for (int dense = 0; dense < 2; dense++) {
      struct gv_schedule *s = NULL;
      struct gv_spectrum whole, found;
      assert_ok(gv_schedule_create(names[t], NULL, 40, 1, &s, err));
      assert_ok(gv_spectrum_find_from(s, dense ? DENSE : ITERATIVE, &whole, err));
      assert_ok(gv_schedule_set_faults(s, &(struct gv_faults){.drop_link = 0.9, .churn = 0.3, .seed = 3}, err));
      assert_ok(gv_spectrum_find_from(s, dense ? DENSE : ITERATIVE, &found, err));
      ck_assert_double_eq(found.rho, whole.rho);
      ck_assert_int_eq(found.rounds, whole.rounds);
      gv_schedule_destroy(s);
    }
}
END_TEST

/* Two halves that agree fast, and one edge of weight w between them: +1 on one half and -1 on the other shows
 * that the gap is at most 4 w/n, and it is little less. No band is narrow enough. */
START_TEST(a_bottleneck_without_a_band)
{
  enum { HALF = 6000 };
  const double w = 0.02;
  struct gv_graph graph = {0};
  struct gv_spectrum found;
  struct gv_edges edges;
  uint32_t state = 7;
  assert_ok(gv_edges_create(&edges, 2 * HALF, 0, err));
  for (int first = 0; first <= HALF; first += HALF)
    for (int k = 0; k < 10 * HALF; k++) {
      state = state * 1664525u + 1013904223u;
      int a = k < HALF ? k : (int)(state >> 8) % HALF;
      state = state * 1664525u + 1013904223u;
      int b = k < HALF ? (k + 1) % HALF : (int)(state >> 8) % HALF;
      if (a != b)
        gv_edges_join(&edges, first + a, first + b, 0);
    }
  gv_edges_join(&edges, 5, HALF + 5, 0);
  assert_ok(gv_graph_fill(&graph, 2 * HALF, &edges, "t", err));
  gv_edges_destroy(&edges);
  for (int64_t e = 0; e < graph.first[2 * HALF]; e++)
    graph.weight[e] = w;
  take_selves(&graph, 2 * HALF);
  struct gv_schedule s = {.nodes = 2 * HALF, .period = 1, .graphs = &graph};
  assert_ok(gv_spectrum_find(&s, &found, err));
  ck_assert_str_eq(found.method, "Lanczos");
  ck_assert_double_le(found.gap, 4 * w / (2 * HALF) * (1 + 1e-9));
  ck_assert_double_ge(found.gap, 0.8 * 4 * w / (2 * HALF));
  ck_assert_double_lt(found.accuracy, 1e-6);
  gv_graph_clear(&graph);
}
END_TEST

/* A torus of three dimensions: no band, and many eigenvalues near the smallest, 2 w (1 - cos(2 pi/m)), so that it
 * is only found where L is filtered. */
START_TEST(a_torus_without_a_band)
{
  enum { M = 36, NODES = M * M * M };
  const double w = 0.1;
  struct gv_graph graph = {0};
  struct gv_spectrum found;
  struct gv_edges edges;
  assert_ok(gv_edges_create(&edges, NODES, 3 * 2 * NODES, err));
  for (int i = 0; i < NODES; i++) {
    int x = i % M, y = i / M % M, z = i / (M * M);
    gv_edges_join(&edges, i, i - x + (x + 1) % M, 0);
    gv_edges_join(&edges, i, i + M * ((y + 1) % M - y), 0);
    gv_edges_join(&edges, i, i + M * M * ((z + 1) % M - z), 0);
  }
  assert_ok(gv_graph_fill(&graph, NODES, &edges, "t", err));
  gv_edges_destroy(&edges);
  for (int64_t e = 0; e < graph.first[NODES]; e++)
    graph.weight[e] = w;
  take_selves(&graph, NODES);
  struct gv_schedule s = {.nodes = NODES, .period = 1, .graphs = &graph};
  assert_ok(gv_spectrum_find(&s, &found, err));
  ck_assert_str_eq(found.method, "Lanczos");
  ck_assert_double_eq_tol(found.gap / (2 * w * (1 - cos(2 * PI / M))), 1, 1e-6);
  ck_assert_double_lt(found.accuracy, 1e-6);
  gv_graph_clear(&graph);
}
END_TEST

START_TEST(laplacian_weights)
{
  for (int n = 3; n <= 40; n++) {  /* lambda of a ring: 2 - 2 cos(2 pi j/n) */
    double low = 2 - 2 * cos(2 * PI / n), high = 2 - 2 * cos(2 * PI * (n / 2) / n);
    ck_assert_double_eq_tol(find("ring", "laplacian", n, DENSE).rho, (high - low) / (high + low), 1e-12);
    ck_assert_double_eq_tol(find("star", "laplacian", n, DENSE).rho, (n - 1.0) / (n + 1), 1e-12);
    ck_assert_double_eq_tol(find("line", "laplacian", n, DENSE).rho, cos(PI / n), 1e-12);
  }
  struct gv_schedule *star = NULL;
  assert_ok(gv_schedule_create("star", "laplacian", 9, 1, &star, err));
  ck_assert_double_eq_tol(star->graphs[0].weight[0], 0.2, 1e-12);
  ck_assert_double_eq_tol(star->graphs[0].self[0], -0.6, 1e-12);
  gv_schedule_destroy(star);

  for (int n = 5; n <= 40; n += 7) {  /* no other constant does better */
    struct gv_graph graph = {0};
    struct gv_schedule s = random_graph(n, n, &graph);
    double rho = weighted(&s, &gv_weights_laplacian, 0).rho, best = graph.weight[0];
    for (int k = -40; k <= 40; k++)
      ck_assert_double_ge(weighted(&s, NULL, best * (1 + k / 50.0)).rho, rho - 1e-12);
    gv_graph_clear(&graph);
  }
  ck_assert_double_eq_tol(find("ring", "laplacian", 1, DENSE).rho, 0, 1e-15);
  ck_assert_double_eq_tol(find("ring", "laplacian", 2, DENSE).rho, 0, 1e-15);
  ck_assert_double_eq_tol(find("ring", "laplacian", 1000, ITERATIVE).rho,
                          (1 - pow(sin(PI / 1000), 2)) / (1 + pow(sin(PI / 1000), 2)), 1e-12);
}
END_TEST

START_TEST(fastest_weights)
{
  static const struct { const char *name; int n; } alike[] = {
      {"ring", 3}, {"ring", 8}, {"ring", 13}, {"hypercube", 16}, {"torus", 16}, {"torus", 25}, {"star", 9}};
  for (size_t k = 0; k < sizeof alike / sizeof alike[0]; k++)
    ck_assert_double_eq_tol(find(alike[k].name, "fdla", alike[k].n, DENSE).rho,
                            find(alike[k].name, "laplacian", alike[k].n, DENSE).rho, 1e-8);
  for (int n = 2; n <= 20; n++) {
    double rho = find("line", "fdla", n, DENSE).rho;
    ck_assert_double_le(rho, find("line", "laplacian", n, DENSE).rho + 1e-12);
    rho = find("grid", "fdla", n, DENSE).rho;
    ck_assert_double_le(rho, find("grid", "laplacian", n, DENSE).rho + 1e-12);
    ck_assert_double_le(rho, find("grid", "metropolis", n, DENSE).rho + 1e-12);
    ck_assert_double_le(rho, find("grid", "max-degree", n, DENSE).rho + 1e-12);
  }
  ck_assert_double_eq_tol(find("ring", "fdla", 1, DENSE).rho, 0, 1e-15);
  ck_assert_double_eq_tol(find("torus", "fdla", 12, DENSE).rho, 0.5, 1e-9);  /* 3 x 4: two kinds of edges */
}
END_TEST

/* rho is convex in the weights: where no small move in any direction lowers it, it is least. */
START_TEST(fastest_weights_are_best)
{
  enum { N = 12 };
  struct gv_graph graph = {0};
  struct gv_schedule s = random_graph(N, 14, &graph);
  double rho = weighted(&s, &gv_weights_fdla, 0).rho, constant, kept[N * N];
  int64_t edges = graph.first[N];
  memcpy(kept, graph.weight, (size_t)edges * sizeof *kept);
  uint32_t state = 7;
  for (int trial = 0; trial < 400; trial++) {
    double size = trial % 2 == 0 ? 1e-2 : 1e-5;
    memcpy(graph.weight, kept, (size_t)edges * sizeof *kept);
    for (int i = 0; i < N; i++)
      for (int64_t e = graph.first[i]; e < graph.first[i + 1]; e++) {
        int j = graph.from[e];
        if (j < i)
          continue;
        state = state * 1664525u + 1013904223u;
        double move = size * ((double)(state >> 8) / (1 << 23) - 1);
        int64_t back = graph.first[j];
        while (graph.from[back] != i)
          back++;
        graph.weight[e] += move;
        graph.weight[back] = graph.weight[e];
      }
    take_selves(&graph, N);
    struct gv_spectrum moved;
    assert_ok(gv_spectrum_find_from(&s, DENSE, &moved, err));
    ck_assert_double_ge(moved.rho, rho - 1e-9);
  }
  constant = weighted(&s, &gv_weights_laplacian, 0).rho;
  ck_assert_double_lt(rho, constant - 0.01);
  gv_graph_clear(&graph);
}
END_TEST

START_TEST(fastest_weights_of_too_much)
{
  struct gv_schedule *s = NULL;
  assert_fails(GV_USAGE, "ring has 201 nodes and 201 edges; accepted are at most 200 and 2000",
               gv_schedule_create("ring", "fdla", 201, 1, &s, err));
  assert_ok(gv_schedule_create("ring", "fdla", 200, 1, &s, err));
  gv_schedule_destroy(s);
}
END_TEST

int main(void)
{
  const TTest *const tests[] = {closed_forms, closed_forms_of_hops, closed_forms_of_drawn_hops,
                                closed_forms_of_rules, both_ways_agree, both_ways_agree_at_the_switch,
                                small_gaps_of_products, no_gap_at_all, shares_need_not_be_symmetric,
                                zeros_are_zeros, large_graphs, large_torus, threads_at_the_same_time,
                                random_graphs, a_bottleneck_without_a_band, a_torus_without_a_band,
                                faults_are_left_out, laplacian_weights, fastest_weights, fastest_weights_are_best,
                                fastest_weights_of_too_much, NULL};
  return run_suite("spectrum", tests);
}
