/* The checksum of a schedule's graphs. */
#include "core/graph/digest.h"

#include <zlib.h>

uint32_t gv_schedule_digest(const struct gv_schedule *schedule)
{
  uLong sum = 0;
  size_t nodes = (size_t)schedule->nodes;
  for (int k = 0; k < schedule->period && schedule->graphs != NULL; k++) {
    const struct gv_graph *graph = &schedule->graphs[k];
    size_t edges = (size_t)graph->first[nodes];
    sum = crc32_z(sum, (const void *)graph->first, (nodes + 1) * sizeof *graph->first);
    sum = crc32_z(sum, (const void *)graph->from, edges * sizeof *graph->from);
    if (schedule->weighting == GV_WEIGHTS_OWN)
      sum = crc32_z(sum, (const void *)graph->weight, edges * sizeof *graph->weight);
  }
  return (uint32_t)sum;
}
