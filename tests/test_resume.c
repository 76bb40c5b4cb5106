/* A run that is kept between two rounds and taken up again ends as one that was never stopped: every algorithm,
 * optimizer, learning rate and number of workers. */
#include <string.h>

#include "core/algorithms/tables.h"
#include "core/cluster/clock.h"
#include "tests/toy.h"

enum {
  NODES = 8, DIM = 37, ROUNDS = 23, VECTORS = 1 + GV_STATES_MAX + GV_OPTIMIZER_STATES_MAX, ROWS = 16, CLOCK = 32
};

/* What a run left at one round, and what it measured. */
struct saved {
  struct gv_engine *engine;
  uint64_t at;  /* the round to keep; 0: none */
  struct gv_stop stop;
  bool stops;   /* the run ends there */
  struct gv_counters counters;
  double clock[CLOCK];  /* those of the counters, which are the engine's */
  float vector[NODES][VECTORS][DIM];
  struct gv_node_state state[NODES];
  struct gv_evaluation row[ROWS];
  int rows, kept;
  bool early;  /* `keep` saw a round before that of the last evaluation */
};

static enum gv_status keep(void *context, const struct gv_counters *counters, bool must, struct gv_error *err)
{
  struct saved *saved = context;
  (void)err;
  saved->early |= counters->round < counters->last_evaluation;
  if (saved->at == 0 || counters->round < saved->at || saved->kept > 0)
    return GV_OK;
  saved->kept += must;
  saved->counters = *counters;
  ck_assert_uint_le(gv_clock_count(NODES), CLOCK);
  memcpy(saved->clock, counters->clock, gv_clock_count(NODES) * sizeof *saved->clock);
  for (int i = 0; i < NODES; i++) {
    gv_engine_node_state(saved->engine, i, &saved->state[i]);
    for (int v = 0; v < gv_engine_vectors(saved->engine); v++)
      memcpy(saved->vector[i][v], gv_engine_vector(saved->engine, i, v), sizeof saved->vector[i][v]);
  }
  if (saved->stops)
    gv_stop_ask(&saved->stop);
  return GV_OK;
}

static enum gv_status restore(void *context, int node, float *const *vector, struct gv_node_state *state,
                              struct gv_error *err)
{
  struct saved *saved = context;
  (void)err;
  for (int v = 0; v < gv_engine_vectors(saved->engine); v++)
    memcpy(vector[v], saved->vector[node][v], sizeof saved->vector[node][v]);
  *state = saved->state[node];
  return GV_OK;
}

static enum gv_status evaluated(void *context, const struct gv_evaluation *evaluation, struct gv_error *err)
{
  struct saved *saved = context;
  (void)err;
  ck_assert_int_lt(saved->rows, ROWS);
  saved->row[saved->rows++] = *evaluation;
  return GV_OK;
}

/* All of a row but the time it took. */
static bool same_row(struct gv_evaluation a, struct gv_evaluation b)
{
  return a.round == b.round && a.train_loss == b.train_loss && a.test_loss == b.test_loss &&
         a.consensus_distance == b.consensus_distance && a.messages == b.messages && a.bytes == b.bytes &&
         a.global_averages == b.global_averages && a.node_rounds_min == b.node_rounds_min &&
         a.node_rounds_max == b.node_rounds_max && a.learning_rate == b.learning_rate;
}

/* The run from one end to the other, and once more with a break after round `at`. */
static void compare(struct toy_run run, uint64_t at, int before, int after)
{
  static struct saved whole, part, rest;
  static float expected[DIM], found[DIM];
  struct gv_error why = {GV_OK, ""};
  memset(&whole, 0, sizeof whole);
  memset(&part, 0, sizeof part);
  run.evaluated = evaluated;
  run.context = &whole;
  assert_ok(toy_train(&run, expected, err));

  part.at = at;
  part.stops = true;
  run.workers = before;
  run.context = &part;
  run.engine = &part.engine;
  run.keep = keep;
  run.keep_every = (double)at;
  run.stop = &part.stop;
  (void)toy_train(&run, NULL, &why);  /* interrupted, or at its end before the stop was heard */
  ck_assert_msg(part.kept == 1 && part.counters.round == at, "%s: kept %d, round %d; %s", run.algorithm, part.kept,
                (int)part.counters.round, why.text);

  rest = part;
  rest.rows = rest.kept = 0;
  rest.at = 0;
  rest.stop = (struct gv_stop){0};
  run.workers = after;
  run.context = &rest;
  run.engine = &rest.engine;
  rest.counters.clock = rest.clock;
  run.resume = &rest.counters;
  run.restore = restore;
  run.stop = NULL;
  assert_ok(toy_train(&run, found, err));
  ck_assert_msg(memcmp(expected, found, sizeof found) == 0, "%s, %s, kept after round %d", run.algorithm,
                run.optimizer, (int)at);

  /* What the second run measured, after a look at where it was, ends the first run's list. */
  int others = rest.rows - 1, first = whole.rows - others;
  ck_assert_int_gt(others, 0);
  for (int r = 0; r < others; r++)
    ck_assert_msg(same_row(whole.row[first + r], rest.row[1 + r]), "%s, %s: the evaluation of round %d differs",
                  run.algorithm, run.optimizer, (int)rest.row[1 + r].round);
  ck_assert_uint_eq(whole.row[first - 1].round, rest.counters.last_evaluation);
}

static void try_algorithm(const struct gv_named *algorithm)
{
  int tried = 0;
  for (size_t o = 0; gv_optimizer_table.entries[o] != NULL && toy_in_step(algorithm); o++) {
    const struct gv_named *optimizer = gv_optimizer_table.entries[o];
    static const char *const topologies[] = {"one-peer-exponential", "hypercube", "ring", "full"};
    for (size_t t = 0; t < 4; t++)
      if (toy_defined(algorithm, optimizer, topologies[t], NODES)) {
        compare((struct toy_run){.topology = topologies[t], .algorithm = algorithm->name, .nodes = NODES,
                                 .optimizer = optimizer->name, .dim = DIM, .rate = 0.05, .rounds = ROUNDS,
                                 .eval_every = 4, .schedule = "cosine"},
                1 + (uint64_t)(o + 3 * t) % (ROUNDS - 1), 1 + (int)t % 3, 1 + (int)(o + 1) % 3);
        tried++;
      }
  }
  ck_assert(tried > 0 || !toy_in_step(algorithm));
}

START_TEST(every_algorithm_and_optimizer)
{
  for (size_t a = 0; gv_algorithm_table.entries[a] != NULL; a++)
    try_algorithm(gv_algorithm_table.entries[a]);
}
END_TEST

START_TEST(every_round)
{
  static const char *const algorithms[5] = {"pga:period=5", "aga:period=3", "slowmo:period=4",
                                           "choco:compress=top-k", "local:period=6"};
  for (uint64_t at = 1; at < ROUNDS; at++)
    compare((struct toy_run){.topology = "ring", .algorithm = algorithms[at % 5], .nodes = NODES,
                             .optimizer = "sgd", .dim = DIM, .rate = 0.05, .rounds = ROUNDS, .eval_every = 4,
                             .schedule = "step:every=1"},
            at, 2, 1);
}
END_TEST

START_TEST(faults_and_global_averages)
{
  for (uint64_t at = 3; at < ROUNDS; at += 5)
    compare((struct toy_run){.topology = "torus", .algorithm = "dsgd", .nodes = NODES, .optimizer = "momentum",
                             .dim = DIM, .rate = 0.05, .rounds = ROUNDS, .eval_every = 7.5, .global_every = 6,
                             .schedule = "constant", .faults = {.drop_link = 0.2, .churn = 0.3, .seed = 5}},
            at, 2, 3);
}
END_TEST

/* How far apart nodes end that never average. */
static double unmixed_distance(void)
{
  static struct saved alone;
  memset(&alone, 0, sizeof alone);
  assert_ok(toy_train(&(struct toy_run){.topology = "ring", .algorithm = "local:period=1000", .nodes = NODES,
                                        .dim = DIM, .rate = 0.05, .rounds = 200, .eval_every = 200, .workers = 1,
                                        .evaluated = evaluated, .context = &alone, .engine = &alone.engine},
                      NULL, err));
  return alone.row[alone.rows - 1].consensus_distance;
}

/* Nobody's bits are promised, but every step is taken once, and mass stays what it was. */
static void go_on(const char *algorithm)
{
  static struct saved part, rest;
  double slow[NODES] = {1, 1, 3, 1, 1, 1, 1, 1};
  struct gv_error why = {GV_OK, ""};
  memset(&part, 0, sizeof part);
  part.at = 50;
  part.stops = true;
  struct toy_run run = {.topology = "ring", .algorithm = algorithm, .nodes = NODES, .dim = DIM, .rate = 0.05,
                        .rounds = 200, .eval_every = 40, .async = true, .workers = 2, .evaluated = evaluated,
                        .context = &part, .engine = &part.engine, .keep = keep, .keep_every = 50, .slow = slow,
                        .stop = &part.stop};
  (void)toy_train(&run, NULL, &why);
  ck_assert_int_eq(part.kept, 1);
  uint64_t steps = 0;
  double weight = 0;
  for (int i = 0; i < NODES; i++) {
    steps += part.state[i].rounds;
    weight += part.state[i].weight;
  }
  ck_assert_uint_eq(steps, part.counters.steps);
  ck_assert_double_eq_tol(weight, NODES, 1e-9);

  rest = part;
  rest.rows = 0;
  rest.at = 0;
  rest.stop = (struct gv_stop){0};
  run.context = &rest;
  run.engine = &rest.engine;
  rest.counters.clock = rest.clock;
  run.resume = &rest.counters;
  run.restore = restore;
  run.stop = NULL;
  assert_ok(toy_train(&run, NULL, err));
  const struct gv_evaluation *last = &rest.row[rest.rows - 1];
  ck_assert_uint_eq(last->round, 200);
  ck_assert_uint_ge(last->asynchrony.published, part.counters.asynchrony.published);
  ck_assert_double_lt(last->consensus_distance, unmixed_distance());
  ck_assert(isfinite(last->test_loss) && last->test_loss < part.row[0].test_loss);
}

START_TEST(asynchronous_runs_go_on)
{
  go_on("dsgd");
  go_on("adpsgd");
  go_on("push-sum");
}
END_TEST

/* Who is asked whether to save, and does not, leaves the run as one that never asks. */
START_TEST(asking_changes_nothing)
{
  static struct saved all;
  static float quiet[DIM], asked[DIM];
  struct toy_run run = {.topology = "ring", .algorithm = "push-sum", .nodes = NODES, .dim = DIM, .rate = 0.05,
                        .rounds = 60, .eval_every = 7, .async = true, .workers = 1, .evaluated = evaluated,
                        .context = &all, .engine = &all.engine};
  memset(&all, 0, sizeof all);
  assert_ok(toy_train(&run, quiet, err));
  all.rows = 0;
  run.keep = keep;
  assert_ok(toy_train(&run, asked, err));
  ck_assert_int_gt(all.rows, 2);
  ck_assert_mem_eq(quiet, asked, sizeof quiet);
}
END_TEST

/* A slow node's step, under way at an evaluation, is not among those kept: the round is the evaluation's still. */
START_TEST(a_slow_node_keeps_no_round_back)
{
  static struct saved all;
  const double slow[NODES] = {1, 1, 5000, 1, 1, 1, 1, 1};
  memset(&all, 0, sizeof all);
  assert_ok(toy_train(&(struct toy_run){.topology = "ring", .algorithm = "adpsgd", .nodes = NODES, .dim = DIM,
                                        .rate = 0.05, .rounds = 200, .eval_every = 20, .async = true, .workers = 2,
                                        .evaluated = evaluated, .context = &all, .engine = &all.engine,
                                        .keep = keep, .slow = slow}, NULL, err));
  ck_assert(!all.early);
}
END_TEST

/* One worker visits its nodes in turn, so that no message lags by more than a round; nor does one that was kept. */
static void restore_rounds(const char *algorithm)
{
  static struct saved part;
  struct gv_error why = {GV_OK, ""};
  memset(&part, 0, sizeof part);
  part.at = 50;
  part.stops = true;
  struct toy_run run = {.topology = "ring", .algorithm = algorithm, .nodes = NODES, .dim = DIM, .rate = 0.05,
                        .rounds = 60, .eval_every = 30, .async = true, .workers = 1, .evaluated = evaluated,
                        .context = &part, .engine = &part.engine, .keep = keep, .keep_every = 50,
                        .stop = &part.stop};
  (void)toy_train(&run, NULL, &why);
  ck_assert_int_eq(part.kept, 1);
  part.at = 0;
  part.counters.clock = part.clock;
  run.resume = &part.counters;
  run.restore = restore;
  run.stop = NULL;
  assert_ok(toy_train(&run, NULL, err));
  ck_assert_uint_le(part.row[part.rows - 1].asynchrony.staleness_max, 2);
}

START_TEST(messages_keep_their_round)
{
  restore_rounds("dsgd");
  restore_rounds("adpsgd");
}
END_TEST

int main(void)
{
  const TTest *const tests[] = {every_algorithm_and_optimizer, every_round, faults_and_global_averages,
                                asynchronous_runs_go_on, asking_changes_nothing,
                                a_slow_node_keeps_no_round_back, messages_keep_their_round, NULL};
  return run_suite("resume", tests);
}
