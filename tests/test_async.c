/* Asynchronous pace: snapshots are never torn, mail is never lost, nobody waits, and every run ends. */
#include <math.h>
#include <string.h>

#include "core/base/team.h"
#include "core/engine/hosting.h"
#include "core/exchange/mail.h"
#include "core/exchange/snapshots.h"
#include "tests/toy.h"

#ifdef GV_SANITIZE
enum { PUBLISHES = 60000 };
#else
enum { PUBLISHES = 2000000 };
#endif

static const struct gv_schedule *schedule_of(const char *topology, int nodes)
{
  struct gv_schedule *schedule = NULL;
  assert_ok(gv_schedule_create(topology, NULL, nodes, 1, &schedule, err));
  return schedule;
}

/* ---- snapshots ---- */

enum { NODES = 8, FLOATS = 67 };

struct storm {
  struct gv_snapshots *snapshots;
  int workers, host[NODES];
  uint64_t publishes;
  const struct gv_schedule *schedule;
  struct gv_asynchrony lag[NODES];
  int wrong;  /* of worker 0..: written once each, on failure */
};

/* Every element of a message is its round and node. A reader mixes two equal vectors less itself: w (a - own) shows
 * each element of what it read. */
static void storm_body(void *arg, struct gv_team *team, int worker)
{
  struct storm *storm = arg;
  int first = gv_hosting_first(NODES, storm->workers, worker);
  int end = gv_hosting_first(NODES, storm->workers, worker + 1);
  static const float zero[FLOATS];
  float out[FLOATS];
  struct gv_view *view = NULL;
  assert_ok(gv_view_create(storm->schedule, &view, err));
  for (int i = first; i < end; i++) {
    assert_ok(gv_snapshots_place(storm->snapshots, i, view, err));
    for (int k = 0; k < FLOATS; k++)
      gv_snapshots_slot(storm->snapshots, i, 0)[k] = (float)i;
  }
  gv_team_barrier(team);
  for (uint64_t round = 0; round < storm->publishes; round++)
    for (int i = first; i < end; i++) {
      int slot = gv_snapshots_free(storm->snapshots, i, -1);
      if (slot >= 0) {
        float *message = gv_snapshots_slot(storm->snapshots, i, slot);
        for (int k = 0; k < FLOATS; k++)
          message[k] = (float)(round % 100000 * NODES + (uint64_t)i);
        gv_snapshots_publish(storm->snapshots, i, slot, round);
        storm->lag[worker].published++;
      } else {
        storm->lag[worker].skipped++;
      }
      gv_snapshots_collect(storm->snapshots, i, round, &storm->lag[worker]);
      gv_snapshots_mix(storm->snapshots, i, zero, 0, FLOATS, out);
      gv_snapshots_release(storm->snapshots, i);
      for (int k = 1; k < FLOATS; k++)
        if (memcmp(&out[k], &out[0], sizeof out[0]) != 0)
          storm->wrong = 1;
    }
  gv_view_destroy(view);
}

static void snapshots_are_whole(int workers, const char *topology, uint64_t publishes)
{
  const struct gv_schedule *schedule = schedule_of(topology, NODES);
  struct storm storm = {.workers = workers, .publishes = publishes / NODES, .schedule = schedule};
  for (int w = 0; w < workers; w++)
    for (int i = gv_hosting_first(NODES, workers, w); i < gv_hosting_first(NODES, workers, w + 1); i++)
      storm.host[i] = w;
  assert_ok(gv_snapshots_create(schedule, storm.host, FLOATS, &storm.snapshots, err));
  assert_ok(gv_team_run(workers, NULL, storm_body, &storm, err));
  ck_assert_int_eq(storm.wrong, 0);
  uint64_t published = 0, skipped = 0, taken = 0, bins = 0;
  for (int w = 0; w < workers; w++) {
    published += storm.lag[w].published;
    skipped += storm.lag[w].skipped;
    taken += storm.lag[w].taken;
    for (int b = 0; b < GV_STALENESS_BINS; b++)
      bins += storm.lag[w].staleness[b];
  }
  ck_assert_uint_eq(published + skipped, storm.publishes * NODES);
  ck_assert_uint_eq(bins, taken);
  ck_assert_uint_ge(taken, published / 2);
  ck_assert_uint_eq(skipped, 0);  /* at most four other workers read: there is a slot for each */
  gv_snapshots_destroy(storm.snapshots);
  gv_schedule_destroy((struct gv_schedule *)schedule);
}

START_TEST(snapshots_are_never_torn)
{
  snapshots_are_whole(1, "ring", PUBLISHES / 10);
  snapshots_are_whole(2, "ring", PUBLISHES);
  snapshots_are_whole(2, "random-matching", PUBLISHES / 10);
}
END_TEST

START_TEST(snapshots_are_never_torn_oversubscribed)
{
  snapshots_are_whole(8, "ring", PUBLISHES);
  snapshots_are_whole(8, "one-peer-exponential", PUBLISHES / 4);
}
END_TEST

/* A reader that never lets go: the writer goes on, first through the other slots, then by keeping its message. */
START_TEST(a_pinned_slot_is_left_alone)
{
  const struct gv_schedule *schedule = schedule_of("ring", 3);
  const int host[] = {0, 0, 1};
  struct gv_snapshots *s = NULL;
  struct gv_asynchrony lag = {0};
  struct gv_view *view = NULL;
  assert_ok(gv_snapshots_create(schedule, host, 1, &s, err));
  assert_ok(gv_view_create(schedule, &view, err));
  for (int i = 0; i < 3; i++)
    assert_ok(gv_snapshots_place(s, i, view, err));
  *gv_snapshots_slot(s, 0, 0) = 7;
  gv_snapshots_collect(s, 2, 0, &lag);  /* pins the newest of 0 and 1 */
  for (uint64_t round = 1; round < 50; round++) {
    int slot = gv_snapshots_free(s, 0, -1);
    ck_assert_int_gt(slot, 0);          /* never slot 0, which is pinned */
    *gv_snapshots_slot(s, 0, slot) = (float)round;
    gv_snapshots_publish(s, 0, slot, round);
  }
  const float own = 1;
  float out = 0;
  gv_snapshots_mix(s, 2, &own, 0, 1, &out);
  ck_assert_float_eq_tol(out, 1 + (6.0f - 1.0f) / 3, 1e-6f);  /* 0's 7, 1's 0, its own 1: each 1/3 */
  gv_snapshots_collect(s, 1, 9, &lag);
  gv_snapshots_release(s, 1);
  ck_assert_uint_eq(lag.taken, 4);
  gv_snapshots_release(s, 2);
  gv_snapshots_collect(s, 2, 80, &lag);
  ck_assert_uint_eq(lag.staleness_max, 80);  /* node 1 has not published yet: its message is of round 0 */
  ck_assert_uint_eq(lag.staleness[5], 1);    /* 80 - 49 = 31 rounds behind */
  ck_assert_uint_eq(lag.staleness[7], 1);
  gv_snapshots_release(s, 2);
  int seen[4] = {0};
  for (int i = 0; i < 9; i++) {
    int slot = gv_snapshots_free(s, 0, -1);
    gv_snapshots_publish(s, 0, slot, 100);
    seen[slot]++;
  }
  ck_assert_int_eq(seen[0] + seen[1] + seen[2] + seen[3], 9);
  gv_view_destroy(view);
  gv_snapshots_destroy(s);
  gv_schedule_destroy((struct gv_schedule *)schedule);
}
END_TEST

/* ---- mail ---- */

struct post {
  struct gv_mail *mail;
  const struct gv_schedule *schedule;
  struct gv_view *views[NODES];  /* of the workers */
  int workers;
  uint64_t rounds;
  struct gv_asynchrony lag[NODES];
};

static void post_body(void *arg, struct gv_team *team, int worker)
{
  struct post *post = arg;
  int first = gv_hosting_first(NODES, post->workers, worker);
  int end = gv_hosting_first(NODES, post->workers, worker + 1);
  float estimate[FLOATS];
  assert_ok(gv_view_create(post->schedule, &post->views[worker], err));
  for (int i = first; i < end; i++) {
    assert_ok(gv_mail_place(post->mail, i, post->views[worker], err));
    for (int k = 0; k < FLOATS; k++)
      gv_mail_mass(post->mail, i)[k] = (float)(i * i + k);
  }
  gv_team_barrier(team);
  /* Node 3 is ten times as slow. */
  for (uint64_t round = 0; round < post->rounds; round++)
    for (int i = first; i < end; i++)
      if (i != 3 || round % 10 == 0)
        gv_mail_deliver(post->mail, i, i == 3 ? round / 10 : round, estimate, &post->lag[worker]);
  gv_team_barrier(team);
  for (uint64_t round = 0; round < 300 && worker == 0; round++)  /* whoever came late: until all agree */
    for (int i = 0; i < NODES; i++)
      gv_mail_deliver(post->mail, i, round, estimate, &post->lag[worker]);
}

START_TEST(mail_keeps_all_mass)
{
  static const char *const topologies[] = {"ring", "one-peer-exponential", "random-matching", "equi-static:m=3",
                                           "equi-dyn:eta=0.9"};
  static const int workers[] = {1, 2, 8};
  for (size_t t = 0; t < sizeof topologies / sizeof topologies[0]; t++)
    for (size_t w = 0; w < 3; w++) {
      const struct gv_schedule *schedule = schedule_of(topologies[t], NODES);
      struct post post = {.workers = workers[w], .rounds = PUBLISHES / 60, .schedule = schedule};
      assert_ok(gv_mail_create(schedule, FLOATS, &post.mail, err));
      assert_ok(gv_team_run(workers[w], NULL, post_body, &post, err));
      for (size_t k = 0; k < FLOATS; k++) {
        double mass, weight, mean = 17.5 + (double)k;  /* of 0, 1, 4, .. 49 */
        gv_mail_sum(post.mail, k, &mass, &weight);
        ck_assert_double_eq_tol(weight, NODES, 1e-9);
        ck_assert_double_eq_tol(mass / NODES, mean, 1e-3 * mean);
        for (int i = 0; i < NODES; i++)  /* the estimates agree on that mean */
          ck_assert_double_eq_tol((double)gv_mail_mass(post.mail, i)[k] / gv_mail_weight(post.mail, i),
                                  mass / NODES, 1e-3 * mean);
      }
      for (int v = 0; v < workers[w]; v++)
        gv_view_destroy(post.views[v]);
      gv_mail_destroy(post.mail);
      gv_schedule_destroy((struct gv_schedule *)schedule);
    }
}
END_TEST

/* Mail on one thread: every node delivers in turn, so many times; lag is each node's own. */
static struct gv_mail *mail_after(const struct gv_schedule *schedule, struct gv_view *view, uint64_t rounds,
                                  struct gv_asynchrony *lag)
{
  struct gv_mail *mail = NULL;
  float estimate;
  assert_ok(gv_mail_create(schedule, 1, &mail, err));
  for (int i = 0; i < schedule->nodes; i++)
    assert_ok(gv_mail_place(mail, i, view, err));
  for (uint64_t round = 0; round < rounds; round++)
    for (int i = 0; i < schedule->nodes; i++)
      gv_mail_deliver(mail, i, round, &estimate, &lag[i]);
  return mail;
}

/* A hub cannot give to all its leaves in a round, and keeps a weight; it does not keep it from the same ones. */
START_TEST(a_hub_serves_its_leaves_in_turn)
{
  enum { STAR = 32, TIMES = 620 };
  struct gv_schedule *schedule = NULL;
  struct gv_view *view = NULL;
  struct gv_asynchrony lag[STAR] = {0};
  assert_ok(gv_schedule_create_shares("star", STAR, 1, &schedule, err));
  assert_ok(gv_view_create(schedule, &view, err));
  gv_mail_destroy(mail_after(schedule, view, TIMES, lag));
  uint64_t least = UINT64_MAX, most = 0;
  for (int i = 1; i < STAR; i++) {
    least = lag[i].taken < least ? lag[i].taken : least;
    most = lag[i].taken > most ? lag[i].taken : most;
  }
  ck_assert_uint_gt(least, 0);
  ck_assert_msg(most - least <= 2, "%d to %d of %d", (int)least, (int)most, TIMES);
  gv_view_destroy(view);
  gv_schedule_destroy(schedule);
}
END_TEST

/* A node gives what W says, and keeps the rest, but 1/2 at the least: on the ring one of two thirds stays. */
START_TEST(shares_are_those_of_the_topology)
{
  enum { FIVE = 5 };
  static const struct { const char *topology; double kept; } cases[] = {
      {"ring", 2.0 / 3}, {"one-peer-exponential", 0.5}, {"equi-dyn:eta=0.1", 0.92}, {"equi-dyn:eta=0.5", 0.6},
      {"equi-dyn:eta=0.9", 0.5}, {"equi-static:m=1", 0.5}};
  for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
    struct gv_schedule *schedule = NULL;
    struct gv_view *view = NULL;
    struct gv_mail *mail = NULL;
    struct gv_asynchrony lag = {0};
    float estimate;
    assert_ok(gv_schedule_create_shares(cases[c].topology, FIVE, 1, &schedule, err));
    assert_ok(gv_view_create(schedule, &view, err));
    mail = mail_after(schedule, view, 0, &lag);
    gv_mail_deliver(mail, 0, 0, &estimate, &lag);
    ck_assert_msg(fabs(gv_mail_weight(mail, 0) - cases[c].kept) < 1e-9, "%s: keeps %g", cases[c].topology,
                  gv_mail_weight(mail, 0));
    gv_mail_destroy(mail);
    gv_view_destroy(view);
    gv_schedule_destroy(schedule);
  }
}
END_TEST

/* A mailbox for each who ever hears another, counted once however often: no run is refused for memory that it does
 * not need. */
START_TEST(memory_is_that_of_the_edges)
{
  static const struct { const char *topology; int nodes; double boxes; } cases[] = {
      {"ring", 1, 0}, {"ring", 2, 2}, {"ring", 9, 18}, {"star", 1400, 2 * 1399}, {"one-peer-exponential", 8, 24},
      {"one-peer-exponential", 6, 18}, {"random-matching", 6, 30}, {"base:k=1", 3, 4}, {"base:k=1", 8, 24}};
  for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
    struct gv_schedule *schedule = NULL;
    struct gv_options *options = NULL, *none = NULL;
    const struct gv_named *algorithm = NULL, *optimizer = NULL;
    assert_ok(gv_schedule_create_shares(cases[c].topology, cases[c].nodes, 1, &schedule, err));
    assert_ok(gv_named_parse(&gv_algorithm_table, "push-sum", &algorithm, &none, err));
    assert_ok(gv_named_parse(&gv_optimizer_table, "momentum", &optimizer, &options, err));
    const struct gv_engine_setup setup = {
        .parameters = 1000, .schedule = schedule, .async = true,
        .algorithm = (const struct gv_algorithm *)algorithm, .algorithm_options = none,
        .optimizer = (const struct gv_optimizer *)optimizer, .optimizer_options = options};
    /* A node has its replica, its mass and the momentum. */
    ck_assert_double_eq(gv_engine_bytes(&setup), (3.0 * cases[c].nodes + cases[c].boxes) * 4000);
    gv_options_destroy(none);
    gv_options_destroy(options);
    gv_schedule_destroy(schedule);
  }
}
END_TEST

/* ---- the engine ---- */

static const char *const asynchronous[] = {"dsgd", "adpsgd", "push-sum"};
enum { ALGORITHMS = 3, DIM = 2051 };

struct log {
  int count;
  struct gv_evaluation last;
  struct gv_stop *stop;
};

static enum gv_status note(void *context, const struct gv_evaluation *evaluation, struct gv_error *err)
{
  struct log *log = context;
  (void)err;
  log->count++;
  log->last = *evaluation;
  if (log->stop != NULL && log->count == 2)
    gv_stop_ask(log->stop);
  return GV_OK;
}

START_TEST(runs_take_all_their_steps_and_learn)
{
  static float mean[DIM];
  for (size_t a = 0; a < ALGORITHMS; a++)
    for (int n = 1; n <= 9; n += 4)
      for (int w = 1; w <= n; w += n < 4 ? 1 : 4) {
        struct log log = {0};
        struct toy_run run = {.topology = n % 2 ? "one-peer-exponential" : "ring", .algorithm = asynchronous[a],
                              .optimizer = "momentum:beta=0.5", .nodes = n, .workers = w, .dim = DIM, .rate = 0.1,
                              .rounds = 200, .eval_every = 50, .async = true, .evaluated = note, .context = &log};
        assert_ok(toy_train(&run, mean, err));
        ck_assert_int_eq(log.count, 5);
        ck_assert_uint_eq(log.last.round, 200);
        ck_assert_uint_le(log.last.node_rounds_min, 200);
        ck_assert_uint_ge(log.last.node_rounds_max, 200);
        if (n > 1)
          ck_assert_uint_gt(log.last.asynchrony.published, 0);
        /* Near the mean of the nodes' points; with several workers fast nodes count for more. */
        double off = 0;
        for (int e = 0; e < DIM; e++) {
          double want = 0;
          for (int i = 0; i < n; i++)
            want += 3.0 * ((i + e) % 7) / 7 / n;
          off += pow((double)mean[e] - want, 2) / DIM;
        }
        ck_assert_double_lt(sqrt(off), w == 1 ? 0.5 : 3);
      }
}
END_TEST

START_TEST(a_slow_node_does_fewer_rounds)
{
  const double slow[] = {1, 1, 20, 1};
  for (size_t a = 0; a < ALGORITHMS; a++) {
    struct log log = {0};
    struct toy_run run = {.algorithm = asynchronous[a], .nodes = 4, .workers = 2, .dim = DIM, .rate = 0.05,
                          .rounds = 4000, .async = true, .slow = slow, .evaluated = note, .context = &log};
    assert_ok(toy_train(&run, NULL, err));
    ck_assert_uint_lt(log.last.node_rounds_min, 2000);
    ck_assert_uint_gt(log.last.node_rounds_max, 4000);
    ck_assert_uint_gt(log.last.asynchrony.staleness_max, 50);
  }
}
END_TEST

/* The last step of a slow node is waited for: what is counted was done. */
START_TEST(every_step_counted_is_taken)
{
  const double slow[] = {20, 20, 20, 20};
  for (size_t a = 0; a < ALGORITHMS; a++) {
    static float mean[DIM], x[DIM], g[DIM], batch_x[2 * DIM];
    struct log log = {0};
    struct toy_run run = {.algorithm = asynchronous[a], .nodes = 1, .dim = DIM, .rate = 0.1, .rounds = 3,
                          .async = true, .slow = slow, .evaluated = note, .context = &log};
    assert_ok(toy_train(&run, mean, err));
    ck_assert_uint_eq(log.last.node_rounds_min, 3);
    toy_init(&toy, 5, x);
    double loss_sum = 0;
    for (uint64_t k = 0; k < 3; k++) {
      struct gv_batch batch = {.x = batch_x, .n = 2, .labels = (int32_t[]){0, 0}};
      float loss, rate = (float)0.1;
      for (int s = 0; s < 2; s++)
        toy_sample(0, k, s, batch_x + s * DIM);
      toy_gradient(&toy, x, &batch, g, &loss);
      loss_sum += (double)loss;
      for (int i = 0; i < DIM; i++)
        x[i] = x[i] - rate * g[i];
    }
    ck_assert_mem_eq(mean, x, sizeof x);
    ck_assert_double_eq_tol(log.last.train_loss, loss_sum / 3, 1e-12 * loss_sum);
    run.nodes = 4;
    run.workers = 2;
    run.rounds = 10;
    assert_ok(toy_train(&run, NULL, err));
    ck_assert_uint_eq(log.last.round, 10);
    ck_assert_uint_le(log.last.node_rounds_min, 10);
    ck_assert_uint_ge(log.last.node_rounds_max, 10);
    if (strcmp(asynchronous[a], "push-sum") != 0)
      ck_assert_uint_eq(log.last.asynchrony.published, 40);
  }
}
END_TEST

START_TEST(failures_and_stops_end_the_run)
{
  for (size_t a = 0; a < ALGORITHMS; a++)
    for (int by_nan = 0; by_nan < 2; by_nan++) {
      struct gv_error error = {GV_OK, ""};
      toy = (struct toy){.fail_round = 30, .fail_node = 6, .fail_by_nan = by_nan};  /* the last */
      struct toy_run run = {.algorithm = asynchronous[a], .nodes = 7, .workers = 3, .dim = 9, .rate = 0.1,
                            .rounds = 100000, .async = true};
      ck_assert_int_eq(toy_train(&run, NULL, &error), by_nan ? GV_NUMERIC : GV_MODEL);
      ck_assert_msg(strncmp(error.text, "node 6, round 30: ", 18) == 0, "%s", error.text);
      toy = (struct toy){0};
      struct gv_stop stop = {0};
      struct log log = {.stop = &stop};
      const double slow[] = {1, 1, 1e6, 1, 1, 1, 1};
      run.eval_every = 100;
      run.evaluated = note;
      run.context = &log;
      run.stop = &stop;
      run.slow = slow;
      ck_assert_int_eq(toy_train(&run, NULL, &error), GV_INTERRUPTED);
    }
}
END_TEST

START_TEST(what_waits_for_all_is_refused)
{
  struct gv_error error;
  struct toy_run run = {.algorithm = "psgd", .nodes = 4, .dim = 9, .rate = 0.1, .rounds = 10, .async = true};
  ck_assert_int_eq(toy_train(&run, NULL, &error), GV_USAGE);
  run.algorithm = "dsgd";
  run.topology = "full";
  ck_assert_int_eq(toy_train(&run, NULL, &error), GV_USAGE);
  run.topology = "ring";
  run.algorithm = "adpsgd";
  run.async = false;
  ck_assert_int_eq(toy_train(&run, NULL, &error), GV_USAGE);
}
END_TEST

/* ---- the mean ---- */

/* Each node takes one step, of its own length, in its first round; then there is only averaging. */
static int kick_gradient(void *instance, const float *w, const struct gv_batch *batch, float *g, float *loss)
{
  (void)instance;
  (void)w;
  for (int e = 0; e < toy.dim; e++)
    g[e] = batch->labels[1] == 0 ? (float)(batch->labels[0] * batch->labels[0]) : 0;
  *loss = 0;
  return 0;
}

static struct gv_model kick_model;

/* The common value that n nodes settle on, node 0 being slow; all began at 0 and node i stepped by -i^2. */
static double settled(const char *algorithm, int n)
{
  static float mean[501], start[501];
  double slow[NODES] = {50, 1, 1, 1, 1, 1, 1, 1};
  struct log log = {0};
  struct toy_run run = {.algorithm = algorithm, .topology = "ring", .nodes = n, .workers = 2, .dim = 501, .rate = 1,
                        .rounds = 30000, .async = true, .slow = slow, .start = start, .model = &kick_model,
                        .evaluated = note, .context = &log};
  kick_model = toy_model;
  kick_model.gradient = kick_gradient;
  assert_ok(toy_train(&run, mean, err));
  ck_assert_msg(log.last.consensus_distance < 0.05, "%s: %g", algorithm, log.last.consensus_distance);
  return (double)mean[0];
}

START_TEST(push_sum_keeps_the_mean_where_stale_averages_drift)
{
  double want = 0;
  for (int i = 0; i < NODES; i++)
    want -= (double)(i * i) / NODES;
  double pushed = settled("push-sum", NODES), stale = settled("dsgd", NODES), stale_ad = settled("adpsgd", NODES);
  ck_assert_double_eq_tol(pushed, want, 2e-3 * fabs(want));
  ck_assert_double_gt(fabs(stale - want), 0.01 * fabs(want));
  ck_assert_double_gt(fabs(stale_ad - want), 0.01 * fabs(want));
}
END_TEST

int main(void)
{
  const TTest *const tests[] = {snapshots_are_never_torn, snapshots_are_never_torn_oversubscribed,
                                a_pinned_slot_is_left_alone, mail_keeps_all_mass,
                                a_hub_serves_its_leaves_in_turn, shares_are_those_of_the_topology,
                                memory_is_that_of_the_edges,
                                runs_take_all_their_steps_and_learn, a_slow_node_does_fewer_rounds,
                                every_step_counted_is_taken,
                                failures_and_stops_end_the_run, what_waits_for_all_is_refused,
                                push_sum_keeps_the_mean_where_stale_averages_drift, NULL};
  return run_suite("async", tests);
}
