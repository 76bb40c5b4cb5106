/* weights.h - the extension point for weight rules: W of an undirected graph. */
#ifndef GV_GRAPH_WEIGHTS_WEIGHTS_H
#define GV_GRAPH_WEIGHTS_WEIGHTS_H

#include "core/base/named.h"
#include "core/graph/graph.h"

struct gv_weight_rule {
  struct gv_named named;
  bool whole;  /* looks at the whole graph, which must be static and connected; else at degrees alone */

  /* Fills graph->weight, symmetric, beside the rows that are there; what a row has left over of 1 becomes the
   * node's own weight afterwards. name is the topology's, for the error line. A rule of degrees alone neither takes
   * memory nor fails. */
  enum gv_status (*fill)(struct gv_graph *graph, int nodes, const char *name, struct gv_error *err);
};

extern const struct gv_table gv_weight_table;  /* of struct gv_weight_rule */

#endif
