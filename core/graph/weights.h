/* weights.h - the extension point for weight rules: W of an undirected graph from its degrees. */
#ifndef GV_GRAPH_WEIGHTS_H
#define GV_GRAPH_WEIGHTS_H

#include "core/base/named.h"

struct gv_weight_rule {
  struct gv_named named;
  /* The weight of the edge between two nodes of these degrees (themselves excluded); symmetric in both.
   * What a row has left over is the node's own weight. */
  double (*weight)(int degree_a, int degree_b, int degree_max);
};

extern const struct gv_table gv_weight_table;  /* of struct gv_weight_rule */

#endif
