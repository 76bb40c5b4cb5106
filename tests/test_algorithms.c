/* Every synchronous algorithm beside its definition in double precision (serial.h), round by round, and the
 * identities between them. */
#include <stdio.h>

#include "core/graph/topology.h"
#include "tests/least_squares.h"
#include "tests/serial.h"

enum { ROUNDS = 50, BATCH = 5 };

/* mean: xbar+ = xbar - a mean(g) in every round. Who is not in this list fails a test. */
static const struct definition {
  const char *spec;
  serial_round *round;
  double beta, alpha, gamma;
  int period;    /* of global averages; 0: none of its own */
  bool alone;    /* no neighbours between them */
  bool mean;
  bool tracks;   /* it holds something of the last round's gradient: the mean goes on so when all take part */
  double tolerance;  /* 0: 1e-4 */
} definitions[] = {
    {.spec = "dsgd", .round = serial_dsgd, .mean = true},
    {.spec = "dsgd-awc", .round = serial_dsgd_awc, .mean = true},
    {.spec = "psgd", .round = serial_psgd, .mean = true},
    {.spec = "local:period=7", .round = serial_dsgd, .period = 7, .alone = true, .mean = true},
    {.spec = "pga:period=6", .round = serial_dsgd, .period = 6, .mean = true},
    {.spec = "aga:period=3,warmup=10", .round = serial_aga, .period = 3, .mean = true},
    {.spec = "slowmo:period=5,beta=0.6", .round = serial_slowmo, .beta = 0.6, .alpha = 1, .period = 5,
     .alone = true},
    {.spec = "slowmo:base=dsgd,period=4,beta=0.5,alpha=0.7", .round = serial_slowmo, .beta = 0.5, .alpha = 0.7,
     .period = 4},
    {.spec = "gt", .round = serial_gt, .mean = true, .tracks = true},
    {.spec = "d2", .round = serial_d2, .mean = true, .tracks = true},
    {.spec = "exact-diffusion", .round = serial_exact_diffusion, .mean = true, .tracks = true},
    {.spec = "dmsgd:beta=0.8", .round = serial_dmsgd, .beta = 0.8},
    {.spec = "decentlam:beta=0.7", .round = serial_decentlam, .beta = 0.7},
    {.spec = "qg-dsgdm:beta=0.9", .round = serial_qg_dsgdm, .beta = 0.9},
    {.spec = "push-sum", .round = serial_push_sum, .mean = true},
    {.spec = "choco:compress=top-k,share=0.5,gamma=0.4", .round = serial_choco, .gamma = 0.4, .mean = true},
    {.spec = "choco:compress=random-k,share=0.5,gamma=0.3", .round = serial_choco, .gamma = 0.3, .mean = true},
    {.spec = "choco:compress=sign,gamma=0.3", .round = serial_choco, .gamma = 0.3, .mean = true},
    /* Where float and double round to different sides of a half, a step of 1/127 of the largest lies between. */
    {.spec = "choco:compress=8-bit,gamma=0.9", .round = serial_choco, .gamma = 0.9, .mean = true,
     .tolerance = 5e-3},
    {.spec = "choco:compress=identity,gamma=0.5", .round = serial_choco, .gamma = 0.5, .mean = true},
};
enum { DEFINITIONS = sizeof definitions / sizeof definitions[0] };

/* Where they are tried; those that an algorithm is not defined on are refused (test_guard). */
static const struct setting {
  const char *topology;
  int nodes;
  uint64_t global_every;
  double drop_link, churn;
} settings[] = {
    {"ring", 9, 0, 0, 0},
    {"torus", 16, 0, 0, 0},
    {"star", 7, 0, 0, 0},
    {"full", 8, 0, 0, 0},
    {"exponential", 12, 0, 0, 0},
    {"one-peer-exponential", 8, 0, 0, 0},
    {"random-matching", 9, 0, 0, 0},
    {"ring", 8, 7, 0, 0},
    {"ring", 9, 5, 0, 0},
    {"exponential", 11, 9, 0, 0},
    {"torus", 16, 0, 0.3, 0},
    {"ring", 8, 0, 0, 0.25},
    {"one-peer-exponential", 8, 0, 0.2, 0.2},
    {"torus", 12, 6, 0.2, 0.2},
};
enum { SETTINGS = sizeof settings / sizeof settings[0] };

/* ---- beside the definition ---- */

struct follower {
  const struct definition *definition;
  const struct setting *setting;
  struct serial serial;
  struct gv_schedule *schedule;
  serial_vectors replica;  /* of the engine, a round ago */
  double apart, drift;
  uint64_t rounds;
};

/* xbar over the mass of each replica, which is 1 but in push-sum */
static void mean_of(const struct serial *s, const double *weight, serial_vectors x, double *mean)
{
  for (int e = 0; e < s->d; e++) {
    mean[e] = 0;
    for (int i = 0; i < s->n; i++)
      mean[e] += (s->round_is_push_sum ? weight[i] : 1) * x[i][e] / s->n;
  }
}

/* W(k), and who takes part. */
static void prepare(struct follower *f)
{
  struct serial *s = &f->serial;
  const struct definition *d = f->definition;
  uint64_t every = d->period > 0 ? (uint64_t)d->period : f->setting->global_every;
  uint64_t next = d->round == serial_aga ? s->aga_next : every > 0 ? (s->k / every + 1) * every : 0;
  int present = 0;
  s->global = s->k + 1 == next;
  for (int i = 0; i < s->n; i++) {
    s->sits_out[i] = f->setting->churn > 0 && gv_schedule_absent(f->schedule, i, s->k);
    present += !s->sits_out[i];
  }
  if (!s->global && !d->alone) {
    dense(f->schedule, s->k, s->w);
    for (int i = 0; i < s->n && f->schedule->average && present < s->n; i++)  /* J of those who are there */
      for (int j = 0; j < s->n; j++)
        s->w[i * s->n + j] = s->sits_out[i] || s->sits_out[j] ? i == j : 1.0 / present;
    return;
  }
  for (int i = 0; i < s->n; i++)
    for (int j = 0; j < s->n; j++)
      s->w[i * s->n + j] = !s->global || s->sits_out[i] || s->sits_out[j] ? i == j : 1.0 / present;
}

static void follow(void *context, uint64_t round, const float *const *x)
{
  struct follower *f = context;
  struct serial *s = &f->serial;
  int present = 0;
  double expected[LS_DIM], mean[LS_DIM], g[LS_DIM];
  s->k = round - 1;
  s->loss = 0;
  prepare(f);
  mean_of(s, s->weight, f->replica, expected);
  for (int i = 0; i < s->n; i++)
    if (!s->sits_out[i]) {
      s->loss += ls_gradient(i, s->k, s->x[i], s->g[i]);
      present++;
      ls_gradient(i, s->k, f->replica[i], g);  /* what the engine's node took */
      for (int e = 0; e < s->d; e++)
        expected[e] -= s->a * g[e] / s->n;
    }
  s->loss /= present;
  f->definition->round(s);
  for (int i = 0; i < s->n; i++) {
    double apart = 0, length = 0;
    s->begun[i] = s->begun[i] || !s->sits_out[i];
    for (int e = 0; e < s->d; e++) {
      f->replica[i][e] = (double)x[i][e];
      apart += pow((double)x[i][e] - s->x[i][e], 2);
      length += s->x[i][e] * s->x[i][e];
    }
    f->apart = worse_of(f->apart, sqrt(apart / length));
  }
  mean_of(s, s->weight, f->replica, mean);
  for (int e = 0; e < s->d; e++)
    f->drift = worse_of(f->drift, fabs(mean[e] - expected[e]) / (1 + fabs(expected[e])));
  f->rounds++;
}

/* Whether it was not refused. */
static bool compare(const struct definition *d, const struct setting *setting)
{
  static struct follower f;
  struct gv_error why = {GV_OK, ""};
  float start[LS_DIM];
  const struct gv_faults faults = {.drop_link = setting->drop_link, .churn = setting->churn, .seed = 6};
  ls_make(setting->nodes, BATCH);
  memset(&f, 0, sizeof f);
  f.definition = d;
  f.setting = setting;
  f.serial = (struct serial){.n = setting->nodes, .d = LS_DIM, .a = 0.04, .beta = d->beta, .alpha = d->alpha,
                             .gamma = d->gamma, .period = d->period, .compress = d->spec, .seed = 5,
                             .aga_next = (uint64_t)d->period,
                             .round_is_push_sum = d->round == serial_push_sum};
  if (f.serial.round_is_push_sum)
    assert_ok(gv_schedule_create_shares(setting->topology, setting->nodes, 1, &f.schedule, err));
  else
    assert_ok(gv_schedule_create(setting->topology, NULL, setting->nodes, 1, &f.schedule, err));
  toy.dim = LS_DIM;
  toy_init(&toy, 5, start);
  for (int i = 0; i < setting->nodes; i++) {
    f.serial.weight[i] = 1;
    for (int e = 0; e < LS_DIM; e++)
      f.serial.x[i][e] = f.replica[i][e] = (double)start[e];
  }
  struct toy_run run = {.algorithm = d->spec, .topology = setting->topology, .workers = 3, .rate = f.serial.a,
                        .rounds = ROUNDS, .global_every = setting->global_every, .faults = faults,
                        .inspect = follow, .context = &f};
  enum gv_status status = gv_schedule_set_faults(f.schedule, &faults, &why);
  if (status == GV_OK)
    status = ls_train(&run, NULL, &why);
  gv_schedule_destroy(f.schedule);
  if (status == GV_USAGE)
    return false;
  ck_assert_msg(status == GV_OK, "%s on %s: %s", d->spec, setting->topology, why.text);
  ck_assert_uint_eq(f.rounds, ROUNDS);
  ck_assert_msg(f.apart <= (d->tolerance > 0 ? d->tolerance : 1e-4), "%s on %s of %d: %g off its definition",
                d->spec, setting->topology, setting->nodes, f.apart);
  bool mean = d->mean && !(d->tracks && setting->churn > 0);
  ck_assert_msg(!mean || f.drift <= 3e-6, "%s on %s of %d: the mean is %g off", d->spec, setting->topology,
                setting->nodes, f.drift);
  ck_assert_msg(d->mean || f.drift > 1e-3, "%s keeps the mean, and is not listed so", d->spec);
  return true;
}

START_TEST(as_defined)
{
  for (int d = 0; d < DEFINITIONS; d++) {
    int ran = 0;
    for (int s = 0; s < SETTINGS; s++)
      ran += compare(&definitions[d], &settings[s]);
    ck_assert_msg(ran >= 3, "%s ran in %d settings only", definitions[d].spec, ran);
  }
}
END_TEST

START_TEST(each_has_a_definition)
{
  for (size_t a = 0; gv_algorithm_table.entries[a] != NULL; a++) {
    const char *name = gv_algorithm_table.entries[a]->name;
    bool found = !toy_in_step(gv_algorithm_table.entries[a]);
    for (int d = 0; d < DEFINITIONS; d++)
      found = found || (strncmp(definitions[d].spec, name, strlen(name)) == 0 &&
                        strchr(":", definitions[d].spec[strlen(name)]) != NULL);
    ck_assert_msg(found, "%s is not in serial.h", name);
  }
}
END_TEST

/* ---- identities ---- */

enum { DIM = 4133, NODES = 8 };

/* tolerance 0: the same bits */
static const struct identity {
  const char *one, *one_optimizer, *other, *other_optimizer, *topology;
  uint64_t one_every;
  float tolerance;
} identities[] = {
    {"pga:period=1", "sgd", "psgd", "sgd", "ring", 0, 2e-5f},
    {"pga:period=1000", "sgd", "dsgd", "sgd", "ring", 0, 0},
    {"dsgd", "sgd", "pga:period=6", "sgd", "ring", 6, 0},
    {"dsgd", "momentum", "pga:period=6", "momentum", "torus", 6, 0},
    {"local:period=1", "sgd", "psgd", "sgd", "ring", 0, 2e-5f},
    {"aga:period=5,warmup=1000", "sgd", "pga:period=5", "sgd", "ring", 0, 0},
    {"slowmo:period=5,beta=0", "sgd", "local:period=5", "sgd", "ring", 0, 0},
    {"slowmo:base=dsgd,period=5,beta=0", "sgd", "pga:period=5", "sgd", "ring", 0, 0},
    {"decentlam:beta=0", "sgd", "dsgd", "sgd", "ring", 0, 0},
    {"qg-dsgdm:beta=0", "sgd", "dsgd", "sgd", "one-peer-exponential", 0, 0},
    {"dmsgd:beta=0.8", "sgd", "dsgd", "momentum:beta=0.8", "exponential", 0, 0},
    {"dmsgd:beta=0", "sgd", "dsgd", "sgd", "ring", 0, 0},
    {"choco:compress=identity", "sgd", "dsgd", "sgd", "ring", 0, 2e-5f},
    {"choco:compress=top-k,share=1,gamma=1", "sgd", "dsgd", "sgd", "torus", 0, 2e-5f},
    {"choco:compress=random-k,share=1,gamma=1", "adam", "dsgd", "adam", "ring", 0, 2e-5f},
    {"push-sum", "sgd", "dsgd", "sgd", "one-peer-exponential", 0, 2e-5f},
    {"push-sum", "momentum", "dsgd", "momentum", "exponential", 0, 2e-5f},
    {"dsgd", "sgd", "psgd", "sgd", "full", 0, 2e-5f},
    {"gt", "sgd", "psgd", "sgd", "full", 0, 5e-5f},
    {"d2", "sgd", "psgd", "sgd", "full", 0, 5e-5f},
};

START_TEST(identities_hold)
{
  static float one[DIM], other[DIM];
  for (size_t k = 0; k < sizeof identities / sizeof identities[0]; k++) {
    const struct identity *same = &identities[k];
    struct toy_run run = {.algorithm = same->one, .optimizer = same->one_optimizer, .topology = same->topology,
                          .nodes = NODES, .workers = 3, .dim = DIM, .rate = 0.05, .rounds = 30,
                          .global_every = same->one_every, .tests = 3};
    assert_ok(toy_train(&run, one, err));
    run.algorithm = same->other;
    run.optimizer = same->other_optimizer;
    run.global_every = 0;
    assert_ok(toy_train(&run, other, err));
    double off = 0;
    for (int e = 0; e < DIM; e++)
      off = worse_of(off, fabs((double)one[e] - (double)other[e]) / (1 + fabs((double)other[e])));
    bool bits = memcmp(one, other, sizeof one) == 0;
    ck_assert_msg(same->tolerance == 0 ? bits : off <= (double)same->tolerance, "%s and %s on %s are %g apart",
                  same->one, same->other, same->topology, off);
  }
}
END_TEST

/* A rate whose inverse is not finite, as a schedule may end with, moves nothing, whatever is divided by it. */
START_TEST(a_rate_next_to_nothing_moves_nothing)
{
  enum { FEW = 37 };
  static float mean[FEW], start[FEW];
  for (size_t a = 0; gv_algorithm_table.entries[a] != NULL; a++) {
    if (!toy_in_step(gv_algorithm_table.entries[a]))
      continue;
    for (int r = 0; r < 3; r++) {
      struct toy_run run = {.algorithm = gv_algorithm_table.entries[a]->name, .nodes = 5, .dim = FEW,
                            .rate = (const double[]){1e-45, 1e-39, 1.2e-38}[r], .rounds = 24};
      assert_ok(toy_train(&run, mean, err));
      toy_init(&toy, 5, start);
      for (int e = 0; e < FEW; e++)
        ck_assert_float_eq_tol(mean[e], start[e], 1e-6f * (1 + fabsf(start[e])));
    }
  }
}
END_TEST

int main(void)
{
  const TTest *const tests[] = {as_defined, each_has_a_definition, identities_hold,
                                a_rate_next_to_nothing_moves_nothing, NULL};
  return run_suite("algorithms", tests);
}
