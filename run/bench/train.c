/* Whole training rounds of one node on one worker, beside nothing but the model's own gradient of batches that lie
 * ready: what data, exchange and optimizer cost. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/calling.h"
#include "core/base/clock.h"
#include "core/base/memory.h"
#include "run/bench/bench.h"
#include "run/run.h"

enum { ROUND, GRADIENT, WAYS, POOL = 64 };

struct trial {
  struct gv_bench_training training;
  struct gv_run *run;  /* resolved, for its model and its data */
  void *instance;
  float *w, *g;
  struct gv_buffer buffer[POOL];
  struct gv_batch batch[POOL];
  double seconds;
  struct gv_error error;
};

/* ---- gradients alone, on the thread that made the instance: a team of one, started for every sample ---- */

static enum gv_status fail(struct trial *t)
{
  return gv_fail(&t->error, GV_MODEL, "%s", gv_plugin_host_error(t->run->host_tables[0]));
}

static enum gv_status gradients(struct trial *t, uint64_t rounds)
{
  float loss;
  for (uint64_t k = 0; k < rounds; k++)
    if (gv_call_gradient(t->run->model, t->instance, t->w, &t->batch[k % POOL], t->g, &loss) != 0)
      return fail(t);
  return GV_OK;
}

static enum gv_status start(struct trial *t)
{
  struct gv_run *run = t->run;
  size_t parameters = (size_t)run->plan->parameters;
  enum gv_status status = gv_alloc_for(&t->w, parameters, sizeof(float), "the weights", &t->error);
  if (status == GV_OK)
    status = gv_alloc_for(&t->g, parameters, sizeof(float), "the gradient", &t->error);
  for (int i = 0; i < POOL && status == GV_OK; i++) {
    status = gv_buffer_place(&t->buffer[i], &run->source.shape, run->source.max_batch, &t->error);
    if (status == GV_OK)
      run->source.draw(run->source.context, 0, (uint64_t)i, &t->buffer[i], &t->batch[i]);
  }
  if (status == GV_OK && gv_call_create(run->model, run->host_tables[0], &run->task, &t->instance) != 0)
    status = fail(t);
  if (status == GV_OK && run->model->init != NULL && gv_call_init(run->model, t->instance, 1, t->w) != 0)
    status = fail(t);
  return status;
}

static void body(void *arg, struct gv_team *team, int worker)
{
  struct trial *t = arg;
  (void)team;
  (void)worker;
  if ((t->instance == NULL && start(t) != GV_OK) || gradients(t, t->training.rounds / 8 + 1) != GV_OK)
    return;
  double begin = gv_seconds();
  if (gradients(t, t->training.rounds) == GV_OK)
    t->seconds = (gv_seconds() - begin) / (double)t->training.rounds;
}

static enum gv_status measure(struct gv_bench *bench, void *context, int way, double *seconds, struct gv_error *err)
{
  struct trial *t = context;
  if (way == ROUND)
    return gv_bench_round(bench, &t->training, seconds, err);
  enum gv_status status = gv_team_run(1, gv_bench_cpus(bench, 1), body, t, err);
  if (status == GV_OK && t->error.status != GV_OK)
    status = gv_fail(err, t->error.status, "%s", t->error.text);
  *seconds = t->seconds;
  return status;
}

static void finish(struct trial *t)
{
  if (t->instance != NULL)
    gv_call_destroy(t->run->model, t->instance);
  for (int i = 0; i < POOL; i++)
    gv_buffer_clear(&t->buffer[i]);
  gv_free(t->w);
  gv_free(t->g);
  gv_run_destroy(t->run);
}

static enum gv_status compare(struct gv_bench *bench, const char *model, struct gv_error *err)
{
  struct trial *t = calloc(1, sizeof *t);
  struct gv_samples samples = {0};
  char name[96];
  if (t == NULL)
    return gv_fail(err, GV_MEMORY, "no memory for a benchmark");
  t->training = (struct gv_bench_training){.model = model, .data = bench->quick ? "digits" : gv_bench_data(),
                                           .nodes = 1, .workers = 1};
  snprintf(name, sizeof name, "%s on %s", model, t->training.data);
  gv_bench_doing(bench, "%s", name);
  enum gv_status status = gv_samples_create(&samples, WAYS, bench->quick ? 3 : 9, err);
  if (status == GV_OK)
    status = gv_bench_lasting(bench, &t->training, bench->quick ? 0.02 : 0.3, err);
  if (status == GV_OK)
    status = gv_bench_prepare(&t->training, "-", &t->run, err);
  if (status == GV_OK)
    status = gv_run_resolve(t->run, err);
  if (status == GV_OK)
    status = gv_bench_alternate(bench, &samples, measure, t, err);
  if (status == GV_OK)
    gv_bench_tell(bench, (struct gv_figure){.name = name,
                                            .value = GV_BENCH_BATCH / gv_samples_median(&samples, ROUND),
                                            .unit = "samples/s",
                                            .limit = GV_BENCH_BATCH / gv_samples_median(&samples, GRADIENT),
                                            .limit_name = "the model's gradient alone",
                                            .share = gv_samples_ratio(&samples, GRADIENT, ROUND),
                                            .spread = gv_samples_spread(&samples, ROUND)});
  gv_samples_clear(&samples);
  finish(t);
  free(t);
  return status;
}

static enum gv_status run(struct gv_bench *bench, struct gv_error *err)
{
  static const char *const models[] = {"logreg", "mlp", "cnn"};
  enum gv_status status = GV_OK;
  for (size_t m = 0; m < sizeof models / sizeof models[0] && status == GV_OK; m++)
    if (gv_bench_has_model(models[m]))
      status = compare(bench, models[m], err);
  return status;
}

const struct gv_benchmark gv_benchmark_train = {
    .name = "train",
    .summary = "training of one node on one worker, beside the model's gradient alone",
    .run = run,
};
