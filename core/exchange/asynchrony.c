/* Counts messages by how many rounds they lag, in bins that double. */
#include "core/exchange/asynchrony.h"

void gv_asynchrony_take(struct gv_asynchrony *lag, uint64_t own_round, uint64_t message_round)
{
  uint64_t behind = own_round > message_round ? own_round - message_round : 0;
  int bin = 0;
  for (uint64_t rest = behind; rest != 0 && bin < GV_STALENESS_BINS - 1; rest >>= 1)
    bin++;
  lag->taken++;
  lag->staleness[bin]++;
  lag->staleness_sum += behind;
  if (behind > lag->staleness_max)
    lag->staleness_max = behind;
}

void gv_asynchrony_add(struct gv_asynchrony *sum, const struct gv_asynchrony *part)
{
  sum->published += part->published;
  sum->skipped += part->skipped;
  sum->taken += part->taken;
  sum->staleness_sum += part->staleness_sum;
  if (part->staleness_max > sum->staleness_max)
    sum->staleness_max = part->staleness_max;
  for (int b = 0; b < GV_STALENESS_BINS; b++)
    sum->staleness[b] += part->staleness[b];
}
