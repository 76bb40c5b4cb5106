/* The budget of steps: one counter that all workers add to, seldom. */
#include "core/engine/budget.h"

void gv_budget_begin(struct gv_budget *budget, uint64_t taken)
{
  atomic_store_explicit(&budget->taken, taken, memory_order_relaxed);
}

uint64_t gv_budget_take(struct gv_budget *budget, uint64_t want, uint64_t limit, int takers, uint64_t *first)
{
  uint64_t taken = atomic_load_explicit(&budget->taken, memory_order_relaxed), count;
  do {
    if (taken >= limit)
      return 0;
    uint64_t share = (limit - taken) / (2 * (uint64_t)takers);
    count = share < 1 ? 1 : share < want ? share : want;
  } while (!atomic_compare_exchange_weak_explicit(&budget->taken, &taken, taken + count, memory_order_relaxed,
                                                  memory_order_relaxed));
  *first = taken;
  return count;
}

void gv_budget_return(struct gv_budget *budget, uint64_t count)
{
  atomic_fetch_sub_explicit(&budget->taken, count, memory_order_relaxed);
}

uint64_t gv_budget_taken(const struct gv_budget *budget)
{
  return atomic_load_explicit(&budget->taken, memory_order_relaxed);
}
