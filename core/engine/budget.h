/* budget.h - the steps that nodes in asynchronous pace still may take, all together: whoever is fast takes more. */
#ifndef GV_ENGINE_BUDGET_H
#define GV_ENGINE_BUDGET_H

#include <stdatomic.h>
#include <stdint.h>

#include "core/base/memory.h"

/* Zero-initialised: none taken. Relaxed: the count orders nothing else. */
struct gv_budget {
  _Alignas(GV_APART) _Atomic uint64_t taken;
};

/* So many were taken before; while nobody takes. */
void gv_budget_begin(struct gv_budget *budget, uint64_t taken);

/* Takes up to `want` steps below `limit`, fewer near it, so that `takers` threads end about together; returns how
 * many, 0 at the limit, and in *first how many had been taken before. */
uint64_t gv_budget_take(struct gv_budget *budget, uint64_t want, uint64_t limit, int takers, uint64_t *first);

/* Gives back what was taken and not used. */
void gv_budget_return(struct gv_budget *budget, uint64_t count);

uint64_t gv_budget_taken(const struct gv_budget *budget);

#endif
