/* tables.h - the descriptors behind the tables of algorithms, optimizers and rate schedules, one file each. */
#ifndef GV_ALGORITHMS_TABLES_H
#define GV_ALGORITHMS_TABLES_H

#include "core/algorithms/algorithm.h"
#include "core/algorithms/optimizer.h"
#include "core/algorithms/rate.h"

extern const struct gv_algorithm gv_algorithm_adpsgd;
extern const struct gv_algorithm gv_algorithm_dsgd;
extern const struct gv_algorithm gv_algorithm_local;
extern const struct gv_algorithm gv_algorithm_psgd;
extern const struct gv_algorithm gv_algorithm_push_sum;

extern const struct gv_optimizer gv_optimizer_sgd;
extern const struct gv_optimizer gv_optimizer_momentum;
extern const struct gv_optimizer gv_optimizer_nesterov;

extern const struct gv_rate_schedule gv_rate_constant;
extern const struct gv_rate_schedule gv_rate_step;
extern const struct gv_rate_schedule gv_rate_cosine;

#endif
