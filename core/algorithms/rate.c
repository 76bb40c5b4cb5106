/* The learning rate of a round: warm-up, then the schedule's factor over what is left. */
#include "core/algorithms/rate.h"

double gv_rate(const struct gv_rate_schedule *schedule, const struct gv_options *options, double base,
               uint64_t round, uint64_t rounds, double rounds_per_epoch)
{
  double warmup = gv_options_real(options, "warmup") * rounds_per_epoch, k = (double)round;
  if (k + 1 < warmup)  /* round k is the (k+1)-th step: the first already moves */
    return base * (k + 1) / warmup;
  double t = k > warmup ? k - warmup : 0, T = (double)rounds > warmup ? (double)rounds - warmup : 1;
  return base * schedule->factor(options, t, T, rounds_per_epoch);
}
