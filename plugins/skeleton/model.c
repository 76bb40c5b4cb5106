/* @NAME@.c - a model of your own. It begins as softmax regression: your mathematics go into plan and pass. */
#include <grapevine/model.h>
#include <math.h>

struct model {  /* an instance, one a worker: settings and scratch memory, never parameters */
  struct gv_shape shape;
  float l2, *p;  /* p (shape.classes): the probabilities of one sample */
};

/* Says what the parameters are: one vector w, which holds weight, row by row, and then bias. */
static int plan(const struct gv_host *host, const struct gv_task *task, struct gv_plan *plan)
{
  struct gv_tensor weight = {.name = "weight", .rank = 2, .shape = {task->shape.classes, task->shape.features}};
  struct gv_tensor bias = {.name = "bias", .rank = 1, .shape = {task->shape.classes}};
  if (task->shape.classes < 2)
    return host->fail(host, "it tells classes apart, and these data have %d of them", task->shape.classes);
  return host->add_tensor(host, plan, &weight) || host->add_tensor(host, plan, &bias);
}

static int create(const struct gv_host *host, const struct gv_task *task, void **instance)
{
  struct model *m = *instance = host->allocate(host, sizeof *m);
  float *p = host->allocate(host, (size_t)task->shape.classes * sizeof *p);
  if (m != NULL && p != NULL)
    *m = (struct model){task->shape, (float)host->option_real(task->options, "l2"), p};
  return m == NULL || p == NULL;
}

/* Adds the batch to sum; and, unless g is NULL, its mean gradient to g. */
static void pass(struct model *m, const float *w, const struct gv_batch *batch, struct gv_metrics *sum, float *g)
{
  int64_t d = m->shape.features, bias = m->shape.classes * d;
  for (int32_t i = 0; i < batch->n; i++) {
    int32_t label = batch->labels[i], best = 0;
    for (int32_t c = 0; c < m->shape.classes; c++) {  /* the scores of sample i: weight x + bias */
      m->p[c] = w[bias + c];
      for (int64_t j = 0; j < d; j++)
        m->p[c] += w[c * d + j] * batch->x[i * d + j];
      best = m->p[c] > m->p[best] ? c : best;
    }
    float largest = m->p[best], chosen = m->p[label], total = 0;
    for (int32_t c = 0; c < m->shape.classes; c++)
      total += m->p[c] = expf(m->p[c] - largest);
    sum->loss += (double)(logf(total) + largest - chosen);
    sum->correct += best == label;
    for (int32_t c = 0; c < m->shape.classes && g != NULL; c++) {  /* what they do to the loss, and w to them */
      float slope = (m->p[c] / total - (float)(c == label)) / (float)batch->n;
      g[bias + c] += slope;
      for (int64_t j = 0; j < d; j++)
        g[c * d + j] += slope * batch->x[i * d + j];
    }
  }
}

static int gradient(void *instance, const float *w, const struct gv_batch *batch, float *g, float *loss)
{
  struct model *m = instance;
  struct gv_metrics sum = {0};
  for (int64_t k = 0; k < m->shape.classes * (m->shape.features + 1); k++) {
    g[k] = m->l2 * w[k];  /* g holds anything on entry: the penalty comes first, and overwrites it */
    sum.loss += 0.5 * batch->n * (double)(g[k] * w[k]);
  }
  pass(m, w, batch, &sum, g);
  *loss = (float)(sum.loss / batch->n);  /* a mean; NaN when w has run away, and the host stops the run */
  return 0;
}

static int evaluate(void *instance, const float *w, const struct gv_batch *batch, struct gv_metrics *metrics)
{
  pass(instance, w, batch, metrics, NULL);
  return 0;
}

const struct gv_model grapevine_model = {
    .abi = GV_MODEL_ABI, .size = sizeof(struct gv_model), .name = "@NAME@",
    .summary = "softmax regression of my own", .options = (const struct gv_option[]){
        {.key = "l2", .type = GV_OPTION_REAL, .value = "0", .max = 1e6, .help = "penalty l2/2 |w|^2"}, {0}},
    .plan = plan, .create = create, .gradient = gradient, .evaluate = evaluate,
};
