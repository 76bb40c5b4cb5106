/* adamw (Loshchilov and Hutter, ICLR 2019): adam whose weight decay goes to the weights, past the moments. */
#include "core/algorithms/adam.h"
#include "core/algorithms/tables.h"

static const struct gv_option options[] = {GV_ADAM_OPTIONS, GV_OPTIMIZER_COMMON("0.01")};

const struct gv_optimizer gv_optimizer_adamw = {
    .named = {.name = "adamw", .summary = "adam with weight decay of its own, which the moments do not see",
              .options = options},
    .states = 2,
    .adaptive = true,
    .decoupled = true,
    .direction = gv_adam,
};
