/* Draws a round of a topology and gives its edges their weights. */
#include "core/graph/realise.h"

#include "core/graph/connected.h"
#include "core/graph/topology.h"
#include "core/graph/weights/weights.h"

/* A rule fills the edges; what they leave of 1 is the node's own weight. */
static enum gv_status apply_rule(const struct gv_schedule *s, struct gv_graph *graph, struct gv_error *err)
{
  const char *name = s->topology->named.name;
  enum gv_status status = s->rule->whole ? gv_connected_check(graph, 1, s->nodes, name, err) : GV_OK;
  if (status == GV_OK)
    status = s->rule->fill(graph, s->nodes, name, err);
  if (status == GV_OK)
    gv_graph_fill_self(graph, s->nodes);
  return status;
}

enum gv_status gv_realise(const struct gv_schedule *s, uint32_t round, struct gv_edges *edges,
                          struct gv_graph *graph, struct gv_error *err)
{
  const struct gv_topology *topology = s->topology;
  edges->count = 0;
  edges->weighting = topology->weighting;
  edges->directed = topology->directed;
  const struct gv_topology_input input = {.options = s->options, .nodes = s->nodes, .seed = s->seed};
  enum gv_status status = topology->draw(&input, round, edges, err);
  if (status == GV_OK)
    status = gv_graph_fill(graph, s->nodes, edges, topology->named.name, err);
  if (status == GV_OK && s->shares && edges->weighting != GV_WEIGHTS_OWN)
    gv_graph_fill_shares(graph, s->nodes);
  else if (status == GV_OK && edges->weighting == GV_WEIGHTS_RULE)
    status = apply_rule(s, graph, err);
  return status;
}
