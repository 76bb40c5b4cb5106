/* Degrees, messages, symmetry and sums, over the rounds of a period. */
#include "core/graph/facts.h"

#include <math.h>

#include "core/base/memory.h"
#include "core/graph/connected.h"
#include "core/graph/view.h"

/* Rounds that are looked at where each is drawn anew: more where they have not yet joined all nodes. */
enum { DRAWN_MIN = 32, DRAWN_MAX = 1000 };

static const double same = 1e-12;

static void count_degrees(struct gv_facts *facts, const struct gv_graph *graph, int nodes)
{
  for (int i = 0; i < nodes; i++) {
    int degree = (int)(graph->first[i + 1] - graph->first[i]);
    facts->degree_min = degree < facts->degree_min ? degree : facts->degree_min;
    facts->degree_max = degree > facts->degree_max ? degree : facts->degree_max;
  }
  facts->messages += (double)graph->first[nodes];
}

/* row, column (nodes) are scratch. */
static void see_sums(struct gv_facts *facts, const struct gv_graph *graph, int nodes, double *row, double *column)
{
  gv_graph_sums(graph, nodes, row, column);
  for (int i = 0; i < nodes; i++) {
    facts->sums_error = fmax(facts->sums_error, fmax(fabs(row[i] - 1), fabs(column[i] - 1)));
    for (int64_t e = graph->first[i]; e < graph->first[i + 1] && facts->symmetric; e++)
      facts->symmetric = fabs(gv_graph_weight(graph, graph->from[e], i) - graph->weight[e]) <= same;
  }
}

static void see_average(struct gv_facts *facts, int nodes)
{
  facts->rounds = 1;
  facts->degree_min = facts->degree_max = nodes - 1;
  facts->degree_mean = nodes - 1;
  facts->messages = (double)nodes * (nodes - 1);
  facts->connected = true;
}

enum gv_status gv_facts_find(const struct gv_schedule *s, struct gv_facts *out, struct gv_error *err)
{
  struct gv_facts facts = {.degree_min = s->nodes, .symmetric = true};
  if (s->average) {
    see_average(&facts, s->nodes);
    *out = facts;
    return GV_OK;
  }
  struct gv_view *view = NULL;
  struct gv_parts parts = {0};
  double *sums = NULL;
  enum gv_status status = gv_view_create(s, &view, err);
  if (status == GV_OK)
    status = gv_parts_create(&parts, s->nodes, err);
  if (status == GV_OK)
    status = gv_alloc_for(&sums, 2 * (size_t)s->nodes, sizeof *sums, "the topology", err);
  for (int k = 0; status == GV_OK; k++) {
    bool enough = s->period > 0 ? k >= s->period : k >= DRAWN_MIN && (parts.count == 1 || k >= DRAWN_MAX);
    if (enough)
      break;
    const struct gv_graph *graph = gv_view_graph(view, (uint64_t)k);
    count_degrees(&facts, graph, s->nodes);
    see_sums(&facts, graph, s->nodes, sums, sums + s->nodes);
    gv_parts_join_graph(&parts, graph, false);
    facts.rounds = k + 1;
  }
  if (status == GV_OK) {
    facts.messages /= facts.rounds;
    facts.degree_mean = facts.messages / s->nodes;
    facts.connected = parts.count == 1;
    *out = facts;
  }
  gv_free(sums);
  gv_parts_destroy(&parts);
  gv_view_destroy(view);
  return status;
}

double gv_rounds_until(double gap, double factor)
{
  if (gap >= 1)
    return 1;
  double each = log1p(-gap);
  if (!(each < 0))
    return 0;
  double rounds = fmax(1, ceil(log(factor) / each));
  if (!(rounds < 0x1p53))
    return 0;
  return exp(rounds * each) < factor ? rounds : rounds + 1;
}

bool gv_rho_is_exact(double rho)
{
  return rho < 1e-10;
}
