/* The Erdos-Renyi graph G(n, p): every pair is an edge with probability p; drawn again until it is connected. */
#include <math.h>

#include "core/graph/topologies/drawn.h"
#include "core/graph/topologies/topologies.h"

static const struct gv_option options[] = {
    {.key = "p", .type = GV_OPTION_REAL, .value = "auto", .min = 0, .max = 1, .words = "auto",
     .help = "probability of an edge; auto: 2 ln n/n, twice what connects the graph"},
    {.key = NULL},
};

static double usual(int n)
{
  double p = 2 * log(n) / n;
  return p < 1 ? p : 1;
}

static double probability(const struct gv_topology_input *input)
{
  return gv_options_is_word(input->options, "p") ? usual(input->nodes) : gv_options_real(input->options, "p");
}

static enum gv_status check(const struct gv_topology_input *input, struct gv_error *err)
{
  double p = probability(input), n = input->nodes;
  if (p <= 0 && n > 1)
    return gv_fail(err, GV_USAGE, "topology erdos-renyi: p is %g, which leaves %d nodes without edges; accepted: "
                   "above 0, up to 1", p, input->nodes);
  return gv_draw_size("erdos-renyi", input->nodes, p * n * (n - 1), err);
}

/* Jumps from edge to edge over the pairs w < v, by geometric draws (Batagelj and Brandes, 2005): O(n + edges). */
static enum gv_status draw_once(const struct gv_topology_input *input, int attempt, struct gv_edges *edges,
                                struct gv_error *err)
{
  (void)err;
  struct gv_stream stream;
  gv_draw_start(&stream, input, GV_FAMILY_ERDOS_RENYI, attempt, 0);
  double none = log1p(-probability(input));  /* -inf for p = 1: every jump is 0 */
  int64_t n = input->nodes, v = 1, w = -1;
  while (v < n && !edges->failed) {
    double jump = floor(log(gv_stream_uniform(&stream)) / none);
    if (!(jump < (double)n * (double)n))
      break;
    for (w += 1 + (int64_t)jump; v < n && w >= v; v++)
      w -= v;
    if (v < n)
      gv_edges_join(edges, (int)v, (int)w, 0);
  }
  return GV_OK;
}

static enum gv_status draw(const struct gv_topology_input *input, uint32_t round, struct gv_edges *edges,
                           struct gv_error *err)
{
  (void)round;
  int found;
  enum gv_status status = gv_draw_connected(input, draw_once, edges, &found, err);
  if (status != GV_OK || edges->failed || found >= 0)
    return status;
  return gv_fail(err, GV_USAGE, "topology erdos-renyi: none of %d graphs drawn with p=%.3g connects all %d nodes; "
                 "accepted: a p that does, as from %.2g on", GV_DRAW_ATTEMPTS, probability(input), input->nodes,
                 usual(input->nodes));
}

const struct gv_topology gv_topology_erdos_renyi = {
    .named = {.name = "erdos-renyi", .summary = "each pair is an edge with probability p", .options = options},
    .weighting = GV_WEIGHTS_RULE,
    .law = {true, 0, 0},
    .check = check,
    .draw = draw,
};
