/* The best constant edge weight, 2/(lambda_1 + lambda_{n-1}) of the Laplacian (Xiao and Boyd, 2004): both ends of
 * the spectrum of W - J are as far from 0. */
#include "core/graph/spectrum/spectrum.h"
#include "core/graph/weights/rules.h"

static enum gv_status fill(struct gv_graph *graph, int nodes, const char *name, struct gv_error *err)
{
  (void)name;
  double smallest, largest;
  if (nodes == 1)
    return GV_OK;
  enum gv_status status = gv_laplacian_extremes(graph, nodes, &smallest, &largest, err);
  for (int64_t e = 0; e < graph->first[nodes] && status == GV_OK; e++)
    graph->weight[e] = 2 / (smallest + largest);
  return status;
}

const struct gv_weight_rule gv_weights_laplacian = {
    .named = {.name = "laplacian", .summary = "the best weight that all edges share; own weights may be negative"},
    .whole = true,
    .fill = fill,
};
