/* How far a run is, in a line. */
#include <math.h>
#include <string.h>

#include "cli/cli.h"

char *gv_progress_text(const struct gv_result *r, uint64_t round, double seconds, int room, char *text, size_t size)
{
  char rate[48] = "", left[48] = "", rounds[64];
  double done = (double)round / (double)r->rounds_planned;
  double samples = (double)round / r->rounds_per_epoch * (double)r->train_samples;
  if (seconds > 0 && round > 0) {
    char number[32];
    snprintf(rate, sizeof rate, "  %s samples/s", gv_short_number(samples / seconds, number, sizeof number));
    snprintf(left, sizeof left, "  %s left", gv_short_time(seconds / done - seconds, number, sizeof number));
  }
  snprintf(rounds, sizeof rounds, "  round %llu of %llu", (unsigned long long)round,
           (unsigned long long)r->rounds_planned);
  snprintf(text, size, "%3.0f %%%s%s%s", floor(100 * done), rounds, rate, left);
  if ((int)strlen(text) > room)
    snprintf(text, size, "%3.0f %%%s%s", floor(100 * done), rounds, left);
  if ((int)strlen(text) > room)
    snprintf(text, size, "%3.0f %%%s", floor(100 * done), left);
  return text;
}
