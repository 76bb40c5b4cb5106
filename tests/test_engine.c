/* The engine: identities of the algorithms, the same bits for any number of workers, errors and stops. */
#include <stdio.h>
#include <time.h>

#include "core/engine/hosting.h"
#include "core/graph/topology.h"
#include "core/graph/view.h"
#include "tests/graphs.h"
#include "tests/toy.h"

enum { DIM = 4133 };  /* two blocks and a rest that fills no cache line */

/* ---- identities ---- */

/* Plain SGD, written out. The same operations in the same order: the same bits. */
START_TEST(one_node_is_plain_sgd)
{
  static float x[DIM], g[DIM], batch_x[2 * DIM], mean[DIM];
  for (size_t a = 0; gv_algorithm_table.entries[a] != NULL; a++)
    for (size_t t = 0; gv_topology_table.entries[t] != NULL; t++) {
      if (!takes_nodes(gv_topology_table.entries[t], 1))
        continue;
      const struct gv_algorithm *algorithm = (const struct gv_algorithm *)gv_algorithm_table.entries[a];
      char name[64];  /* without momentum */
      bool slow = strcmp(algorithm->named.name, "slowmo") == 0;
      snprintf(name, sizeof name, "%s%s", algorithm->named.name, algorithm->own_momentum || slow ? ":beta=0" : "");
      struct toy_run run = {.algorithm = name, .topology = gv_topology_table.entries[t]->name,
                            .nodes = 1, .dim = DIM, .rate = 0.1, .rounds = 20, .tests = 3};
      if (!toy_defined(gv_algorithm_table.entries[a], NULL, run.topology, 1))
        continue;
      run.async = !toy_in_step(gv_algorithm_table.entries[a]);
      if (run.async && strcmp(run.topology, "full") == 0)
        continue;
      assert_ok(toy_train(&run, mean, err));
      toy_init(&toy, 5, x);
      for (uint64_t k = 0; k < 20; k++) {
        struct gv_batch batch = {.x = batch_x, .n = 2, .labels = (int32_t[]){0, 0}};
        float loss, rate = (float)0.1;
        for (int s = 0; s < 2; s++)
          toy_sample(0, k, s, batch_x + s * DIM);
        toy_gradient(&toy, x, &batch, g, &loss);
        for (int i = 0; i < DIM; i++)
          x[i] = x[i] - rate * g[i];
      }
      ck_assert_mem_eq(mean, x, sizeof x);
    }
}
END_TEST

START_TEST(psgd_is_sgd_on_the_union_batch)
{
  static float many[DIM], one[DIM];
  static const char *const optimizers[] = {"sgd", "momentum:beta=0.8", "nesterov"};
  for (int n = 2; n <= 7; n += 5)
    for (size_t o = 0; o < 3; o++) {
      struct toy_run parallel = {.algorithm = "psgd", .optimizer = optimizers[o], .nodes = n, .workers = 2,
                                 .dim = DIM,
                                 .rate = 0.05, .rounds = 30};
      struct toy_run serial = {.algorithm = "psgd", .optimizer = optimizers[o], .nodes = 1, .unite = n, .dim = DIM,
                               .rate = 0.05, .rounds = 30};
      assert_ok(toy_train(&parallel, many, err));
      assert_ok(toy_train(&serial, one, err));
      for (int i = 0; i < DIM; i++)
        ck_assert_float_eq_tol(many[i], one[i], 1e-5f * (1 + fabsf(one[i])));
    }
}
END_TEST

START_TEST(dsgd_on_the_full_graph_is_psgd)
{
  static float a[DIM], b[DIM];
  struct toy_run dsgd = {.algorithm = "dsgd", .topology = "full", .nodes = 6, .workers = 3, .dim = DIM,
                         .rate = 0.05, .rounds = 30};
  struct toy_run psgd = dsgd;
  psgd.algorithm = "psgd";
  assert_ok(toy_train(&dsgd, a, err));
  assert_ok(toy_train(&psgd, b, err));
  for (int i = 0; i < DIM; i++)
    ck_assert_float_eq_tol(a[i], b[i], 1e-5f * (1 + fabsf(b[i])));
}
END_TEST

START_TEST(local_with_a_mean_every_round_is_psgd)
{
  static float a[DIM], b[DIM];
  struct toy_run local = {.algorithm = "local:period=1", .nodes = 6, .workers = 3, .dim = DIM, .rate = 0.05,
                          .rounds = 30};
  struct toy_run psgd = local;
  psgd.algorithm = "psgd";
  assert_ok(toy_train(&local, a, err));
  assert_ok(toy_train(&psgd, b, err));
  for (int i = 0; i < DIM; i++)
    ck_assert_float_eq_tol(a[i], b[i], 2e-5f * (1 + fabsf(b[i])));
}
END_TEST

/* Between two averages node i is plain SGD on its own data, bit for bit; after one all nodes are the same. */
struct alone {
  float *x;  /* (nodes, DIM): what plain SGD would have made of the last average */
  int averages;
};

static void follow_alone(void *context, uint64_t round, const float *const *x)
{
  struct alone *alone = context;
  static float batch_x[2 * DIM], g[DIM];
  float loss, rate = (float)0.05;
  for (int i = 0; i < 5; i++) {
    float *own = alone->x + i * DIM;
    struct gv_batch batch = {.x = batch_x, .n = 2, .labels = (int32_t[]){0, 0}};
    for (int s = 0; s < 2; s++)
      toy_sample(i, round - 1, s, batch_x + s * DIM);
    toy_gradient(&toy, own, &batch, g, &loss);
    for (int e = 0; e < DIM; e++)
      own[e] = own[e] - rate * g[e];
    if (round % 4 == 0)
      ck_assert_mem_eq(x[i], x[0], DIM * sizeof(float));
    else
      ck_assert_mem_eq(x[i], own, DIM * sizeof(float));
  }
  for (int i = 0; i < 5 && round % 4 == 0; i++)
    memcpy(alone->x + i * DIM, x[0], DIM * sizeof(float));
  alone->averages += round % 4 == 0;
}

START_TEST(local_nodes_are_alone_between_averages)
{
  struct alone alone = {.x = calloc(5 * DIM, sizeof(float))};
  toy.dim = DIM;
  for (int i = 0; i < 5; i++)
    toy_init(&toy, 5, alone.x + i * DIM);
  struct toy_run run = {.algorithm = "local:period=4", .nodes = 5, .workers = 2, .dim = DIM, .rate = 0.05,
                        .rounds = 18, .inspect = follow_alone, .context = &alone};
  assert_ok(toy_train(&run, NULL, err));
  ck_assert_int_eq(alone.averages, 4);
  free(alone.x);
}
END_TEST

/* dsgd in double precision, serially, from the definition: y_i = x_i - a g_i; x_i+ = sum_j W_ij y_j. Also checks,
 * in every round, the mean recursion xbar+ = xbar - a mean(g). */
struct reference {
  const struct gv_schedule *schedule;
  struct gv_view *view;
  int nodes;
  double rate;
  double *x, *y;      /* (nodes, dim) the serial run */
  float *before;      /* (nodes, dim) replicas one round ago */
  uint64_t rounds_seen;
};

static void follow(void *context, uint64_t round, const float *const *replica)
{
  struct reference *r = context;
  int n = r->nodes, d = toy.dim;
  float *batch_x = calloc(2 * (size_t)d, sizeof *batch_x), *g = calloc((size_t)d, sizeof *g), loss;
  double *expected = calloc((size_t)d, sizeof *expected);
  for (int i = 0; i < n; i++) {
    struct gv_batch batch = {.x = batch_x, .n = 2, .labels = (int32_t[]){i, 0}};
    for (int s = 0; s < 2; s++)
      toy_sample(i, round - 1, s, batch_x + s * d);
    toy_gradient(&toy, r->before + i * d, &batch, g, &loss);  /* the gradient the node took */
    for (int e = 0; e < d; e++) {
      expected[e] += ((double)r->before[i * d + e] - r->rate * (double)g[e]) / n;
      double mean = ((double)batch_x[e] + (double)batch_x[d + e]) / 2;
      r->y[i * d + e] = r->x[i * d + e] - r->rate * (r->x[i * d + e] - mean);
    }
  }
  const struct gv_graph *graph = r->schedule->average ? NULL : gv_view_graph(r->view, round - 1);
  double drift = 0, apart = 0;
  for (int e = 0; e < d; e++) {
    double mean = 0, sum = 0;
    for (int i = 0; i < n; i++) {
      mean += (double)replica[i][e] / n;
      sum += r->y[i * d + e];
    }
    drift = worse_of(drift, fabs(mean - expected[e]) / (1 + fabs(expected[e])));
    for (int i = 0; i < n; i++) {
      double mixed = sum / n;
      if (graph != NULL) {
        mixed = graph->self[i] * r->y[i * d + e];
        for (int64_t k = graph->first[i]; k < graph->first[i + 1]; k++)
          mixed += graph->weight[k] * r->y[graph->from[k] * d + e];
      }
      r->x[i * d + e] = mixed;
      apart = worse_of(apart, fabs((double)replica[i][e] - mixed) / (1 + fabs(mixed)));
      r->before[i * d + e] = replica[i][e];
    }
  }
  ck_assert_msg(drift <= 2e-6 && apart <= 2e-5, "round %d: the mean is %g off, a replica %g", (int)round, drift,
                apart);
  r->rounds_seen++;
  free(batch_x);
  free(g);
  free(expected);
}

START_TEST(dsgd_follows_its_definition_and_keeps_the_mean)
{
  static const int nodes[] = {2, 3, 7, 64};
  for (size_t t = 0; gv_topology_table.entries[t] != NULL; t++)
    for (size_t k = 0; k < 4; k++) {
      int n = nodes[k], d = 131;
      if (!takes_nodes(gv_topology_table.entries[t], n))
        continue;
      struct reference r = {.nodes = n, .rate = 0.05};
      struct gv_schedule *schedule = NULL;
      const char *topology = gv_topology_table.entries[t]->name;
      assert_ok(gv_schedule_create(topology, NULL, n, 1, &schedule, err));
      r.schedule = schedule;
      assert_ok(gv_view_create(schedule, &r.view, err));
      r.x = calloc((size_t)n * (size_t)d, sizeof *r.x);
      r.y = calloc((size_t)n * (size_t)d, sizeof *r.y);
      r.before = calloc((size_t)n * (size_t)d, sizeof *r.before);
      toy.dim = d;
      for (int i = 0; i < n; i++) {
        toy_init(&toy, 5, r.before + i * d);
        for (int e = 0; e < d; e++)
          r.x[i * d + e] = (double)r.before[i * d + e];
      }
      struct toy_run run = {.topology = topology, .nodes = n, .workers = n < 3 ? n : 3, .dim = d, .rate = 0.05,
                            .rounds = 40, .inspect = follow, .context = &r};
      assert_ok(toy_train(&run, NULL, err));
      ck_assert_uint_eq(r.rounds_seen, 40);
      gv_view_destroy(r.view);
      gv_schedule_destroy(schedule);
      free(r.x);
      free(r.y);
      free(r.before);
    }
}
END_TEST

/* ---- determinism ---- */

static void compare_workers(const char *topology, int nodes, const struct gv_named *algorithm,
                            const struct gv_named *optimizer)
{
  static float first[DIM], other[DIM];
  static const int workers[] = {1, 2, 5, 1};
  for (size_t w = 0; w < 4; w++) {
    struct toy_run run = {.topology = topology, .algorithm = algorithm != NULL ? algorithm->name : "dsgd",
                          .optimizer = optimizer != NULL ? optimizer->name : "sgd",
                          .nodes = nodes,
                          .workers = workers[w], .dim = DIM, .rate = 0.02, .rounds = 15, .eval_every = 10,
                          .tests = 3};
    assert_ok(toy_train(&run, w == 0 ? first : other, err));
    ck_assert_msg(w == 0 || memcmp(first, other, sizeof first) == 0, "%s with %s on %s: not the same on %d workers",
                  run.algorithm, run.optimizer, run.topology, workers[w]);
  }
}

/* Every optimizer with every algorithm on one topology, and the first of both on all of them. */
START_TEST(same_bits_for_every_number_of_workers)
{
  for (size_t t = 0; gv_topology_table.entries[t] != NULL; t++)
    if (takes_nodes(gv_topology_table.entries[t], 8))
      compare_workers(gv_topology_table.entries[t]->name, takes_nodes(gv_topology_table.entries[t], 7) ? 7 : 8,
                      NULL, NULL);
  for (size_t a = 0; gv_algorithm_table.entries[a] != NULL; a++)
    for (size_t o = 0; gv_optimizer_table.entries[o] != NULL && toy_in_step(gv_algorithm_table.entries[a]); o++) {
      const struct gv_named *algorithm = gv_algorithm_table.entries[a], *optimizer = gv_optimizer_table.entries[o];
      const char *varying = "one-peer-exponential";
      const char *on = toy_defined(algorithm, NULL, varying, 7) ? varying : "ring";
      if (toy_defined(algorithm, optimizer, on, 7))
        compare_workers(on, 7, algorithm, optimizer);
    }
}
END_TEST

/* Every node has one worker either way, and the way taken is the one with fewer edges between workers. */
START_TEST(every_node_is_hosted_once)
{
  for (size_t t = 0; gv_topology_table.entries[t] != NULL; t++)
    for (int n = 1; n <= 40; n += 1 + n / 8)
      for (int workers = 1; workers <= n && takes_nodes(gv_topology_table.entries[t], n); workers++) {
        struct gv_schedule *schedule = NULL;
        assert_ok(gv_schedule_create(gv_topology_table.entries[t]->name, NULL, n, 1, &schedule, err));
        bool chosen = gv_hosting_strides(schedule, workers);
        int64_t crossing[2] = {0};
        for (int strides = 0; strides < 2; strides++) {
          int host[40], hosted = 0;
          for (int w = 0; w < workers; w++) {
            struct gv_hosting nodes = gv_hosting_of(n, workers, strides, w);
            ck_assert_int_ge(gv_hosting_count(&nodes), n / workers);
            ck_assert_int_le(gv_hosting_count(&nodes), (n + workers - 1) / workers);
            for (int i = nodes.first; i < nodes.end; i += nodes.step, hosted++)
              host[i] = w;
          }
          ck_assert_int_eq(hosted, n);
          for (int k = 0; k < schedule->period && !schedule->average; k++)
            for (int i = 0; i < n; i++)
              for (int64_t e = schedule->graphs[k].first[i]; e < schedule->graphs[k].first[i + 1]; e++)
                crossing[strides] += host[i] != host[schedule->graphs[k].from[e]];
        }
        ck_assert(chosen == (crossing[1] < crossing[0]));
        gv_schedule_destroy(schedule);
      }
}
END_TEST

static void look_on(void *context, uint64_t round, const float *const *x)
{
  (void)context;
  (void)round;
  (void)x;
}

/* Rounds are run half by half when somebody looks on between them, else two halves in one pass. */
START_TEST(same_bits_when_looked_at)
{
  static float one[DIM], other[DIM];
  for (size_t a = 0; gv_algorithm_table.entries[a] != NULL; a++) {
    const struct gv_named *algorithm = gv_algorithm_table.entries[a];
    if (!toy_in_step(algorithm))
      continue;
    bool own = ((const struct gv_algorithm *)algorithm)->own_momentum;
    const char *varying = "one-peer-exponential";
    struct toy_run run = {.topology = toy_defined(algorithm, NULL, varying, 7) ? varying : "ring",
                          .algorithm = algorithm->name, .optimizer = own ? "sgd" : "momentum", .nodes = 7,
                          .workers = 3, .dim = DIM, .rate = 0.02,
                          .rounds = 25, .eval_every = 10, .tests = 3};
    assert_ok(toy_train(&run, one, err));
    run.inspect = look_on;
    assert_ok(toy_train(&run, other, err));
    ck_assert_mem_eq(one, other, sizeof one);
  }
}
END_TEST

/* ---- evaluation ---- */

struct log {
  int count;
  struct gv_evaluation row[64];
  struct gv_stop stop;
  int stop_at;
};

static enum gv_status keep(void *context, const struct gv_evaluation *evaluation, struct gv_error *err)
{
  struct log *log = context;
  (void)err;
  log->row[log->count++] = *evaluation;
  if (log->stop_at != 0 && log->count == log->stop_at)
    gv_stop_ask(&log->stop);
  return GV_OK;
}

/* Evaluations every 4.8 rounds stay near the multiples of 4.8, and the last is one of them. */
START_TEST(evaluations_do_not_drift)
{
  struct log log = {0};
  struct toy_run run = {.nodes = 4, .workers = 2, .dim = 5, .rate = 0.1, .rounds = 24, .eval_every = 4.8,
                        .evaluated = keep, .context = &log};
  assert_ok(toy_train(&run, NULL, err));
  static const uint64_t rounds[] = {0, 5, 10, 15, 20, 24};
  ck_assert_int_eq(log.count, 6);
  for (int i = 0; i < 6; i++)
    ck_assert_uint_eq(log.row[i].round, rounds[i]);
}
END_TEST

START_TEST(evaluations_come_where_they_should)
{
  struct log log = {0};
  struct toy_run run = {.nodes = 40, .workers = 4, .dim = 50, .rate = 0.1, .rounds = 25, .eval_every = 10,
                        .evaluated = keep, .context = &log};
  assert_ok(toy_train(&run, NULL, err));
  static const uint64_t rounds[] = {0, 10, 20, 25};
  ck_assert_int_eq(log.count, 4);
  for (int i = 0; i < 4; i++) {
    ck_assert_uint_eq(log.row[i].round, rounds[i]);
    ck_assert_double_eq_tol(log.row[i].epoch, (double)rounds[i] * 80 / 100, 1e-12);
    ck_assert_double_eq_tol(log.row[i].test_accuracy, 0.5, 1e-12);  /* the toy says every second sample is right */
    ck_assert_double_eq_tol(log.row[i].node_accuracy_min, 0.5, 1e-12);
    ck_assert_double_eq_tol(log.row[i].node_accuracy_max, 0.5, 1e-12);
  }
  ck_assert(isnan(log.row[0].train_loss));
  ck_assert(log.row[0].consensus_distance == 0);
  ck_assert(log.row[1].consensus_distance > 0);
  ck_assert(log.row[3].train_loss < log.row[1].train_loss);
  ck_assert(log.row[3].seconds >= log.row[1].seconds);
}
END_TEST

START_TEST(evaluations_do_not_depend_on_workers)
{
  struct log one = {0}, five = {0};
  struct toy_run run = {.nodes = 9, .workers = 1, .dim = 77, .rate = 0.1, .rounds = 20, .eval_every = 10,
                        .evaluated = keep, .context = &one};
  assert_ok(toy_train(&run, NULL, err));
  run.workers = 5;
  run.context = &five;
  assert_ok(toy_train(&run, NULL, err));
  for (int i = 0; i < one.count; i++) {
    ck_assert_double_eq(one.row[i].test_loss, five.row[i].test_loss);
    ck_assert_double_eq(one.row[i].consensus_distance, five.row[i].consensus_distance);
    ck_assert(i == 0 || one.row[i].train_loss == five.row[i].train_loss);
  }
}
END_TEST

/* ---- errors and stops ---- */

START_TEST(first_failure_is_reported)
{
  for (int turn = 0; turn < 60; turn++) {  /* a pass puts off nodes whose neighbours are late, once in a while */
    struct toy_run run = {.nodes = 9, .workers = 1 + turn % 4, .dim = 30, .rate = 0.1, .rounds = 100000,
                          .algorithm = turn % 8 < 4 ? "dsgd" : "dsgd-awc"};
    toy = (struct toy){.fail_round = 7, .fail_node = 5};
    assert_fails(GV_MODEL, "node 5, round 7: told to fail", toy_train(&run, NULL, err));
    toy = (struct toy){.fail_round = 9, .fail_node = 3, .fail_by_nan = true};
    assert_fails(GV_NUMERIC, "node 3, round 9: the loss is nan", toy_train(&run, NULL, err));
  }
}
END_TEST

/* Nodes 0 and 1 fail in one round; node 3, a neighbour of 0 alone, is late, so that 1 comes before 0. */
static int late_and_failing(void *instance, const float *w, const struct gv_batch *batch, float *g, float *loss)
{
  if (batch->labels[0] == 3)
    nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
  return batch->labels[1] == 4 && batch->labels[0] <= 1 ? 1 : toy_gradient(instance, w, batch, g, loss);
}

START_TEST(the_lowest_node_is_reported)
{
  struct gv_model model = toy_model;
  model.gradient = late_and_failing;
  for (int k = 0; k < 3; k++) {
    struct toy_run run = {.topology = "ring", .nodes = 4, .workers = 2, .dim = 30, .rate = 0.1, .rounds = 20,
                          .model = &model};
    assert_fails(GV_MODEL, "node 0, round 4: told to fail", toy_train(&run, NULL, err));
  }
}
END_TEST

START_TEST(wrong_metrics_are_reported)
{
  for (int workers = 1; workers <= 3; workers += 2) {
    struct toy_run run = {.nodes = 4, .workers = workers, .dim = 30, .rate = 0.1, .rounds = 10};
    toy = (struct toy){.add_loss = -NAN};
    assert_fails(GV_NUMERIC, "test loss of the mean model of nodes 0 to 3 is nan", toy_train(&run, NULL, err));
    toy = (struct toy){.add_correct = -1000};
    assert_fails(GV_MODEL, "of 128 samples correct", toy_train(&run, NULL, err));
    toy = (struct toy){.add_correct = 1000};
    assert_fails(GV_MODEL, "1064 of 128 samples correct", toy_train(&run, NULL, err));
  }
}
END_TEST

START_TEST(divergence_is_reported)
{
  struct toy_run run = {.nodes = 4, .workers = 2, .dim = 30, .rate = 50, .rounds = 1000};
  assert_fails(GV_NUMERIC, "node ", toy_train(&run, NULL, err));
  run.algorithm = "psgd";
  assert_fails(GV_NUMERIC, "the loss is inf", toy_train(&run, NULL, err));
}
END_TEST

START_TEST(stop_leaves_at_one_round)
{
  for (int workers = 1; workers <= 8; workers += 3) {
    struct log log = {.stop_at = 3};
    struct toy_run run = {.nodes = 8, .workers = workers, .dim = 30, .rate = 0.1, .rounds = 4000000000,
                          .eval_every = 10,
                          .evaluated = keep, .context = &log, .stop = &log.stop};
    assert_fails(GV_INTERRUPTED, "stopped on request after round", toy_train(&run, NULL, err));
    ck_assert_int_ge(log.count, 3);
    ck_assert_uint_ge(log.row[log.count - 1].round, 20);
    ck_assert(isfinite(log.row[log.count - 1].test_loss));
  }
}
END_TEST

START_TEST(setups_that_do_not_fit_are_refused)
{
  struct toy_run run = {.nodes = 4, .workers = 5, .dim = 30, .rate = 0.1, .rounds = 10};
  assert_fails(GV_USAGE, "workers 5: accepted are 1 to 4", toy_train(&run, NULL, err));
  run.workers = 1;
  run.rounds = 5000000000;
  assert_fails(GV_USAGE, "rounds 5000000000", toy_train(&run, NULL, err));
  run.rounds = 10;
  run.eval_every = 0.5;
  assert_fails(GV_USAGE, "eval-every: 0.5 rounds", toy_train(&run, NULL, err));
}
END_TEST

int main(void)
{
  const TTest *const tests[] = {one_node_is_plain_sgd, psgd_is_sgd_on_the_union_batch,
                                dsgd_on_the_full_graph_is_psgd, local_with_a_mean_every_round_is_psgd,
                                local_nodes_are_alone_between_averages,
                                dsgd_follows_its_definition_and_keeps_the_mean,
                                same_bits_for_every_number_of_workers, same_bits_when_looked_at,
                                every_node_is_hosted_once,
                                evaluations_come_where_they_should, evaluations_do_not_drift,
                                evaluations_do_not_depend_on_workers,
                                first_failure_is_reported, the_lowest_node_is_reported,
                                wrong_metrics_are_reported, divergence_is_reported, stop_leaves_at_one_round,
                                setups_that_do_not_fit_are_refused, NULL};
  return run_suite("engine", tests);
}
