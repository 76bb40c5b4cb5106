/* What goes with what: undefined combinations are refused in one line that names what to take, defined ones run. */
#include <stdio.h>

#include "core/engine/internal.h"
#include "tests/toy.h"

static const struct {
  const char *algorithm, *optimizer, *topology;
  int nodes;
  uint64_t global_every;
  double drop_link, churn;
  bool async;
  const char *said;  /* part of the line; NULL: it runs */
} cases[] = {
    /* d2: lambda_min above -1/3, fixed, symmetric */
    {"d2", "sgd", "ring", 9, 0, 0, 0, false, NULL},
    {"d2", "sgd", "full", 8, 0, 0, 0, false, NULL},
    {"d2", "sgd", "ring", 8, 0, 0, 0, false, "lambda_min(W) = -0.3333"},
    {"d2", "sgd", "torus", 16, 0, 0, 0, false, "accepted: --algorithm exact-diffusion"},
    {"d2", "sgd", "hypercube", 16, 0, 0, 0, false, "lambda_min(W) = -0.6"},
    {"d2", "sgd", "one-peer-ring", 8, 0, 0, 0, false, "W must stay the same, and topology one-peer-ring changes"},
    {"d2", "sgd", "random-matching", 8, 0, 0, 0, false, "exact-diffusion"},
    {"d2", "sgd", "exponential", 9, 0, 0, 0, false, "topology exponential is directed"},
    {"d2", "adam", "ring", 9, 0, 0, 0, false, "accepted: sgd, momentum, nesterov"},
    {"d2", "sgd", "ring", 9, 5, 0, 0, false, NULL},
    {"d2", "sgd", "ring", 9, 0, 0.1, 0, false, "drop-link 0.1: algorithm d2 needs the same W"},
    /* exact-diffusion: symmetric */
    {"exact-diffusion", "sgd", "torus", 16, 0, 0, 0, false, NULL},
    {"exact-diffusion", "momentum", "random-matching", 7, 0, 0.3, 0.2, false, NULL},
    {"exact-diffusion", "sgd", "one-peer-exponential", 8, 0, 0, 0, false, "accepted: an undirected topology"},
    {"exact-diffusion", "sgd", "ring", 8, 4, 0, 0, false, NULL},
    {"decentlam", "sgd", "ring", 8, 4, 0, 0, false, NULL},
    /* gt: any W, linear optimizers */
    {"gt", "momentum", "one-peer-exponential", 8, 3, 0, 0, false, NULL},
    {"gt", "rmsprop", "ring", 8, 0, 0, 0, false, "optimizer rmsprop"},
    /* momenta of their own */
    {"dmsgd", "momentum", "ring", 8, 0, 0, 0, false, "has a momentum of its own; accepted: sgd"},
    {"dmsgd", "sgd", "exponential", 8, 0, 0, 0, false, NULL},
    {"decentlam", "sgd", "exponential", 8, 0, 0, 0, false, "topology exponential is directed"},
    {"decentlam", "sgd", "base", 6, 0, 0, 0, false, "topology base changes from round to round"},
    {"decentlam", "sgd", "ring", 8, 0, 0, 0.1, false, "churn 0.1: algorithm decentlam"},
    {"qg-dsgdm", "sgd", "one-peer-exponential", 8, 3, 0, 0, false, NULL},
    {"qg-dsgdm", "nesterov", "ring", 8, 0, 0, 0, false, "optimizer nesterov"},
    /* global averages */
    {"dsgd", "adamw", "ring", 8, 3, 0.2, 0.1, false, NULL},
    {"dsgd-awc", "sgd", "ring", 8, 3, 0.2, 0.1, false, NULL},
    {"psgd", "sgd", "ring", 8, 3, 0, 0, false, "algorithm psgd says itself when all nodes are averaged"},
    {"pga", "sgd", "ring", 8, 3, 0, 0, false, "algorithm pga says itself"},
    {"local", "sgd", "ring", 8, 3, 0, 0, false, "algorithm local says itself"},
    {"dsgd", "sgd", "ring", 8, 3, 0, 0, true, "a mean over all nodes waits for all of them"},
    /* faults */
    {"pga", "sgd", "ring", 8, 0, 0.2, 0.1, false, NULL},
    {"aga", "sgd", "ring", 8, 0, 0.2, 0.1, false, NULL},
    {"local:period=3", "sgd", "ring", 8, 0, 0, 0.1, false, NULL},
    {"local", "sgd", "ring", 8, 0, 0.1, 0, false, "algorithm local sends nothing over the links"},
    {"psgd", "sgd", "ring", 8, 0, 0.1, 0, false, "algorithm psgd sends nothing over the links"},
    {"slowmo", "sgd", "ring", 8, 0, 0.1, 0, false, "algorithm slowmo sends nothing over the links"},
    {"slowmo:base=dsgd", "sgd", "ring", 8, 0, 0.1, 0, false, NULL},
    {"aga:period=1", "sgd", "ring", 8, 0, 0.1, 0, false, NULL},
    {"psgd", "sgd", "ring", 8, 0, 0, 0.1, false, "a node that misses a step stays apart"},
    {"slowmo", "sgd", "ring", 8, 0, 0, 0.1, false, "a node that misses a step stays apart"},
    {"choco", "sgd", "ring", 8, 0, 0.1, 0, false, "algorithm choco needs the same W"},
    {"choco", "sgd", "ring", 8, 3, 0, 0, false, NULL},
    {"push-sum", "sgd", "one-peer-exponential", 8, 3, 0.1, 0.1, false, NULL},
    {"dsgd", "sgd", "one-peer-exponential", 8, 0, 0.1, 0, false, "--algorithm push-sum"},
    {"dsgd", "sgd", "full", 8, 0, 0.1, 0, false, "full"},
    {"dsgd", "sgd", "full", 8, 0, 0, 0.1, false, NULL},
    {"dsgd", "sgd", "ring", 8, 0, 0, 0.1, true, "accepted: --pace sync"},
    /* pace */
    {"gt", "sgd", "ring", 8, 0, 0, 0, true, "no asynchronous pace"},
    {"adpsgd", "sgd", "ring", 8, 0, 0, 0, false, "no synchronous pace"},
};

START_TEST(undefined_combinations_are_refused)
{
  for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
    struct toy_run run = {.algorithm = cases[c].algorithm, .optimizer = cases[c].optimizer,
                          .topology = cases[c].topology, .nodes = cases[c].nodes, .workers = 2, .dim = 40,
                          .rate = 0.01, .rounds = 12, .global_every = cases[c].global_every,
                          .faults = {.drop_link = cases[c].drop_link, .churn = cases[c].churn, .seed = 3},
                          .async = cases[c].async};
    if (cases[c].said == NULL)
      assert_ok(toy_train(&run, NULL, err));
    else
      assert_fails(GV_USAGE, cases[c].said, toy_train(&run, NULL, err));
  }
}
END_TEST

/* ---- faults in training ---- */

static const char *const robust[] = {"dsgd", "dsgd-awc", "pga:period=4", "aga:period=3", "local:period=4", "gt",
                                     "exact-diffusion", "dmsgd", "qg-dsgdm", "push-sum"};
enum { ROBUST = sizeof robust / sizeof robust[0] };

/* Places of elements are sent, or drawn, as 32 bits. */
START_TEST(what_picks_elements_counts_so_far)
{
  static const struct { const char *compress; size_t parameters; bool runs; } sizes[] = {
      {"top-k", UINT32_MAX, true},        {"top-k", (size_t)UINT32_MAX + 1, false}, {"random-k", UINT32_MAX, true},
      {"random-k", (size_t)1 << 40, false}, {"sign", (size_t)1 << 40, true}};
  struct gv_schedule *schedule = NULL;
  struct gv_options *optimizer_options = NULL;
  const struct gv_named *optimizer = NULL;
  assert_ok(gv_schedule_create("ring", NULL, 4, 1, &schedule, err));
  assert_ok(gv_named_parse(&gv_optimizer_table, "sgd", &optimizer, &optimizer_options, err));
  for (size_t c = 0; c < sizeof sizes / sizeof sizes[0]; c++) {
    const struct gv_named *algorithm = NULL;
    struct gv_options *options = NULL;
    char spec[64];
    snprintf(spec, sizeof spec, "choco:compress=%s", sizes[c].compress);
    assert_ok(gv_named_parse(&gv_algorithm_table, spec, &algorithm, &options, err));
    const struct gv_engine_setup setup = {
        .parameters = sizes[c].parameters, .schedule = schedule, .algorithm_options = options,
        .algorithm = (const struct gv_algorithm *)algorithm, .optimizer = (const struct gv_optimizer *)optimizer,
        .optimizer_options = optimizer_options};
    if (sizes[c].runs)
      assert_ok(gv_guard(&setup, err));
    else
      assert_fails(GV_USAGE, "picks among 4294967295 parameters at most", gv_guard(&setup, err));
    gv_options_destroy(options);
  }
  gv_options_destroy(optimizer_options);
  gv_schedule_destroy(schedule);
}
END_TEST

/* The same bits for any number of workers also where links fail and nodes sit out rounds. */
START_TEST(faults_are_the_same_for_every_number_of_workers)
{
  static float first[333], other[333], without[333];
  for (int a = 0; a < ROBUST; a++)
    for (int full = 0; full < 2; full++) {
      struct toy_run run = {.algorithm = robust[a], .topology = full ? "full" : "torus", .nodes = 12, .workers = 1,
                            .dim = 333, .rate = 0.05, .rounds = 40, .eval_every = 10};
      assert_ok(toy_train(&run, without, err));
      bool links = !full && strncmp(robust[a], "local", 5) != 0;
      run.faults = (struct gv_faults){.drop_link = links ? 0.3 : 0, .churn = 0.2, .seed = 8};
      assert_ok(toy_train(&run, first, err));
      run.workers = 5;
      assert_ok(toy_train(&run, other, err));
      ck_assert_msg(memcmp(first, other, sizeof first) == 0, "%s: not the same on 5 workers", robust[a]);
      ck_assert_msg(memcmp(first, without, sizeof first) != 0, "%s: the faults changed nothing", robust[a]);
    }
}
END_TEST

struct watch {
  float before[12 * 40];
  uint64_t moved, absent, rounds;
  const struct gv_schedule *schedule;
};

static void watch(void *context, uint64_t round, const float *const *x)
{
  struct watch *w = context;
  for (int i = 0; i < 12; i++) {
    bool same = memcmp(w->before + i * 40, x[i], sizeof *x[i] * 40) == 0;
    w->moved += !same;
    if (gv_schedule_absent(w->schedule, i, round - 1)) {
      w->absent++;
      ck_assert_msg(same, "node %d moved in round %d, which it sat out", i, (int)round - 1);
    }
    memcpy(w->before + i * 40, x[i], sizeof *x[i] * 40);
  }
  w->rounds++;
}

START_TEST(absent_nodes_stay_where_they_are)
{
  for (int a = 0; a < ROBUST; a++) {
    struct watch w = {0};
    struct gv_schedule *schedule = NULL;
    const struct gv_faults faults = {.churn = 0.3, .seed = 5};
    assert_ok(gv_schedule_create("torus", NULL, 12, 1, &schedule, err));
    assert_ok(gv_schedule_set_faults(schedule, &faults, err));
    w.schedule = schedule;
    toy.dim = 40;
    for (int i = 0; i < 12; i++)
      toy_init(&toy, 5, w.before + i * 40);
    struct toy_run run = {.algorithm = robust[a], .topology = "torus", .nodes = 12, .workers = 3, .dim = 40,
                          .rate = 0.05, .rounds = 60, .faults = faults, .inspect = watch, .context = &w};
    assert_ok(toy_train(&run, NULL, err));
    ck_assert_uint_eq(w.moved, 12 * 60 - w.absent);  /* who takes part moves */
    ck_assert_uint_gt(w.absent, 150);
    ck_assert_uint_lt(w.absent, 290);
    gv_schedule_destroy(schedule);
  }
}
END_TEST

/* ---- what is sent ---- */

static enum gv_status last(void *context, const struct gv_evaluation *evaluation, struct gv_error *err)
{
  (void)err;
  *(struct gv_evaluation *)context = *evaluation;
  return GV_OK;
}

START_TEST(messages_and_bytes_are_counted)
{
  static const struct {
    const char *algorithm, *topology;
    uint64_t every;
    double messages, bytes, averages;
  } of[] = {
      {"dsgd", "ring", 0, 2, 2 * 400, 0},
      {"dsgd", "one-peer-exponential", 0, 1, 400, 0},
      {"gt", "ring", 0, 2, 2 * 800, 0},
      {"push-sum", "ring", 0, 2, 2 * 404, 0},
      {"local:period=5", "ring", 0, 14 / 5.0, 14 / 8.0 * 400 / 5, 4},
      {"psgd", "ring", 0, 14, 14 / 8.0 * 400, 20},
      {"dsgd", "full", 0, 14, 14 / 8.0 * 400, 20},
      {"dsgd", "ring", 5, 2 * 0.8 + 14 / 5.0, 2 * 400 * 0.8 + 14 / 8.0 * 400 / 5, 4},
      {"choco:compress=top-k,share=0.1", "ring", 0, 2, 2 * 10 * 8, 0},
      {"choco:compress=random-k,share=0.1", "ring", 0, 2, 2 * 10 * 4, 0},
      {"choco:compress=sign", "ring", 0, 2, 2 * (13 + 4), 0},
      {"choco:compress=8-bit", "ring", 0, 2, 2 * 104, 0},
      {"choco:compress=identity", "full", 0, 7, 7 * 400, 0},
  };
  for (size_t k = 0; k < sizeof of / sizeof of[0]; k++) {
    struct gv_evaluation e;
    struct toy_run run = {.algorithm = of[k].algorithm, .topology = of[k].topology, .nodes = 8, .workers = 3,
                          .dim = 100, .rate = 0.02, .rounds = 20, .global_every = of[k].every, .evaluated = last,
                          .context = &e};
    assert_ok(toy_train(&run, NULL, err));
    ck_assert_msg(fabs(e.messages - of[k].messages) < 1e-9 && fabs(e.bytes - of[k].bytes) < 1e-9 &&
                  (double)e.global_averages == of[k].averages, "%s on %s: %g messages, %g bytes, %d averages",
                  of[k].algorithm, of[k].topology, e.messages, e.bytes, (int)e.global_averages);
  }
}
END_TEST

/* In a global average those who take part send, and nobody else. */
START_TEST(who_sits_out_sends_nothing)
{
  const struct gv_faults faults = {.churn = 0.5, .seed = 7};
  const char *const of[] = {"pga:period=1", "local:period=1", "dsgd"};
  for (size_t k = 0; k < sizeof of / sizeof of[0]; k++) {
    const char *topology = strcmp(of[k], "dsgd") == 0 ? "full" : "ring";
    struct gv_schedule *schedule = NULL;
    assert_ok(gv_schedule_create(topology, NULL, 8, 1, &schedule, err));
    assert_ok(gv_schedule_set_faults(schedule, &faults, err));
    double messages = 0, bytes = 0;
    for (uint64_t round = 0; round < 20; round++) {
      int there = 0;
      for (int i = 0; i < 8; i++)
        there += !gv_schedule_absent(schedule, i, round);
      messages += there > 1 ? there * 2 * (there - 1) / 8.0 / 20 : 0;
      bytes += there > 1 ? 2 * (there - 1) * 400 / 8.0 / 20 : 0;
    }
    gv_schedule_destroy(schedule);
    ck_assert_double_lt(messages, 8);  /* without churn 14 */
    for (int workers = 1; workers <= 3; workers++) {
      struct gv_evaluation e;
      struct toy_run run = {.algorithm = of[k], .topology = topology, .nodes = 8, .workers = workers, .dim = 100,
                            .rate = 0.02, .rounds = 20, .faults = faults, .evaluated = last, .context = &e};
      assert_ok(toy_train(&run, NULL, err));
      ck_assert_msg(fabs(e.messages - messages) < 1e-9 && fabs(e.bytes - bytes) < 1e-9,
                    "%s: %g messages, %g bytes, not %g and %g", of[k], e.messages, e.bytes, messages, bytes);
    }
  }
}
END_TEST

int main(void)
{
  const TTest *const tests[] = {undefined_combinations_are_refused, what_picks_elements_counts_so_far,
                                faults_are_the_same_for_every_number_of_workers,
                                absent_nodes_stay_where_they_are, messages_and_bytes_are_counted,
                                who_sits_out_sends_nothing, NULL};
  return run_suite("guard", tests);
}
