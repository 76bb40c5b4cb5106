/* The tables of algorithms, optimizers and learning-rate schedules. A new one: its file, a line in its table here,
 * one in tables.h and one in local.mk. */
#include "core/algorithms/tables.h"

static const struct gv_named *const algorithms[] = {
    &gv_algorithm_dsgd.named,
    &gv_algorithm_dsgd_awc.named,
    &gv_algorithm_psgd.named,
    &gv_algorithm_local.named,
    &gv_algorithm_pga.named,
    &gv_algorithm_aga.named,
    &gv_algorithm_slowmo.named,
    &gv_algorithm_gt.named,
    &gv_algorithm_d2.named,
    &gv_algorithm_exact_diffusion.named,
    &gv_algorithm_dmsgd.named,
    &gv_algorithm_decentlam.named,
    &gv_algorithm_qg_dsgdm.named,
    &gv_algorithm_push_sum.named,
    &gv_algorithm_choco.named,
    &gv_algorithm_adpsgd.named,
    NULL,
};

const struct gv_table gv_algorithm_table = {
    .kind = "algorithm",
    .summary = "what a node does with its gradient and its neighbours' messages",
    .entries = algorithms,
};

static const struct gv_named *const optimizers[] = {
    &gv_optimizer_sgd.named,
    &gv_optimizer_momentum.named,
    &gv_optimizer_nesterov.named,
    &gv_optimizer_adam.named,
    &gv_optimizer_adamw.named,
    &gv_optimizer_rmsprop.named,
    NULL,
};

const struct gv_table gv_optimizer_table = {
    .kind = "optimizer",
    .summary = "from a gradient to a direction",
    .entries = optimizers,
};

static const struct gv_named *const rates[] = {
    &gv_rate_constant.named,
    &gv_rate_step.named,
    &gv_rate_cosine.named,
    NULL,
};

const struct gv_table gv_rate_table = {
    .kind = "schedule",
    .summary = "the learning rate over the run",
    .entries = rates,
};
