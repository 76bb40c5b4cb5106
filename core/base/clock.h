/* clock.h - seconds on a clock that never jumps. */
#ifndef GV_BASE_CLOCK_H
#define GV_BASE_CLOCK_H

#include <time.h>

static inline double gv_seconds(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

#endif
