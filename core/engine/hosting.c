/* Chooses between blocks and strides by counting the edges that cross. */
#include "core/engine/hosting.h"

/* The worker of node i under blocks: the inverse of gv_hosting_first. */
static int block_of(int nodes, int workers, int i)
{
  return (int)((((int64_t)i + 1) * workers - 1) / nodes);
}

bool gv_hosting_strides(const struct gv_schedule *schedule, int workers)
{
  int64_t blocks = 0, strides = 0;
  if (schedule->average || schedule->period == 0)  /* drawn anew: nobody is anybody's neighbour for long */
    return false;
  for (int k = 0; k < schedule->period; k++) {
    const struct gv_graph *graph = &schedule->graphs[k];
    for (int i = 0; i < schedule->nodes; i++)
      for (int64_t e = graph->first[i]; e < graph->first[i + 1]; e++) {
        int j = graph->from[e];
        blocks += block_of(schedule->nodes, workers, i) != block_of(schedule->nodes, workers, j);
        strides += i % workers != j % workers;
      }
  }
  return strides < blocks;
}

struct gv_hosting gv_hosting_of(int nodes, int workers, bool strides, int worker)
{
  if (strides)
    return (struct gv_hosting){worker, nodes, workers};
  return (struct gv_hosting){gv_hosting_first(nodes, workers, worker),
                             gv_hosting_first(nodes, workers, worker + 1), 1};
}
