/* grapevine.h - training from a program of one's own: the library behind `grapevine train`.
 *
 *   struct gv_run *run = NULL;
 *   struct gv_error error;
 *   if (gv_run_create(&run, &error) == GV_OK &&
 *       gv_run_set(run, "data", "fashion-mnist", &error) == GV_OK &&
 *       gv_run_set(run, "nodes", "16", &error) == GV_OK &&
 *       gv_run_train(run, &error) == GV_OK)
 *     printf("%.4f\n", gv_run_result(run)->last.test_accuracy);
 *   gv_run_destroy(run);
 *
 * One run trains once. Calls on a run are made from one thread, but for gv_run_stop. Two runs at the same
 * time in one process share processors and may slow each other down; they do not disturb each other otherwise.
 */
#ifndef GRAPEVINE_GRAPEVINE_H
#define GRAPEVINE_GRAPEVINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "evaluation.h"
#include "option.h"
#include "status.h"

#ifdef __cplusplus
extern "C" {
#endif

struct gv_run;  /* from its options to its result */

/* What a run has come to. Strings are the run's. */
struct gv_result {
  struct gv_evaluation last;       /* the last evaluation */
  uint64_t rounds_planned;         /* >= those done */
  double rounds_per_epoch;         /* as all nodes draw: training samples / samples of a round */
  double samples_per_second;       /* training samples of all nodes over training seconds */
  int nodes;                       /* of the run */
  int workers;                     /* threads that host them */
  int evaluated_nodes;             /* looked at one by one at evaluations */
  int64_t parameters;              /* floats a node's vector has */
  int64_t train_samples;           /* of all nodes together */
  int64_t test_samples;            /* 0: there is no test set */
  uint64_t seed;                   /* of all that is random */
  bool interrupted;                /* ended by gv_run_stop */
  bool kept;                       /* there is a checkpoint: gv_run_set(run, "resume", folder) goes on from it */
  uint64_t resumed_at;             /* the round that a resumed run went on from; else 0 */
  const char *folder;              /* where the files of the run lie; NULL before gv_run_train took it */
  const char *target_metric;       /* "test_accuracy", "test_loss" or "objective": what was asked to reach `target`,
                                      which ends the run; NULL: nothing was */
  double target;                   /* the value asked for */
  bool target_reached;             /* by `last`, the first evaluation that did */
};

/* Told on the thread that called gv_run_train. */
struct gv_watcher {
  void *context;                   /* handed to each */
  void (*started)(void *context, const struct gv_result *result);    /* all is loaded, the first round is next */
  void (*evaluated)(void *context, const struct gv_result *result);  /* result->last is new */
  void (*progress)(void *context, const struct gv_result *result, uint64_t round,
                   double seconds);                                  /* ten times a second */
};

/* The options of a run: the rows behind `grapevine train --help`; ends with a NULL key. */
GV_API const struct gv_option *gv_run_options(void);

/* A run with every option at its default. */
GV_API enum gv_status gv_run_create(struct gv_run **out, struct gv_error *err);
/* NULL is fine; not while it trains. */
GV_API void gv_run_destroy(struct gv_run *run);

/* Sets an option as on the command line: ("topology", "ring"). */
GV_API enum gv_status gv_run_set(struct gv_run *run, const char *key, const char *value, struct gv_error *err);

/* The value of an option as it was set, or its default; the run's. NULL: there is no such option. */
GV_API const char *gv_run_option(const struct gv_run *run, const char *key);

/* Any function of the watcher may be NULL. The struct is copied. */
GV_API void gv_run_watch(struct gv_run *run, const struct gv_watcher *watcher);

/* Checks, loads, trains, saves. GV_OK also when a target ended it. GV_INTERRUPTED after gv_run_stop: then too the
 * folder holds the mean model, as it does where another status says that no checkpoint could be written then.
 * Another failure leaves config.json, metrics.csv and the last checkpoint, or no folder when no round was measured
 * and no checkpoint written. */
GV_API enum gv_status gv_run_train(struct gv_run *run, struct gv_error *err);

/* Asks a run that trains to end after this round and save. Any thread, also a signal handler. */
GV_API void gv_run_stop(struct gv_run *run);

/* Filled as far as the run has come; the run's. */
GV_API const struct gv_result *gv_run_result(const struct gv_run *run);

/* The mean model (parameters) of the last evaluation, the run's; NULL before there is one. */
GV_API const float *gv_run_mean_model(const struct gv_run *run);

/* The summary of a run that has ended, the text of its summary.json; NULL before. The run's. */
GV_API const char *gv_run_summary(const struct gv_run *run);

#ifdef __cplusplus
}
#endif
#endif
