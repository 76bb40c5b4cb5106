/* Faults are drawn by (seed, link or node, round): whoever asks, in whatever order, sees the same. */
#include "core/graph/faults.h"

#include "core/base/random.h"
#include "core/graph/topology.h"

enum gv_status gv_schedule_set_faults(struct gv_schedule *s, const struct gv_faults *faults, struct gv_error *err)
{
  const char *what = faults->drop_link > 0 ? "drop-link" : "churn", *name = s->topology->named.name;
  double share = faults->drop_link > 0 ? faults->drop_link : faults->churn;
  if (!(faults->drop_link >= 0 && faults->drop_link < 1))
    return gv_fail(err, GV_USAGE, "drop-link %g; accepted: 0 up to, not including, 1", faults->drop_link);
  if (!(faults->churn >= 0 && faults->churn < 1))
    return gv_fail(err, GV_USAGE, "churn %g; accepted: 0 up to, not including, 1", faults->churn);
  if (s->average && faults->drop_link > 0)
    return gv_fail(err, GV_USAGE, "drop-link %g: topology %s is one average over all nodes and has no links; "
                   "accepted: a topology with neighbours, as ring", faults->drop_link, name);
  if (share > 0 && s->directed && !s->shares)
    return gv_fail(err, GV_USAGE, "%s %g: topology %s is directed, and W without some messages would not stay "
                   "doubly stochastic; accepted: an undirected topology, or --algorithm push-sum", what, share,
                   name);
  s->faults = *faults;
  return GV_OK;
}

bool gv_faults_absent(const struct gv_faults *faults, int node, uint64_t round)
{
  return gv_uniform_of_pair(faults->seed, GV_RANDOM_CHURN, (uint32_t)node, 0, (uint32_t)round) < faults->churn;
}

static bool fails(const struct gv_schedule *s, int a, int b, uint64_t round)
{
  uint32_t low = (uint32_t)(a < b ? a : b), high = (uint32_t)(a < b ? b : a);
  return s->faults.drop_link > 0 &&
         gv_uniform_of_pair(s->faults.seed, GV_RANDOM_LINK, low, high, (uint32_t)round) < s->faults.drop_link;
}

void gv_faults_apply(const struct gv_schedule *s, uint64_t round, const struct gv_graph *graph,
                     struct gv_graph *out)
{
  /* Nodes' presence is kept where the readers will stand, which are filled last. */
  int64_t *absent = out->reader_first, from = 0, end = 0;
  for (int i = 0; i < s->nodes; i++) {
    absent[i] = gv_schedule_absent(s, i, round);
    out->self[i] = graph->self[i];
  }
  for (int i = 0; i < s->nodes; i++) {
    int64_t stop = graph->first[i + 1];  /* before it is written over */
    out->first[i] = end;
    for (; from < stop; from++) {
      int32_t j = graph->from[from];
      double weight = graph->weight[from];
      if (absent[i] || absent[j] || fails(s, i, j, round)) {
        out->self[j] += weight;
      } else {
        out->from[end] = j;
        out->weight[end++] = weight;
      }
    }
  }
  out->first[s->nodes] = end;
  gv_graph_fill_readers(out, s->nodes);
}
