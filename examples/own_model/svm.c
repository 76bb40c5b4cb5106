/* svm.c - a whole model: a linear support vector machine of several classes (Weston and Watkins, 1999).
 *
 * Class c scores w_c . x + b_c. A sample of class y costs, for each other class, what is missing until
 * that class scores `margin` less than y. <grapevine/model.h> says who calls what, and when.
 */
#include <grapevine/model.h>

struct svm {
  int64_t classes, features;
  float margin, l2;
  float *score;  /* (classes), of one sample: an instance holds scratch, the host holds the parameters */
};

static int plan(const struct gv_host *host, const struct gv_task *task, struct gv_plan *plan)
{
  int32_t classes = task->shape.classes;
  if (classes < 2)
    return host->fail(host, "it tells classes apart, and these data have %d of them", classes);
  struct gv_tensor weight = {.name = "weight", .rank = 2, .shape = {classes, task->shape.features}};
  struct gv_tensor bias = {.name = "bias", .rank = 1, .shape = {classes}};
  return host->add_tensor(host, plan, &weight) || host->add_tensor(host, plan, &bias);
}

static int create(const struct gv_host *host, const struct gv_task *task, void **instance)
{
  struct svm *svm = *instance = host->allocate(host, sizeof *svm);
  if (svm == NULL)
    return 1;
  svm->classes = task->shape.classes;
  svm->features = task->shape.features;
  svm->margin = (float)host->option_real(task->options, "margin");
  svm->l2 = (float)host->option_real(task->options, "l2");
  svm->score = host->allocate(host, (size_t)svm->classes * sizeof(float));
  return svm->score == NULL;
}

/* Fills in the scores of one sample and returns its loss. */
static float look(struct svm *svm, const float *w, const float *x, int32_t label)
{
  const float *bias = w + svm->classes * svm->features;
  float loss = 0;
  for (int64_t c = 0; c < svm->classes; c++, w += svm->features) {
    svm->score[c] = bias[c];
    for (int64_t j = 0; j < svm->features; j++)
      svm->score[c] += w[j] * x[j];
  }
  for (int64_t c = 0; c < svm->classes; c++) {
    float missing = svm->margin + svm->score[c] - svm->score[label];
    loss += c == label || missing <= 0 ? 0 : missing;
  }
  return loss;
}

static int gradient(void *instance, const float *w, const struct gv_batch *batch, float *g, float *loss)
{
  struct svm *svm = instance;
  int64_t d = svm->features, weights = svm->classes * d;
  float *bias = g + weights, share = 1 / (float)batch->n;
  *loss = 0;
  for (int64_t i = 0; i < weights + svm->classes; i++) {
    g[i] = i < weights ? svm->l2 * w[i] : 0;
    *loss += g[i] * w[i] / 2;
  }
  for (int32_t i = 0; i < batch->n; i++) {
    const float *x = batch->x + i * d;
    int32_t y = batch->labels[i];
    *loss += share * look(svm, w, x, y);
    for (int64_t c = 0; c < svm->classes; c++) {
      if (c == y || svm->margin + svm->score[c] <= svm->score[y])
        continue;
      bias[c] += share;
      bias[y] -= share;
      for (int64_t j = 0; j < d; j++) {
        g[c * d + j] += share * x[j];
        g[y * d + j] -= share * x[j];
      }
    }
  }
  return 0;
}

static int evaluate(void *instance, const float *w, const struct gv_batch *batch, struct gv_metrics *metrics)
{
  struct svm *svm = instance;
  *metrics = (struct gv_metrics){0};
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
    {.key = "l2", .type = GV_OPTION_REAL, .value = "0", .max = 1e6, .help = "penalty l2/2 |weight|^2"},
    {.key = NULL},
};

const struct gv_model grapevine_model = {
    .abi = GV_MODEL_ABI, .size = sizeof(struct gv_model),
    .name = "svm", .summary = "linear support vector machine", .options = options,
    .plan = plan, .create = create, .gradient = gradient, .evaluate = evaluate,
};
