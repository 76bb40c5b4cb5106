/* What `--metrics all` measures: the objective, its gradient, zeta^2 and drift, beside sums written out. */
#include <stdio.h>

#include "tests/toy.h"

enum { DIM = 4133, NODES = 7, BATCH = 3 };

struct seen {
  struct gv_evaluation last;
  float x[NODES * DIM];
};

static enum gv_status keep(void *context, const struct gv_evaluation *evaluation, struct gv_error *err)
{
  (void)err;
  ((struct seen *)context)->last = *evaluation;
  return GV_OK;
}

static void gather(void *context, uint64_t round, const float *const *x)
{
  (void)round;
  for (int i = 0; i < NODES; i++)
    memcpy(((struct seen *)context)->x + i * DIM, x[i], DIM * sizeof(float));
}

static void close_to(double found, double want, const char *what)
{
  ck_assert_msg(fabs(found - want) <= 2e-6 * fabs(want), "%s: %.9g, and %.9g when written out", what, found, want);
}

START_TEST(as_written_out)
{
  static struct seen seen;
  static float mean[DIM];
  static double gradient[DIM], own[NODES][DIM];
  struct toy_run run = {.topology = "ring", .nodes = NODES, .workers = 2, .dim = DIM, .batch = BATCH, .rate = 0.05,
                        .rounds = 9, .measure = true, .inspect = gather, .evaluated = keep, .context = &seen};
  assert_ok(toy_train(&run, mean, err));
  double objective = 0, by_samples = 0, samples = 0, norm = 0, zeta = 0, drift = 0;
  for (int i = 0; i < NODES; i++) {
    int has = BATCH + i;
    double loss = 0, far = 0;
    for (int s = 0; s < has; s++) {
      static float sample[DIM];
      toy_sample(i, 0, s, sample);
      for (int e = 0; e < DIM; e++) {
        double d = (double)mean[e] - (double)sample[e];
        loss += d * d / 2 / has;
        own[i][e] += d / has;
        gradient[e] += d / has / NODES;
      }
    }
    for (int e = 0; e < DIM; e++)
      far += pow((double)seen.x[i * DIM + e] - (double)mean[e], 2);
    objective += loss / NODES;
    by_samples += loss * has;
    samples += has;
    drift = fmax(drift, sqrt(far));
  }
  for (int e = 0; e < DIM; e++) {
    norm += gradient[e] * gradient[e];
    for (int i = 0; i < NODES; i++)
      zeta += pow(own[i][e] - gradient[e], 2) / NODES;
  }
  close_to(seen.last.objective, objective, "objective");
  close_to(seen.last.objective_by_samples, by_samples / samples, "objective by samples");
  close_to(seen.last.gradient_norm, sqrt(norm), "gradient norm");
  close_to(seen.last.gradient_dissimilarity, zeta, "zeta^2");
  close_to(seen.last.drift_max, drift, "drift");
  ck_assert_msg(fabs(objective - by_samples / samples) > 2e-5 * objective,
                "the two objectives are %.9g and %.9g, the same", objective, by_samples / samples);
}
END_TEST

/* More samples than one batch of an evaluation holds, and nodes that are no multiple of the workers. */
START_TEST(same_for_every_number_of_workers)
{
  static struct seen first, other;
  for (int threads = 1; threads <= 2; threads++)
    for (int workers = 1; workers <= 5; workers++) {
      struct seen *seen = workers == 1 ? &first : &other;
      struct toy_run run = {.topology = "ring", .nodes = NODES, .workers = workers, .threads = threads, .dim = 133,
                            .batch = GV_EVALUATION_BATCH + 5, .rate = 0.05, .rounds = 3, .measure = true,
                            .evaluated = keep, .context = seen};
      assert_ok(toy_train(&run, NULL, err));
      ck_assert(isfinite(seen->last.objective) && seen->last.gradient_norm > 0);
      bool same = first.last.objective == seen->last.objective &&
                  first.last.objective_by_samples == seen->last.objective_by_samples &&
                  first.last.gradient_norm == seen->last.gradient_norm &&
                  first.last.gradient_dissimilarity == seen->last.gradient_dissimilarity &&
                  first.last.drift_max == seen->last.drift_max;
      ck_assert_msg(same, "not the same on %d workers of %d threads", workers, threads);
    }
}
END_TEST

/* Measuring moves nothing. */
START_TEST(same_bits_when_measured)
{
  static float with[333], without[333];
  struct toy_run run = {.algorithm = "gt", .topology = "ring", .nodes = NODES, .workers = 2, .dim = 333,
                        .rate = 0.05, .rounds = 20, .eval_every = 3};
  assert_ok(toy_train(&run, without, err));
  run.measure = true;
  assert_ok(toy_train(&run, with, err));
  ck_assert_mem_eq(with, without, sizeof with);
}
END_TEST

int main(void)
{
  const TTest *const tests[] = {as_written_out, same_for_every_number_of_workers, same_bits_when_measured, NULL};
  return run_suite("metrics", tests);
}
