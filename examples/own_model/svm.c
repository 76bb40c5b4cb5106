/* svm.c - a whole model: a linear support vector machine of several classes (Weston and Watkins, 1999).
 *
 * Class c scores w_c . x. A sample of class y costs, for each other class, what is missing until that class
 * scores `margin` less than y. <grapevine/model.h> says who calls what, and when.
 */
#include <grapevine/model.h>
#include <string.h>

struct svm {
  int64_t classes, features;
  float margin, *score;  /* (classes) of one sample: an instance holds scratch, the host holds the parameters */
};

static int plan(const struct gv_host *host, const struct gv_task *task, struct gv_plan *plan)
{
  struct gv_tensor weight = {.name = "weight", .rank = 2, .shape = {task->shape.classes, task->shape.features}};
  if (task->shape.classes < 2)
    return host->fail(host, "it tells classes apart, and these data have %d of them", task->shape.classes);
  return host->add_tensor(host, plan, &weight);
}

static int create(const struct gv_host *host, const struct gv_task *task, void **instance)
{
  struct svm *svm = *instance = host->allocate(host, sizeof *svm);
  float *score = host->allocate(host, (size_t)task->shape.classes * sizeof(float));
  if (svm == NULL || score == NULL)
    return 1;
  *svm = (struct svm){task->shape.classes, task->shape.features,
                      (float)host->option_real(task->options, "margin"), score};
  return 0;
}

/* Fills in the scores of one sample and returns its loss. */
static float look(struct svm *svm, const float *w, const float *x, int32_t y)
{
  float loss = -svm->margin;  /* what class y adds below */
  for (int64_t c = 0; c < svm->classes; c++) {
    svm->score[c] = 0;
    for (int64_t j = 0; j < svm->features; j++)
      svm->score[c] += w[c * svm->features + j] * x[j];
  }
  for (int64_t c = 0; c < svm->classes; c++) {
    float missing = svm->margin + svm->score[c] - svm->score[y];
    loss += missing < 0 ? 0 : missing;  /* a NaN stays one, and the run is stopped */
  }
  return loss;
}

static int gradient(void *instance, const float *w, const struct gv_batch *batch, float *g, float *loss)
{
  struct svm *svm = instance;
  int64_t d = svm->features;
  float share = 1 / (float)batch->n, sum = 0;
  memset(g, 0, (size_t)(svm->classes * d) * sizeof *g);
  for (int32_t i = 0; i < batch->n; i++) {
    const float *x = batch->x + i * d;
    int32_t y = batch->labels[i];
    sum += look(svm, w, x, y);
    for (int64_t c = 0; c < svm->classes; c++)
      for (int64_t j = 0; j < d && svm->margin + svm->score[c] > svm->score[y]; j++) {
        g[c * d + j] += share * x[j];
        g[y * d + j] -= share * x[j];
      }
  }
  *loss = sum * share;
  return 0;
}

static int evaluate(void *instance, const float *w, const struct gv_batch *batch, struct gv_metrics *metrics)
{
  struct svm *svm = instance;
  for (int32_t i = 0; i < batch->n; i++) {
    int64_t best = 0;
    metrics->loss += look(svm, w, batch->x + i * svm->features, batch->labels[i]);
    for (int64_t c = 1; c < svm->classes; c++)
      best = svm->score[c] > svm->score[best] ? c : best;
    metrics->correct += best == batch->labels[i];
  }
  return 0;
}

static const struct gv_option options[] = {
    {.key = "margin", .type = GV_OPTION_REAL, .value = "1", .max = 1e6, .help = "lead that costs nothing"},
    {.key = NULL},
};

const struct gv_model grapevine_model = {
    .abi = GV_MODEL_ABI, .size = sizeof(struct gv_model),
    .name = "svm", .summary = "linear support vector machine", .options = options,
    .plan = plan, .create = create, .gradient = gradient, .evaluate = evaluate,
};
