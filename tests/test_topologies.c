/* The facts that define each topology, and that a round is the same whoever draws it. */
#include <math.h>

#include "core/base/random.h"
#include "core/base/team.h"
#include "tests/dense.h"

static struct gv_schedule *make_seeded(const char *topology, int n, uint64_t seed)
{
  struct gv_schedule *s = NULL;
  assert_ok(gv_schedule_create(topology, NULL, n, seed, &s, err));
  return s;
}

static struct gv_schedule *make(const char *topology, int n)
{
  return make_seeded(topology, n, 1);
}

static int degree(const struct gv_graph *g, int i)
{
  return (int)(g->first[i + 1] - g->first[i]);
}

static bool same_graph(const struct gv_graph *a, const struct gv_graph *b, int n)
{
  for (int i = 0; i < n; i++) {
    if (a->first[i + 1] != b->first[i + 1] || a->self[i] != b->self[i])
      return false;
    for (int64_t e = a->first[i]; e < a->first[i + 1]; e++)
      if (a->from[e] != b->from[e] || a->weight[e] != b->weight[e])
        return false;
  }
  return true;
}

enum { ROUNDS = 60, WORKERS = 4 };

/* Three views asked for rounds in three orders, against a schedule made anew. */
START_TEST(a_round_is_the_same_whoever_asks)
{
  static const int sizes[] = {1, 2, 5, 8, 16, 33};
  for (size_t t = 0; gv_topology_table.entries[t] != NULL; t++)
    for (size_t z = 0; z < sizeof sizes / sizeof *sizes; z++) {
      const struct gv_topology *topology = (const struct gv_topology *)gv_topology_table.entries[t];
      int n = sizes[z];
      if (!takes_nodes(&topology->named, n) || topology->weighting == GV_WEIGHTS_AVERAGE)
        continue;
      struct gv_schedule *s = make(topology->named.name, n), *other = make(topology->named.name, n);
      struct gv_view *views[3], *fresh = NULL;
      assert_ok(gv_view_create(other, &fresh, err));
      for (size_t v = 0; v < 3; v++) {
        struct gv_stream stream;
        int32_t order[ROUNDS];
        assert_ok(gv_view_create(s, &views[v], err));
        gv_stream_start(&stream, v, GV_RANDOM_SHUFFLE, 0, 0);
        for (int k = 0; k < ROUNDS; k++)
          order[k] = k;
        gv_stream_shuffle(&stream, order, v == 0 ? 0 : ROUNDS);
        for (int k = 0; k < ROUNDS; k++)
          ck_assert_msg(same_graph(gv_view_graph(views[v], (uint64_t)order[k]),
                                   gv_view_graph(fresh, (uint64_t)order[k]), n),
                        "%s, %d nodes, round %d", topology->named.name, n, (int)order[k]);
      }
      for (size_t v = 0; v < 3; v++)
        gv_view_destroy(views[v]);
      gv_view_destroy(fresh);
      gv_schedule_destroy(s);
      gv_schedule_destroy(other);
    }
}
END_TEST

/* What a worker saw of all rounds, asked for in an order of its own. */
struct asked {
  const struct gv_schedule *schedule;
  struct gv_view *view[WORKERS];
  uint64_t seen[WORKERS][ROUNDS];
};

static uint64_t digest_of(const struct gv_graph *g, int n)
{
  uint64_t digest = 14695981039346656037ull;  /* FNV-1a */
  for (int i = 0; i < n; i++)
    for (int64_t e = g->first[i]; e < g->first[i + 1]; e++) {
      uint64_t bits;
      memcpy(&bits, &g->weight[e], sizeof bits);
      digest = (digest ^ bits ^ ((uint64_t)i << 32) ^ (uint64_t)g->from[e]) * UINT64_C(1099511628211);
    }
  return digest;
}

static void ask(void *arg, struct gv_team *team, int worker)
{
  struct asked *asked = arg;
  (void)team;
  for (int k = 0; k < ROUNDS; k++) {
    int round = (k * 7 + worker * 13) % ROUNDS;  /* 7 and 60 have no divisor in common */
    asked->seen[worker][round] =
        digest_of(gv_view_graph(asked->view[worker], (uint64_t)round), asked->schedule->nodes);
  }
}

START_TEST(a_round_is_the_same_on_every_worker)
{
  for (size_t t = 0; gv_topology_table.entries[t] != NULL; t++) {
    const struct gv_topology *topology = (const struct gv_topology *)gv_topology_table.entries[t];
    if (!takes_nodes(&topology->named, 16) || topology->weighting == GV_WEIGHTS_AVERAGE)
      continue;
    struct gv_schedule *s = make(topology->named.name, 16);
    struct asked asked = {.schedule = s};
    for (int w = 0; w < WORKERS; w++)
      assert_ok(gv_view_create(s, &asked.view[w], err));
    assert_ok(gv_team_run(WORKERS, NULL, ask, &asked, err));
    int others = 0;
    for (int k = 0; k < ROUNDS; k++) {
      others += asked.seen[0][k] != asked.seen[0][0];
      for (int w = 1; w < WORKERS; w++)
        ck_assert_msg(asked.seen[w][k] == asked.seen[0][k], "%s, round %d", topology->named.name, k);
    }
    ck_assert_msg((others == 0) == (s->period == 1), "%s: %d rounds differ", topology->named.name, others);
    for (int w = 0; w < WORKERS; w++)
      gv_view_destroy(asked.view[w]);
    gv_schedule_destroy(s);
  }
}
END_TEST

static bool same_first_round(const struct gv_schedule *a, const struct gv_schedule *b)
{
  struct gv_view *x = NULL, *y = NULL;
  assert_ok(gv_view_create(a, &x, err));
  assert_ok(gv_view_create(b, &y, err));
  bool same = same_graph(gv_view_graph(x, 0), gv_view_graph(y, 0), a->nodes);
  gv_view_destroy(x);
  gv_view_destroy(y);
  return same;
}

START_TEST(other_seeds_give_other_graphs)
{
  static const char *const names[] = {"erdos-renyi", "geometric", "random-regular", "equi-static",
                                      "equi-static-undirected", "random-matching", "equi-dyn",
                                      "equi-dyn-undirected", NULL};
  for (int k = 0; names[k] != NULL; k++) {
    struct gv_schedule *a = make_seeded(names[k], 40, 1), *again = make_seeded(names[k], 40, 1);
    struct gv_schedule *b = make_seeded(names[k], 40, 2), *wide = make_seeded(names[k], 40, 1 + (1ull << 32));
    ck_assert_msg(same_first_round(a, again), "%s", names[k]);
    ck_assert_msg(!same_first_round(a, b), "%s", names[k]);
    ck_assert_msg(!same_first_round(a, wide), "%s", names[k]);
    gv_schedule_destroy(a);
    gv_schedule_destroy(again);
    gv_schedule_destroy(b);
    gv_schedule_destroy(wide);
  }
}
END_TEST

static double rho_of(const char *name, int n)
{
  double *w = calloc((size_t)n * (size_t)n, sizeof *w);
  struct gv_schedule *s = make(name, n);
  dense(s, 0, w);
  double found = rho(w, n);
  gv_schedule_destroy(s);
  free(w);
  return found;
}

START_TEST(closed_forms)
{
  const double pi = acos(-1);
  for (int n = 2; n <= 20; n++) {
    int tau = gv_log2_ceil(n);
    double exponential = (tau - 1.0) / (tau + 1);
    ck_assert_double_eq_tol(rho_of("line", n), n > 2 ? (1 + 2 * cos(pi / n)) / 3 : 0, 1e-6);
    ck_assert_double_eq_tol(rho_of("star", n), n > 2 ? 1 - 1.0 / n : 0, 1e-6);
    if (n % 2 == 0)
      ck_assert_double_eq_tol(rho_of("exponential", n), exponential, 1e-6);
    else
      ck_assert_double_lt(rho_of("exponential", n), exponential - 1e-3);
  }
  for (int p = 1; p <= 5; p++)
    ck_assert_double_eq_tol(rho_of("hypercube", 1 << p), (p - 1.0) / (p + 1), 1e-6);
  for (int r = 3; r <= 5; r++)  /* r x r and r x (r + 1) */
    for (int c = r; c <= r + 1; c++) {
      double want = 0;
      for (int k = 1; k < r * c; k++)
        want = fmax(want, fabs(1 + 2 * cos(2 * pi * (k / c) / r) + 2 * cos(2 * pi * (k % c) / c)) / 5);
      ck_assert_double_eq_tol(rho_of("torus", r * c), want, 1e-6);
    }
}
END_TEST

/* Sides of 2 have one edge, not two; a prime number of nodes is a ring, or a line. */
START_TEST(lattices_are_simple)
{
  for (int c = 3; c <= 7; c += 2) {
    struct gv_schedule *s = make("torus", 2 * c);
    for (int i = 0; i < 2 * c; i++) {
      ck_assert_int_eq(degree(s->graphs, i), 3);
      for (int64_t e = s->graphs->first[i]; e < s->graphs->first[i + 1]; e++)
        ck_assert_double_eq_tol(s->graphs->weight[e], 0.25, 1e-15);
    }
    gv_schedule_destroy(s);
  }
  static const int rings[] = {4, 5, 7, 13};
  for (size_t k = 0; k < 4; k++) {
    struct gv_schedule *torus = make("torus", rings[k]), *ring = make("ring", rings[k]);
    for (int i = 0; i < rings[k]; i++)
      ck_assert_int_eq(degree(torus->graphs, i), 2);
    ck_assert(k == 0 || same_graph(torus->graphs, ring->graphs, rings[k]));
    gv_schedule_destroy(torus);
    gv_schedule_destroy(ring);
    struct gv_schedule *grid = make("grid", rings[k]), *line = make("line", rings[k]);
    ck_assert(k == 0 || same_graph(grid->graphs, line->graphs, rings[k]));
    gv_schedule_destroy(grid);
    gv_schedule_destroy(line);
  }
}
END_TEST

struct degrees {
  const char *name;
  int least, most, from;  /* of a node in a round, for `from` nodes and more */
};

static void check_degrees(const struct degrees *want, int n)
{
  struct gv_schedule *s = make(want->name, n);
  struct gv_view *view = NULL;
  int least = n, most = 0;
  assert_ok(gv_view_create(s, &view, err));
  for (int k = 0; k < (s->period > 0 ? s->period : 20); k++)
    for (int i = 0; i < n; i++) {
      int here = degree(gv_view_graph(view, (uint64_t)k), i);
      least = here < least ? here : least;
      most = here > most ? here : most;
    }
  ck_assert_msg(least == want->least && most == want->most, "%s, %d nodes: degrees %d to %d, not %d to %d",
                want->name, n, least, most, want->least, want->most);
  ck_assert_int_eq(s->degree_max, most);
  gv_view_destroy(view);
  gv_schedule_destroy(s);
}

START_TEST(degrees_are_as_stated)
{
  for (int n = 1; n <= 130; n++) {
    int tau = gv_log2_ceil(n), rows = 1;
    for (int r = 2; r * r <= n; r++)
      rows = n % r == 0 ? r : rows;
    int columns = n / rows, lattice = rows > 2 ? 2 : rows - 1, high = columns > 2 ? 2 : columns - 1;
    const struct degrees families[] = {
        {"ring", 2, 2, 3}, {"line", 1, 2, 3}, {"star", 1, n - 1, 2}, {"exponential", tau, tau, 1},
        {"hypercube", tau, tau, 1}, {"torus", lattice + high, lattice + high, 1},
        {"grid", (rows > 1) + (columns > 1), lattice + high, 1}, {"random-regular", 4, 4, 5},
        {"random-regular:degree=2", 2, 2, 3}, {"one-peer-exponential", 1, 1, 2}, {"one-peer-ring", 1, 1, 2},
        {"random-matching", n % 2 == 0, 1, 2}, {"equi-dyn", 1, 1, 2}, {"base:k=9", n - 1, n - 1, 1}};
    for (size_t t = 0; t < sizeof families / sizeof *families; t++)
      if (n >= families[t].from && (strcmp(families[t].name, "hypercube") != 0 || (n & (n - 1)) == 0) &&
          (strcmp(families[t].name, "one-peer-ring") != 0 || n % 2 == 0) &&
          (strncmp(families[t].name, "base", 4) != 0 || n <= 10))
        check_degrees(&families[t], n);
  }
}
END_TEST

START_TEST(one_peer_ring_takes_turns)
{
  for (int n = 2; n <= 20; n += 2) {
    struct gv_schedule *s = make("one-peer-ring", n);
    ck_assert_int_eq(s->period, n > 2 ? 2 : 1);
    for (int k = 0; k < s->period; k++)
      for (int i = 0; i < n; i++) {
        ck_assert_int_eq(degree(&s->graphs[k], i), 1);
        ck_assert_int_eq(s->graphs[k].from[i], (i + k) % 2 == 0 ? (i + 1) % n : (i + n - 1) % n);
        ck_assert_double_eq(s->graphs[k].self[i], 0.5);
      }
    gv_schedule_destroy(s);
  }
}
END_TEST

/* Two nodes average, but in Equi's dynamic graphs, which go half of the way. */
START_TEST(two_nodes)
{
  for (size_t t = 0; gv_topology_table.entries[t] != NULL; t++) {
    const struct gv_topology *topology = (const struct gv_topology *)gv_topology_table.entries[t];
    if (!takes_nodes(&topology->named, 2))
      continue;
    double w[4], own = strncmp(topology->named.name, "equi-dyn", 8) == 0 ? 0.75 : 0.5;
    struct gv_schedule *s = make(topology->named.name, 2);
    dense(s, 0, w);
    ck_assert_msg(w[0] == own && w[3] == own && w[1] == 1 - own && w[2] == 1 - own, "%s", topology->named.name);
    gv_schedule_destroy(s);
  }
}
END_TEST

START_TEST(refusals)
{
  static const struct { const char *topology; int n; const char *part; } bad[] = {
      {"one-peer-ring", 7, "nodes 7 is odd"},
      {"hypercube", 12, "the next ones are 8 and 16"},
      {"erdos-renyi:p=0", 5, "accepted: above 0"},
      {"erdos-renyi:p=1.5", 5, "from 0 to 1, or 'auto'"},
      {"erdos-renyi:p=0.001", 50, "p=0.001 connects all 50 nodes"},
      {"erdos-renyi:p=1e-300", 50, "connects all 50 nodes"},
      {"erdos-renyi:p=1", 100000, "messages a round"},
      {"geometric:radius=0", 5, "accepted: above 0"},
      {"geometric:radius=2", 5, "from 0 to 1.5"},
      {"geometric:radius=0.01", 50, "radius=0.01 connects all 50 nodes"},
      {"geometric:radius=1e-300", 50, "connects all 50 nodes"},
      {"geometric:radius=1.5", 100000, "messages a round"},
      {"random-regular:degree=3", 7, "nodes x degree is odd; accepted: an even degree, such as 4"},
      {"random-regular:degree=7", 7, "below nodes"},
      {"random-regular:degree=1", 6, "degree 1 cannot connect 6 nodes"},
      {"random-regular:degree=0", 6, "from 1 to"},
      {"random-regular:degree=50000", 100000, "messages a round"},
      {"equi-static:m=0", 6, "from 1 to"},
      {"equi-static:m=100000", 100000, "messages a round"},
      {"equi-static-undirected:m=x", 6, "'auto'"},
      {"equi-dyn:eta=0", 6, "eta is 0"},
      {"equi-dyn-undirected:eta=0", 6, "eta is 0"},
      {"equi-dyn:eta=1.1", 6, "from 0 to 1"},
      {"random-matching:p=1", 6, "it has no options"},
  };
  for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
    struct gv_schedule *s = NULL;
    assert_fails(GV_USAGE, bad[k].part, gv_schedule_create(bad[k].topology, NULL, bad[k].n, 1, &s, err));
    ck_assert_ptr_null(s);
  }
  struct gv_schedule *s = NULL;
  assert_fails(GV_USAGE, "receives from node", gv_schedule_create("exponential", "lazy", 6, 1, &s, err));
  assert_fails(GV_USAGE, "equi-dyn has its own", gv_schedule_create("equi-dyn", "lazy", 6, 1, &s, err));
  assert_fails(GV_USAGE, "(one-peer-exponential, ", gv_schedule_create("equi-stat", NULL, 6, 1, &s, err));
  assert_fails(GV_USAGE, ", base, file", gv_schedule_create("zzzzzz", NULL, 6, 1, &s, err));
}
END_TEST

int main(void)
{
  const TTest *const tests[] = {a_round_is_the_same_whoever_asks, a_round_is_the_same_on_every_worker,
                                other_seeds_give_other_graphs, closed_forms,
                                lattices_are_simple, degrees_are_as_stated, one_peer_ring_takes_turns, two_nodes,
                                refusals, NULL};
  return run_suite("topologies", tests);
}
