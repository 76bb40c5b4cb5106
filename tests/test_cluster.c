/* The alpha-beta model against its published pair and its formulas; the simulated clock against closed forms; the
 * time of whole runs. */
#include "core/cluster/clock.h"
#include "core/cluster/network.h"
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

START_TEST(what_is_measured)
{
  struct gv_pacing pacing = {.network = net};
  struct gv_schedule *schedule = NULL;
  struct gv_clock *clock = clock_of(&schedule, "ring", 4, &pacing);
  gv_clock_measure(clock, 9);
  ck_assert_double_eq(gv_clock_compute(clock), 9);
  gv_clock_measure(clock, 1);
  gv_clock_measure(clock, 2);
  ck_assert_double_eq(gv_clock_compute(clock), 1.5);
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

int main(void)
{
  const TTest *const tests[] = {published_pair, formulas, costs_of_topologies, a_delay_spreads_a_hop_a_round,
                                who_waits_for_whom, jitter_has_mean_one, what_is_measured, whole_runs, NULL};
  return run_suite("cluster", tests);
}
