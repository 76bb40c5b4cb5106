/* sgd: the direction is the gradient. */
#include "core/algorithms/tables.h"

static const struct gv_option options[] = {GV_OPTIMIZER_COMMON("0")};

const struct gv_optimizer gv_optimizer_sgd = {
    .named = {.name = "sgd", .summary = "plain stochastic gradient descent", .options = options},
};
