/* A random regular graph: simple, connected, every node with the same number of neighbours. */
#include <string.h>

#include "core/base/memory.h"
#include "core/graph/topologies/drawn.h"
#include "core/graph/topologies/topologies.h"

/* Pairings that are given up for a new one, and shuffles of a rest that join nothing before one is. */
enum { PAIRINGS = 1000, IDLE = 50 };

static const struct gv_option options[] = {
    {.key = "degree", .type = GV_OPTION_INT, .value = "auto", .min = 1, .max = 1e9, .words = "auto",
     .help = "neighbours of a node, fewer than nodes; nodes x degree is even; auto: 4, or all when they are fewer"},
    {.key = NULL},
};

static int degree_of(const struct gv_topology_input *input)
{
  if (!gv_options_is_word(input->options, "degree"))
    return (int)gv_options_int(input->options, "degree");
  return input->nodes > 4 ? 4 : input->nodes - 1;  /* 2 x 1, 3 x 2, 4 x 3, n x 4 are all even */
}

static enum gv_status check(const struct gv_topology_input *input, struct gv_error *err)
{
  int n = input->nodes, d = degree_of(input);
  if (d >= n)
    return gv_fail(err, GV_USAGE, "topology random-regular: degree %d with %d nodes; accepted: a degree "
                   "below nodes", d, n);
  if (d == 1 && n > 2)
    return gv_fail(err, GV_USAGE, "topology random-regular: degree 1 cannot connect %d nodes; accepted: from 2 to "
                   "%d", n, n - 1);
  if ((int64_t)n * d % 2 != 0)
    return gv_fail(err, GV_USAGE, "topology random-regular: degree %d with %d nodes, and nodes x degree is odd; "
                   "accepted: an even degree, such as %d", d, n, d + 1 < n ? d + 1 : d - 1);
  return gv_draw_size("random-regular", n, (double)n * d, err);
}

/* A graph in the making: neighbours of node i are to[i * degree] .. to[i * degree + have[i] - 1]. */
struct pairing {
  int32_t *to, *have, *points;
  int nodes, degree;
};

static bool joined(const struct pairing *p, int32_t a, int32_t b)
{
  const int32_t *to = p->to + (size_t)a * (size_t)p->degree;
  for (int k = 0; k < p->have[a]; k++)
    if (to[k] == b)
      return true;
  return false;
}

static void join(struct pairing *p, int32_t a, int32_t b)
{
  p->to[(size_t)a * (size_t)p->degree + (size_t)p->have[a]++] = b;
  p->to[(size_t)b * (size_t)p->degree + (size_t)p->have[b]++] = a;
}

/* Steger and Wormald (1999): every node has `degree` points; random pairs of them are joined, those that would make
 * a loop or a second edge go back to the rest, which is paired again. False: nothing fits the rest. */
static bool pair_points(struct pairing *p, struct gv_stream *stream)
{
  size_t rest = (size_t)p->nodes * (size_t)p->degree;
  for (size_t k = 0; k < rest; k++)
    p->points[k] = (int32_t)(k / (size_t)p->degree);
  memset(p->have, 0, (size_t)p->nodes * sizeof *p->have);
  for (int idle = 0; rest > 0 && idle < IDLE; idle++) {
    size_t kept = 0;
    gv_stream_shuffle(stream, p->points, rest);
    for (size_t k = 0; k < rest; k += 2) {
      int32_t a = p->points[k], b = p->points[k + 1];
      if (a == b || joined(p, a, b)) {
        p->points[kept++] = a;
        p->points[kept++] = b;
      } else {
        join(p, a, b);
        idle = 0;
      }
    }
    rest = kept;
  }
  return rest == 0;
}

/* The edges of the pairing, or all the others: a dense graph is what a sparse one leaves. */
static void add_edges(const struct pairing *p, bool others, int32_t *mark, struct gv_edges *edges)
{
  for (int32_t i = 0; i < p->nodes; i++)
    mark[i] = -1;
  for (int32_t i = 0; i < p->nodes && !edges->failed; i++) {
    const int32_t *to = p->to + (size_t)i * (size_t)p->degree;
    for (int k = 0; k < p->degree; k++) {
      mark[to[k]] = i;
      if (!others && to[k] > i)
        gv_edges_join(edges, i, to[k], 0);
    }
    for (int32_t j = i + 1; others && j < p->nodes; j++)
      if (mark[j] != i)
        gv_edges_join(edges, i, j, 0);
  }
}

static enum gv_status draw_once(const struct gv_topology_input *input, int attempt, struct gv_edges *edges,
                                struct gv_error *err)
{
  int n = input->nodes, d = degree_of(input);
  bool others = d > (n - 1) / 2;
  struct gv_stream stream;
  gv_draw_start(&stream, input, GV_FAMILY_RANDOM_REGULAR, attempt, 0);
  struct pairing p = {.nodes = n, .degree = others ? n - 1 - d : d};
  size_t points = (size_t)n * (size_t)p.degree;
  if (d == 2) {  /* connected: one cycle, and pairing would seldom hit one */
    for (int32_t i = 0; i < n; i++)
      edges->scratch[i] = i;
    gv_stream_shuffle(&stream, edges->scratch, (size_t)n);
    for (int i = 0; i < n; i++)
      gv_edges_join(edges, edges->scratch[i], edges->scratch[gv_hop(i, 1, n)], 0);
    return GV_OK;
  }
  enum gv_status status = gv_alloc_for(&p.to, points + 1, sizeof *p.to, "the topology", err);
  if (status == GV_OK)
    status = gv_alloc_for(&p.points, points + 1, sizeof *p.points, "the topology", err);
  if (status == GV_OK) {
    p.have = edges->scratch;
    bool done = false;
    for (int k = 0; k < PAIRINGS && !done; k++)
      done = pair_points(&p, &stream);
    if (done)
      add_edges(&p, others, edges->scratch + n, edges);
  }
  gv_free(p.to);
  gv_free(p.points);
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
  return gv_fail(err, GV_USAGE, "topology random-regular: none of %d graphs drawn with degree=%d connects all %d "
                 "nodes; accepted: another degree or seed", GV_DRAW_ATTEMPTS, degree_of(input), input->nodes);
}

const struct gv_topology gv_topology_random_regular = {
    .named = {.name = "random-regular", .summary = "random, every node with the same number of neighbours",
              .options = options},
    .weighting = GV_WEIGHTS_RULE,
    .law = {true, 0, 0},
    .check = check,
    .draw = draw,
};
