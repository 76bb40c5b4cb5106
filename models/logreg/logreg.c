/* logreg - softmax regression: scores W x + b, cross-entropy loss. */
#include "models/layers/network.h"

static struct network_shape shape_of(const struct gv_task *task)
{
  return (struct network_shape){.inputs = task->shape.features, .outputs = task->shape.classes,
                                .loss = LOSS_CROSS_ENTROPY, .head = ""};
}

static int plan(const struct gv_host *host, const struct gv_task *task, struct gv_plan *plan)
{
  struct network_shape shape = shape_of(task);
  if (task->shape.classes == 0)
    return host->fail(host, "it learns classes, but these data have numbers for targets; linreg learns numbers");
  return network_check(host, task) || network_plan(host, &shape, plan);
}

static int create(const struct gv_host *host, const struct gv_task *task, void **instance)
{
  struct network_shape shape = shape_of(task);
  float l2 = (float)host->option_real(task->options, "l2");
  return network_create(host, &shape, 0, task->max_batch, l2, (struct network **)instance);
}

static const struct gv_option options[] = {
    {.key = "l2", .type = GV_OPTION_REAL, .value = "0", .max = 1e6, .help = "penalty l2/2 |weight|^2, not on bias"},
    {.key = NULL},
};

/* Without init: it starts at zero, for its loss is convex. */
const struct gv_model grapevine_model = {
    .abi = GV_MODEL_ABI,
    .size = sizeof(struct gv_model),
    .name = "logreg",
    .summary = "softmax regression: one linear layer, cross-entropy loss, convex",
    .options = options,
    .plan = plan,
    .create = create,
    .gradient = network_gradient,
    .evaluate = network_evaluate,
    .predict = network_predict,
};
