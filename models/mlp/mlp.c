/* mlp - a multilayer perceptron: dense layers with an activation between them. */
#include "models/layers/network.h"

static struct network_shape shape_of(const struct gv_host *host, const struct gv_task *task)
{
  struct network_shape shape = {
      .inputs = task->shape.features,
      .activation = activation_of(host->option_text(task->options, "activation")),
      .outputs = network_outputs(task),
      .loss = network_loss(task),
      .head = "output.",
  };
  shape.hidden_count = host->option_list(task->options, "hidden", &shape.hidden);
  return shape;
}

static int plan(const struct gv_host *host, const struct gv_task *task, struct gv_plan *plan)
{
  struct network_shape shape = shape_of(host, task);
  return network_check(host, task) || network_plan(host, &shape, plan);
}

static int create(const struct gv_host *host, const struct gv_task *task, void **instance)
{
  struct network_shape shape = shape_of(host, task);
  float l2 = (float)host->option_real(task->options, "l2");
  return network_create(host, &shape, 0, task->max_batch, l2, (struct network **)instance);
}

static int init(void *instance, uint64_t seed, float *w)
{
  network_init(instance, seed, 0, w);
  return 0;
}

static const struct gv_option options[] = {
    {.key = "hidden", .type = GV_OPTION_LIST, .value = "128-64", .min = 1, .max = 65536,
     .help = "widths of the hidden layers"},
    {.key = "activation", .type = GV_OPTION_CHOICE, .value = "relu", .words = "relu|tanh|gelu",
     .help = "what follows a hidden layer"},
    {.key = "l2", .type = GV_OPTION_REAL, .value = "0", .max = 1e6,
     .help = "penalty l2/2 |weights|^2, not on biases"},
    {.key = NULL},
};

const struct gv_model grapevine_model = {
    .abi = GV_MODEL_ABI,
    .size = sizeof(struct gv_model),
    .name = "mlp",
    .summary = "multilayer perceptron: dense hidden layers; cross-entropy, or squares for float targets",
    .options = options,
    .plan = plan,
    .create = create,
    .init = init,
    .gradient = network_gradient,
    .evaluate = network_evaluate,
    .predict = network_predict,
};
