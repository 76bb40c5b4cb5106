/* history.h - the evaluations of a run so far, of many so many as a picture can show. */
#ifndef GV_RUN_HISTORY_H
#define GV_RUN_HISTORY_H

#include <stddef.h>

#include <grapevine/grapevine.h>

enum gv_series {
  GV_SERIES_EPOCH,
  GV_SERIES_ROUND,
  GV_SERIES_ACCURACY,
  GV_SERIES_NODE_MIN,
  GV_SERIES_NODE_MAX,
  GV_SERIES_TRAIN_LOSS,
  GV_SERIES_TEST_LOSS,
  GV_SERIES_OBJECTIVE,
  GV_SERIES_CONSENSUS,
  GV_SERIES_COUNT
};

enum { GV_HISTORY_POINTS = 2048 };

/* All zero: none yet. Once it is full every second point goes, and from then on of twice as many evaluations one
 * is kept; the newest is there always. */
struct gv_history {
  double value[GV_SERIES_COUNT][GV_HISTORY_POINTS];  /* (count) of each; NAN: it was not measured */
  size_t count, seen, stride;  /* stride: evaluations a point, a power of two; 0 before the first */
  double best_accuracy, best_at[2];  /* of all that were seen, with its epoch and round; 0 where none was */
};

void gv_history_add(struct gv_history *history, const struct gv_evaluation *evaluation);

/* Adds what metrics.csv in the folder has up to a round. */
enum gv_status gv_history_read(struct gv_history *history, const char *folder, uint64_t last, struct gv_error *err);

/* The same of a run that is resumed and has its folder, up to the last evaluation behind which it goes on: one that
 * a stop made it do stands there, too, until the next row comes. */
enum gv_status gv_history_resume(struct gv_history *history, const struct gv_run *run, struct gv_error *err);

#endif
