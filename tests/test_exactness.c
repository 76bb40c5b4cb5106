/* Where algorithms end on heterogeneous least squares with full gradients: at the minimiser of the sum, or at a
 * distance from it that is known. */
#include "core/graph/spectrum/spectrum.h"
#include "core/graph/topology.h"
#include "tests/least_squares.h"
#include "tests/serial.h"

static float last[LS_NODES][LS_DIM];  /* replicas after the run */
static uint64_t last_round;

static void keep(void *context, uint64_t round, const float *const *x)
{
  (void)context;
  for (int i = 0; i < ls.nodes && round == last_round; i++)
    memcpy(last[i], x[i], sizeof last[i]);
}

/* Trains to the end; returns sqrt(1/n sum_i ||x_i - w||^2) / ||w||, w the minimiser. */
static double train(struct toy_run run)
{
  double w[LS_DIM], sum = 0, length = 0;
  last_round = run.rounds;
  run.inspect = keep;
  run.workers = 2;
  assert_ok(ls_train(&run, NULL, err));
  ls_minimiser(w);
  for (int e = 0; e < LS_DIM; e++) {
    length += w[e] * w[e];
    for (int i = 0; i < ls.nodes; i++)
      sum += pow((double)last[i][e] - w[e], 2) / ls.nodes;
  }
  return sqrt(sum / length);
}

static double off(const char *algorithm, const char *topology, double rate)
{
  return train((struct toy_run){.algorithm = algorithm, .topology = topology, .rate = rate, .rounds = 3000});
}

static double rho_of(const char *topology)
{
  struct gv_schedule *schedule = NULL;
  struct gv_spectrum spectrum;
  assert_ok(gv_schedule_create(topology, NULL, ls.nodes, 1, &schedule, err));
  assert_ok(gv_spectrum_find(schedule, &spectrum, err));
  gv_schedule_destroy(schedule);
  return spectrum.rho;
}

static const char *const topologies[] = {"exponential", "torus", "ring"};  /* of rising rho */
enum { TOPOLOGIES = 3 };
static const double accuracy = 1e-5;  /* of float, after thousands of rounds */

/* psgd, gt and exact-diffusion reach the minimiser; d2 where it is defined. */
START_TEST(some_reach_the_minimiser)
{
  static const char *const names[] = {"psgd", "gt", "exact-diffusion", "d2"};
  int reached[4] = {0};
  for (int n = 8; n <= 16; n += n == 8 ? 1 : 7)
    for (int t = 0; t < TOPOLOGIES; t++)
      for (int a = 0; a < 4; a++) {
        ls_make(n, LS_SAMPLES);
        struct toy_run run = {.algorithm = names[a], .topology = topologies[t], .rate = 0.04, .rounds = 3000};
        struct gv_error why = {GV_OK, ""};
        if (ls_train(&run, NULL, &why) == GV_USAGE)
          continue;
        double far = off(names[a], topologies[t], 0.04);
        ck_assert_msg(far <= accuracy, "%s on %s of %d ends %g off", names[a], topologies[t], n, far);
        reached[a]++;
      }
  ck_assert_int_eq(reached[0], 9);
  ck_assert_int_eq(reached[1], 9);
  ck_assert_int_eq(reached[2], 6);  /* exponential is directed */
  ck_assert_int_ge(reached[3], 1);  /* the odd ring */
}
END_TEST

/* What is summed up over rounds must not drift by rounding, the less so the smaller the step. */
START_TEST(and_stay_there)
{
  static const char *const names[] = {"gt", "exact-diffusion"};
  ls_make(8, LS_SAMPLES);
  for (int a = 0; a < 2; a++)
    for (int t = 0; t < 2; t++) {
      double far = train((struct toy_run){.algorithm = names[a], .topology = t == 0 ? "torus" : "full",
                                          .rate = 0.01, .rounds = 40000});
      ck_assert_msg(far <= 2 * accuracy, "%s is %g off after 40,000 rounds", names[a], far);
    }
}
END_TEST

/* So do they over links that fail. */
START_TEST(faults_keep_them_exact)
{
  static const char *const names[] = {"gt", "exact-diffusion"};
  for (int a = 0; a < 2; a++)
    for (int t = 1; t < TOPOLOGIES; t++) {
      ls_make(16, LS_SAMPLES);
      double far = train((struct toy_run){.algorithm = names[a], .topology = topologies[t], .rate = 0.04,
                                          .rounds = 4000, .faults = {.drop_link = 0.3, .seed = 2}});
      ck_assert_msg(far <= accuracy, "%s on %s ends %g off", names[a], topologies[t], far);
    }
}
END_TEST

/* And with global averages in between. */
START_TEST(global_averages_keep_them_exact)
{
  static const char *const names[] = {"gt", "exact-diffusion", "d2"};
  for (int a = 0; a < 3; a++)
    for (uint64_t every = 1; every <= 16; every *= 4) {
      ls_make(9, LS_SAMPLES);
      double far = train((struct toy_run){.algorithm = names[a], .topology = "ring", .rate = 0.04, .rounds = 3007,
                                          .global_every = every});
      ck_assert_msg(far <= accuracy, "%s with a mean every %d rounds ends %g off", names[a], (int)every, far);
    }
}
END_TEST

/* dsgd stops at a distance that grows with the step and with 1/(1 - rho); dsgd-awc further away. */
START_TEST(dsgd_is_biased)
{
  for (int n = 8; n <= 16; n += 8) {
    double before = 0, rho = 0;
    ls_make(n, LS_SAMPLES);
    for (int t = 0; t < TOPOLOGIES; t++) {
      const char *on = topologies[t];
      double small = off("dsgd", on, 0.01), larger = off("dsgd", on, 0.02), last_rho = rho;
      rho = rho_of(on);
      ck_assert_msg(rho > last_rho - 1e-9, "rho of %s is %g", on, rho);
      ck_assert_msg(small > 100 * accuracy && larger > 1.6 * small && larger < 2 * small,
                    "%s of %d: %g off, and with twice the step %g", on, n, small, larger);
      ck_assert_msg(small > (rho > last_rho + 1e-9 ? 1.02 : 1) * before,
                    "%s of %d: %g off, and %g with a smaller rho", on, n, small, before);
      double awc = off("dsgd-awc", on, 0.01);
      ck_assert_msg(awc > 1.05 * small, "%s of %d: dsgd-awc is %g off, dsgd %g", on, n, awc, small);
      before = small;
    }
  }
}
END_TEST

/* Global averages in between bring it nearer, the oftener the more. */
START_TEST(pga_lies_between)
{
  for (int n = 8; n <= 16; n += 8)
    for (int t = 0; t < TOPOLOGIES; t++) {
      ls_make(n, LS_SAMPLES);
      double psgd = off("psgd", topologies[t], 0.02), often = off("pga:period=4", topologies[t], 0.02);
      double seldom = off("pga:period=16", topologies[t], 0.02), dsgd = off("dsgd", topologies[t], 0.02);
      ck_assert_msg(100 * psgd < often && 1.2 * often < seldom && 1.002 * seldom < dsgd,
                    "%s of %d: psgd %g, pga %g and %g, dsgd %g off", topologies[t], n, psgd, often, seldom, dsgd);
    }
}
END_TEST

/* ||a - b|| over the distance of a from the minimiser */
static double apart(const float (*a)[LS_DIM], const float (*b)[LS_DIM], double distance)
{
  double sum = 0, length = 0, w[LS_DIM];
  ls_minimiser(w);
  for (int e = 0; e < LS_DIM; e++) {
    length += w[e] * w[e];
    for (int i = 0; i < ls.nodes; i++)
      sum += pow((double)a[i][e] - (double)b[i][e], 2) / ls.nodes;
  }
  return sqrt(sum / length) / distance;
}

/* decentlam and qg-dsgdm stop where dsgd does, dmsgd where dsgd does with a/(1 - beta). */
START_TEST(momenta_have_known_points)
{
  static float dsgd[LS_NODES][LS_DIM], longer[LS_NODES][LS_DIM];
  static const struct { const char *name; bool as_longer; } cases[] = {
      {"decentlam:beta=0.9", false}, {"qg-dsgdm:beta=0.9", false}, {"dmsgd:beta=0.9", true},
      {"decentlam:beta=0.5", false}, {"qg-dsgdm:beta=0.5", false}};
  for (int n = 8; n <= 16; n += 8)
    for (int t = 0; t < TOPOLOGIES; t++) {
      const char *on = topologies[t];
      ls_make(n, LS_SAMPLES);
      double bias = off("dsgd", on, 0.01);
      memcpy(dsgd, last, sizeof last);
      double longer_bias = off("dsgd", on, 0.1);
      memcpy(longer, last, sizeof last);
      for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        if (strncmp(cases[c].name, "decentlam", 9) == 0 && strcmp(on, "exponential") == 0)
          continue;  /* directed */
        off(cases[c].name, on, 0.01);
        double far = cases[c].as_longer ? apart(longer, last, longer_bias) : apart(dsgd, last, bias);
        ck_assert_msg(far < 2e-3, "%s on %s of %d is %g of the bias apart", cases[c].name, on, n, far);
      }
      ck_assert_msg(apart(dsgd, longer, bias) > 0.5, "the points are one");
    }
}
END_TEST

/* d2 on a 4 by 4 torus, where lambda_min = -0.6, is refused; as defined it would grow without end, and
 * exact-diffusion does not. */
START_TEST(d2_diverges_where_it_is_refused)
{
  static struct serial s;
  struct toy_run run = {.algorithm = "d2", .topology = "torus", .rate = 0.02, .rounds = 10};
  ls_make(16, LS_SAMPLES);
  assert_fails(GV_USAGE, "exact-diffusion", ls_train(&run, NULL, err));
  struct gv_schedule *schedule = NULL;
  assert_ok(gv_schedule_create("torus", NULL, 16, 1, &schedule, err));
  for (int exact = 0; exact < 2; exact++) {
    double largest = 0;
    memset(&s, 0, sizeof s);
    s.n = 16;
    s.d = LS_DIM;
    s.a = 0.02;
    dense(schedule, 0, s.w);
    for (s.k = 0; s.k < 300; s.k++) {
      for (int i = 0; i < s.n; i++)
        ls_gradient(i, s.k, s.x[i], s.g[i]);
      (exact ? serial_exact_diffusion : serial_d2)(&s);
      for (int i = 0; i < s.n; i++)
        s.begun[i] = true;
    }
    for (int i = 0; i < s.n; i++)
      largest = fmax(largest, fabs(s.x[i][0]));
    ck_assert_msg(exact ? largest < 10 : largest > 1e6, "exact %d: %g", exact, largest);
  }
  gv_schedule_destroy(schedule);
}
END_TEST

int main(void)
{
  const TTest *const tests[] = {some_reach_the_minimiser, and_stay_there, faults_keep_them_exact,
                                global_averages_keep_them_exact, dsgd_is_biased,
                                pga_lies_between, momenta_have_known_points, d2_diverges_where_it_is_refused, NULL};
  return run_suite("exactness", tests);
}
