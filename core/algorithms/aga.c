/* aga: Gossip-AGA, periodic global averaging with a period that grows as the loss falls (Chen et al., ICML 2021):
 * after each global average H <- ceil(F0/F H0), F the mean training loss of all nodes in that round, F0 the mean
 * of those heard in the first `warmup` rounds, of one at least. Often in the beginning, seldom near the end.
 * Passes: those of dsgd; at times a global average, and a number from each node with it. */
#include <math.h>

#include "core/algorithms/descent.h"
#include "core/algorithms/tables.h"

static const double longest = 1e9;  /* rounds: no run lasts so long */

static enum gv_mixing mixing(const struct gv_options *options, const struct gv_rhythm *rhythm, uint64_t round)
{
  uint64_t next = rhythm->next != 0 ? rhythm->next : (uint64_t)gv_options_int(options, "period");
  return round + 1 == next ? GV_MIX_GLOBAL : GV_MIX_NEIGHBORS;
}

static void heard(const struct gv_options *options, struct gv_rhythm *rhythm, uint64_t round, double loss)
{
  double period = (double)gv_options_int(options, "period");
  if (!isfinite(loss))  /* nobody took part */
    period = 1;
  else if (rhythm->heard == 0 || round < (uint64_t)gv_options_int(options, "warmup"))
    rhythm->first_loss += (loss - rhythm->first_loss) / (double)++rhythm->heard;
  else
    period = fmin(fmax(ceil(rhythm->first_loss / loss * period), 1), longest);  /* also where the loss is 0 */
  rhythm->next = round + 1 + (uint64_t)period;
}

static const struct gv_option options[] = {
    {.key = "period", .type = GV_OPTION_INT, .value = "4", .min = 1, .max = 1e6,
     .help = "rounds between the first global averages"},
    {.key = "warmup", .type = GV_OPTION_INT, .value = "100", .min = 0, .max = 4294967295.0,
     .help = "rounds in which the period stays, and whose losses later ones are compared with"},
    {.key = NULL},
};

const struct gv_algorithm gv_algorithm_aga = {
    .named = {.name = "aga", .summary = "adaptive global averaging: pga whose period grows as the loss falls",
              .options = options},
    .messages = 1,
    .paces = GV_PACE_SYNC,
    .in_place = true,
    .own_averages = true,
    .mixing = mixing,
    .heard = heard,
    .local = gv_descend_block,
};
