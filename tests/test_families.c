/* Every topology trains, with every algorithm, for n = 1..17: end to end through exchange and engine. */
#include <math.h>

#include "core/graph/view.h"
#include "tests/graphs.h"
#include "tests/toy.h"

enum { DIM = 37, ROUNDS = 12, NODES_MAX = 17 };

/* Bits of the replicas of every round, and the largest distance that any was from the mean in the last one. */
struct traced {
  int nodes;
  uint64_t rounds;
  double spread;
  unsigned long long digest;
};

static void trace(void *context, uint64_t round, const float *const *x)
{
  struct traced *t = context;
  t->rounds = round;
  t->spread = 0;
  for (int e = 0; e < DIM; e++) {
    double mean = 0;
    for (int i = 0; i < t->nodes; i++) {
      uint32_t bits;
      memcpy(&bits, &x[i][e], sizeof bits);
      t->digest = (t->digest ^ bits) * 1099511628211ULL;  /* FNV-1a */
      mean += (double)x[i][e] / t->nodes;
    }
    for (int i = 0; i < t->nodes; i++)
      t->spread = fmax(t->spread, fabs((double)x[i][e] - mean));
  }
}

static void train_in_step(const char *topology, const char *algorithm, int n)
{
  struct traced first = {.nodes = n}, other;
  for (int workers = 1; workers <= 4 && workers <= n; workers += 2) {
    struct traced *now = workers == 1 ? &first : &other;
    *now = (struct traced){.nodes = n};
    struct toy_run run = {.topology = topology, .algorithm = algorithm, .nodes = n, .workers = workers, .dim = DIM,
                          .rate = 0.05, .rounds = ROUNDS, .inspect = trace, .context = now, .tests = 3};
    assert_ok(toy_train(&run, NULL, err));
    ck_assert_uint_eq(now->rounds, ROUNDS);
    ck_assert_msg(isfinite(now->spread), "%s %s %d", topology, algorithm, n);
    ck_assert_msg(workers == 1 || other.digest == first.digest, "%s %s n = %d: %d workers, other bits", topology,
                  algorithm, n, workers);
  }
}

static void be_refused(const char *topology, const char *algorithm, int n)
{
  struct toy_run run = {.topology = topology, .algorithm = algorithm, .nodes = n, .dim = DIM, .rate = 0.05,
                        .rounds = ROUNDS};
  assert_fails(GV_USAGE, algorithm, toy_train(&run, NULL, err));
}

START_TEST(every_family_trains_in_step)
{
  for (size_t t = 0; gv_topology_table.entries[t] != NULL; t++)
    for (size_t a = 0; gv_algorithm_table.entries[a] != NULL; a++)
      for (int n = 1; n <= NODES_MAX && toy_in_step(gv_algorithm_table.entries[a]); n += is_full() || n < 9 ? 1 : 4)
        if (takes_nodes(gv_topology_table.entries[t], n)) {
          const char *topology = gv_topology_table.entries[t]->name;
          if (toy_defined(gv_algorithm_table.entries[a], NULL, topology, n))
            train_in_step(topology, gv_algorithm_table.entries[a]->name, n);
          else
            be_refused(topology, gv_algorithm_table.entries[a]->name, n);
        }
}
END_TEST

/* Under a small rate every family pulls the nodes together: without averaging they are this far apart. */
START_TEST(every_family_averages)
{
  struct traced apart = {.nodes = 8}, together = {.nodes = 8};
  struct toy_run run = {.topology = "ring", .algorithm = "local:period=1000", .nodes = 8, .dim = DIM, .rate = 0.05,
                        .rounds = 60, .inspect = trace, .context = &apart};
  assert_ok(toy_train(&run, NULL, err));
  run.algorithm = "dsgd";
  run.context = &together;
  for (size_t t = 0; gv_topology_table.entries[t] != NULL; t++)
    if (takes_nodes(gv_topology_table.entries[t], 8)) {
      run.topology = gv_topology_table.entries[t]->name;
      assert_ok(toy_train(&run, NULL, err));
      ck_assert_msg(together.spread < 0.75 * apart.spread, "%s: %g of %g", run.topology, together.spread,
                    apart.spread);
    }
}
END_TEST

START_TEST(every_family_trains_asynchronously)
{
  static const char *const algorithms[] = {"dsgd", "adpsgd", "push-sum"};
  for (size_t t = 0; gv_topology_table.entries[t] != NULL; t++)
    for (size_t a = 0; a < 3; a++)
      for (int n = 1; n <= NODES_MAX; n += n < 5 ? 1 : 4) {
        const struct gv_named *topology = gv_topology_table.entries[t];
        if (!takes_nodes(topology, n) ||
            ((const struct gv_topology *)topology)->weighting == GV_WEIGHTS_AVERAGE)
          continue;
        float mean[DIM];
        struct toy_run run = {.topology = topology->name, .algorithm = algorithms[a], .nodes = n,
                              .workers = n < 2 ? n : 2, .dim = DIM, .rate = 0.05, .rounds = ROUNDS,
                              .async = true};
        assert_ok(toy_train(&run, mean, err));
        for (int e = 0; e < DIM; e++)
          ck_assert_msg(isfinite(mean[e]), "%s %s %d", topology->name, algorithms[a], n);
      }
}
END_TEST

int main(void)
{
  const TTest *const tests[] = {every_family_trains_in_step, every_family_averages,
                                every_family_trains_asynchronously, NULL};
  return run_suite("families", tests);
}
