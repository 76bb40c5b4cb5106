/* Faults of a schedule: what stays of every W(k), that all threads see the same, and how often they happen;
 * shares. */
#include <stdio.h>
#include <unistd.h>

#include "core/graph/spectrum/spectrum.h"
#include "core/graph/topology.h"
#include "core/graph/view.h"
#include "tests/graphs.h"

static struct gv_schedule *make(const char *topology, bool shares, int nodes)
{
  struct gv_schedule *schedule = NULL;
  if (shares)
    assert_ok(gv_schedule_create_shares(topology, nodes, 1, &schedule, err));
  else
    assert_ok(gv_schedule_create(topology, NULL, nodes, 1, &schedule, err));
  return schedule;
}

static bool lists_agree(const struct gv_graph *graph, int nodes)
{
  int64_t edges = 0;
  bool agree = graph->reader_first[0] == 0;
  for (int i = 0; i < nodes; i++)
    for (int64_t e = graph->reader_first[i]; e < graph->reader_first[i + 1]; e++, edges++)
      agree = agree && gv_graph_find(graph, graph->reader[e], i) >= 0;
  for (int i = 0; i < nodes; i++)
    for (int64_t e = graph->first[i] + 1; e < graph->first[i + 1]; e++)
      agree = agree && graph->from[e - 1] < graph->from[e];
  return agree && edges == graph->first[nodes];
}

/* Every faulty W(k): columns sum to 1, of doubly stochastic ones rows too, symmetric ones stay so. */
START_TEST(faulty_rounds_stay_stochastic)
{
  for (size_t t = 0; gv_topology_table.entries[t] != NULL; t++)
    for (int n = 2; n <= 16; n += 7)
      for (int shares = 0; shares < 2; shares++) {
        const struct gv_named *topology = gv_topology_table.entries[t];
        if (!takes_nodes(topology, n))
          continue;
        struct gv_schedule *s = make(topology->name, shares, n);
        const struct gv_faults faults = {.drop_link = 0.3, .churn = 0.2, .seed = 4};
        if (s->average || (s->directed && !s->shares)) {
          assert_fails(GV_USAGE, topology->name, gv_schedule_set_faults(s, &faults, err));
          gv_schedule_destroy(s);
          continue;
        }
        assert_ok(gv_schedule_set_faults(s, &faults, err));
        struct gv_view *view = NULL;
        assert_ok(gv_view_create(s, &view, err));
        double off = 0;
        bool agree = true;
        for (uint64_t k = 0; k < 40; k++) {
          double row[16], column[16];
          const struct gv_graph *graph = gv_view_graph(view, k);
          gv_graph_sums(graph, n, row, column);
          agree = agree && lists_agree(graph, n);
          for (int i = 0; i < n; i++) {
            off = worse_of(off, fabs(column[i] - 1));
            if (!s->shares)
              off = worse_of(off, fabs(row[i] - 1));
            for (int64_t e = graph->first[i]; e < graph->first[i + 1]; e++)
              if (!s->directed && !s->shares)
                off = worse_of(off, fabs(graph->weight[e] - gv_graph_weight(graph, graph->from[e], i)));
            if (gv_schedule_absent(s, i, k))
              agree = agree && fabs(graph->self[i] - 1) < 1e-9 && graph->first[i] == graph->first[i + 1];
          }
        }
        ck_assert_msg(agree && off < 1e-9, "%s of %d nodes: %g off", topology->name, n, off);
        gv_view_destroy(view);
        gv_schedule_destroy(s);
      }
}
END_TEST

static bool same(const struct gv_graph *a, const struct gv_graph *b, int n)
{
  size_t edges = (size_t)a->first[n];
  return memcmp(a->first, b->first, ((size_t)n + 1) * sizeof *a->first) == 0 &&
         memcmp(a->from, b->from, edges * sizeof *a->from) == 0 &&
         memcmp(a->weight, b->weight, edges * sizeof *a->weight) == 0 &&
         memcmp(a->self, b->self, (size_t)n * sizeof *a->self) == 0 &&
         memcmp(a->reader, b->reader, edges * sizeof *a->reader) == 0;
}

/* The spectrum is that of the rounds as they are meant; their graphs are looked at when the view is gone. */
START_TEST(the_spectrum_is_without_faults)
{
  static const char *const topologies[] = {"torus", "base:k=2", "one-peer-ring", "random-matching", "equi-dyn"};
  for (int t = 0; t < 5; t++) {
    struct gv_spectrum sound, faulty;
    struct gv_schedule *s = make(topologies[t], t == 4, 12);
    assert_ok(gv_spectrum_find(s, &sound, err));
    assert_ok(gv_schedule_set_faults(s, &(struct gv_faults){.drop_link = 0.9, .churn = 0.4, .seed = 9}, err));
    assert_ok(gv_spectrum_find(s, &faulty, err));
    ck_assert_msg(sound.rounds == faulty.rounds && fabs(sound.rho - faulty.rho) < 1e-12, "%s: %g and %g",
                  topologies[t], sound.rho, faulty.rho);
    gv_schedule_destroy(s);
  }
}
END_TEST

START_TEST(every_view_sees_the_same_faults)
{
  static const char *const topologies[] = {"torus", "base:k=2", "random-matching"};
  for (int t = 0; t < 3; t++) {
    struct gv_schedule *s = make(topologies[t], false, 12);
    struct gv_view *one = NULL, *other = NULL;
    assert_ok(gv_schedule_set_faults(s, &(struct gv_faults){.drop_link = 0.4, .churn = 0.1, .seed = 9}, err));
    assert_ok(gv_view_create(s, &one, err));
    assert_ok(gv_view_create(s, &other, err));
    bool all = true;
    for (uint64_t k = 60; k > 0; k--)
      gv_view_graph(other, k);
    for (uint64_t k = 0; k < 60; k++) {
      gv_view_graph(other, (k * 7) % 60);
      all = all && same(gv_view_graph(one, k), gv_view_graph(other, k), 12);
    }
    ck_assert_msg(all, "%s", topologies[t]);
    gv_view_destroy(one);
    gv_view_destroy(other);
    gv_schedule_destroy(s);
  }
}
END_TEST

/* Counts lie within five standard deviations of what the probabilities say. */
START_TEST(faults_are_as_frequent_as_asked)
{
  for (double p = 0.05; p < 1; p += 0.3) {
    enum { N = 20, ROUNDS = 2000 };
    struct gv_schedule *s = make("ring", false, N);
    struct gv_view *view = NULL;
    assert_ok(gv_schedule_set_faults(s, &(struct gv_faults){.drop_link = p, .seed = 2}, err));
    assert_ok(gv_view_create(s, &view, err));
    double links = 0, absent = 0, sigma = sqrt(N * ROUNDS * p * (1 - p));
    for (uint64_t k = 0; k < ROUNDS; k++)
      links += N - (double)gv_view_graph(view, k)->first[N] / 2;
    gv_view_destroy(view);
    assert_ok(gv_schedule_set_faults(s, &(struct gv_faults){.churn = p, .seed = 2}, err));
    for (uint64_t k = 0; k < ROUNDS; k++)
      for (int i = 0; i < N; i++)
        absent += gv_schedule_absent(s, i, k);
    ck_assert_msg(fabs(links - N * ROUNDS * p) < 5 * sigma, "%g links failed at %g", links, p);
    ck_assert_msg(fabs(absent - N * ROUNDS * p) < 5 * sigma, "%g nodes were absent at %g", absent, p);
    gv_schedule_destroy(s);
  }
}
END_TEST

START_TEST(without_faults_a_view_is_the_schedule)
{
  struct gv_schedule *s = make("ring", false, 9);
  struct gv_view *view = NULL;
  assert_ok(gv_view_create(s, &view, err));
  ck_assert_ptr_eq(gv_view_graph(view, 5), &s->graphs[0]);
  gv_view_destroy(view);
  gv_schedule_destroy(s);
}
END_TEST

/* ---- shares ---- */

/* x <- P x and w <- P w for many rounds: x/w comes to the mean of the first x wherever it is looked at. */
static void check_agreement(const char *topology, int n, const struct gv_faults *faults)
{
  struct gv_schedule *s = make(topology, true, n);
  struct gv_view *view = NULL;
  double x[16], w[16], next[16], weight[16], mean = 0, off = 0, mass = 0;
  assert_ok(gv_schedule_set_faults(s, faults, err));
  assert_ok(gv_view_create(s, &view, err));
  for (int i = 0; i < n; i++) {
    x[i] = i * i;
    w[i] = 1;
    mean += x[i] / n;
  }
  for (uint64_t k = 0; k < 3000; k++) {
    const struct gv_graph *graph = gv_view_graph(view, k);
    for (int i = 0; i < n; i++) {
      next[i] = graph->self[i] * x[i];
      weight[i] = graph->self[i] * w[i];
      for (int64_t e = graph->first[i]; e < graph->first[i + 1]; e++) {
        next[i] += graph->weight[e] * x[graph->from[e]];
        weight[i] += graph->weight[e] * w[graph->from[e]];
      }
    }
    memcpy(x, next, sizeof x);
    memcpy(w, weight, sizeof w);
  }
  for (int i = 0; i < n; i++) {
    off = worse_of(off, fabs(x[i] / w[i] - mean));
    mass += w[i];
  }
  ck_assert_msg(off < 1e-9 && fabs(mass - n) < 1e-9, "%s: %g off, mass %g", topology, off, mass);
  gv_view_destroy(view);
  gv_schedule_destroy(s);
}

/* A cycle with a chord: node 0 sends to two, node 2 hears two. */
static void write_irregular(char *path, size_t size, const char *edges)
{
  snprintf(path, size, "/tmp/gv-faults-%d.txt", (int)getpid());
  FILE *file = fopen(path, "w");
  ck_assert_ptr_nonnull(file);
  fputs(edges, file);
  ck_assert_int_eq(fclose(file), 0);
}

START_TEST(shares_agree_on_the_mean)
{
  static const struct gv_faults none, some = {.drop_link = 0.3, .churn = 0.2, .seed = 6};
  char path[64], spec[128];
  write_irregular(path, sizeof path, "1 0\n2 1\n3 2\n4 3\n0 4\n2 0\n");
  snprintf(spec, sizeof spec, "file:path=%s,directed=yes", path);
  struct gv_schedule *schedule = NULL;
  assert_fails(GV_INPUT, "not to 1", gv_schedule_create(spec, NULL, 5, 1, &schedule, err));
  check_agreement(spec, 5, &none);
  check_agreement(spec, 5, &some);
  check_agreement("star", 9, &none);
  check_agreement("star", 9, &some);
  check_agreement("one-peer-exponential", 12, &some);
  check_agreement("random-matching", 9, &some);
  check_agreement("equi-dyn", 9, &none);
  /* Node 4 is heard by nobody. */
  write_irregular(path, sizeof path, "1 0\n2 1\n3 2\n0 3\n4 3\n");
  assert_fails(GV_INPUT, "nothing that node 4 sends ever reaches node 0",
               gv_schedule_create_shares(spec, 5, 1, &schedule, err));
  unlink(path);
}
END_TEST

START_TEST(probabilities_are_checked)
{
  struct gv_schedule *s = make("ring", false, 9);
  assert_fails(GV_USAGE, "drop-link 1", gv_schedule_set_faults(s, &(struct gv_faults){.drop_link = 1}, err));
  assert_fails(GV_USAGE, "churn -0.5", gv_schedule_set_faults(s, &(struct gv_faults){.churn = -0.5}, err));
  assert_fails(GV_USAGE, "drop-link nan", gv_schedule_set_faults(s, &(struct gv_faults){.drop_link = NAN}, err));
  gv_schedule_destroy(s);
}
END_TEST

int main(void)
{
  const TTest *const tests[] = {faulty_rounds_stay_stochastic, the_spectrum_is_without_faults,
                                every_view_sees_the_same_faults,
                                faults_are_as_frequent_as_asked, without_faults_a_view_is_the_schedule,
                                shares_agree_on_the_mean, probabilities_are_checked, NULL};
  return run_suite("faults", tests);
}
