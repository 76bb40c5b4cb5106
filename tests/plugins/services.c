/* services.c - a good plugin that uses every service of the host: w is drawn towards the mean of the samples. */
#include <string.h>

#include <grapevine/model.h>

struct services {
  const struct gv_host *host;
  int64_t features;
  int fail_after;
  float *scratch;
};

static int plan(const struct gv_host *host, const struct gv_task *task, struct gv_plan *plan)
{
  if (task->shape.classes > 0 && strcmp(host->option_text(task->options, "text"), "floats") == 0)
    return host->fail(host, "it has no use for labels");
  struct gv_tensor centre = {.name = "centre", .rank = 1, .shape = {task->shape.features}};
  return host->add_tensor(host, plan, &centre);
}

static int create(const struct gv_host *host, const struct gv_task *task, void **instance)
{
  const struct gv_options *options = task->options;
  const int64_t *sizes;
  int count = host->option_list(options, "sizes", &sizes);
  host->log(host, "whole=%lld word=%s real=%g flag=%d choice=%s text=%s list=%d/%lld",
            (long long)host->option_int(options, "whole"), host->option_text(options, "whole"),
            host->option_real(options, "real"), host->option_flag(options, "flag"),
            host->option_text(options, "choice"), host->option_text(options, "text"), count,
            count > 0 ? (long long)sizes[count - 1] : -1);
  host->log(host, "wrong: %lld %g %d '%s' %d", (long long)host->option_int(options, "real"),
            host->option_real(options, "absent"), host->option_flag(options, "text"),
            host->option_text(options, "absent"), host->option_list(options, "whole", &sizes));
  struct services *m = host->allocate(host, sizeof *m);
  if (m == NULL)
    return 1;
  m->host = host;
  m->features = task->shape.features;
  m->fail_after = host->option_flag(options, "flag") && host->option_int(options, "whole") == 8;
  m->scratch = host->allocate(host, (size_t)m->features * sizeof *m->scratch);
  *instance = m;
  return m->scratch == NULL;
}

static int init(void *instance, uint64_t seed, float *w)
{
  struct services *m = instance;
  m->host->normal(seed, 3, w, (size_t)m->features);
  m->host->uniform(seed, 3, m->scratch, (size_t)m->features);
  for (int64_t j = 0; j < m->features; j++)
    w[j] = 0.1f * w[j] + m->scratch[j] - 0.5f;
  return 0;
}

static double distance(const struct services *m, const float *w, const float *x)
{
  double sum = 0;
  for (int64_t j = 0; j < m->features; j++)
    sum += ((double)w[j] - (double)x[j]) * ((double)w[j] - (double)x[j]) / 2;
  return sum;
}

static int evaluate(void *instance, const float *w, const struct gv_batch *batch, struct gv_metrics *metrics)
{
  const struct services *m = instance;
  *metrics = (struct gv_metrics){0};
  for (int32_t i = 0; i < batch->n; i++)
    metrics->loss += distance(m, w, batch->x + i * m->features);
  return 0;
}

static int gradient(void *instance, const float *w, const struct gv_batch *batch, float *g, float *loss)
{
  const struct services *m = instance;
  if (m->fail_after) {
    m->host->fail(m->host, "the first reason,\nof %d", 2);
    return m->host->fail(m->host, "the second reason");
  }
  struct gv_metrics metrics;
  evaluate(instance, w, batch, &metrics);
  *loss = (float)(metrics.loss / batch->n);
  for (int64_t j = 0; j < m->features; j++) {
    double sum = 0;
    for (int32_t i = 0; i < batch->n; i++)
      sum += (double)w[j] - (double)batch->x[i * m->features + j];
    g[j] = (float)(sum / batch->n);
  }
  return 0;
}

static const struct gv_option options[] = {
    {.key = "whole", .type = GV_OPTION_INT, .value = "7", .min = 1, .max = 9, .words = "full", .help = "a count"},
    {.key = "real", .type = GV_OPTION_REAL, .value = "0.5", .help = "a number"},
    {.key = "flag", .type = GV_OPTION_FLAG, .value = "no", .help = "with whole=8: gradient fails"},
    {.key = "choice", .type = GV_OPTION_CHOICE, .value = "relu", .words = "relu|tanh", .help = "a word"},
    {.key = "text", .type = GV_OPTION_TEXT, .value = "some", .help = "a text"},
    {.key = "sizes", .type = GV_OPTION_LIST, .value = "128-64", .min = 1, .max = 999, .help = "a list"},
    {.key = NULL},
};

const struct gv_model grapevine_model = {
    .abi = GV_MODEL_ABI,
    .size = sizeof(struct gv_model),
    .name = "services",
    .summary = "a fixture",
    .options = options,
    .plan = plan,
    .create = create,
    .init = init,
    .gradient = gradient,
    .evaluate = evaluate,
};
