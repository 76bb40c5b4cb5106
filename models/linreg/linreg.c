/* linreg - least squares: y = W x + b, loss 1/(2m) sum |y - target|^2, the model that theory is checked on. */
#include "models/layers/network.h"

static struct network_shape shape_of(const struct gv_task *task)
{
  return (struct network_shape){.inputs = task->shape.features, .outputs = network_outputs(task),
                                .loss = LOSS_SQUARES, .head = ""};
}

static int plan(const struct gv_host *host, const struct gv_task *task, struct gv_plan *plan)
{
  struct network_shape shape = shape_of(task);
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
    .name = "linreg",
    .summary = "least squares: one linear layer; class labels count as 1 among 0s",
    .options = options,
    .plan = plan,
    .create = create,
    .gradient = network_gradient,
    .evaluate = network_evaluate,
    .predict = network_predict,
};
