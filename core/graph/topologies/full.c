/* The complete graph with W = J: every mixing is the global average. */
#include "core/graph/topologies/topologies.h"

const struct gv_topology gv_topology_full = {
    .named = {.name = "full", .summary = "everybody with everybody: the exact average every round"},
    .weighting = GV_WEIGHTS_AVERAGE,
    .law = {true, 0, 0},
};
