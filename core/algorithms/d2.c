/* d2 (Tang et al., ICML 2018): x+ = avg(2 x - x_prev - a d + a_prev d_prev), the first round dsgd. Exact on
 * different data, but only where lambda_min(W) > -1/3: elsewhere the part of x that W turns over grows without
 * end.
 * One state: x - x_prev + a_prev d_prev, which is small (correct.h).
 * Passes: read x, d and the state, write the message; read degree + 1 messages and the state, write x and the
 * state. */
#include "core/algorithms/correct.h"
#include "core/algorithms/tables.h"

const struct gv_algorithm gv_algorithm_d2 = {
    .named = {.name = "d2", .summary = "dsgd without its bias; for fixed symmetric W with lambda_min above -1/3"},
    .messages = 1,
    .states = 1,
    .paces = GV_PACE_SYNC,
    .in_place = true,
    .apart = true,
    .symmetric = true,
    .fixed = true,
    .lambda_bounded = true,
    .linear = true,
    .mixing = gv_mix_neighbors,
    .local = gv_correct_local,
    .combine = gv_correct_combine,
};
