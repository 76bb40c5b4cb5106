/* One-peer EquiDyn graphs (Song et al., NeurIPS 2022): one random hop a round, the same for all nodes. */
#include <string.h>

#include "core/graph/topologies/drawn.h"
#include "core/graph/topologies/topologies.h"

static const struct gv_option options[] = {
    {.key = "eta", .type = GV_OPTION_REAL, .value = "0.5", .min = 0, .max = 1,
     .help = "share of a round's average, above 0; 1 leaves a node 1/n of its own value"},
    {.key = NULL},
};

static enum gv_status check_eta(const struct gv_topology_input *input, const char *name, struct gv_error *err)
{
  double eta = gv_options_real(input->options, "eta");
  if (eta > 0)
    return GV_OK;
  return gv_fail(err, GV_USAGE, "topology %s: eta is %g, so nobody would listen; accepted: above 0, up to 1", name,
                 eta);
}

static enum gv_status check_directed(const struct gv_topology_input *input, struct gv_error *err)
{
  return check_eta(input, "equi-dyn", err);
}

static enum gv_status check_undirected(const struct gv_topology_input *input, struct gv_error *err)
{
  return check_eta(input, "equi-dyn-undirected", err);
}

static int period(const struct gv_topology_input *input)
{
  (void)input;
  return 0;
}

static double weight_of(const struct gv_topology_input *input)
{
  return gv_options_real(input->options, "eta") * (input->nodes - 1) / input->nodes;
}

/* (1 - eta) I + eta A(u), A(u)[i, i + u] = (n - 1)/n. */
static enum gv_status draw_directed(const struct gv_topology_input *input, uint32_t round, struct gv_edges *edges,
                                    struct gv_error *err)
{
  (void)err;
  int n = input->nodes;
  if (n == 1)
    return GV_OK;
  struct gv_stream stream;
  gv_draw_start(&stream, input, GV_FAMILY_EQUI_DYN, 0, round);
  int u = 1 + (int)gv_stream_below(&stream, (uint32_t)n - 1);
  double weight = weight_of(input);
  for (int i = 0; i < n; i++)
    gv_edges_add(edges, i, gv_hop(i, u, n), weight);
  return GV_OK;
}

/* From a random start on, i and i + u are matched where both are free; who finds nobody keeps its value. */
static enum gv_status draw_undirected(const struct gv_topology_input *input, uint32_t round,
                                      struct gv_edges *edges, struct gv_error *err)
{
  (void)err;
  int n = input->nodes;
  int32_t *taken = edges->scratch;
  if (n == 1)
    return GV_OK;
  struct gv_stream stream;
  gv_draw_start(&stream, input, GV_FAMILY_EQUI_DYN_UNDIRECTED, 0, round);
  int u = 1 + (int)gv_stream_below(&stream, (uint32_t)n - 1), start = (int)gv_stream_below(&stream, (uint32_t)n);
  double weight = weight_of(input);
  memset(taken, 0, (size_t)n * sizeof *taken);
  for (int k = 0; k < n; k++) {
    int i = gv_hop(start, k, n), j = gv_hop(i, u, n);
    if (taken[i] || taken[j])
      continue;
    taken[i] = taken[j] = 1;
    gv_edges_join(edges, i, j, weight);
  }
  return GV_OK;
}

const struct gv_topology gv_topology_equi_dyn = {
    .named = {.name = "equi-dyn", .summary = "one message a round, from one random hop on, the same for all",
              .options = options},
    .weighting = GV_WEIGHTS_OWN,
    .directed = true,
    .law = {true, 0, 0},
    .check = check_directed,
    .period = period,
    .degree_max = 1,
    .draw = draw_directed,
};

const struct gv_topology gv_topology_equi_dyn_undirected = {
    .named = {.name = "equi-dyn-undirected",
              .summary = "pairs one random hop apart, new in every round; who finds none waits",
              .options = options},
    .weighting = GV_WEIGHTS_OWN,
    .law = {true, 0, 0},
    .check = check_undirected,
    .period = period,
    .degree_max = 1,
    .draw = draw_undirected,
};
