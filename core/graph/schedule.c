/* Realises the rounds of a topology. The checks are in check.c. */
#include "core/graph/schedule.h"

#include "core/base/memory.h"
#include "core/graph/check.h"
#include "core/graph/realise.h"
#include "core/graph/topology.h"
#include "core/graph/weights/weights.h"

static enum gv_status realise_period(struct gv_schedule *s, struct gv_error *err)
{
  struct gv_edges edges;
  enum gv_status status = gv_edges_create(&edges, s->nodes, 0, err);
  if (status == GV_OK)
    status = gv_alloc_for(&s->graphs, (size_t)s->period, sizeof *s->graphs, "the topology", err);
  for (int k = 0; k < s->period && status == GV_OK; k++) {
    status = gv_realise(s, (uint32_t)k, &edges, &s->graphs[k], err);
    int degree = status == GV_OK ? gv_graph_degree_max(&s->graphs[k], s->nodes) : 0;
    if (degree > s->degree_max)
      s->degree_max = degree;
    s->weighting = edges.weighting;
    s->directed = edges.directed;
  }
  gv_edges_destroy(&edges);
  return status;
}

/* A rule was named for a topology that has no use for it; the line names an edge that goes one way, if one does. */
static enum gv_status refuse_rule(const struct gv_schedule *s, const char *weights, struct gv_error *err)
{
  const char *name = s->topology->named.name;
  const struct gv_graph *graph = s->average ? NULL : s->graphs;
  for (int i = 0; i < s->nodes && graph != NULL; i++)
    for (int64_t e = graph->first[i]; e < graph->first[i + 1]; e++)
      if (gv_graph_find(graph, graph->from[e], i) < 0)
        return gv_fail(err, GV_USAGE, "weights %s: weight rules are for undirected topologies, and in %s node %d "
                       "receives from node %d, but not the other way round; leave --weights out", weights, name, i,
                       (int)graph->from[e]);
  return gv_fail(err, GV_USAGE, "weights %s: weight rules are for undirected topologies without weights, and %s "
                 "has its own; leave --weights out", weights, name);
}

/* weights: a rule that was asked for, or NULL. */
static enum gv_status realise(struct gv_schedule *s, const char *weights, struct gv_error *err)
{
  const struct gv_topology *topology = s->topology;
  const struct gv_topology_input input = {.options = s->options, .nodes = s->nodes, .seed = s->seed};
  enum gv_status status = topology->check != NULL ? topology->check(&input, err) : GV_OK;
  if (status != GV_OK)
    return status;
  s->weighting = topology->weighting;
  s->directed = topology->directed;
  s->average = topology->weighting == GV_WEIGHTS_AVERAGE;
  s->period = topology->period != NULL ? topology->period(&input) : 1;
  if (s->rule->whole && s->period != 1 && topology->weighting == GV_WEIGHTS_RULE)
    return gv_fail(err, GV_USAGE, "weights %s: they are found for a graph that stays, and %s changes every round; "
                   "accepted: metropolis, max-degree, lazy", s->rule->named.name, topology->named.name);
  s->shares = s->shares && !s->average;
  if (s->average)
    s->degree_max = s->nodes - 1;
  else if (s->period == 0)
    s->degree_max = topology->degree_max < s->nodes ? topology->degree_max : s->nodes - 1;
  else
    status = realise_period(s, err);
  if (status == GV_OK && weights != NULL && s->weighting != GV_WEIGHTS_RULE)
    return refuse_rule(s, weights, err);
  return status == GV_OK ? gv_schedule_check(s, topology->named.name, err) : status;
}

static enum gv_status create(const char *topology_spec, const char *weights_spec, bool shares, int nodes,
                             uint64_t seed, struct gv_schedule **out, struct gv_error *err)
{
  const struct gv_named *topology = NULL, *rule = NULL;
  struct gv_options *options = NULL, *rule_options = NULL;
  struct gv_schedule *s = NULL;
  if (nodes < 1 || nodes > GV_NODES_MAX)
    return gv_fail(err, GV_USAGE, "nodes %d; accepted: from 1 to %d", nodes, (int)GV_NODES_MAX);
  enum gv_status status = gv_named_parse(&gv_topology_table, topology_spec, &topology, &options, err);
  if (status == GV_OK)
    status = gv_named_parse(&gv_weight_table, weights_spec != NULL ? weights_spec : "metropolis", &rule,
                            &rule_options, err);
  gv_options_destroy(rule_options);
  if (status == GV_OK)
    status = gv_alloc_for(&s, 1, sizeof *s, "the topology", err);
  if (status != GV_OK) {
    gv_options_destroy(options);
    return status;
  }
  *s = (struct gv_schedule){.nodes = nodes,
                            .topology = (const struct gv_topology *)topology,
                            .options = options,
                            .shares = shares,
                            .rule = (const struct gv_weight_rule *)rule,
                            .seed = seed};
  status = realise(s, weights_spec, err);
  if (status != GV_OK) {
    gv_schedule_destroy(s);
    return status;
  }
  *out = s;
  return GV_OK;
}

enum gv_status gv_schedule_create(const char *topology, const char *weights, int nodes, uint64_t seed,
                                  struct gv_schedule **out, struct gv_error *err)
{
  return create(topology, weights, false, nodes, seed, out, err);
}

enum gv_status gv_schedule_create_shares(const char *topology, int nodes, uint64_t seed, struct gv_schedule **out,
                                         struct gv_error *err)
{
  return create(topology, NULL, true, nodes, seed, out, err);
}

void gv_schedule_destroy(struct gv_schedule *schedule)
{
  if (schedule == NULL)
    return;
  for (int k = 0; k < schedule->period && schedule->graphs != NULL; k++)
    gv_graph_clear(&schedule->graphs[k]);
  gv_free(schedule->graphs);
  gv_options_destroy(schedule->options);
  gv_free(schedule);
}

const char *gv_schedule_weights(const struct gv_schedule *s)
{
  if (s->shares && s->weighting != GV_WEIGHTS_OWN)
    return "shares";
  switch (s->weighting) {
    case GV_WEIGHTS_AVERAGE: return "average";
    case GV_WEIGHTS_UNIFORM: return "uniform";
    case GV_WEIGHTS_OWN: return "own";
    default: return s->rule->named.name;
  }
}

int gv_schedule_partners_max(const struct gv_schedule *s)
{
  int64_t most = s->period > 0 ? (int64_t)s->period * s->degree_max : s->nodes - 1;
  return most < s->nodes - 1 ? (int)most : s->nodes - 1;
}
