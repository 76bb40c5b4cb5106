/* Waiting: pauses, a few yields, then a futex; pure spinning collapses as soon as workers outnumber cores. */
#include "core/base/epoch.h"

#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/clock.h"

enum { YIELDS = 10 };

static void pause_briefly(void)
{
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__) || defined(__arm__)
  __asm__ volatile("yield");
#endif
}

/* A raiser stores and then looks for sleepers; a processor may look first. So a sleeper that announces itself just
 * then may be missed: it looks again after this time. A fence in every raise would cost each round of each node a
 * quarter of its wait, and the kernel compares the value once more before the sleep, so that a miss takes a store
 * that is late by a microsecond. */
static const struct timespec again = {.tv_nsec = 5000000};

void gv_epoch_raise(struct gv_epoch *epoch, uint32_t value)
{
  atomic_store_explicit(&epoch->value, value, memory_order_release);
  atomic_signal_fence(memory_order_seq_cst);  /* the compiler at least keeps the order */
  if (atomic_load_explicit(&epoch->sleepers, memory_order_relaxed) != 0)
    syscall(SYS_futex, &epoch->value, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0);
}

/* How long a thread pauses before it yields; it learns from its yields. One that comes back at once was alone on
 * its processor, and pausing longer disturbs nobody; one during which others ran says that they are waited for. */
enum { PATIENCE_LEAST = 2, PATIENCE_MOST = 2000 };
static _Thread_local int patience = 200;

static const uint64_t alone = 1500, foreign = 500000;  /* nanoseconds of a yield: at most; at least */

/* A yield that takes milliseconds gave a whole turn to a stranger who never yields. While such are about, threads
 * sleep without yielding, for a sleeper that is woken comes before them. Now and then one yields, to see: the more
 * seldom the longer there are strangers. All in nanoseconds of the clock, and relaxed: they are hints. */
static _Atomic uint64_t yield_after, yield_pause;
static const uint64_t pause_least = 20000000, pause_most = 1000000000;

static uint64_t nanoseconds(void)
{
  return (uint64_t)(1e9 * gv_seconds());
}

static void stop_yielding(uint64_t now)
{
  uint64_t after = atomic_load_explicit(&yield_after, memory_order_relaxed);
  uint64_t pause = atomic_load_explicit(&yield_pause, memory_order_relaxed);
  if (now < after)
    return;  /* another thread found out */
  pause = now > after + pause ? pause_least : 2 * pause;
  pause = pause < pause_least ? pause_least : pause < pause_most ? pause : pause_most;
  atomic_store_explicit(&yield_pause, pause, memory_order_relaxed);
  atomic_store_explicit(&yield_after, now + pause, memory_order_relaxed);
}

/* Yields a few times. Whether the epoch has reached value. */
static bool yield(struct gv_epoch *epoch, uint32_t value)
{
  uint64_t before = nanoseconds();
  if (before < atomic_load_explicit(&yield_after, memory_order_relaxed))
    return false;
  for (int i = 0; i < YIELDS; i++) {
    sched_yield();
    uint64_t now = nanoseconds(), past = now - before;
    before = now;
    if (past < alone)
      patience = patience < PATIENCE_MOST / 2 ? 2 * patience : PATIENCE_MOST;
    else if (past < foreign)
      patience = patience > 2 * PATIENCE_LEAST ? patience / 2 : PATIENCE_LEAST;
    if (past > foreign)
      stop_yielding(now);
    if (gv_epoch_reached(epoch, value))
      return true;
    if (past > foreign)
      return false;
  }
  return false;
}

void gv_epoch_wait_slowly(struct gv_epoch *epoch, uint32_t value)
{
  for (int i = 0; i < patience; i++) {
    pause_briefly();
    if (gv_epoch_reached(epoch, value))
      return;
  }
  if (yield(epoch, value))
    return;
  atomic_fetch_add_explicit(&epoch->sleepers, 1, memory_order_seq_cst);
  for (;;) {
    uint32_t seen = atomic_load_explicit(&epoch->value, memory_order_seq_cst);
    if ((int32_t)(seen - value) >= 0)
      break;
    /* Returns at once when the value is no longer `seen`, and for no reason at times: so look again. */
    syscall(SYS_futex, &epoch->value, FUTEX_WAIT_PRIVATE, seen, &again, NULL, 0);
  }
  atomic_fetch_sub_explicit(&epoch->sleepers, 1, memory_order_relaxed);
}
