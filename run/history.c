/* Keeps the evaluations of a run in bounded memory. */
#include "run/history.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/paths.h"
#include "run/plot/metrics.h"
#include "run/run.h"

/* As metrics.csv names them. */
static const char *const columns[GV_SERIES_COUNT] = {
    [GV_SERIES_EPOCH] = "epoch",
    [GV_SERIES_ROUND] = "round",
    [GV_SERIES_ACCURACY] = "test_accuracy",
    [GV_SERIES_NODE_MIN] = "node_accuracy_min",
    [GV_SERIES_NODE_MAX] = "node_accuracy_max",
    [GV_SERIES_TRAIN_LOSS] = "train_loss",
    [GV_SERIES_TEST_LOSS] = "test_loss",
    [GV_SERIES_OBJECTIVE] = "objective",
    [GV_SERIES_CONSENSUS] = "consensus_distance",
};

static void thin(struct gv_history *history)
{
  history->count = GV_HISTORY_POINTS / 2;
  history->stride *= 2;
  for (size_t s = 0; s < GV_SERIES_COUNT; s++)
    for (size_t i = 0; i < history->count; i++)
      history->value[s][i] = history->value[s][2 * i];
}

static void add(struct gv_history *history, const double value[GV_SERIES_COUNT])
{
  if (history->stride == 0)
    history->stride = 1;
  bool stays = history->seen == 0 || (history->seen - 1) % history->stride == 0;  /* the newest so far */
  if (stays && history->count == GV_HISTORY_POINTS)
    thin(history);
  history->count += stays;
  for (size_t s = 0; s < GV_SERIES_COUNT; s++)
    history->value[s][history->count - 1] = value[s];
  history->seen++;
  if (value[GV_SERIES_ACCURACY] > history->best_accuracy) {
    history->best_accuracy = value[GV_SERIES_ACCURACY];
    history->best_at[0] = value[GV_SERIES_EPOCH];
    history->best_at[1] = value[GV_SERIES_ROUND];
  }
}

void gv_history_add(struct gv_history *history, const struct gv_evaluation *e)
{
  const double value[GV_SERIES_COUNT] = {
      [GV_SERIES_EPOCH] = e->epoch,
      [GV_SERIES_ROUND] = (double)e->round,
      [GV_SERIES_ACCURACY] = e->test_accuracy,
      [GV_SERIES_NODE_MIN] = e->node_accuracy_min,
      [GV_SERIES_NODE_MAX] = e->node_accuracy_max,
      [GV_SERIES_TRAIN_LOSS] = e->train_loss,
      [GV_SERIES_TEST_LOSS] = e->test_loss,
      [GV_SERIES_OBJECTIVE] = e->objective,
      [GV_SERIES_CONSENSUS] = e->consensus_distance,
  };
  add(history, value);
}

enum gv_status gv_history_read(struct gv_history *history, const char *folder, uint64_t last, struct gv_error *err)
{
  struct gv_metrics_table table;
  long at[GV_SERIES_COUNT];
  char *path = gv_path_join(folder, "metrics.csv");
  enum gv_status status = path != NULL ? gv_metrics_read(path, &table, err)
                                       : gv_fail(err, GV_MEMORY, "no memory to read metrics.csv");
  free(path);
  if (status != GV_OK)
    return status;
  for (size_t s = 0; s < GV_SERIES_COUNT; s++)
    at[s] = gv_metrics_column(&table, columns[s]);
  for (size_t r = 0; r < table.rows; r++) {
    double value[GV_SERIES_COUNT];
    for (size_t s = 0; s < GV_SERIES_COUNT; s++)
      value[s] = at[s] >= 0 ? table.value[r * table.columns + (size_t)at[s]] : NAN;
    if (isfinite(value[GV_SERIES_EPOCH]) && value[GV_SERIES_ROUND] <= (double)last)
      add(history, value);
  }
  gv_metrics_clear(&table);
  return GV_OK;
}

enum gv_status gv_history_resume(struct gv_history *history, const struct gv_run *run, struct gv_error *err)
{
  return gv_history_read(history, run->folder.path, run->checkpoint.counters.last_evaluation, err);
}
