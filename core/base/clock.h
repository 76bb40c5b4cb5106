/* clock.h - seconds on clocks that never jump, nor go back where the machine's do. */
#ifndef GV_BASE_CLOCK_H
#define GV_BASE_CLOCK_H

#include <time.h>

/* What the calling thread has seen last of each: on some virtual machines the monotonic clock is none. */
struct gv_clocks {
  double seconds, of_thread;
};

extern _Thread_local struct gv_clocks gv_clocks;

static inline double gv_clock_read(clockid_t clock, double *latest)
{
  struct timespec now;
  clock_gettime(clock, &now);
  double seconds = (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
  if (seconds > *latest)
    *latest = seconds;
  return *latest;
}

static inline double gv_seconds(void)
{
  return gv_clock_read(CLOCK_MONOTONIC, &gv_clocks.seconds);
}

/* What the calling thread has run, without what it waited for a processor. Costs a system call. */
static inline double gv_thread_seconds(void)
{
  return gv_clock_read(CLOCK_THREAD_CPUTIME_ID, &gv_clocks.of_thread);
}

#endif
