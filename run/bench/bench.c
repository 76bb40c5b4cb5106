/* The table of benchmarks, and how figures come from samples. */
#include "run/bench/bench.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/blas.h"
#include "core/base/memory.h"
#include "core/base/named.h"
#include "run/placing.h"

const struct gv_benchmark *const gv_benchmarks[] = {
    &gv_benchmark_average, &gv_benchmark_round, &gv_benchmark_train, &gv_benchmark_scaling, &gv_benchmark_start,
    &gv_benchmark_straggler, &gv_benchmark_consensus, NULL,
};

static const char *name_of(const void *context, size_t i)
{
  const struct gv_benchmark *const *table = context;
  return table[i] == NULL ? NULL : table[i]->name;
}

static int count_numa_nodes(void)
{
  char path[64];
  int count = 0;
  do
    snprintf(path, sizeof path, "/sys/devices/system/node/node%d", count);
  while (access(path, F_OK) == 0 && ++count < 1024);
  return count > 0 ? count : 1;
}

enum gv_status gv_bench_begin(struct gv_bench *bench, struct gv_error *err)
{
  for (int level = 1; level <= 3; level++)
    bench->cache[level] = gv_cache_look(level);
  bench->memory = (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE);
  bench->numa_nodes = count_numa_nodes();
  enum gv_status status = gv_blas_prepare(err);
  struct gv_machine *machine = &bench->machine;
  if (status == GV_OK)
    status = gv_machine_look(machine, err);
  bench->cores = status == GV_OK ? gv_placing_threads(machine) : 0;
  if (status == GV_OK)
    status = gv_places_order(machine->place, machine->processors, GV_BIND_COMPACT, 1, err);
  if (status == GV_OK)
    status = gv_alloc_for(&bench->cpus, (size_t)machine->processors, sizeof *bench->cpus, "the processors", err);
  for (int p = 0; p < machine->processors && status == GV_OK; p++)
    bench->cpus[p] = machine->place[p].processor;
  return status;
}

void gv_bench_end(struct gv_bench *bench)
{
  gv_machine_clear(&bench->machine);
  gv_free(bench->cpus);
  bench->cpus = NULL;
}

static bool is_meant(const char *name, const struct gv_benchmark *benchmark)
{
  return strcmp(name, "all") == 0 || strcmp(name, benchmark->name) == 0;
}

enum gv_status gv_bench_run(struct gv_bench *bench, const char *name, struct gv_error *err)
{
  enum gv_status status = gv_bench_known(name, err);
  for (const struct gv_benchmark *const *b = gv_benchmarks; *b != NULL && status == GV_OK; b++)
    if (is_meant(name, *b)) {
      bench->name = (*b)->name;
      status = (*b)->run(bench, err);
    }
  return status;
}

enum gv_status gv_bench_known(const char *name, struct gv_error *err)
{
  for (const struct gv_benchmark *const *b = gv_benchmarks; *b != NULL; b++)
    if (is_meant(name, *b))
      return GV_OK;
  const char *near = gv_nearest(name, name_of, gv_benchmarks);
  if (near != NULL)
    return gv_fail(err, GV_USAGE, "unknown benchmark '%s'; did you mean '%s'? --help lists them", name, near);
  return gv_fail(err, GV_USAGE, "unknown benchmark '%s'; --help lists them", name);
}

enum gv_status gv_bench_stopped(const struct gv_bench *bench, struct gv_error *err)
{
  return gv_stop_asked(&bench->stop) ? gv_fail(err, GV_INTERRUPTED, "stopped on request") : GV_OK;
}

void gv_bench_doing(const struct gv_bench *bench, const char *format, ...)
{
  char text[128];
  va_list list;
  va_start(list, format);
  vsnprintf(text, sizeof text, format, list);
  va_end(list);
  if (bench->doing != NULL)
    bench->doing(bench->context, text);
}

void gv_bench_tell(const struct gv_bench *bench, struct gv_figure figure)
{
  figure.benchmark = bench->name;
  bench->measured(bench->context, &figure);
}

const int *gv_bench_cpus(const struct gv_bench *bench, int workers)
{
  return bench->machine.binds && workers <= bench->machine.processors ? bench->cpus : NULL;
}

/* ---- samples ---- */

enum gv_status gv_samples_create(struct gv_samples *samples, int ways, int count, struct gv_error *err)
{
  *samples = (struct gv_samples){.ways = ways, .count = count};
  return gv_alloc_for(&samples->seconds, (size_t)ways * (size_t)count, sizeof(double), "the samples", err);
}

void gv_samples_clear(struct gv_samples *samples)
{
  gv_free(samples->seconds);
  samples->seconds = NULL;
}

static int ascending(const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

enum { MOST = 64 };  /* samples looked at */

/* sorted <- the times of `way`, each over that of `over` where this is no negative number; returns how many. */
static int sort_times(const struct gv_samples *samples, int way, int over, double *sorted)
{
  int count = samples->count < MOST ? samples->count : MOST;
  for (int i = 0; i < count; i++) {
    sorted[i] = samples->seconds[way * samples->count + i];
    if (over >= 0)
      sorted[i] /= samples->seconds[over * samples->count + i];
  }
  qsort(sorted, (size_t)count, sizeof *sorted, ascending);
  return count;
}

double gv_samples_median(const struct gv_samples *samples, int way)
{
  double sorted[MOST];
  return sorted[sort_times(samples, way, -1, sorted) / 2];
}

double gv_samples_spread(const struct gv_samples *samples, int way)
{
  double sorted[MOST];
  int count = sort_times(samples, way, -1, sorted);
  return (sorted[3 * count / 4] - sorted[count / 4]) / (2 * sorted[count / 2]);
}

double gv_samples_ratio(const struct gv_samples *samples, int a, int b)
{
  double sorted[MOST];
  return sorted[sort_times(samples, a, b, sorted) / 2];
}

int gv_samples_best(const struct gv_samples *samples, int first)
{
  int best = first;
  for (int way = first + 1; way < samples->ways; way++)
    if (gv_samples_median(samples, way) < gv_samples_median(samples, best))
      best = way;
  return best;
}

enum gv_status gv_bench_alternate(struct gv_bench *bench, struct gv_samples *samples,
                                  enum gv_status (*measure)(struct gv_bench *bench, void *context, int way,
                                                            double *seconds, struct gv_error *err),
                                  void *context, struct gv_error *err)
{
  enum gv_status status = GV_OK;
  for (int i = 0; i < samples->count; i++)
    for (int way = 0; way < samples->ways && status == GV_OK; way++) {
      status = gv_bench_stopped(bench, err);
      if (status == GV_OK)
        status = measure(bench, context, way, &samples->seconds[way * samples->count + i], err);
    }
  return status;
}
