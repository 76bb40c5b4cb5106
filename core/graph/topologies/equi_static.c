/* EquiStatic graphs (Song et al., NeurIPS 2022): m random hops, the same for all nodes; the gap does not shrink as
 * nodes are added. */
#include <math.h>
#include <string.h>

#include "core/graph/topologies/drawn.h"
#include "core/graph/topologies/topologies.h"

static const struct gv_option options[] = {
    {.key = "m", .type = GV_OPTION_INT, .value = "auto", .min = 1, .max = 1e6, .words = "auto",
     .help = "random hops, repeats add weight; auto: ceil(4 ln n)"},
    {.key = NULL},
};

/* 4 ln n is whole for no n > 1, nor so near to it that rounding decides. */
static int hops_of(const struct gv_topology_input *input)
{
  if (!gv_options_is_word(input->options, "m"))
    return (int)gv_options_int(input->options, "m");
  return input->nodes > 1 ? (int)ceil(4 * log(input->nodes)) : 1;
}

static enum gv_status check_edges(const struct gv_topology_input *input, const char *name, int each,
                                  struct gv_error *err)
{
  double n = input->nodes, degree = (double)each * hops_of(input);
  return gv_draw_size(name, input->nodes, n * (degree < n - 1 ? degree : n - 1), err);
}

static enum gv_status check_directed(const struct gv_topology_input *input, struct gv_error *err)
{
  return check_edges(input, "equi-static", 1, err);
}

static enum gv_status check_undirected(const struct gv_topology_input *input, struct gv_error *err)
{
  return check_edges(input, "equi-static-undirected", 2, err);
}

/* W[i, i + u] = (n - 1)/n times the share of hop u, and backwards half of each. */
static enum gv_status draw_once(const struct gv_topology_input *input, enum gv_family family, bool both,
                                int attempt, struct gv_edges *edges)
{
  int n = input->nodes, m = hops_of(input);
  int32_t *times = edges->scratch;
  memset(times, 0, (size_t)n * sizeof *times);
  struct gv_stream stream;
  gv_draw_start(&stream, input, family, attempt, 0);
  for (int k = 0; k < m && n > 1; k++)
    times[1 + gv_stream_below(&stream, (uint32_t)n - 1)]++;
  for (int u = 1; u < n; u++) {
    double count = both ? (times[u] + times[n - u]) / 2.0 : times[u];
    for (int i = 0; i < n && count > 0 && !edges->failed; i++)
      gv_edges_add(edges, i, gv_hop(i, u, n), count / m * (n - 1) / n);
  }
  return GV_OK;
}

static enum gv_status directed_once(const struct gv_topology_input *input, int attempt, struct gv_edges *edges,
                                    struct gv_error *err)
{
  (void)err;
  return draw_once(input, GV_FAMILY_EQUI_STATIC, false, attempt, edges);
}

static enum gv_status undirected_once(const struct gv_topology_input *input, int attempt, struct gv_edges *edges,
                                      struct gv_error *err)
{
  (void)err;
  return draw_once(input, GV_FAMILY_EQUI_STATIC_UNDIRECTED, true, attempt, edges);
}

/* Only hops with a divisor in common with n leave nodes apart. */
static enum gv_status draw_connected(const struct gv_topology_input *input, gv_draw_once once, const char *name,
                                     struct gv_edges *edges, struct gv_error *err)
{
  int found;
  enum gv_status status = gv_draw_connected(input, once, edges, &found, err);
  if (status != GV_OK || edges->failed || found >= 0)
    return status;
  return gv_fail(err, GV_USAGE, "topology %s: none of %d graphs drawn with m=%d connects all %d nodes; accepted: "
                 "a larger m", name, GV_DRAW_ATTEMPTS, hops_of(input), input->nodes);
}

static enum gv_status draw_directed(const struct gv_topology_input *input, uint32_t round, struct gv_edges *edges,
                                    struct gv_error *err)
{
  (void)round;
  return draw_connected(input, directed_once, "equi-static", edges, err);
}

static enum gv_status draw_undirected(const struct gv_topology_input *input, uint32_t round,
                                      struct gv_edges *edges, struct gv_error *err)
{
  (void)round;
  return draw_connected(input, undirected_once, "equi-static-undirected", edges, err);
}

const struct gv_topology gv_topology_equi_static = {
    .named = {.name = "equi-static", .summary = "m random hops forwards, the same for all; gap independent of n",
              .options = options},
    .weighting = GV_WEIGHTS_OWN,
    .directed = true,
    .law = {true, 0, 0},
    .check = check_directed,
    .draw = draw_directed,
};

const struct gv_topology gv_topology_equi_static_undirected = {
    .named = {.name = "equi-static-undirected",
              .summary = "m random hops both ways, the same for all; gap independent of n",
              .options = options},
    .weighting = GV_WEIGHTS_OWN,
    .law = {true, 0, 0},
    .check = check_undirected,
    .draw = draw_undirected,
};
