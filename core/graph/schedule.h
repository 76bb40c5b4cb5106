/* schedule.h - a topology with weights for n nodes, realised and checked once before a run: W(k), row by row. */
#ifndef GV_GRAPH_SCHEDULE_H
#define GV_GRAPH_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#include <grapevine/status.h>

#include "core/graph/graph.h"

struct gv_topology;
struct gv_weight_rule;
struct gv_options;

/* What goes wrong in a run, drawn from the seed: the same for every worker and on every run. */
struct gv_faults {
  double drop_link;  /* probability that a link fails in a round, both ways at once */
  double churn;      /* probability that a node sits out a round */
  uint64_t seed;
};

/* What is drawn for gv_schedule_absent; where there is churn. */
bool gv_faults_absent(const struct gv_faults *faults, int node, uint64_t round);

struct gv_schedule {
  int nodes;
  int period;                   /* W(k) = W(k mod period); 1: static; 0: every round is drawn anew */
  int degree_max;               /* over nodes and rounds */
  bool average;                 /* W = J in every round; then there are no graphs, and the period is 1 */
  bool shares;                  /* W is column-stochastic: what each node gives away; rows need not sum to 1 */
  bool directed;                /* some edge may go one way only; else every W(k) is symmetric, but for shares */
  enum gv_weighting weighting;
  struct gv_graph *graphs;      /* (period) */

  struct gv_faults faults;      /* of every round that is looked at through a view; all zero: none */

  /* Where the graphs come from. */
  const struct gv_topology *topology;
  struct gv_options *options;   /* of the topology */
  const struct gv_weight_rule *rule;
  uint64_t seed;
};

/* Builds, and checks as check.h says. weights NULL: the default for this topology; given for one that has its own:
 * refused. Errors name the node. */
enum gv_status gv_schedule_create(const char *topology, const char *weights, int nodes, uint64_t seed,
                                  struct gv_schedule **out, struct gv_error *err);

/* The same for push-sum: W has the topology's own weights, doubly stochastic as they are (a weighted file that is
 * not so is refused here too), or else W[i,j] = 1/(1 + the number of those who hear node j); shares. */
enum gv_status gv_schedule_create_shares(const char *topology, int nodes, uint64_t seed, struct gv_schedule **out,
                                         struct gv_error *err);
void gv_schedule_destroy(struct gv_schedule *schedule);

/* What fills W: "average", "uniform", "own" or the name of the weight rule. */
const char *gv_schedule_weights(const struct gv_schedule *schedule);

/* How many others a node may receive from over all rounds, at most. */
int gv_schedule_partners_max(const struct gv_schedule *schedule);

/* From now on views see W(k) with these faults: the weight of a message that does not come returns to its sender's
 * own, so that every W(k) stays doubly stochastic, or, of shares, column-stochastic. Refuses links that fail where
 * there are none (average), and where W(k) would not stay so (directed and not shares). */
enum gv_status gv_schedule_set_faults(struct gv_schedule *schedule, const struct gv_faults *faults,
                                      struct gv_error *err);

static inline bool gv_schedule_faulty(const struct gv_schedule *schedule)
{
  return schedule->faults.drop_link > 0 || schedule->faults.churn > 0;
}

/* Whether the node sits out this round: then W(round) has nothing of it but its own 1. Pure. */
static inline bool gv_schedule_absent(const struct gv_schedule *schedule, int node, uint64_t round)
{
  return schedule->faults.churn > 0 && gv_faults_absent(&schedule->faults, node, round);
}

/* W(round), without faults, of a schedule that has a period. Pure. */
static inline const struct gv_graph *gv_schedule_graph(const struct gv_schedule *schedule, uint64_t round)
{
  return &schedule->graphs[schedule->period == 1 ? 0 : round % (uint64_t)schedule->period];
}

#endif
