/* The hypercube: node i and i xor 2^k; n is a power of two. rho = (p - 1)/(p + 1) for n = 2^p. */
#include <math.h>

#include "core/graph/topologies.h"

static enum gv_status check(const struct gv_topology_input *input, struct gv_error *err)
{
  int n = input->nodes;
  if ((n & (n - 1)) == 0)
    return GV_OK;
  int below = 1 << (gv_log2_ceil(n) - 1);  /* n >= 3 */
  if (n > 1 << 30)
    return gv_fail(err, GV_USAGE, "topology hypercube: nodes %d is no power of two up to %d", n, 1 << 30);
  return gv_fail(err, GV_USAGE, "topology hypercube: nodes %d is no power of two; the next ones are %d and %d", n,
                 below, 2 * below);
}

static enum gv_status draw(const struct gv_topology_input *input, uint32_t round, struct gv_edges *edges,
                           struct gv_error *err)
{
  (void)round;
  (void)err;
  for (int i = 0; i < input->nodes; i++)
    for (int k = 1; k < input->nodes && k > 0; k <<= 1)
      if (i < (i ^ k))
        gv_edges_join(edges, i, i ^ k, 0);
  return GV_OK;
}

/* A square, a cube, then two cubes side by side, and so on: every bit is a direction of its own. */
static void position(const struct gv_topology_input *input, int node, double at[2])
{
  double step[32][2] = {{1, 0}, {0, 1}, {0.42, 0.3}, {1.95, 0.62}, {0.56, 1.95}};
  double size[2] = {0, 0}, here[2] = {0, 0};
  int p = gv_log2_ceil(input->nodes);
  for (int k = 0; k < p; k++)
    for (int d = 0; d < 2; d++) {
      if (k >= 5)
        step[k][d] = 2.07 * step[k - 2][d];
      size[d] += step[k][d];
      here[d] += node >> k & 1 ? step[k][d] : 0;
    }
  double side = fmax(fmax(size[0], size[1]), 1);
  for (int d = 0; d < 2; d++)
    at[d] = 0.5 + (here[d] - size[d] / 2) / side;
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
