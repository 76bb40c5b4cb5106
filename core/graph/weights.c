/* Weight rules: symmetric, doubly stochastic matrices from degrees alone. */
#include "core/graph/weights.h"

static double metropolis(int a, int b, int max)
{
  (void)max;
  return 1.0 / (1 + (a > b ? a : b));
}

static double max_degree(int a, int b, int max)
{
  (void)a;
  (void)b;
  return 1.0 / (1 + max);
}

static double lazy(int a, int b, int max)
{
  return metropolis(a, b, max) / 2;
}

static const struct gv_weight_rule metropolis_rule = {
    .named = {.name = "metropolis", .summary = "1/(1 + the larger degree of the two)"}, .weight = metropolis};
static const struct gv_weight_rule max_degree_rule = {
    .named = {.name = "max-degree", .summary = "1/(1 + the largest degree of the graph)"}, .weight = max_degree};
static const struct gv_weight_rule lazy_rule = {
    .named = {.name = "lazy", .summary = "(I + metropolis)/2: every eigenvalue is at least 0"}, .weight = lazy};

static const struct gv_named *const entries[] = {
    &metropolis_rule.named, &max_degree_rule.named, &lazy_rule.named, NULL};

const struct gv_table gv_weight_table = {
    .kind = "weights",
    .summary = "how the edges of an undirected topology are weighted",
    .entries = entries,
};
