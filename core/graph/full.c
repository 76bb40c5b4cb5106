/* The complete graph with W = J: every mixing is the global average. */
#include "core/graph/topologies.h"

static int period(const struct gv_topology_input *input)
{
  (void)input;
  return 1;
}

const struct gv_topology gv_topology_full = {
    .named = {.name = "full", .summary = "everybody with everybody: the exact average every round"},
    .weighting = GV_WEIGHTS_AVERAGE,
    .period = period,
};
