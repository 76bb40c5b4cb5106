/* sgd: the direction is the gradient. */
#include "core/algorithms/tables.h"

const struct gv_optimizer gv_optimizer_sgd = {
    .named = {.name = "sgd", .summary = "plain stochastic gradient descent"},
};
