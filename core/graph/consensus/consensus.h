/* consensus.h - average consensus x(k+1) = W(k) x(k), and dynamic average consensus, on worker threads.
 *
 * The dynamic form follows the mean of signals z_i(k): x(k+1) = W(k) x(k) + z(k+1) - z(k), x(0) = z(0), so that
 * mean x(k) = mean z(k) in every round. The bits do not depend on the number of workers.
 */
#ifndef GV_GRAPH_CONSENSUS_CONSENSUS_H
#define GV_GRAPH_CONSENSUS_CONSENSUS_H

#include "core/graph/schedule.h"

/* One number a node and round. */
struct gv_signal {
  const void *context;
  /* z (end - first) <- z_i(round) of nodes i = first .. end - 1. Pure; called from several threads. */
  void (*value)(const void *context, uint64_t round, int32_t first, int32_t end, double *z);
};

/* What is known after so many rounds. J = 11^T/n. */
struct gv_consensus_state {
  uint64_t round;
  double error;        /* ||x - J x||_F */
  double tracking;     /* ||x - J z(round)||_F; without a signal ||x - J x(0)||_F */
  double change;       /* ||z(round) - z(round - 1)||_F; 0 without a signal and at round 0 */
  const double *mean;  /* (d) of x */
};

struct gv_consensus {
  const struct gv_schedule *schedule;
  int dimension;                   /* d >= 1; 1 with a signal */
  double *x;                       /* (nodes, d) row-major: where it starts, and where it ended; with a signal the
                                      start is z(0), whatever stands there */
  const struct gv_signal *signal;  /* NULL: average consensus */
  uint64_t rounds;
  int workers;                     /* >= 1 */
  const int *cpus;                 /* as gv_team_run has them */
  void *context;                   /* of the function below, which is called on the first worker after every round,
                                      before the first one too; false: no more rounds */
  bool (*seen)(void *context, const struct gv_consensus_state *state);
};

/* Fails for want of memory or threads alone. */
enum gv_status gv_consensus_run(const struct gv_consensus *what, struct gv_error *err);

/* *rounds <- those of average consensus until the error is no more than `factor` times the first one, at least 1; 0
 * when `limit` rounds do not suffice. The more of two starts, for a few nodes' numbers may suit a graph by chance:
 * z_i = i, and normal numbers that are always the same. On the calling thread. */
enum gv_status gv_consensus_rounds(const struct gv_schedule *schedule, double factor, uint64_t limit,
                                   uint64_t *rounds, struct gv_error *err);

#endif
