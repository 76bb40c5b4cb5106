/* evaluation.h - what is measured at one evaluation point of a run. */
#ifndef GRAPEVINE_EVALUATION_H
#define GRAPEVINE_EVALUATION_H

#include <math.h>
#include <stdint.h>

enum { GV_STALENESS_BINS = 16 };  /* of struct gv_asynchrony */

/* How far messages lag in asynchronous pace, in rounds: those their reader has done less those their publisher had
 * done. Since the start of the run, over all nodes. All zero in synchronous pace, where no message lags. */
struct gv_asynchrony {
  uint64_t published;           /* messages */
  uint64_t skipped;             /* times a node kept its own to itself: no slot or mailbox was free, or, in
                                   push-sum, the share would have left it a weight under 1/2 */
  uint64_t taken;               /* neighbours' messages averaged with */
  uint64_t staleness[GV_STALENESS_BINS];  /* of those: bin 0 not behind, bin b 2^(b-1) to 2^b - 1 rounds, the last
                                             all beyond */
  uint64_t staleness_sum;       /* rounds that all of them lagged together */
  uint64_t staleness_max;       /* and the one that lagged most */
};

/* One evaluation. Values that do not exist are NAN: no test set, no classes, no round yet. */
struct gv_evaluation {
  uint64_t round;                /* rounds done */
  double epoch;                  /* samples drawn by all nodes / samples of the training set */
  double seconds;                /* of training, without evaluations */
  double simulated_seconds;      /* of training on a simulated cluster of a machine a node */
  double train_loss;             /* mean over nodes and over the rounds since the last evaluation */
  double test_loss;              /* mean over the test set, of the mean model */
  double test_accuracy;          /* 0..1, of the mean model */
  double node_accuracy_min;      /* of the nodes evaluated one by one, the least */
  double node_accuracy_mean;     /* their mean */
  double node_accuracy_max;      /* the most */
  double consensus_distance;     /* sqrt(1/n sum_i ||x_i - xbar||^2) */
  double learning_rate;          /* of the last round */
  double messages;               /* that a node sends a round: the mean over nodes and over all rounds so far. A
                                    global average counts as a ring all-reduce of those who take part, p of n:
                                    2(p-1) messages */
  double bytes;                  /* of them; of that all-reduce, 2(p-1)/p vectors */
  uint64_t global_averages;      /* rounds that averaged over all nodes, since the start */
  uint64_t node_rounds_min;      /* rounds done by the slowest node */
  uint64_t node_rounds_max;      /* and by the fastest */
  struct gv_asynchrony asynchrony;  /* how far messages lagged */

  /* When asked (--metrics all), else NAN. At the mean model xbar, over each node's own data, all of them. */
  double objective;              /* 1/n sum_i f_i(xbar) */
  double objective_by_samples;   /* sum_i n_i f_i(xbar) / sum_i n_i, n_i the samples of node i */
  double gradient_norm;          /* ||1/n sum_i grad f_i(xbar)|| */
  double gradient_dissimilarity; /* zeta^2 = 1/n sum_i ||grad f_i(xbar) - 1/n sum_j grad f_j(xbar)||^2 */
  double drift_max;              /* max_i ||x_i - xbar|| */
};

/* Rounds that messages lag on average; NAN: none was taken. */
static inline double gv_staleness_mean(const struct gv_evaluation *e)
{
  return e->asynchrony.taken > 0 ? (double)e->asynchrony.staleness_sum / (double)e->asynchrony.taken : NAN;
}

#endif
