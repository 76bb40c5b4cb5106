/* clock.h - seconds on clocks that never jump. */
#ifndef GV_BASE_CLOCK_H
#define GV_BASE_CLOCK_H

#include <time.h>

static inline double gv_seconds(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* What the calling thread has run, without what it waited for a processor. Costs a system call. */
static inline double gv_thread_seconds(void)
{
  struct timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

#endif
