/* The hypercube: node i and i xor 2^k; n is a power of two. rho = (p - 1)/(p + 1) for n = 2^p. */
#include "core/graph/topologies/topologies.h"

static enum gv_status check(const struct gv_topology_input *input, struct gv_error *err)
{
  int n = input->nodes;
  if ((n & (n - 1)) == 0)
    return GV_OK;
  int below = 1 << (gv_log2_ceil(n) - 1);  /* n >= 3 */
  return gv_fail(err, GV_USAGE, "topology hypercube: nodes %d is no power of two; the next ones are %d and %d", n,
                 below, 2 * below);
}

static enum gv_status draw(const struct gv_topology_input *input, uint32_t round, struct gv_edges *edges,
                           struct gv_error *err)
{
  (void)round;
  (void)err;
  for (int i = 0; i < input->nodes; i++)
    for (int k = 1; k < input->nodes; k <<= 1)
      if (i < (i ^ k))
        gv_edges_join(edges, i, i ^ k, 0);
  return GV_OK;
}

/* Every dimension is a shift of its own: three make the cube as it is drawn by hand, two more were searched for, so
 * that no line comes near a node it does not belong to; further ones repeat them, each time a quarter as long. */
static void position(const struct gv_topology_input *input, int node, double at[2])
{
  static const double shift[5][2] = {{1, 0}, {0, 1}, {0.45, 0.32}, {0.2443, 0.5}, {0.1029, 0.5906}};
  double whole[2] = {0, 0}, here[2] = {0, 0};
  for (int k = 0; k < gv_log2_ceil(input->nodes); k++)
    for (int d = 0; d < 2; d++) {
      double step = shift[k % 5][d] / (1 << (2 * (k / 5)));
      whole[d] += step;
      here[d] += node >> k & 1 ? step : 0;
    }
  double side = whole[0] > whole[1] ? whole[0] : whole[1];  /* both directions on one scale */
  for (int d = 0; d < 2; d++)
    at[d] = side > 0 ? 0.5 + (here[d] - whole[d] / 2) / side : 0.5;
}

const struct gv_topology gv_topology_hypercube = {
    .named = {.name = "hypercube",
              .summary = "a neighbour for each bit of the number; n a power of two; gap 2/(1 + log2 n)"},
    .weighting = GV_WEIGHTS_RULE,
    .law = {true, 0, -1},
    .check = check,
    .draw = draw,
    .position = position,
};
