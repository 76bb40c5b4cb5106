/* What more workers, mixing, and more nodes do to the speed of training. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "run/bench/bench.h"

enum { ONE, OTHER, WAYS, NODES = 8, MANY = 1024 };

/* Two trainings of which one is the measure of the other. */
struct pair {
  struct gv_bench_training training[WAYS];
  double seconds;  /* a sample lasts about so long */
};

static enum gv_status measure(struct gv_bench *bench, void *context, int way, double *seconds, struct gv_error *err)
{
  struct pair *pair = context;
  return gv_bench_round(bench, &pair->training[way], seconds, err);
}

static enum gv_status sample(struct gv_bench *bench, struct pair *pair, struct gv_samples *samples,
                             struct gv_error *err)
{
  enum gv_status status = gv_samples_create(samples, WAYS, bench->quick ? 3 : 5, err);
  for (int way = 0; way < WAYS && status == GV_OK; way++)
    status = gv_bench_lasting(bench, &pair->training[way], bench->quick ? 0.02 : 0.8, err);
  if (status == GV_OK)
    status = gv_bench_alternate(bench, samples, measure, pair, err);
  return status;
}

/* Samples a second of all nodes. */
static double rate(const struct pair *pair, const struct gv_samples *samples, int way)
{
  return GV_BENCH_BATCH * pair->training[way].nodes / gv_samples_median(samples, way);
}

/* Workers beside one: 2, 4, ... and as many as a run takes by itself. */
static enum gv_status workers(struct gv_bench *bench, const char *model, const char *data, struct gv_error *err)
{
  int cores = bench->cores, nodes = cores > NODES ? cores : NODES;
  enum gv_status status = GV_OK;
  for (int count = 2; count / 2 < cores && status == GV_OK; count *= 2) {
    int used = count < cores ? count : cores;
    struct pair pair = {.training = {{.model = model, .data = data, .nodes = nodes, .workers = 1},
                                     {.model = model, .data = data, .nodes = nodes, .workers = used}}};
    struct gv_samples samples = {0};
    char name[96];
    snprintf(name, sizeof name, "%s, %d nodes, %d workers over 1", model, nodes, used);
    gv_bench_doing(bench, "%s", name);
    status = sample(bench, &pair, &samples, err);
    if (status == GV_OK) {
      double speedup = gv_samples_ratio(&samples, ONE, OTHER);
      gv_bench_tell(bench, (struct gv_figure){.name = name, .value = speedup, .unit = "x", .limit = used,
                                              .limit_name = "as many workers", .share = speedup / used,
                                              .spread = gv_samples_spread(&samples, OTHER)});
    }
    gv_samples_clear(&samples);
  }
  return status;
}

/* A round with mixing beside one without. */
static enum gv_status mixing(struct gv_bench *bench, const char *model, const char *data, struct gv_error *err)
{
  const char *local = "local:period=1000000000";  /* no mean before the run is over */
  int cores = bench->cores, used = cores < NODES ? cores : NODES;
  struct pair pair = {.training = {{.model = model, .data = data, .nodes = NODES, .workers = used},
                                   {.model = model, .data = data, .nodes = NODES, .workers = used,
                                    .algorithm = local}}};
  struct gv_samples samples = {0};
  char name[96];
  snprintf(name, sizeof name, "%s, %d nodes, a round of dsgd", model, NODES);
  gv_bench_doing(bench, "%s", name);
  enum gv_status status = sample(bench, &pair, &samples, err);
  if (status == GV_OK)
    gv_bench_tell(bench, (struct gv_figure){.name = name,
                                            .value = 1e6 * gv_samples_median(&samples, ONE),
                                            .unit = "us",
                                            .limit = 1e6 * gv_samples_median(&samples, OTHER),
                                            .limit_name = "the round without mixing",
                                            .share = gv_samples_ratio(&samples, OTHER, ONE),
                                            .spread = gv_samples_spread(&samples, ONE)});
  gv_samples_clear(&samples);
  return status;
}

/* Many nodes beside as many as there are workers. Of many nodes no vector stays in the cache: a round of one reads
 * its message and one neighbour's and writes the next, three vectors at least. */
static enum gv_status many(struct gv_bench *bench, const char *data, struct gv_error *err)
{
  int nodes = bench->quick ? 64 : MANY, used = bench->cores < nodes ? bench->cores : nodes;
  int few = used > 1 ? used : 2;
  struct pair pair = {.training = {{.model = "logreg", .data = data, .nodes = few, .workers = used},
                                   {.model = "logreg", .data = data, .nodes = nodes, .workers = used}}};
  struct gv_samples samples = {0};
  double bandwidth = 0, parameters = strcmp(data, "digits") == 0 ? 650 : 7850;
  char name[96], limit[96];
  snprintf(name, sizeof name, "logreg, %d nodes over %d, %d workers", nodes, few, used);
  gv_bench_doing(bench, "%s", name);
  enum gv_status status = sample(bench, &pair, &samples, err);
  if (status == GV_OK)
    status = gv_bench_bandwidth(bench, 2 * (size_t)nodes * (size_t)parameters, used, &bandwidth, err);
  if (status == GV_OK) {
    double fast = rate(&pair, &samples, ONE), slow = rate(&pair, &samples, OTHER);
    double share = gv_samples_ratio(&samples, ONE, OTHER) * nodes / few;
    double bytes = 3 * sizeof(float) * parameters, bound = GV_BENCH_BATCH * bandwidth / bytes;
    snprintf(limit, sizeof limit, "%d nodes", few);
    gv_bench_tell(bench, (struct gv_figure){.name = name, .value = slow, .unit = "samples/s", .limit = fast,
                                            .limit_name = limit,
                                            .share = share,
                                            .spread = gv_samples_spread(&samples, OTHER)});
    snprintf(name, sizeof name, "logreg, %d nodes, %d workers", nodes, used);
    snprintf(limit, sizeof limit, "%d nodes, or memory: %.0f KB a node's round at %.0f GB/s", few, bytes / 1e3,
             bandwidth / 1e9);
    gv_bench_tell(bench, (struct gv_figure){.name = name, .value = slow, .unit = "samples/s",
                                            .limit = fmin(bound, fast), .limit_name = limit,
                                            .share = bound < fast ? slow / bound : share,
                                            .spread = gv_samples_spread(&samples, OTHER)});
  }
  gv_samples_clear(&samples);
  return status;
}

static enum gv_status run(struct gv_bench *bench, struct gv_error *err)
{
  static const char *const models[] = {"logreg", "mlp", "cnn"};
  const char *data = bench->quick ? "digits" : gv_bench_data();
  size_t count = bench->quick ? 1 : sizeof models / sizeof models[0];
  enum gv_status status = GV_OK;
  for (size_t m = 0; m < count && status == GV_OK; m++) {
    if (!gv_bench_has_model(models[m]))
      continue;
    status = workers(bench, models[m], data, err);
    if (status == GV_OK)
      status = mixing(bench, models[m], data, err);
  }
  if (status == GV_OK)
    status = many(bench, data, err);
  return status;
}

const struct gv_benchmark gv_benchmark_scaling = {
    .name = "scaling",
    .summary = "more workers, mixing, and many nodes, each beside the same without",
    .run = run,
};
