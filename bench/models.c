/* Training rounds of the built-in models beside bare training loops of the same shapes, one worker, in one run.
 *
 *   make -C build bench
 *   GRAPEVINE_PLUGIN_PATH=build/models/.libs build/bench/models --nodes 8
 *
 * A round is all of it: gather 32 rows of bytes, gradient, step, publish. A bare step is what a program without any
 * of that does on the better library: forward, softmax cross-entropy, backward, step; its batches lie ready as
 * floats. Rounds and bare steps alternate, so that what else the machine does meets both; each figure is the median
 * of the pairs, the ratio that of the speeds. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <grapevine/grapevine.h>

#include "bench/bare.h"
#include "config.h"
#include "core/base/blas.h"

/* The OpenMP that oneDNN was built with: the bare calls run on one thread too. */
extern void omp_set_num_threads(int threads) __attribute__((weak));

enum { BATCH = 32, PAIRS = 9 };

static void must(enum gv_status status, const struct gv_error *error)
{
  if (status == GV_OK)
    return;
  fprintf(stderr, "%s\n", error->text);
  exit(1);
}

/* Seconds of a round, from a run of `rounds`. */
static double round_seconds(const char *model, const char *nodes, int rounds)
{
  struct gv_run *run;
  struct gv_error error;
  char count[32], out[] = "/tmp/grapevine-bench-XXXXXX", command[64];
  if (mkdtemp(out) == NULL)
    exit(1);
  snprintf(count, sizeof count, "%d", rounds);
  const char *const options[][2] = {{"model", model}, {"data", "fashion-mnist"}, {"nodes", nodes}, {"workers", "1"},
                                    {"batch", "32"}, {"rounds", count}, {"eval-every", "1e6"},
                                    {"optimizer", "sgd"}, {"schedule", "constant"}, {"learning-rate", "0.01"},
                                    {"out", out}};
  must(gv_run_create(&run, &error), &error);
  for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
    must(gv_run_set(run, options[i][0], options[i][1], &error), &error);
  must(gv_run_train(run, &error), &error);
  double seconds = gv_run_result(run)->last.seconds / rounds;
  gv_run_destroy(run);
  snprintf(command, sizeof command, "rm -r %s", out);
  if (system(command) != 0)  /* NOLINT(cert-env33-c): nothing in it comes from elsewhere */
    exit(1);
  return seconds;
}

static int ascending(const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double median(double *x, int count)
{
  qsort(x, (size_t)count, sizeof *x, ascending);
  return x[count / 2];
}

/* The mean loss over as many steps as there are batches. */
static double pool_loss(const struct bare *bare)
{
  double sum = 0;
  for (int i = 0; i < BARE_POOL; i++) {
    bare->step(bare->context);
    sum += (double)*bare->loss;
  }
  return sum / BARE_POOL;
}

static void compare(const char *model, const char *nodes, const struct bare *bare, int rounds, double reach)
{
  double round[PAIRS], step[PAIRS], ratio[PAIRS];
  int each = atoi(nodes);
  double before = pool_loss(bare);
  for (int i = 0; i < PAIRS; i++) {
    step[i] = bare_seconds(bare, rounds * each);
    round[i] = round_seconds(model, nodes, rounds) / each;
    ratio[i] = step[i] / round[i];
  }
  double after = pool_loss(bare);
  if (!(after < before)) {
    fprintf(stderr, "%s: the bare loop does not learn: loss %g, then %g\n", model, before, after);
    exit(1);
  }
  double r = median(round, PAIRS), s = median(step, PAIRS), q = median(ratio, PAIRS);
  printf("%-7s %10.0f %10.1f %10.1f %7.2f  %5.2f   %s\n", model, BATCH / r, 1e6 * r, 1e6 * s, q, reach, bare->what);
  fflush(stdout);
}

int main(int argc, char **argv)
{
  const char *nodes = argc == 3 && strcmp(argv[1], "--nodes") == 0 ? argv[2] : "1";
  struct gv_error error;
  if (argc != 1 && (argc != 3 || strcmp(argv[1], "--nodes") != 0 || atoi(argv[2]) < 1)) {
    fprintf(stderr, "usage: models [--nodes N]   rounds of N nodes on one worker [1]\n");
    return 2;
  }
  if (omp_set_num_threads != NULL)
    omp_set_num_threads(1);
  must(gv_blas_prepare(&error), &error);
  printf("fashion-mnist, batch %d, %s node%s on one worker, medians of %d pairs\n\n", BATCH, nodes,
         atoi(nodes) == 1 ? "" : "s", PAIRS);
  printf("%-7s %10s %10s %10s %7s  %5s   %s\n", "model", "samples/s", "round us", "bare us", "ratio", "reach",
         "bare");
  struct bare logreg = bare_dense(BATCH, (const int[]){784, 10}, 2);
  struct bare mlp = bare_dense(BATCH, (const int[]){784, 128, 64, 10}, 4);
  compare("logreg", nodes, &logreg, 20000 / atoi(nodes) + 1, 0.75);
  compare("mlp", nodes, &mlp, 2000 / atoi(nodes) + 1, 0.90);
#ifdef HAVE_DNNL
  struct bare cnn = bare_cnn(BATCH);
  compare("cnn", nodes, &cnn, 60 / atoi(nodes) + 1, 0.92);
#else
  printf("cnn     left out: built without oneDNN\n");
#endif
  return 0;
}
