/* What most algorithms average in every round. */
#include "core/algorithms/algorithm.h"

enum gv_mixing gv_mix_neighbors(const struct gv_options *options, const struct gv_rhythm *rhythm, uint64_t round)
{
  (void)options;
  (void)rhythm;
  (void)round;
  return GV_MIX_NEIGHBORS;
}
