/* exact-diffusion (Yuan et al., IEEE TSP 2019): psi = x - a d; phi = psi + x - psi_prev, psi_prev(0) = x(0); x+ =
 * (phi + avg(phi))/2. Exact on different data for every symmetric W, as (I + W)/2 has no eigenvalue below 0.
 * One state: x - psi_prev, which is small (correct.h). The half is taken of the weights, so that no pass is spent
 * on it.
 * Passes: read x, d and the state, write the message; read degree + 1 messages and the state, write x and the
 * state. */
#include "core/algorithms/correct.h"
#include "core/algorithms/tables.h"

const struct gv_algorithm gv_algorithm_exact_diffusion = {
    .named = {.name = "exact-diffusion", .summary = "dsgd without its bias, for every symmetric W; one message"},
    .messages = 1,
    .states = 1,
    .paces = GV_PACE_SYNC,
    .in_place = true,
    .apart = true,
    .lazy = true,
    .symmetric = true,
    .linear = true,
    .mixing = gv_mix_neighbors,
    .local = gv_correct_local,
    .combine = gv_correct_combine,
};
