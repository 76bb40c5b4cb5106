/* engine.h - nodes, rounds, evaluation, stopping: trains a model descriptor on a batch source over a schedule.
 *
 * It knows neither plugins nor files: a test hands it a ten-line model and made-up batches.
 */
#ifndef GV_ENGINE_ENGINE_H
#define GV_ENGINE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <grapevine/evaluation.h>
#include <grapevine/model.h>
#include <grapevine/status.h>

#include "core/algorithms/algorithm.h"
#include "core/algorithms/optimizer.h"
#include "core/algorithms/rate.h"
#include "core/cluster/network.h"
#include "core/engine/score.h"
#include "core/engine/source.h"
#include "core/engine/state.h"
#include "core/engine/stop.h"
#include "core/graph/schedule.h"

enum {
  GV_EVALUATED_NODES_MAX = 32  /* of more nodes a fixed, evenly spaced sample is evaluated */
};

/* One node at an evaluation; what does not exist is NAN. */
struct gv_node_evaluation {
  uint64_t rounds;                  /* done by it */
  double train_loss;                /* mean over its rounds since the last evaluation */
  double test_loss, test_accuracy;  /* of its replica, where it is one of those evaluated one by one */
  double distance;                  /* ||x_i - xbar|| */
};

struct gv_engine_setup {
  const struct gv_model *model;
  const struct gv_task *task;    /* max_batch covers the source's and GV_EVALUATION_BATCH */
  size_t parameters;
  const struct gv_host *const *hosts;                  /* (workers), then (workers, threads - 1) */
  const char *(*failure)(const struct gv_host *host);  /* why the call that just failed on this host did,
                                                          the model named */
  const struct gv_source *source;
  const struct gv_schedule *schedule;  /* its nodes are the source's */

  const struct gv_algorithm *algorithm;
  const struct gv_options *algorithm_options;
  const struct gv_optimizer *optimizer;
  const struct gv_options *optimizer_options;
  const struct gv_rate_schedule *rate;
  const struct gv_options *rate_options;
  double learning_rate;

  uint64_t global_every;  /* rounds after which neighbours' averages are global ones; 0: never */
  bool measure;           /* at evaluations also what takes a gradient over all data of every node */
  bool each;              /* keep what gv_engine_each tells */
  bool async;             /* asynchronous pace: rounds are then steps of all nodes over their number, those in
                             errors the node's own */
  const double *slow;     /* (nodes) >= 1: how many times as long a node takes for a gradient; NULL: none is slow */
  struct gv_network network;   /* of the simulated cluster */
  double compute_time;    /* seconds that every node of it computes in a round; 0: what its batch takes here */
  double compute_jitter;  /* how much that differs from node to node and round to round, as in struct gv_pacing */
  int workers;            /* 1 .. nodes */
  int threads;            /* of each worker, who share its batches; 0 is 1 */
  const int *cpus;        /* (workers, threads), or NULL: not bound */
  uint64_t rounds;        /* >= 1 */
  double eval_every;      /* rounds between evaluations, >= 1, on average when it is no whole number; round 0 and
                             the last are always evaluated */
  uint64_t seed;
  const float *start;     /* (parameters) where every node begins, copied at once; NULL: the model's init */
  const struct gv_stop *stop;  /* asked: the run ends soon; may be NULL */
  const bool *enough;     /* set by `evaluated`: that evaluation is the last, of a whole run; may be NULL */

  const struct gv_counters *resume;  /* where a run that `keep` saw goes on; NULL: at the start. What is evaluated
                                        there first is for the caller alone: the run counts it as not made */
  double keep_every;      /* rounds between two calls of `keep` that must be heeded, as eval_every; 0: none */

  void *context;          /* for those below, each called on the thread that called gv_engine_run */
  enum gv_status (*evaluated)(void *context, const struct gv_evaluation *evaluation, struct gv_error *err);
  void (*progress)(void *context, uint64_t round, double seconds);  /* some ten times a second; may be NULL */
  /* May save what a resume needs (state.h), while all workers stand still: after every evaluation but the last; and
   * `must` save it each keep_every rounds and where a stop ends the run. A failure there ends the run. May be
   * NULL. */
  enum gv_status (*keep)(void *context, const struct gv_counters *counters, bool must, struct gv_error *err);
  /* For setup.resume, on the thread of the worker that hosts the node: vector[v] (dim), as gv_engine_vector has
   * them, and *state <- what was saved. */
  enum gv_status (*restore)(void *context, int node, float *const *vector, struct gv_node_state *state,
                            struct gv_error *err);
  /* Sees every replica between two rounds: x (nodes) of dim floats each. For tests, in synchronous pace; may be
   * NULL; costs a barrier. */
  void (*inspect)(void *context, uint64_t round, const float *const *x);
};

struct gv_engine;

/* Bytes that the nodes' vectors will take at the least; size.c. */
double gv_engine_bytes(const struct gv_engine_setup *setup);

/* Checks the setup; borrows everything in it. */
enum gv_status gv_engine_create(const struct gv_engine_setup *setup, struct gv_engine **out, struct gv_error *err);
void gv_engine_destroy(struct gv_engine *engine);

/* Trains to the end, to the evaluation where setup.enough was set, or to the round at which all workers left a
 * stop asked for (then GV_INTERRUPTED, with the last evaluation made there). A failing node stops all workers at
 * the same round; the error of the earliest round, then the lowest node, is reported. To be called once. */
enum gv_status gv_engine_run(struct gv_engine *engine, struct gv_error *err);

/* The mean model (parameters) of the last evaluation, the engine's. */
const float *gv_engine_mean(const struct gv_engine *engine);

/* Nodes that evaluations look at one by one: min(nodes, GV_EVALUATED_NODES_MAX). */
int gv_engine_evaluated_nodes(const struct gv_engine *engine);

/* (nodes), of the last evaluation, the engine's; setup.evaluated may read it. NULL: setup.each was not set. */
const struct gv_node_evaluation *gv_engine_each(const struct gv_engine *engine);

/* Whether the last evaluation is one that the plan has; false: it was made because a stop ended the run there, and
 * a run without the stop would not know of it. setup.evaluated may ask. */
bool gv_engine_planned(const struct gv_engine *engine);

#endif
