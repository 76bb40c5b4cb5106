/* hosting.h - which nodes a worker hosts: a block of consecutive ones, or every W-th of W workers. */
#ifndef GV_ENGINE_HOSTING_H
#define GV_ENGINE_HOSTING_H

#include <stdbool.h>
#include <stdint.h>

#include "core/graph/schedule.h"

/* Nodes first, first + step, .. below end. */
struct gv_hosting {
  int first, end, step;
};

/* Where block w of `workers` blocks of nodes begins; block w ends before the next. */
static inline int gv_hosting_first(int nodes, int workers, int w)
{
  return (int)((int64_t)nodes * w / workers);
}

/* Whether fewer messages pass from worker to worker when each of them hosts every W-th node: so on exponential
 * graphs, where hops of 2^k then stay at home but for the shortest; on a ring blocks are better. Tied: blocks. */
bool gv_hosting_strides(const struct gv_schedule *schedule, int workers);

/* The nodes of a worker; every node has one, and no two workers differ by more than one node. */
struct gv_hosting gv_hosting_of(int nodes, int workers, bool strides, int worker);

static inline int gv_hosting_count(const struct gv_hosting *hosting)
{
  return (hosting->end - hosting->first + hosting->step - 1) / hosting->step;
}

#endif
