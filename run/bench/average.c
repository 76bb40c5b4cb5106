/* How fast averages stream: gv_mix and gv_mean beside the better sum of as many vectors. */
#include <stdio.h>

#include "core/base/memory.h"
#include "core/exchange/mix.h"
#include "run/bench/bench.h"

enum { OURS, PLAIN, PAST, WAYS, VECTORS = GV_STREAM_INPUTS + 1, LINE = 16 };

struct average {
  int inputs;      /* vectors read: the own and those of inputs - 1 neighbours */
  bool mean;       /* gv_mean in place of gv_mix */
  size_t floats;   /* of a vector, whole cache lines */
  int workers, first;  /* first: the way that way 0 stands for */
  bool past;
  float *vector[VECTORS];  /* the last is written */
};

static void range_of(const struct average *a, int worker, size_t *first, size_t *count)
{
  size_t lines = a->floats / LINE, w = (size_t)worker, all = (size_t)a->workers;
  *first = lines * w / all * LINE;
  *count = lines * (w + 1) / all * LINE - *first;
}

/* Every worker fills its range of every vector. */
static enum gv_status place(void *context, int worker, struct gv_error *err)
{
  struct average *a = context;
  size_t first, count;
  (void)err;
  range_of(a, worker, &first, &count);
  for (int v = 0; v <= a->inputs; v++)
    for (size_t i = first; i < first + count; i++)
      a->vector[v == a->inputs ? VECTORS - 1 : v][i] = (float)(i % 97) + (float)v;
  return GV_OK;
}

static void work(void *context, struct gv_team *team, int worker, int way, int repeats)
{
  const struct average *a = context;
  const float *in[GV_STREAM_INPUTS];
  float weight[GV_STREAM_INPUTS];
  size_t first, count;
  (void)team;
  range_of(a, worker, &first, &count);
  for (int v = 0; v < a->inputs; v++) {
    in[v] = a->vector[v] + first;
    weight[v] = 1.0f / (float)(a->inputs + 1);  /* not 1/2, which has a kernel of its own */
  }
  float *out = a->vector[VECTORS - 1] + first;
  for (int i = 0; i < repeats; i++)
    if (way + a->first != OURS)
      gv_stream_sum(out, a->inputs, in, count, way + a->first == PAST);
    else if (a->mean)
      (a->past ? gv_mean_stream : gv_mean)(out, a->inputs, in, 0, count);
    else
      (a->past ? gv_mix_stream : gv_mix)(out, in[0], a->inputs - 1, in + 1, weight, count);
}

static enum gv_status take_memory(struct average *a, struct gv_error *err)
{
  enum gv_status status = GV_OK;
  for (int v = 0; v <= a->inputs && status == GV_OK; v++)
    status =
        gv_alloc_for(&a->vector[v == a->inputs ? VECTORS - 1 : v], a->floats, sizeof(float), "the vectors", err);
  return status;
}

static double traffic(const struct average *a)
{
  return (double)(a->inputs + 1) * (double)a->floats * sizeof(float);
}

/* Samples of all ways from a->first on. */
static enum gv_status sample(struct gv_bench *bench, struct average *a, struct gv_samples *samples,
                             struct gv_error *err)
{
  const struct gv_together together = {.workers = a->workers, .context = a, .place = place, .work = work};
  enum gv_status status = gv_samples_create(samples, WAYS - a->first, bench->quick ? 3 : 15, err);
  a->past = gv_mix_streams((size_t)traffic(a));
  if (status == GV_OK)
    status = take_memory(a, err);
  if (status == GV_OK)
    status = gv_bench_together(bench, samples, &together, err);
  for (int v = 0; v < VECTORS; v++)
    gv_free(a->vector[v]);
  return status;
}

static enum gv_status compare(struct gv_bench *bench, struct average *a, struct gv_error *err)
{
  struct gv_samples samples;
  char name[80];
  snprintf(name, sizeof name, "%s %d, %.0e floats, %d worker%s", a->mean ? "mean of" : "neighbours",
           a->mean ? a->inputs : a->inputs - 1, (double)a->floats, a->workers, a->workers == 1 ? "" : "s");
  gv_bench_doing(bench, "%s", name);
  enum gv_status status = sample(bench, a, &samples, err);
  if (status == GV_OK) {
    int best = gv_samples_best(&samples, PLAIN);
    gv_bench_tell(bench, (struct gv_figure){
        .name = name,
        .value = traffic(a) / gv_samples_median(&samples, OURS) / 1e9,
        .unit = "GB/s",
        .limit = traffic(a) / gv_samples_median(&samples, best) / 1e9,
        .limit_name = best == PAST ? "sum, streaming stores" : "sum, plain stores",
        .share = gv_samples_ratio(&samples, best, OURS),
        .spread = gv_samples_spread(&samples, OURS)});
  }
  gv_samples_clear(&samples);
  return status;
}

static enum gv_status run(struct gv_bench *bench, struct gv_error *err)
{
  static const size_t floats[] = {100000, 1000000, 10000000};
  static const struct { int inputs; bool mean; } kinds[] = {
      {2, false}, {3, false}, {4, false}, {9, false}, {4, true}};
  int sizes = bench->quick ? 1 : 3, all = bench->cores;
  enum gv_status status = GV_OK;
  for (int workers = 1; workers <= all; workers = workers < all ? all : all + 1)
    for (int size = 0; size < sizes; size++)
      for (size_t k = 0; k < sizeof kinds / sizeof kinds[0] && status == GV_OK; k++) {
        struct average average = {.inputs = kinds[k].inputs, .mean = kinds[k].mean, .workers = workers,
                                  .floats = floats[size] / LINE * LINE};
        status = compare(bench, &average, err);
      }
  return status;
}

enum gv_status gv_bench_bandwidth(struct gv_bench *bench, size_t floats, int workers, double *rate,
                                  struct gv_error *err)
{
  struct average average = {.inputs = 2, .workers = workers, .first = PLAIN, .floats = floats / 3 / LINE * LINE};
  struct gv_samples samples;
  enum gv_status status = sample(bench, &average, &samples, err);
  if (status == GV_OK)
    *rate = traffic(&average) / gv_samples_median(&samples, gv_samples_best(&samples, 0));
  gv_samples_clear(&samples);
  return status;
}

const struct gv_benchmark gv_benchmark_average = {
    .name = "average",
    .summary = "averaging of neighbours' vectors, beside the sum of as many",
    .run = run,
};
