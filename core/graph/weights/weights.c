/* Weight rules: symmetric, doubly stochastic matrices. The table, and the rules of degrees alone. */
#include "core/graph/weights/weights.h"

#include "core/graph/weights/rules.h"

static int64_t degree(const struct gv_graph *graph, int32_t i)
{
  return graph->first[i + 1] - graph->first[i];
}

static void fill_metropolis(struct gv_graph *graph, int nodes, double factor)
{
  for (int32_t i = 0; i < nodes; i++)
    for (int64_t e = graph->first[i]; e < graph->first[i + 1]; e++) {
      int64_t a = degree(graph, i), b = degree(graph, graph->from[e]);
      graph->weight[e] = factor / (double)(1 + (a > b ? a : b));
    }
}

static enum gv_status metropolis(struct gv_graph *graph, int nodes, const char *name, struct gv_error *err)
{
  (void)name;
  (void)err;
  fill_metropolis(graph, nodes, 1);
  return GV_OK;
}

static enum gv_status lazy(struct gv_graph *graph, int nodes, const char *name, struct gv_error *err)
{
  (void)name;
  (void)err;
  fill_metropolis(graph, nodes, 0.5);
  return GV_OK;
}

static enum gv_status max_degree(struct gv_graph *graph, int nodes, const char *name, struct gv_error *err)
{
  (void)name;
  (void)err;
  double weight = 1.0 / (1 + gv_graph_degree_max(graph, nodes));
  for (int64_t e = 0; e < graph->first[nodes]; e++)
    graph->weight[e] = weight;
  return GV_OK;
}

static const struct gv_weight_rule metropolis_rule = {
    .named = {.name = "metropolis", .summary = "1/(1 + the larger degree of the two)"}, .fill = metropolis};
static const struct gv_weight_rule max_degree_rule = {
    .named = {.name = "max-degree", .summary = "1/(1 + the largest degree of the graph)"}, .fill = max_degree};
static const struct gv_weight_rule lazy_rule = {
    .named = {.name = "lazy", .summary = "(I + metropolis)/2: every eigenvalue is at least 0"}, .fill = lazy};

static const struct gv_named *const entries[] = {
    &metropolis_rule.named, &max_degree_rule.named, &lazy_rule.named, &gv_weights_laplacian.named,
    &gv_weights_fdla.named, NULL};

const struct gv_table gv_weight_table = {
    .kind = "weights",
    .summary = "how the edges of an undirected topology are weighted",
    .entries = entries,
};
