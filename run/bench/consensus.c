/* How fast a round of average consensus streams: a large ring, beside the sum of vectors of as much memory. */
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/memory.h"
#include "core/graph/consensus/consensus.h"
#include "run/bench/bench.h"

enum { OURS, SUM, WAYS };

struct ring {
  struct gv_schedule *schedule;
  double *x;
  int workers;
  uint64_t rounds;
};

/* A round reads the numbers and writes them. */
static double traffic(const struct ring *ring)
{
  return 2.0 * sizeof(double) * ring->schedule->nodes;
}

/* context: (2) when the rounds began and when the last one that was seen had ended; memory is taken before. */
static bool see(void *context, const struct gv_consensus_state *state)
{
  double *time = context;
  time[state->round > 0] = gv_seconds();
  return true;
}

/* Seconds of a round, or of as much memory in sums of vectors. */
static enum gv_status measure(struct gv_bench *bench, void *context, int way, double *seconds, struct gv_error *err)
{
  struct ring *ring = context;
  if (way == SUM) {
    double rate = 1;
    enum gv_status status =
        gv_bench_bandwidth(bench, (size_t)(traffic(ring) / sizeof(float)), ring->workers, &rate, err);
    *seconds = traffic(ring) / rate;
    return status;
  }
  double time[2] = {0, 0};
  const struct gv_consensus what = {.schedule = ring->schedule, .dimension = 1, .x = ring->x,
                                    .rounds = ring->rounds, .workers = ring->workers,
                                    .cpus = gv_bench_cpus(bench, ring->workers), .context = time, .seen = see};
  enum gv_status status = gv_consensus_run(&what, err);
  *seconds = (time[1] - time[0]) / (double)ring->rounds;
  return status;
}

static enum gv_status compare(struct gv_bench *bench, struct ring *ring, struct gv_error *err)
{
  struct gv_samples samples;
  char name[80];
  snprintf(name, sizeof name, "ring of %.0e nodes, %d worker%s", (double)ring->schedule->nodes, ring->workers,
           ring->workers == 1 ? "" : "s");
  gv_bench_doing(bench, "%s", name);
  enum gv_status status = gv_samples_create(&samples, WAYS, bench->quick ? 1 : 5, err);
  if (status == GV_OK)
    status = gv_bench_alternate(bench, &samples, measure, ring, err);
  if (status == GV_OK)
    gv_bench_tell(bench, (struct gv_figure){.name = name,
                                            .value = traffic(ring) / gv_samples_median(&samples, OURS) / 1e9,
                                            .unit = "GB/s",
                                            .limit = traffic(ring) / gv_samples_median(&samples, SUM) / 1e9,
                                            .limit_name = "sum of two vectors",
                                            .share = gv_samples_ratio(&samples, SUM, OURS),
                                            .spread = gv_samples_spread(&samples, OURS)});
  gv_samples_clear(&samples);
  return status;
}

static enum gv_status run(struct gv_bench *bench, struct gv_error *err)
{
  static const int nodes[] = {1000000, 10000000};
  int sizes = bench->quick ? 1 : 2, all = bench->cores;
  enum gv_status status = GV_OK;
  for (int size = 0; size < sizes && status == GV_OK; size++) {
    struct ring ring = {.rounds = bench->quick ? 20 : 200000000 / (uint64_t)nodes[size]};
    status = gv_schedule_create("ring", NULL, nodes[size], 1, &ring.schedule, err);
    if (status == GV_OK)
      status = gv_alloc_for(&ring.x, (size_t)nodes[size], sizeof(double), "the nodes' numbers", err);
    for (int i = 0; i < nodes[size] && status == GV_OK; i++)
      ring.x[i] = i;
    for (int workers = 1; workers <= all && status == GV_OK; workers = workers < all ? all : all + 1) {
      ring.workers = workers;
      status = compare(bench, &ring, err);
    }
    gv_free(ring.x);
    gv_schedule_destroy(ring.schedule);
  }
  return status;
}

const struct gv_benchmark gv_benchmark_consensus = {
    .name = "consensus",
    .summary = "rounds of average consensus on a large ring, beside sums of vectors",
    .run = run,
};
