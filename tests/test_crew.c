/* Crews: several threads that share a node's batch. The sum as it is written, the same bits for any number of
 * workers, errors of mates, stops, what is created is destroyed. */
#include "core/base/team.h"
#include "tests/toy.h"

enum { DIM = 4133 };  /* two blocks and a rest that fills no cache line */

/* One step of plain SGD whose gradient is n_0/n g_0 + n_1/n g_1 + ..., in this order, share after share. */
static void step(float *x, const float *samples, int n, int threads, float rate)
{
  static float sum[DIM], g[DIM];
  int first = 0;
  for (int t = 0; t < threads; t++) {
    int share = n / threads + (t < n % threads);
    struct gv_batch batch = {.x = samples + first * DIM, .labels = (int32_t[]){0, 0}, .n = share};
    float loss, weight = (float)share / (float)n;
    if (share == 0)
      break;
    toy_gradient(&toy, x, &batch, g, &loss);
    for (int i = 0; i < DIM; i++)
      sum[i] = t == 0 ? weight * g[i] : sum[i] + weight * g[i];
    first += share;
  }
  ck_assert_int_eq(first, n);
  for (int i = 0; i < DIM; i++)
    x[i] = x[i] - rate * sum[i];
}

START_TEST(the_sum_as_written)
{
  static float x[DIM], mean[DIM], samples[9 * DIM];
  for (int threads = 2; threads <= 5; threads++)
    for (int n = 1; n <= 9; n += threads == 3 ? 1 : 4) {  /* also batches smaller than the crew */
      struct toy_run run = {.nodes = 1, .threads = threads, .dim = DIM, .batch = n, .rate = 0.1, .rounds = 5};
      assert_ok(toy_train(&run, mean, err));
      toy_init(&toy, 5, x);
      for (uint64_t k = 0; k < 5; k++) {
        for (int s = 0; s < n; s++)
          toy_sample(0, k, s, samples + s * DIM);
        step(x, samples, n, threads, (float)0.1);
      }
      ck_assert_mem_eq(mean, x, sizeof x);
    }
}
END_TEST

static enum gv_status keep(void *context, const struct gv_evaluation *evaluation, struct gv_error *err)
{
  (void)err;
  *(struct gv_evaluation *)context = *evaluation;
  return GV_OK;
}

/* For any number of workers the same bits; and what one thread computes, but for the rounding. */
START_TEST(same_bits_for_any_workers)
{
  static float alone[DIM], mean[DIM], other[DIM];
  static const char *const algorithms[] = {"dsgd", "psgd"};
  for (size_t a = 0; a < 2; a++) {
    struct gv_evaluation last, one;
    struct toy_run run = {.algorithm = algorithms[a], .optimizer = "momentum", .topology = "ring", .nodes = 5,
                          .dim = DIM, .batch = 7, .rate = 0.05, .rounds = 30, .evaluated = keep, .context = &one};
    assert_ok(toy_train(&run, alone, err));
    run.context = &last;
    for (run.threads = 2; run.threads <= 3; run.threads++)
      for (run.workers = 1; run.workers <= 5; run.workers += run.workers == 2 ? 3 : 1) {
        assert_ok(toy_train(&run, run.workers == 1 ? mean : other, err));
        if (run.workers > 1)
          ck_assert_mem_eq(mean, other, sizeof mean);
        for (int i = 0; i < DIM; i++)
          ck_assert_double_eq_tol((double)mean[i], (double)alone[i], 2e-5);
        ck_assert_double_eq_tol(last.train_loss, one.train_loss, 1e-3 * one.train_loss);
        ck_assert_double_eq_tol(last.consensus_distance, one.consensus_distance, 1e-4);
      }
  }
}
END_TEST

/* In asynchronous pace a node alone does the same. */
START_TEST(crews_without_rounds)
{
  static float steps[DIM], mean[DIM];
  struct toy_run run = {.algorithm = "dsgd", .nodes = 1, .threads = 3, .dim = DIM, .batch = 8, .rate = 0.1,
                        .rounds = 20};
  assert_ok(toy_train(&run, steps, err));
  run.async = true;
  assert_ok(toy_train(&run, mean, err));
  for (int i = 0; i < DIM; i++)
    ck_assert_double_eq_tol((double)mean[i], (double)steps[i], 1e-6);
  run.topology = "ring";
  run.nodes = 5;
  for (run.workers = 1; run.workers <= 5; run.workers += 2)
    assert_ok(toy_train(&run, mean, err));
}
END_TEST

/* ---- a model that counts its instances, and fails at a sample ---- */

static struct seat {
  _Alignas(128) int created, destroyed;
} seats[TOY_THREADS_MAX];
static int refused = -1;  /* host whose instance cannot be made */
static int bad_sample;    /* its gradient fails in round 6 of node 3: of the batch, the one of this number */

static int crew_create(const struct gv_host *host, const struct gv_task *task, void **instance)
{
  (void)task;
  struct seat *seat = &seats[host - toy_hosts];
  if (host - toy_hosts == refused)
    return 1;
  seat->created++;
  *instance = seat;
  return 0;
}

static void crew_destroy(void *instance)
{
  struct seat *seat = instance;
  seat->destroyed++;
}

static int crew_gradient(void *instance, const float *w, const struct gv_batch *batch, float *g, float *loss)
{
  static _Thread_local float wanted[DIM];
  toy_sample(3, 6, bad_sample, wanted);
  toy_gradient(instance, w, batch, g, loss);
  for (int s = 0; s < batch->n; s++)
    if (bad_sample >= 0 && memcmp(batch->x + s * toy.dim, wanted, (size_t)toy.dim * sizeof *wanted) == 0)
      return 1;
  return 0;
}

static struct gv_model crew_model(void)
{
  struct gv_model model = toy_model;
  model.create = crew_create;
  model.destroy = crew_destroy;
  model.gradient = crew_gradient;
  return model;
}

static void check_seats(int threads, int made)
{
  int created = 0;
  for (int t = 0; t < threads; t++) {
    ck_assert_int_eq(seats[t].created, seats[t].destroyed);
    created += seats[t].created;
  }
  ck_assert_int_eq(created, made);
  memset(seats, 0, sizeof seats);
}

START_TEST(every_thread_has_its_instance)
{
  struct gv_model model = crew_model();
  bad_sample = -1;
  struct toy_run run = {.nodes = 4, .workers = 2, .threads = 3, .dim = 5, .batch = 6, .rate = 0.1, .rounds = 3,
                        .model = &model};
  assert_ok(toy_train(&run, NULL, err));
  for (int t = 0; t < 6; t++)
    ck_assert_int_eq(seats[t].created, 1);
  check_seats(6, 6);
}
END_TEST

/* An instance that cannot be made, of a leader or of a mate: the error is told, and nothing is left. */
START_TEST(an_instance_that_fails)
{
  struct gv_model model = crew_model();
  bad_sample = -1;
  for (refused = 0; refused < 6; refused++) {
    struct toy_run run = {.nodes = 4, .workers = 2, .threads = 3, .dim = 5, .batch = 6, .rate = 0.1, .rounds = 3,
                          .model = &model};
    assert_fails(GV_MODEL, "told to fail", toy_train(&run, NULL, err));
    /* A leader without an instance orders none. */
    check_seats(6, refused < 2 ? 3 : 5);
  }
}
END_TEST

/* A share that fails, on whatever thread: node and round are told, and all leave. */
START_TEST(a_share_that_fails)
{
  struct gv_model model = crew_model();
  for (bad_sample = 0; bad_sample < 7; bad_sample++)
    for (int workers = 1; workers <= 4; workers++) {
      struct toy_run run = {.nodes = 4, .workers = workers, .threads = 3, .dim = 40, .batch = 7, .rate = 0.1,
                            .rounds = 1000000000, .model = &model};
      assert_fails(GV_MODEL, "node 3, round 6: told to fail", toy_train(&run, NULL, err));
      check_seats(12, 3 * workers);
    }
}
END_TEST

static enum gv_status stop_at_once(void *context, const struct gv_evaluation *evaluation, struct gv_error *err)
{
  (void)err;
  if (evaluation->round >= 50)
    gv_stop_ask(context);
  return GV_OK;
}

START_TEST(a_stop_request)
{
  for (int workers = 1; workers <= 3; workers++) {
    struct gv_stop stop = {false};
    struct toy_run run = {.nodes = 3, .workers = workers, .threads = 2, .dim = 10, .rate = 0.1,
                          .rounds = 4000000000u, .eval_every = 50, .evaluated = stop_at_once, .context = &stop,
                          .stop = &stop};
    assert_fails(GV_INTERRUPTED, "stopped on request after round", toy_train(&run, NULL, err));
  }
}
END_TEST

/* ---- the team ---- */

struct counts {
  int ran[12];
  int seen[12];
};

static void count(void *arg, struct gv_team *team, int thread)
{
  struct counts *counts = arg;
  counts->ran[thread]++;
  if (thread % 3 != 0)
    return;
  counts->seen[thread] = thread + 1;
  gv_team_barrier(team);
  int sum = 0;
  for (int t = 0; t < 12; t += 3)
    sum += counts->seen[t];
  ck_assert_int_eq(sum, 1 + 4 + 7 + 10);
  gv_team_barrier(team);
}

START_TEST(barriers_are_for_leaders)
{
  struct counts counts = {0};
  assert_ok(gv_team_run_crews(4, 3, NULL, count, &counts, err));
  for (int t = 0; t < 12; t++)
    ck_assert_int_eq(counts.ran[t], 1);
}
END_TEST

int main(void)
{
  const TTest *const tests[] = {the_sum_as_written, same_bits_for_any_workers, crews_without_rounds,
                                every_thread_has_its_instance, an_instance_that_fails, a_share_that_fails,
                                a_stop_request, barriers_are_for_leaders, NULL};
  return run_suite("crew", tests);
}
