/* Where algorithms end on heterogeneous least squares with full gradients: at the minimiser of the sum, or at a
 * distance from it that is known. */
#include <stdio.h>

#include "core/graph/spectrum/spectrum.h"
#include "core/graph/topology.h"
#include "tests/least_squares.h"

/* Trains to the end; returns sqrt(1/n sum_i ||x_i - w||^2), w the minimiser, over ||w||. x (nodes, LS_DIM) <- the
 * replicas. */
static float last[LS_NODES][LS_DIM];
static uint64_t last_round;

static void keep(void *context, uint64_t round, const float *const *x)
{
  (void)context;
  if (round != last_round)
    return;
  for (int i = 0; i < ls.nodes; i++)
    memcpy(last[i], x[i], sizeof last[i]);
}

static double off(struct toy_run run)
{
  double w[LS_DIM], sum = 0, length = 0;
  last_round = run.rounds;
  run.inspect = keep;
  run.eval_every = 1e9;
  assert_ok(ls_train(&run, NULL, err));
  ls_minimiser(w);
  for (int e = 0; e < LS_DIM; e++) {
    length += w[e] * w[e];
    for (int i = 0; i < ls.nodes; i++)
      sum += pow((double)last[i][e] - w[e], 2) / ls.nodes;
  }
  return sqrt(sum / length);
}

static double bias(const char *algorithm, const char *topology, double rate)
{
  return off((struct toy_run){.algorithm = algorithm, .topology = topology, .rate = rate, .rounds = 4000});
}

START_TEST(probe)
{
  static const char *const a[] = {"psgd", "gt", "exact-diffusion", "d2", "dsgd", "dsgd-awc", "pga:period=4", "pga:period=16", "local:period=4", "dmsgd", "decentlam", "qg-dsgdm", "push-sum", "choco:compress=8-bit,gamma=0.8"};
  static const char *const t[] = {"ring", "torus", "exponential", "full"};
  for (int n = 8; n <= 16; n += 8)
    for (int k = 0; k < 4; k++)
      for (size_t i = 0; i < sizeof a / sizeof a[0]; i++) {
        ls_make(n, LS_SAMPLES);
        for (double rate = 0.01; rate < 0.09; rate *= 2) {
          struct gv_error why;
          struct toy_run run = {.algorithm = a[i], .topology = t[k], .rate = rate, .rounds = 4};
          if (ls_train(&run, NULL, &why) == GV_USAGE) continue;
          fprintf(stderr, "%d %-12s %-16s %.2f %.3g\n", n, t[k], a[i], rate, bias(a[i], t[k], rate));
        }
      }
}
END_TEST

int main(void)
{
  const TTest *const tests[] = {probe, NULL};
  return run_suite("exactness", tests);
}
