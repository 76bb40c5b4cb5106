/* rules.h - the rules behind gv_weight_table that look at the whole graph, one file each. */
#ifndef GV_GRAPH_WEIGHTS_RULES_H
#define GV_GRAPH_WEIGHTS_RULES_H

#include "core/graph/weights/weights.h"

extern const struct gv_weight_rule gv_weights_laplacian;
extern const struct gv_weight_rule gv_weights_fdla;

/* The fastest-mixing weights are found for so many nodes and edges. */
enum { GV_FDLA_NODES_MAX = 200, GV_FDLA_EDGES_MAX = 2000 };

#endif
