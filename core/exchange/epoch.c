/* Waiting: pauses, a few yields, then a futex; pure spinning collapses as soon as workers outnumber cores. */
#include "core/exchange/epoch.h"

#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { PAUSES = 200, YIELDS = 10 };

static void pause_briefly(void)
{
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__) || defined(__arm__)
  __asm__ volatile("yield");
#endif
}

void gv_epoch_raise(struct gv_epoch *epoch, uint32_t value)
{
  /* Sequentially consistent, as is the sleepers' side: either this load sees the sleeper, or the sleeper,
   * who announced itself first, sees the new value. A release alone would let both miss each other. */
  atomic_store_explicit(&epoch->value, value, memory_order_seq_cst);
  if (atomic_load_explicit(&epoch->sleepers, memory_order_seq_cst) != 0)
    syscall(SYS_futex, &epoch->value, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0);
}

void gv_epoch_wait_slowly(struct gv_epoch *epoch, uint32_t value)
{
  for (int i = 0; i < PAUSES; i++) {
    pause_briefly();
    if (gv_epoch_reached(epoch, value))
      return;
  }
  for (int i = 0; i < YIELDS; i++) {
    sched_yield();
    if (gv_epoch_reached(epoch, value))
      return;
  }
  atomic_fetch_add_explicit(&epoch->sleepers, 1, memory_order_seq_cst);
  for (;;) {
    uint32_t seen = atomic_load_explicit(&epoch->value, memory_order_seq_cst);
    if ((int32_t)(seen - value) >= 0)
      break;
    /* Returns at once when the value is no longer `seen`, and for no reason at times: so look again. */
    syscall(SYS_futex, &epoch->value, FUTEX_WAIT_PRIVATE, seen, NULL, NULL, 0);
  }
  atomic_fetch_sub_explicit(&epoch->sleepers, 1, memory_order_relaxed);
}
