/* The grid and the torus: r x c nodes, row-major, r the largest divisor of n up to its square root. */
#include <math.h>

#include "core/graph/topologies/topologies.h"

static int rows_of(int n)
{
  int rows = 1;
  for (int r = 2; (int64_t)r * r <= n; r++)
    if (n % r == 0)
      rows = r;
  return rows;
}

/* Sides of length 1 and 2 have no wrap of their own: the graph stays simple. */
static void draw_lattice(int n, int wrap, struct gv_edges *edges)
{
  int rows = rows_of(n), columns = n / rows;
  for (int r = 0; r < rows; r++)
    for (int c = 0; c < columns; c++) {
      int i = r * columns + c;
      if (c + 1 < columns)
        gv_edges_join(edges, i, i + 1, 0);
      else if (wrap && columns > 2)
        gv_edges_join(edges, i, r * columns, 0);
      if (r + 1 < rows)
        gv_edges_join(edges, i, i + columns, 0);
      else if (wrap && rows > 2)
        gv_edges_join(edges, i, c, 0);
    }
}

static enum gv_status draw_grid(const struct gv_topology_input *input, uint32_t round, struct gv_edges *edges,
                                struct gv_error *err)
{
  (void)round;
  (void)err;
  draw_lattice(input->nodes, 0, edges);
  return GV_OK;
}

static enum gv_status draw_torus(const struct gv_topology_input *input, uint32_t round, struct gv_edges *edges,
                                 struct gv_error *err)
{
  (void)round;
  (void)err;
  draw_lattice(input->nodes, 1, edges);
  return GV_OK;
}

/* Row 0 at the top; both directions on one scale. */
static void position(const struct gv_topology_input *input, int node, double at[2])
{
  int rows = rows_of(input->nodes), columns = input->nodes / rows, last = columns > 1 ? columns - 1 : 1;
  int row = node / columns;
  at[0] = (double)(node % columns) / last;
  at[1] = 0.5 + ((rows - 1) / 2.0 - row) / last;
}

/* Of a prime n the torus is a ring, and is drawn as one. */
static void position_torus(const struct gv_topology_input *input, int node, double at[2])
{
  double angle = 6.283185307179586 * node / input->nodes;
  if (rows_of(input->nodes) > 1 || input->nodes < 3) {
    position(input, node, at);
    return;
  }
  at[0] = 0.5 + 0.5 * sin(angle);
  at[1] = 0.5 + 0.5 * cos(angle);
}

const struct gv_topology gv_topology_grid = {
    .named = {.name = "grid", .summary = "rows x columns, four neighbours, fewer at the rim"},
    .weighting = GV_WEIGHTS_RULE,
    .law = {true, -1, -1},
    .draw = draw_grid,
    .position = position,
};

const struct gv_topology gv_topology_torus = {
    .named = {.name = "torus", .summary = "a grid whose rows and columns wrap around; up to four neighbours"},
    .weighting = GV_WEIGHTS_RULE,
    .law = {true, -1, 0},
    .draw = draw_torus,
    .position = position_torus,
};
