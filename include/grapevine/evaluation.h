/* evaluation.h - what is measured at one evaluation point of a run. */
#ifndef GRAPEVINE_EVALUATION_H
#define GRAPEVINE_EVALUATION_H

#include <stdint.h>

/* Values that do not exist are NAN: no test set, no classes, no round yet. */
struct gv_evaluation {
  uint64_t round;                /* rounds done */
  double epoch;                  /* samples drawn by all nodes / samples of the training set */
  double seconds;                /* of training, without evaluations */
  double train_loss;             /* mean over nodes and over the rounds since the last evaluation */
  double test_loss;              /* mean over the test set, of the mean model */
  double test_accuracy;          /* 0..1, of the mean model */
  double node_accuracy_min, node_accuracy_mean, node_accuracy_max;  /* of the nodes evaluated one by one */
  double consensus_distance;     /* sqrt(1/n sum_i ||x_i - xbar||^2) */
  double learning_rate;          /* of the last round */
};

#endif
