/* The alpha-beta model against its published pair and its formulas; the simulated clock against closed forms; the
 * time of whole runs, of nodes with unlike batches, and with faults. */
#include "core/cluster/clock.h"
#include "core/cluster/network.h"
#include "core/graph/view.h"
#include "run/cost.h"
#include "tests/toy.h"

static const struct gv_network net = {.alpha = 1e-4, .beta = 1e-9};

START_TEST(published_pair)
{
  struct gv_network network;
  const struct gv_named *preset = NULL;
  double bytes = 4 * 25.5e6;
  assert_ok(gv_network_parse("fitted", &network, &preset, err));
  ck_assert_double_eq_tol(1e3 * gv_network_allreduce(&network, 256, bytes), 278, 0.5);
  ck_assert_double_eq_tol(1e3 * gv_network_partial(&network, 2, bytes), 150, 0.5);
  ck_assert_double_eq_tol(1e9 * network.beta, 0.733, 0.0005);
  ck_assert_str_eq(preset->name, "fitted");
  ck_assert(gv_network_calibrated(&network, preset));
  ck_assert(!gv_network_calibrated(&network, NULL));
  assert_ok(gv_network_parse("fitted:alpha=1e-3", &network, &preset, err));
  ck_assert(!gv_network_calibrated(&network, preset));
}
END_TEST

START_TEST(formulas)
{
  double bytes = 1e6;
  ck_assert_double_eq(gv_network_allreduce(&net, 1, bytes), 0);
  ck_assert_double_eq_tol(gv_network_allreduce(&net, 8, bytes), 14e-4 + 2 * 7.0 / 8 * 1e-3, 1e-15);
  ck_assert_double_eq_tol(gv_network_partial(&net, 3, bytes), 3 * (1e-4 + 1e-3), 1e-15);
  struct gv_network network;
  assert_ok(gv_network_parse("alpha=0.5,bandwidth=4", &network, NULL, err));
  ck_assert_double_eq(network.alpha, 0.5);
  ck_assert_double_eq(network.beta, 0.25);
  assert_ok(gv_network_parse("ethernet-1g:alpha=0.5", &network, NULL, err));
  ck_assert_double_eq(network.alpha, 0.5);
  ck_assert_double_eq(network.beta, 8e-9);
  assert_fails(GV_USAGE, "alpha is missing", gv_network_parse("bandwidth=1e9", &network, NULL, err));
  assert_fails(GV_USAGE, "ethernet-10g", gv_network_parse("ethernet10g", &network, NULL, err));
  assert_fails(GV_USAGE, "bandwidth", gv_network_parse("ethernet-10g:bandwidth=0", &network, NULL, err));
}
END_TEST

START_TEST(costs_of_topologies)
{
  const struct { const char *topology; double messages; } known[] = {
      {"ring", 2}, {"one-peer-exponential", 1}, {"exponential", 5}, {"star", 31}, {"random-matching", 1},
      {"torus", 4}, {"hypercube", 5}};
  struct gv_cost cost, all, periodic;
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
    assert_ok(gv_cost_topology(&net, known[i].topology, 32, 1, 1e6, &cost, err));
    ck_assert_msg(fabs(cost.messages - known[i].messages) < 1e-12, "%s: %g", known[i].topology, cost.messages);
    ck_assert_double_eq_tol(cost.seconds, known[i].messages * 1.1e-3, 1e-12);
  }
  gv_cost_allreduce(&net, 32, 1e6, &all);
  assert_ok(gv_cost_topology(&net, "full", 32, 1, 1e6, &cost, err));
  ck_assert_double_eq(cost.seconds, all.seconds);
  assert_ok(gv_cost_topology(&net, "ring", 32, 1, 1e6, &cost, err));
  gv_cost_periodic(&cost, &all, 1, &periodic);
  ck_assert_double_eq_tol(periodic.seconds, all.seconds, 1e-15);
  gv_cost_periodic(&cost, &all, 10, &periodic);
  ck_assert_double_eq_tol(periodic.seconds, 0.9 * cost.seconds + 0.1 * all.seconds, 1e-15);
}
END_TEST

static struct gv_clock *clock_of(struct gv_schedule **schedule, const char *topology, int nodes,
                                 const struct gv_pacing *pacing)
{
  struct gv_clock *clock = NULL;
  assert_ok(gv_schedule_create(topology, NULL, nodes, 1, schedule, err));
  assert_ok(gv_clock_create(pacing, *schedule, &clock, err));
  return clock;
}

/* A node of a ring that is late by L once makes those late that are k hops away k rounds later, and nobody else. */
START_TEST(a_delay_spreads_a_hop_a_round)
{
  enum { N = 12 };
  double slow[N];
  for (int i = 0; i < N; i++)
    slow[i] = 1;
  struct gv_pacing pacing = {.network = net, .compute = 0.01, .slow = slow};
  struct gv_schedule *schedule = NULL;
  struct gv_clock *clock = clock_of(&schedule, "ring", N, &pacing);
  double each = 0.01 + 2 * (1e-4 + 1e-3), worst = 0;
  slow[0] = 4;
  for (uint64_t k = 0; k < 8; k++) {
    gv_clock_round(clock, k, GV_DELIVER_LINKS, gv_schedule_graph(schedule, k), 1e6);
    slow[0] = 1;
    for (int i = 0; i < N; i++) {
      int hops = i < N - i ? i : N - i;
      double want = (double)(k + 1) * each + (hops <= (int)k + 1 ? 0.03 : 0);
      worst = worse_of(fabs(clock->numbers[i] - want), worst);
    }
  }
  ck_assert_double_lt(worst, 1e-12);
  gv_clock_destroy(clock);
  gv_schedule_destroy(schedule);
}
END_TEST

/* Of a mean of all everybody waits for the slowest; without mixing for nobody. */
START_TEST(who_waits_for_whom)
{
  double slow[4] = {1, 1, 3, 1};
  struct gv_pacing pacing = {.network = net, .compute = 0.01, .slow = slow};
  struct gv_schedule *schedule = NULL;
  struct gv_clock *clock = clock_of(&schedule, "full", 4, &pacing);
  for (uint64_t k = 0; k < 5; k++)
    gv_clock_round(clock, k, GV_DELIVER_ALLREDUCE, NULL, 1e6);
  ck_assert_double_eq_tol(gv_clock_seconds(clock), 5 * (0.03 + gv_network_allreduce(&net, 4, 1e6)), 1e-12);
  gv_clock_destroy(clock);
  assert_ok(gv_clock_create(&pacing, schedule, &clock, err));
  for (uint64_t k = 0; k < 5; k++)
    gv_clock_round(clock, k, GV_DELIVER_NONE, NULL, 1e6);
  ck_assert_double_eq_tol(clock->numbers[0], 0.05, 1e-12);
  ck_assert_double_eq_tol(clock->numbers[2], 0.15, 1e-12);
  /* Nobody waits: 3 nodes of 0.01 + m and one of 0.03 + m. */
  double m = 2 * 1.1e-3, pace = 3 / (0.01 + m) + 1 / (0.03 + m);
  ck_assert_double_eq_tol(gv_clock_asynchronous(clock, 1000, 2, 1e6), 1000 / pace, 1e-9);
  gv_clock_destroy(clock);
  gv_schedule_destroy(schedule);
}
END_TEST

/* Messages that travel while nodes compute: a round takes the longer of the two, and waits for who has not begun
 * it. */
START_TEST(messages_travel_meanwhile)
{
  const double slow[4] = {3, 1, 1, 1}, c = 0.01, m = 2 * 1.1e-3, all = gv_network_allreduce(&net, 4, 1e6);
  struct gv_pacing pacing = {.network = net, .compute = c, .slow = slow, .overlaps = true};
  struct gv_schedule *schedule = NULL;
  struct gv_clock *clock = clock_of(&schedule, "ring", 4, &pacing);
  const double twice[2][4] = {{3 * c, c, c, c}, {6 * c, 3 * c + m, 2 * c, 3 * c + m}};
  for (uint64_t k = 0; k < 2; k++) {
    gv_clock_round(clock, k, GV_DELIVER_LINKS, gv_schedule_graph(schedule, k), 1e6);
    for (int i = 0; i < 4; i++)
      ck_assert_double_eq_tol(clock->numbers[i], twice[k][i], 1e-15);
  }
  gv_clock_round(clock, 2, GV_DELIVER_ALLREDUCE, NULL, 1e6);  /* all wait for 0 to have begun */
  ck_assert_double_eq_tol(clock->numbers[0], 9 * c, 1e-15);
  for (int i = 1; i < 4; i++)
    ck_assert_double_eq_tol(clock->numbers[i], 6 * c + all, 1e-15);
  double pace = 3 / c + 1 / (3 * c);
  ck_assert_double_eq_tol(gv_clock_asynchronous(clock, 1000, 2, 1e6), 1000 / pace, 1e-12);
  gv_clock_destroy(clock);

  /* Where messages take longer it is they that count. */
  pacing.compute = 1e-4;
  assert_ok(gv_clock_create(&pacing, schedule, &clock, err));
  for (uint64_t k = 0; k < 5; k++)
    gv_clock_round(clock, k, GV_DELIVER_LINKS, gv_schedule_graph(schedule, k), 1e6);
  for (int i = 0; i < 4; i++)
    ck_assert_double_eq_tol(clock->numbers[i], 5 * m, 1e-15);
  ck_assert_double_eq_tol(gv_clock_asynchronous(clock, 1000, 2, 1e6), 1000 * m / 4, 1e-12);
  gv_clock_destroy(clock);
  gv_schedule_destroy(schedule);
}
END_TEST

START_TEST(jitter_has_mean_one)
{
  struct gv_pacing pacing = {.compute = 1, .jitter = 0.5, .seed = 3};
  struct gv_schedule *schedule = NULL;
  struct gv_clock *clock = clock_of(&schedule, "ring", 100, &pacing);
  for (uint64_t k = 0; k < 400; k++)
    gv_clock_round(clock, k, GV_DELIVER_NONE, NULL, 0);
  double mean = 0;
  for (int i = 0; i < 100; i++)
    mean += clock->numbers[i] / 400 / 100;
  ck_assert_double_eq_tol(mean, 1, 0.01);  /* 40,000 draws of deviation 0.53: 4 standard errors are 0.011 */
  gv_clock_destroy(clock);
  gv_schedule_destroy(schedule);
}
END_TEST

static int32_t samples_of(const void *context, int node, uint64_t round)
{
  return *(const int *)context * (node + 1) + (int32_t)(round & 1);
}

/* Seconds that the node computes in the round; all nodes go on by it. */
static double computes(struct gv_clock *clock, int node, uint64_t round)
{
  double before = clock->numbers[node];
  gv_clock_round(clock, round, GV_DELIVER_NONE, NULL, 0);
  return clock->numbers[node] - before;
}

START_TEST(what_is_measured)
{
  struct gv_pacing pacing = {.network = net};
  struct gv_schedule *schedule = NULL;
  struct gv_clock *clock = clock_of(&schedule, "ring", 4, &pacing);
  gv_clock_measure(clock, 9, 1);
  ck_assert_double_eq(computes(clock, 0, 0), 9);
  gv_clock_measure(clock, 1, 1);
  gv_clock_measure(clock, 2, 1);
  ck_assert_double_eq(computes(clock, 0, 0), 1.5);
  gv_clock_destroy(clock);
  gv_schedule_destroy(schedule);

  /* By the sample: node i has 10 (i + 1), one more in odd rounds. */
  const int more = 10;
  pacing = (struct gv_pacing){.samples = samples_of, .context = &more};
  clock = clock_of(&schedule, "ring", 4, &pacing);
  gv_clock_measure(clock, 90, 30);
  ck_assert_double_eq(computes(clock, 0, 0), 30);
  gv_clock_measure(clock, 50, 40);
  gv_clock_measure(clock, 2, 12);
  ck_assert_double_eq(computes(clock, 0, 0), 10);
  ck_assert_double_eq(computes(clock, 3, 0), 40);
  ck_assert_double_eq(computes(clock, 3, 1), 41);
  for (int i = 0; i < 4; i++)
    ck_assert_double_eq(computes(clock, i, 0) + computes(clock, i, 1), 20 * (i + 1) + 1);
  double pace = 1 / 10.5 + 1 / 20.5 + 1 / 30.5 + 1 / 40.5;
  ck_assert_double_eq_tol(gv_clock_asynchronous(clock, 1000, 2, 1e6), 1000 / pace, 1e-9);
  gv_clock_destroy(clock);
  gv_schedule_destroy(schedule);

  /* Given, the time is every node's. */
  pacing.compute = 5;
  clock = clock_of(&schedule, "ring", 4, &pacing);
  gv_clock_measure(clock, 90, 30);
  ck_assert_double_eq(computes(clock, 0, 0), 5);
  ck_assert_double_eq(computes(clock, 3, 0), 5);
  gv_clock_destroy(clock);
  gv_schedule_destroy(schedule);
}
END_TEST

static enum gv_status see(void *context, const struct gv_evaluation *evaluation, struct gv_error *err)
{
  (void)err;
  *(double *)context = evaluation->simulated_seconds;
  return GV_OK;
}

/* What the clock says at the end of whole runs, of any number of workers. */
START_TEST(whole_runs)
{
  const double c = 0.01, m = 1e-4 + 4 * 37e-9, all = 14e-4 + 2 * 7.0 / 8 * 4 * 37e-9;
  const struct { const char *algorithm, *topology; double seconds; } known[] = {
      {"dsgd", "ring", 20 * (c + 2 * m)},
      {"dsgd", "one-peer-exponential", 20 * (c + m)},
      {"dsgd-awc", "ring", 20 * c},  /* messages take less */
      {"dsgd-awc", "full", 20 * c},
      {"psgd", "ring", 20 * (c + all)},
      {"dsgd", "full", 20 * (c + all)},
      {"local:period=5", "ring", 20 * c + 4 * all},
      {"pga:period=5", "ring", 20 * c + 4 * all + 16 * 2 * m},
      {"choco:compress=sign", "ring", 20 * (c + 2 * (1e-4 + 9e-9))},  /* 37 bits and a float */
      {"choco:compress=sign", "full", 20 * (c + 7 * (1e-4 + 9e-9))},
      {"gt", "ring", 20 * (c + 2 * (1e-4 + 8 * 37e-9))}};
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
    for (int workers = 1; workers <= 3; workers++) {
      double seconds = 0;
      struct toy_run run = {.algorithm = known[i].algorithm, .topology = known[i].topology, .nodes = 8, .dim = 37,
                            .workers = workers, .rate = 0.05, .rounds = 20, .evaluated = see, .context = &seconds,
                            .network = net, .compute_time = c};
      assert_ok(toy_train(&run, NULL, err));
      ck_assert_msg(fabs(seconds - known[i].seconds) < 1e-12, "%s, %s: %.12g, not %.12g", known[i].algorithm,
                    known[i].topology, seconds, known[i].seconds);
    }
}
END_TEST

static enum gv_status look(void *context, const struct gv_evaluation *evaluation, struct gv_error *err)
{
  (void)err;
  *(struct gv_evaluation *)context = *evaluation;
  return GV_OK;
}

/* As soon as any node has computed, time has gone by: in the first round, whoever takes part in it, and in
 * whichever half of a round gradients are taken. */
START_TEST(what_is_computed_takes_time)
{
  const struct { const char *algorithm; int nodes; double churn; uint64_t rounds; } cases[] = {
      {"dsgd", 4, 0, 1}, {"dsgd-awc", 4, 0, 1}, {"dsgd", 4, 0.5, 1}, {"dsgd-awc", 4, 0.5, 1},
      {"dsgd", 1, 0.97, 40}};
  for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++)
    for (uint64_t seed = 1; seed <= 12; seed++)
      for (int workers = 1; workers <= (cases[c].nodes < 4 ? 1 : 4); workers++) {
        struct gv_evaluation last = {0};
        struct toy_run run = {.algorithm = cases[c].algorithm, .nodes = cases[c].nodes, .workers = workers,
                              .dim = 37, .rate = 0.05, .rounds = cases[c].rounds, .evaluated = look,
                              .context = &last, .faults = {.churn = cases[c].churn, .seed = seed}};
        assert_ok(toy_train(&run, NULL, err));
        ck_assert_msg((last.simulated_seconds > 0) == (last.node_rounds_max > 0),
                      "%s, %d nodes, churn %g, seed %d: %d rounds in %g s", cases[c].algorithm, cases[c].nodes,
                      cases[c].churn, (int)seed, (int)last.node_rounds_max, last.simulated_seconds);
      }
}
END_TEST

/* ---- nodes whose batches differ ---- */

static const int32_t own[] = {1, 9, 4, 2};  /* samples in a batch of node i */

static int32_t drawn(const void *context, int node, uint64_t round)
{
  (void)context;
  (void)round;
  return own[node];
}

static void draw(void *context, int node, uint64_t round, struct gv_buffer *buffer, struct gv_batch *batch)
{
  struct toy_data data = {.batch = own[node], .unite = 1};
  (void)context;
  toy_draw(&data, node, round, buffer, batch);
}

static enum gv_status keep(void *context, const struct gv_counters *counters, bool must, struct gv_error *err)
{
  (void)must;
  (void)err;
  memcpy(context, counters->clock, 4 * sizeof(double));
  return GV_OK;
}

/* Alone, each computes for as long as its own samples take. */
START_TEST(larger_batches_take_longer)
{
  struct toy_data data = {.batch = 9, .unite = 1};
  for (int workers = 1; workers <= 4; workers++) {
    double seconds[4] = {0};
    struct gv_source source = {
        .context = &data, .shape = {.features = 500, .channels = 1, .height = 1, .width = 500, .classes = 2},
        .nodes = 4, .train_samples = 16, .max_batch = 9, .samples_per_round = 16, .draw = draw, .drawn = drawn};
    struct toy_run run = {.algorithm = "local:period=100", .nodes = 4, .workers = workers, .dim = 500, .rate = 0.05,
                          .rounds = 20, .keep_every = 10, .keep = keep, .context = seconds, .source = &source};
    assert_ok(toy_train(&run, NULL, err));
    ck_assert_double_gt(seconds[0], 0);
    for (int i = 1; i < 4; i++)
      ck_assert_double_eq_tol(seconds[i] / seconds[0], own[i], 1e-9);
  }
}
END_TEST

/* ---- faults ---- */

/* The first round in which, of a ring of four, just this happens: node `out` sits out, or -1 nobody, and the link
 * from `from` to the next fails, or -1 none. */
static uint64_t round_where(const struct gv_schedule *schedule, struct gv_view *view, int out, int from)
{
  for (uint64_t round = 0; round < 10000; round++) {
    const struct gv_graph *graph = gv_view_graph(view, round);
    bool like = true;
    for (int i = 0; i < 4; i++) {
      int heard = 2 - (i == from) - (from >= 0 && i == (from + 1) % 4);
      if (out >= 0)
        heard = i == out ? 0 : i == (out + 2) % 4 ? 2 : 1;
      like = like && gv_schedule_absent(schedule, i, round) == (i == out) &&
             graph->first[i + 1] - graph->first[i] == heard;
    }
    if (like)
      return round;
  }
  ck_abort_msg("no such round");
  return 0;
}

/* One round of four nodes on a ring, of which node 0 computes 0.03 s and the others 0.01 s. */
static void one_round(const struct gv_faults *faults, int out, int from, const double *want)
{
  const double slow[4] = {3, 1, 1, 1};
  struct gv_pacing pacing = {.network = net, .compute = 0.01, .slow = slow};
  struct gv_schedule *schedule = NULL;
  struct gv_view *view = NULL;
  struct gv_clock *clock = clock_of(&schedule, "ring", 4, &pacing);
  assert_ok(gv_schedule_set_faults(schedule, faults, err));
  assert_ok(gv_view_create(schedule, &view, err));
  uint64_t round = round_where(schedule, view, out, from);
  gv_clock_round(clock, round, GV_DELIVER_LINKS, gv_view_graph(view, round), 1e6);
  for (int i = 0; i < 4; i++)
    ck_assert_double_eq_tol(clock->numbers[i], want[i], 1e-15);
  gv_view_destroy(view);
  gv_clock_destroy(clock);
  gv_schedule_destroy(schedule);
}

START_TEST(faults_shorten_waiting)
{
  const double m = 1e-4 + 1e-3, c = 0.01, late = 0.03;
  const struct gv_faults links = {.drop_link = 0.3, .seed = 1}, churn = {.churn = 0.3, .seed = 1};
  /* Nothing fails: 1 and 3 wait for 0. */
  one_round(&links, -1, -1, (const double[]){late + 2 * m, late + 2 * m, c + 2 * m, late + 2 * m});
  /* The link of 0 and 1: 1 waits for 2 alone, and each of the two receives one message. */
  one_round(&links, -1, 0, (const double[]){late + m, c + m, c + 2 * m, late + 2 * m});
  /* The link of 1 and 2. */
  one_round(&links, -1, 1, (const double[]){late + 2 * m, late + m, c + m, late + 2 * m});
  /* 0 sits out: nobody is late; it has not moved. */
  one_round(&churn, 0, -1, (const double[]){0, c + m, c + 2 * m, c + m});
  /* 1 sits out: 0 and 2 receive one message, and 2 waits for nobody late. */
  one_round(&churn, 1, -1, (const double[]){late + m, 0, c + m, late + 2 * m});
}
END_TEST

/* Means of all, of those there: three of four. */
START_TEST(churn_shrinks_a_mean_of_all)
{
  const struct gv_faults churn = {.churn = 0.3, .seed = 1};
  const double slow[4] = {3, 1, 1, 1};
  for (int out = 0; out < 4; out++)
    for (int reduced = 0; reduced < 2; reduced++) {
      struct gv_pacing pacing = {.network = net, .compute = 0.01, .slow = slow};
      struct gv_schedule *schedule = NULL, *ring = NULL;
      struct gv_view *view = NULL;
      struct gv_clock *clock = clock_of(&schedule, "full", 4, &pacing);
      assert_ok(gv_schedule_set_faults(schedule, &churn, err));
      assert_ok(gv_schedule_create("ring", NULL, 4, 1, &ring, err));
      assert_ok(gv_schedule_set_faults(ring, &churn, err));
      assert_ok(gv_view_create(ring, &view, err));
      uint64_t round = round_where(ring, view, out, -1);
      gv_clock_round(clock, round, reduced ? GV_DELIVER_ALLREDUCE : GV_DELIVER_ALL, NULL, 1e6);
      double takes = reduced ? 4e-4 + 4.0 / 3 * 1e-3 : 2 * 1.1e-3;
      for (int i = 0; i < 4; i++)
        ck_assert_double_eq_tol(clock->numbers[i], i == out ? 0 : (out == 0 ? 0.01 : 0.03) + takes, 1e-15);
      gv_view_destroy(view);
      gv_clock_destroy(clock);
      gv_schedule_destroy(schedule);
      gv_schedule_destroy(ring);
    }
}
END_TEST

int main(void)
{
  const TTest *const tests[] = {published_pair, formulas, costs_of_topologies, a_delay_spreads_a_hop_a_round,
                                who_waits_for_whom, messages_travel_meanwhile, jitter_has_mean_one,
                                what_is_measured, whole_runs, what_is_computed_takes_time,
                                larger_batches_take_longer, faults_shorten_waiting, churn_shrinks_a_mean_of_all,
                                NULL};
  return run_suite("cluster", tests);
}
