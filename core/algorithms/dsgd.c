/* dsgd: decentralized SGD, adapt then combine: x+ = avg(x - a d).
 * Passes: read x and d, write the message in place; read degree + 1 messages, write x. */
#include "core/algorithms/descent.h"
#include "core/algorithms/tables.h"

const struct gv_algorithm gv_algorithm_dsgd = {
    .named = {.name = "dsgd", .summary = "decentralized SGD: a local step, then the average with the neighbours"},
    .messages = 1,
    .paces = GV_PACE_SYNC | GV_PACE_ASYNC,
    .in_place = true,
    .mixing = gv_mix_neighbors,
    .local = gv_descend_block,
};
