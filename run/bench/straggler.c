/* What a slow node costs the others: in asynchronous pace, and in synchronous pace, where they wait. */
#include <stdio.h>

#include "run/bench/bench.h"

enum { ALONE, BESIDE, WAYS, NODES = 8 };

static enum gv_status measure(struct gv_bench *bench, void *context, int way, double *seconds, struct gv_error *err)
{
  const struct gv_bench_training *training = context;
  return gv_bench_round(bench, &training[way], seconds, err);
}

/* The others' rounds beside their own without a slow node. */
static enum gv_status compare(struct gv_bench *bench, const char *pace, struct gv_error *err)
{
  int cores = bench->cores, used = cores < NODES ? cores : NODES;
  struct gv_bench_training training[WAYS];
  struct gv_samples samples = {0};
  char name[96];
  snprintf(name, sizeof name, "%s: 7 nodes beside one 20 x slower", pace);
  gv_bench_doing(bench, "%s", name);
  training[ALONE] = (struct gv_bench_training){.model = "mlp", .data = gv_bench_data(), .nodes = NODES,
                                               .workers = used, .pace = pace};
  training[BESIDE] = training[ALONE];
  training[BESIDE].straggler = "0:20";
  enum gv_status status = gv_samples_create(&samples, WAYS, bench->quick ? 3 : 5, err);
  for (int way = 0; way < WAYS && status == GV_OK; way++)
    status = gv_bench_lasting(bench, &training[way], bench->quick ? 0.05 : 0.8, err);
  if (status == GV_OK)
    status = gv_bench_alternate(bench, &samples, measure, training, err);
  if (status == GV_OK)
    gv_bench_tell(bench, (struct gv_figure){.name = name,
                                            .value = 1 / gv_samples_median(&samples, BESIDE),
                                            .unit = "rounds/s",
                                            .limit = 1 / gv_samples_median(&samples, ALONE),
                                            .limit_name = "without the slow one",
                                            .share = gv_samples_ratio(&samples, ALONE, BESIDE),
                                            .spread = gv_samples_spread(&samples, BESIDE)});
  gv_samples_clear(&samples);
  return status;
}

static enum gv_status run(struct gv_bench *bench, struct gv_error *err)
{
  enum gv_status status = compare(bench, "async", err);
  return status == GV_OK ? compare(bench, "sync", err) : status;
}

const struct gv_benchmark gv_benchmark_straggler = {
    .name = "straggler",
    .summary = "the rounds of nodes beside a slow one, in either pace",
    .run = run,
};
