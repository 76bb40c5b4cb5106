/* Realises a topology: rows, weights, readers. The checks are in check.c. */
#include "core/graph/schedule.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/graph/topology.h"
#include "core/graph/weights.h"

static int ascending(const void *a, const void *b)
{
  int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
  return (x > y) - (x < y);
}

/* Who reads node j is the transpose of who node i reads. */
static enum gv_status fill_readers(struct gv_graph *graph, int nodes, struct gv_error *err)
{
  size_t edges = (size_t)graph->first[nodes];
  enum gv_status status = gv_alloc_for(&graph->reader_first, (size_t)nodes + 2,
                                       sizeof *graph->reader_first, "the topology", err);
  if (status == GV_OK)
    status = gv_alloc_for(&graph->reader, edges, sizeof *graph->reader, "the topology", err);
  if (status != GV_OK)
    return status;
  int64_t *next = graph->reader_first + 1;  /* next[j] becomes the end of j's readers, that is first[j + 1] */
  for (size_t e = 0; e < edges; e++)
    if (graph->from[e] >= 0 && graph->from[e] < nodes)
      next[graph->from[e] + 1]++;
  for (int i = 0; i < nodes; i++)
    next[i + 1] += next[i];
  for (int i = 0; i < nodes; i++)
    for (int64_t e = graph->first[i]; e < graph->first[i + 1]; e++)
      if (graph->from[e] >= 0 && graph->from[e] < nodes)
        graph->reader[next[graph->from[e]]++] = i;
  return GV_OK;
}

static void fill_weights(const struct gv_topology *topology, const struct gv_weight_rule *rule,
                         struct gv_graph *graph, int nodes, int degree_max)
{
  for (int i = 0; i < nodes; i++) {
    int degree = (int)(graph->first[i + 1] - graph->first[i]);
    double others = 0;
    for (int64_t e = graph->first[i]; e < graph->first[i + 1]; e++) {
      int32_t j = graph->from[e];
      int other = j >= 0 && j < nodes ? (int)(graph->first[j + 1] - graph->first[j]) : degree;
      graph->weight[e] = topology->weighting == GV_WEIGHTS_RULE ? rule->weight(degree, other, degree_max)
                                                                : 1.0 / (1 + degree);
      others += graph->weight[e];
    }
    graph->self[i] = 1 - others;
  }
}

static enum gv_status fill_graph(const struct gv_topology *topology, const struct gv_topology_input *input,
                                 int round, int degree_max, struct gv_graph *graph, struct gv_error *err)
{
  size_t nodes = (size_t)input->nodes, room = nodes * (size_t)degree_max;
  const char *what = "the topology";
  enum gv_status status = gv_alloc_for(&graph->first, nodes + 1, sizeof *graph->first, what, err);
  if (status == GV_OK)
    status = gv_alloc_for(&graph->from, room, sizeof *graph->from, what, err);
  if (status == GV_OK)
    status = gv_alloc_for(&graph->weight, room, sizeof *graph->weight, what, err);
  if (status == GV_OK)
    status = gv_alloc_for(&graph->self, nodes, sizeof *graph->self, what, err);
  if (status != GV_OK)
    return status;
  for (size_t i = 0; i < nodes; i++) {
    int32_t *row = graph->from + graph->first[i];
    int degree = topology->neighbors(input, (int)i, round, row);
    qsort(row, (size_t)degree, sizeof *row, ascending);
    graph->first[i + 1] = graph->first[i] + degree;
  }
  return fill_readers(graph, input->nodes, err);
}

static int graph_degree_max(const struct gv_graph *graph, int nodes)
{
  int64_t most = 0;
  for (int i = 0; i < nodes; i++)
    if (graph->first[i + 1] - graph->first[i] > most)
      most = graph->first[i + 1] - graph->first[i];
  return (int)most;
}

static enum gv_status realise(const struct gv_topology *topology, const struct gv_weight_rule *rule,
                              const struct gv_topology_input *input, struct gv_schedule *schedule,
                              struct gv_error *err)
{
  schedule->nodes = input->nodes;
  schedule->directed = topology->weighting == GV_WEIGHTS_UNIFORM;
  schedule->average = topology->weighting == GV_WEIGHTS_AVERAGE;
  schedule->period = topology->period(input);
  if (schedule->average) {
    schedule->degree_max = input->nodes - 1;
    return GV_OK;
  }
  enum gv_status status = gv_alloc_for(&schedule->graphs, (size_t)schedule->period,
                                       sizeof *schedule->graphs, "the topology", err);
  int room = topology->degree_max(input);
  for (int k = 0; k < schedule->period && status == GV_OK; k++) {
    struct gv_graph *graph = &schedule->graphs[k];
    status = fill_graph(topology, input, k, room, graph, err);
    if (status != GV_OK)
      break;
    int degree = graph_degree_max(graph, input->nodes);
    fill_weights(topology, rule, graph, input->nodes, degree);
    if (degree > schedule->degree_max)
      schedule->degree_max = degree;
  }
  return status == GV_OK ? gv_schedule_check(schedule, topology->named.name, err) : status;
}

enum gv_status gv_schedule_create(const char *topology_spec, const char *weights_spec, int nodes, uint64_t seed,
                                  struct gv_schedule **out, struct gv_error *err)
{
  const struct gv_named *topology_found = NULL, *rule_found = NULL;
  struct gv_options *options = NULL, *rule_options = NULL;
  struct gv_schedule *schedule = NULL;
  if (nodes < 1)
    return gv_fail(err, GV_USAGE, "nodes %d: a graph has at least 1 node", nodes);
  enum gv_status status = gv_named_parse(&gv_topology_table, topology_spec, &topology_found, &options, err);
  if (status == GV_OK)
    status = gv_named_parse(&gv_weight_table, weights_spec != NULL ? weights_spec : "metropolis", &rule_found,
                            &rule_options, err);
  if (status == GV_OK) {
    const struct gv_topology *topology = (const struct gv_topology *)topology_found;
    if (weights_spec != NULL && topology->weighting != GV_WEIGHTS_RULE)
      status = gv_fail(err, GV_USAGE,
                       "weights %s: weight rules are for undirected topologies, and %s has its own weights; "
                       "leave --weights out",
                       weights_spec, topology->named.name);
    else
      status = gv_alloc_for(&schedule, 1, sizeof *schedule, "the topology", err);
    if (status == GV_OK)
      status = realise(topology, (const struct gv_weight_rule *)rule_found,
                       &(struct gv_topology_input){.options = options, .nodes = nodes, .seed = seed}, schedule,
                       err);
  }
  gv_options_destroy(options);
  gv_options_destroy(rule_options);
  if (status != GV_OK) {
    gv_schedule_destroy(schedule);
    return status;
  }
  *out = schedule;
  return GV_OK;
}

void gv_schedule_destroy(struct gv_schedule *schedule)
{
  if (schedule == NULL)
    return;
  for (int k = 0; k < schedule->period && schedule->graphs != NULL; k++) {
    struct gv_graph *graph = &schedule->graphs[k];
    gv_free(graph->first);
    gv_free(graph->from);
    gv_free(graph->weight);
    gv_free(graph->self);
    gv_free(graph->reader_first);
    gv_free(graph->reader);
  }
  gv_free(schedule->graphs);
  gv_free(schedule);
}
