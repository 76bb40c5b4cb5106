/* The random geometric graph: n uniform points in the unit square, an edge where two are nearer than a radius;
 * drawn again until it is connected. Its gap shrinks as ln n/n. */
#include <math.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/graph/topologies/drawn.h"
#include "core/graph/topologies/topologies.h"

static const double pi = 3.14159265358979323846;

static const struct gv_option options[] = {
    {.key = "radius", .type = GV_OPTION_REAL, .value = "auto", .min = 0, .max = 1.5, .words = "auto",
     .help = "distance in the unit square; auto: sqrt(2 ln n/(pi n))"},
    {.key = NULL},
};

static double usual(int n)
{
  double square = 2 * log(n) / (pi * n);
  return square < 2 ? sqrt(square) : sqrt(2);
}

static double radius_of(const struct gv_topology_input *input)
{
  return gv_options_is_word(input->options, "radius") ? usual(input->nodes)
                                                      : gv_options_real(input->options, "radius");
}

static enum gv_status check(const struct gv_topology_input *input, struct gv_error *err)
{
  double r = radius_of(input), n = input->nodes, share = pi * r * r < 1 ? pi * r * r : 1;
  if (r <= 0 && n > 1)
    return gv_fail(err, GV_USAGE, "topology geometric: radius is %g, which leaves %d nodes without edges; "
                   "accepted: above 0, up to 1.5", r, input->nodes);
  return gv_draw_size("geometric", input->nodes, share * n * (n - 1), err);
}

static void place(const struct gv_topology_input *input, int attempt, int node, double at[2])
{
  struct gv_stream stream;
  gv_draw_start(&stream, input, GV_FAMILY_GEOMETRIC, attempt, (uint32_t)node);
  at[0] = gv_stream_uniform(&stream);
  at[1] = gv_stream_uniform(&stream);
}

/* Points sorted into side x side cells, none narrower than the radius: neighbours are in the 3 x 3 cells around. */
struct cells {
  double (*at)[2];  /* (n) */
  int32_t *first;   /* (side^2 + 2) cell c holds node[first[c]] .. node[first[c + 1] - 1] */
  int32_t *node;    /* (n) */
  int side;
};

static int cell_of(const struct cells *cells, int node, int direction)
{
  return (int)(cells->at[node][direction] * cells->side);  /* a coordinate is below 1 */
}

static void sort_into_cells(struct cells *cells, int n)
{
  int32_t *next = cells->first + 1;
  for (int i = 0; i < n; i++)
    next[cell_of(cells, i, 1) * cells->side + cell_of(cells, i, 0) + 1]++;
  for (int c = 0; c < cells->side * cells->side; c++)
    next[c + 1] += next[c];
  for (int i = 0; i < n; i++)
    cells->node[next[cell_of(cells, i, 1) * cells->side + cell_of(cells, i, 0)]++] = i;
}

static void join_within(const struct cells *cells, int i, int cell, double radius, struct gv_edges *edges)
{
  for (int32_t k = cells->first[cell]; k < cells->first[cell + 1]; k++) {
    int j = cells->node[k];
    double x = cells->at[i][0] - cells->at[j][0], y = cells->at[i][1] - cells->at[j][1];
    if (j < i && x * x + y * y < radius * radius)
      gv_edges_join(edges, i, j, 0);
  }
}

static void join_near(const struct cells *cells, int n, double radius, struct gv_edges *edges)
{
  for (int i = 0; i < n && !edges->failed; i++)
    for (int dy = -1; dy <= 1; dy++)
      for (int dx = -1; dx <= 1; dx++) {
        int y = cell_of(cells, i, 1) + dy, x = cell_of(cells, i, 0) + dx;
        if (y >= 0 && y < cells->side && x >= 0 && x < cells->side)
          join_within(cells, i, y * cells->side + x, radius, edges);
      }
}

static enum gv_status draw_once(const struct gv_topology_input *input, int attempt, struct gv_edges *edges,
                                struct gv_error *err)
{
  int n = input->nodes;
  double radius = radius_of(input), most = sqrt(n);
  if (n == 1)
    return GV_OK;
  struct cells cells = {.side = 1 / radius < most ? (int)(1 / radius) : (int)most};
  if (cells.side < 1)
    cells.side = 1;
  size_t count = (size_t)cells.side * (size_t)cells.side;
  enum gv_status status = gv_alloc_for(&cells.at, (size_t)n, sizeof *cells.at, "the topology", err);
  if (status == GV_OK)
    status = gv_alloc_for(&cells.first, count + 2, sizeof *cells.first, "the topology", err);
  if (status == GV_OK)
    status = gv_alloc_for(&cells.node, (size_t)n, sizeof *cells.node, "the topology", err);
  if (status == GV_OK) {
    for (int i = 0; i < n; i++)
      place(input, attempt, i, cells.at[i]);
    sort_into_cells(&cells, n);
    join_near(&cells, n, radius, edges);
  }
  gv_free(cells.at);
  gv_free(cells.first);
  gv_free(cells.node);
  return status;
}

static enum gv_status draw(const struct gv_topology_input *input, uint32_t round, struct gv_edges *edges,
                           struct gv_error *err)
{
  (void)round;
  int found;
  enum gv_status status = gv_draw_connected(input, draw_once, edges, &found, err);
  if (status != GV_OK || edges->failed || found >= 0)
    return status;
  return gv_fail(err, GV_USAGE, "topology geometric: none of %d graphs drawn with radius=%.3g connects all %d "
                 "nodes; accepted: a radius that does, as from %.2g on", GV_DRAW_ATTEMPTS, radius_of(input),
                 input->nodes, usual(input->nodes));
}

/* Which attempt was connected costs drawing it, and all nodes of a picture ask: the last answer is kept. */
static void position(const struct gv_topology_input *input, int node, double at[2])
{
  static _Thread_local struct {
    int nodes, attempt;
    uint64_t seed;
    double radius;
  } last;
  if (last.nodes != input->nodes || last.seed != input->seed || last.radius != radius_of(input)) {
    struct gv_edges edges;
    int found = -1;
    if (gv_edges_create(&edges, input->nodes, 0, NULL) == GV_OK)
      (void)gv_draw_connected(input, draw_once, &edges, &found, NULL);
    gv_edges_destroy(&edges);
    last.nodes = input->nodes;
    last.seed = input->seed;
    last.radius = radius_of(input);
    last.attempt = found > 0 ? found : 0;
  }
  place(input, last.attempt, node, at);
}

const struct gv_topology gv_topology_geometric = {
    .named = {.name = "geometric", .summary = "random points in a square, an edge where two are near; gap ~ ln n/n",
              .options = options},
    .weighting = GV_WEIGHTS_RULE,
    .law = {true, -1, 1},
    .check = check,
    .draw = draw,
    .position = position,
};
