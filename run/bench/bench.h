/* bench.h - benchmarks: figures, each beside its limit measured in the same run, and what they share.
 *
 * A benchmark is one file and a line in the table of bench.c. It tells its figures as they come; it does not
 * print. What is compared is measured in turn (A B A B), so that what else the machine does meets both; figures are
 * medians, shares are medians of the pairs' ratios.
 */
#ifndef GV_RUN_BENCH_BENCH_H
#define GV_RUN_BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <grapevine/status.h>

#include "core/base/cache.h"
#include "core/base/machine.h"
#include "core/base/team.h"
#include "core/engine/stop.h"

/* One figure. Strings are valid while it is told. */
struct gv_figure {
  const char *benchmark;    /* its name in the table */
  const char *name;         /* of the figure, unique in the benchmark */
  double value;
  const char *unit;
  double limit;             /* in the same unit */
  const char *limit_name;
  double share;             /* of the limit: 1 is as good, more is better; whatever the unit */
  double spread;            /* of the value: half the distance of the quartiles over the median */
};

struct gv_bench {
  /* Set by the caller before gv_bench_run. */
  bool quick;               /* a few seconds in all: for tests, not for figures */
  const char *program;      /* the path of the grapevine program, for what is measured from its start */
  void *context;            /* for the two below */
  void (*doing)(void *context, const char *what);
  void (*measured)(void *context, const struct gv_figure *figure);
  struct gv_stop stop;      /* asked: gv_bench_run ends soon with GV_INTERRUPTED */

  /* Set by gv_bench_begin. */
  struct gv_machine machine;
  int cores;                /* most workers that are measured: as many as a run takes by itself */
  int *cpus;                /* (processors) to fill one after another */
  struct gv_cache cache[4]; /* of level 1, 2, 3 at their number */
  double memory;            /* bytes of the machine */
  int numa_nodes;
  const char *name;         /* of the benchmark that runs */
};

struct gv_benchmark {
  const char *name, *summary;
  enum gv_status (*run)(struct gv_bench *bench, struct gv_error *err);
};

/* All benchmarks, in the order `all` runs them; ends with NULL. */
extern const struct gv_benchmark *const gv_benchmarks[];

/* Looks at the machine. */
enum gv_status gv_bench_begin(struct gv_bench *bench, struct gv_error *err);
void gv_bench_end(struct gv_bench *bench);

/* Whether there is a benchmark of this name; "all" is one. */
enum gv_status gv_bench_known(const char *name, struct gv_error *err);

/* Runs the benchmark of this name, or "all". */
enum gv_status gv_bench_run(struct gv_bench *bench, const char *name, struct gv_error *err);

/* ---- for the benchmarks ---- */

extern const struct gv_benchmark gv_benchmark_average, gv_benchmark_round, gv_benchmark_train,
    gv_benchmark_scaling, gv_benchmark_start, gv_benchmark_straggler, gv_benchmark_consensus;

/* GV_INTERRUPTED once a stop was asked for. */
enum gv_status gv_bench_stopped(const struct gv_bench *bench, struct gv_error *err);
void gv_bench_doing(const struct gv_bench *bench, const char *format, ...) GV_PRINTF(2, 3);
void gv_bench_tell(const struct gv_bench *bench, struct gv_figure figure);

/* The processors to bind so many workers to, or NULL: more workers than processors. */
const int *gv_bench_cpus(const struct gv_bench *bench, int workers);

/* Times of several ways of doing a thing, measured in turn. */
struct gv_samples {
  int ways, count;
  double *seconds;  /* (ways, count) */
};

enum gv_status gv_samples_create(struct gv_samples *samples, int ways, int count, struct gv_error *err);
void gv_samples_clear(struct gv_samples *samples);
double gv_samples_median(const struct gv_samples *samples, int way);
double gv_samples_spread(const struct gv_samples *samples, int way);
/* The median of the pairs' a / b. */
double gv_samples_ratio(const struct gv_samples *samples, int a, int b);
/* The way of first .. ways-1 with the least median. */
int gv_samples_best(const struct gv_samples *samples, int first);

/* Fills the samples, way after way, again and again; measure may fail. */
enum gv_status gv_bench_alternate(struct gv_bench *bench, struct gv_samples *samples,
                                  enum gv_status (*measure)(struct gv_bench *bench, void *context, int way,
                                                            double *seconds, struct gv_error *err),
                                  void *context, struct gv_error *err);

/* What a team does together. */
struct gv_together {
  int workers;
  void *context;
  /* On each worker first, to take and touch its memory; may be NULL. */
  enum gv_status (*place)(void *context, int worker, struct gv_error *err);
  /* On each worker, at once: `repeats` times. */
  void (*work)(void *context, struct gv_team *team, int worker, int way, int repeats);
};

/* Fills the samples with the seconds of one repeat; each sample lasts a hundredth of a second or more, and one as
 * long goes before all as a warm-up. */
enum gv_status gv_bench_together(struct gv_bench *bench, struct gv_samples *samples, const struct gv_together *what,
                                 struct gv_error *err);

/* ---- stream.c, average.c ---- */

enum { GV_STREAM_INPUTS = 9 };

/* out (n) <- the sum of `inputs` vectors, 2, 3, 4 or 9: the least there is to do with so much memory. n is a
 * multiple of 16, out 64-byte aligned. past: with streaming stores, where the processor has them. */
void gv_stream_sum(float *out, int inputs, const float *const *in, size_t n, bool past);

/* Bytes a second of the better sum of two vectors, `floats` in all three together, on all workers. */
enum gv_status gv_bench_bandwidth(struct gv_bench *bench, size_t floats, int workers, double *rate,
                                  struct gv_error *err);

/* ---- runs.c ---- */

/* A training run; a text that is NULL stands for the default of `grapevine train`. */
struct gv_bench_training {
  const char *model, *data, *algorithm;
  const char *pace, *straggler;  /* NULL: the defaults; of one slow node: rounds are those of the others */
  int nodes, workers;
  uint64_t rounds;
};

enum { GV_BENCH_BATCH = 32 };

/* The data that models are measured on: fashion-mnist where it is installed, else digits. */
const char *gv_bench_data(void);

/* Whether there is a model of this name: cnn needs oneDNN. */
bool gv_bench_has_model(const char *name);

struct gv_run;
/* A run with its options set, and no evaluation on test data; its files are to go to the folder. */
enum gv_status gv_bench_prepare(const struct gv_bench_training *what, const char *folder, struct gv_run **out,
                                struct gv_error *err);

/* Seconds of a round, of the nodes that are not slow, from a whole run in a temporary folder. */
enum gv_status gv_bench_round(struct gv_bench *bench, const struct gv_bench_training *what, double *seconds,
                              struct gv_error *err);

/* what->rounds <- as many as take about `lasting` seconds: tries it, which also warms it up. */
enum gv_status gv_bench_lasting(struct gv_bench *bench, struct gv_bench_training *what, double lasting,
                                struct gv_error *err);

/* A new temporary folder, for the caller to free and, with all that is in it, remove. */
enum gv_status gv_bench_folder(char **out, struct gv_error *err);
void gv_bench_remove(char *folder);  /* and frees the path; NULL is fine */

#endif
