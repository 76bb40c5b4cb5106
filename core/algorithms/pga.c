/* pga: Gossip-PGA, dsgd with periodic global averaging (Chen et al., ICML 2021): x+ = avg(x - a d), but the mean
 * of all nodes after rounds with (k + 1) mod H = 0.
 * Passes: those of dsgd; every H rounds a global average. */
#include "core/algorithms/descent.h"
#include "core/algorithms/tables.h"

static enum gv_mixing mixing(const struct gv_options *options, const struct gv_rhythm *rhythm, uint64_t round)
{
  (void)rhythm;
  return (round + 1) % (uint64_t)gv_options_int(options, "period") == 0 ? GV_MIX_GLOBAL : GV_MIX_NEIGHBORS;
}

static const struct gv_option options[] = {
    {.key = "period", .type = GV_OPTION_INT, .value = "10", .min = 1, .max = 4294967295.0,
     .help = "rounds from one global average to the next"},
    {.key = NULL},
};

const struct gv_algorithm gv_algorithm_pga = {
    .named = {.name = "pga", .summary = "periodic global averaging: dsgd, and the mean of all every few rounds",
              .options = options},
    .messages = 1,
    .paces = GV_PACE_SYNC,
    .in_place = true,
    .own_averages = true,
    .mixing = mixing,
    .local = gv_descend_block,
};
