/* state.h - what an exact resume needs of a run between two rounds, beside its configuration. */
#ifndef GV_ENGINE_STATE_H
#define GV_ENGINE_STATE_H

#include <stdint.h>

#include <grapevine/evaluation.h>

#include "core/algorithms/algorithm.h"

/* Of the whole run. */
struct gv_counters {
  uint64_t round;            /* done; in asynchronous pace `steps` over the nodes, and at least last_evaluation */
  uint64_t steps;            /* done by all nodes together */
  uint64_t last_evaluation;  /* the round of it */
  uint64_t last_steps;       /* done by all nodes at it */
  uint64_t messages, bytes;  /* sent by all nodes */
  uint64_t averages;         /* over all nodes */
  double seconds;            /* of training */
  struct gv_rhythm rhythm;   /* of the global averages */
  struct gv_asynchrony asynchrony;
  const double *clock;       /* (gv_clock_count of the nodes) the simulated cluster's; the engine's */
};

/* Of a node. */
struct gv_node_state {
  double loss;      /* the sum of its training losses since the last evaluation */
  double weight;    /* of its mass */
  uint64_t rounds;  /* that it has done */
  uint64_t evaluated;  /* of those, at the last evaluation */
};

struct gv_engine;

/* ---- while `keep` of the engine's setup is called ----
 *
 * In asynchronous push-sum a node that is looked at first takes in what lies in its mailboxes; who saves nothing
 * looks at none, and the run goes on as if it had not been asked. */

/* How many vectors (dim) make a node: its replica x, then the states of the algorithm, then of the optimizer. */
int gv_engine_vectors(const struct gv_engine *engine);
const float *gv_engine_vector(const struct gv_engine *engine, int node, int v);
void gv_engine_node_state(const struct gv_engine *engine, int node, struct gv_node_state *state);

#endif
