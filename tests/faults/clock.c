/* clock.c - to be preloaded: clocks that jump. GV_CLOCK: `wall`, the time of day goes back and forth by a day;
 * `back`, the monotonic clock as well goes back by a second at times, which no kernel would do. */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#pragma GCC visibility push(default)

int clock_gettime(clockid_t clock, struct timespec *at)
{
  static atomic_uint calls;
  const char *how = getenv("GV_CLOCK");
  int result = (int)syscall(SYS_clock_gettime, clock, at);
  unsigned call = atomic_fetch_add(&calls, 1);
  if (how == NULL || result != 0)
    return result;
  if (clock == CLOCK_REALTIME)
    at->tv_sec += call % 3 == 0 ? -86400 : call % 3 == 1 ? 86400 : 0;
  else if (strcmp(how, "back") == 0 && call % 5 == 0)
    at->tv_sec -= 1;
  return 0;
}

time_t time(time_t *out)
{
  struct timespec at;
  clock_gettime(CLOCK_REALTIME, &at);
  if (out != NULL)
    *out = at.tv_sec;
  return at.tv_sec;
}

#pragma GCC visibility pop
