/* tables.h - the descriptors behind the tables of algorithms, optimizers and rate schedules, one file each. */
#ifndef GV_ALGORITHMS_TABLES_H
#define GV_ALGORITHMS_TABLES_H

#include "core/algorithms/algorithm.h"
#include "core/algorithms/optimizer.h"
#include "core/algorithms/rate.h"

extern const struct gv_algorithm gv_algorithm_adpsgd;
extern const struct gv_algorithm gv_algorithm_aga;
extern const struct gv_algorithm gv_algorithm_choco;
extern const struct gv_algorithm gv_algorithm_d2;
extern const struct gv_algorithm gv_algorithm_decentlam;
extern const struct gv_algorithm gv_algorithm_dmsgd;
extern const struct gv_algorithm gv_algorithm_dsgd;
extern const struct gv_algorithm gv_algorithm_dsgd_awc;
extern const struct gv_algorithm gv_algorithm_exact_diffusion;
extern const struct gv_algorithm gv_algorithm_gt;
extern const struct gv_algorithm gv_algorithm_local;
extern const struct gv_algorithm gv_algorithm_pga;
extern const struct gv_algorithm gv_algorithm_psgd;
extern const struct gv_algorithm gv_algorithm_push_sum;
extern const struct gv_algorithm gv_algorithm_qg_dsgdm;
extern const struct gv_algorithm gv_algorithm_slowmo;

extern const struct gv_optimizer gv_optimizer_sgd;
extern const struct gv_optimizer gv_optimizer_momentum;
extern const struct gv_optimizer gv_optimizer_nesterov;
extern const struct gv_optimizer gv_optimizer_adam;
extern const struct gv_optimizer gv_optimizer_adamw;
extern const struct gv_optimizer gv_optimizer_rmsprop;

extern const struct gv_rate_schedule gv_rate_constant;
extern const struct gv_rate_schedule gv_rate_step;
extern const struct gv_rate_schedule gv_rate_cosine;

#endif
