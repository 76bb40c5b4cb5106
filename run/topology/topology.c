/* The figures of topologies, one by one and family by family. */
#include "run/topology/topology.h"

#include <math.h>

#include "core/base/option.h"
#include "core/graph/consensus/consensus.h"
#include "core/graph/topology.h"

/* Of a simulation: about so many products of a weight and a number, and rounds. */
static const double work_max = 4e9, rounds_max = 1e6;

/* A simulation of a graph that changes; where it would take too long, what rho says. */
static enum gv_status count_rounds(const struct gv_schedule *schedule, struct gv_topology_figures *figures,
                                   struct gv_error *err)
{
  double each = figures->facts.messages + schedule->nodes;
  uint64_t rounds = 0, limit = (uint64_t)fmax(100, fmin(rounds_max, work_max / each));
  enum gv_status status = GV_OK;
  if (schedule->period != 1)
    status = gv_consensus_rounds(schedule, GV_TOPOLOGY_FACTOR, limit, &rounds, err);
  figures->measured = rounds > 0;
  figures->rounds = rounds > 0 ? (double)rounds : gv_rounds_until(figures->gap, GV_TOPOLOGY_FACTOR);
  return status;
}

enum gv_status gv_topology_look(const struct gv_schedule *schedule, enum gv_topology_extent extent,
                                struct gv_topology_figures *out, struct gv_error *err)
{
  struct gv_topology_figures figures = {0};
  enum gv_status status = gv_facts_find(schedule, &figures.facts, err);
  if (status == GV_OK)
    status = gv_spectrum_find(schedule, &figures.spectrum, err);
  if (status != GV_OK)
    return status;
  const struct gv_spectrum *spectrum = &figures.spectrum;
  bool averages = gv_rho_is_exact(spectrum->rho);
  figures.exact = averages && schedule->period != 0;
  figures.gap = averages ? 1 : spectrum->gap;
  if (!averages && spectrum->rounds > 1)
    figures.gap = -expm1(log1p(-spectrum->gap) / spectrum->rounds);  /* 1 - (1 - gap)^(1/rounds) */
  if (extent == GV_LOOK_ALL)
    status = count_rounds(schedule, &figures, err);
  if (status == GV_OK)
    *out = figures;
  return status;
}

bool gv_topology_wants_options(const struct gv_topology *topology)
{
  for (const struct gv_option *row = topology->named.options; row != NULL && row->key != NULL; row++)
    if (row->type == GV_OPTION_TEXT && row->value[0] == '\0')
      return true;
  return false;
}

enum gv_status gv_topology_try(const struct gv_topology *topology, int nodes, uint64_t seed,
                               enum gv_topology_extent extent, bool *defined, struct gv_topology_figures *out,
                               struct gv_error *err)
{
  struct gv_schedule *schedule = NULL;
  enum gv_status status = gv_schedule_create(topology->named.name, NULL, nodes, seed, &schedule, err);
  *defined = status == GV_OK;
  if (status == GV_USAGE || status == GV_INPUT)
    return GV_OK;
  if (status == GV_OK)
    status = gv_topology_look(schedule, extent, out, err);
  gv_schedule_destroy(schedule);
  return status;
}

double gv_slope(const double *x, const double *y, int count)
{
  double mx = 0, my = 0, xx = 0, xy = 0;
  for (int i = 0; i < count; i++) {
    mx += x[i] / count;
    my += y[i] / count;
  }
  for (int i = 0; i < count; i++) {
    xx += (x[i] - mx) * (x[i] - mx);
    xy += (x[i] - mx) * (y[i] - my);
  }
  return xx > 0 ? xy / xx : NAN;
}

double gv_law_log(const struct gv_topology *topology, int nodes)
{
  double n = log(nodes);
  return topology->law.power * n + topology->law.log * log(n);
}
