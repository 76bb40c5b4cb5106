/* nodes.csv, a row a node and evaluation, and the figures of one under the names that TensorBoard groups. */
#include "run/records.h"

#include <math.h>
#include <time.h>

static const char columns[] = "round,node,rounds,train_loss,test_loss,test_accuracy,distance\n";

enum gv_status gv_records_open(const struct gv_options *options, const char *folder, bool goes_on,
                               const uint64_t *last, struct gv_records *records, struct gv_error *err)
{
  const char *tensorboard = gv_options_text(options, "tensorboard");
  enum gv_status status = GV_OK;
  *records = (struct gv_records){0};
  if (*tensorboard != '\0')
    status = gv_board_open(tensorboard, folder, &records->board, err);
  if (status == GV_OK && *tensorboard != '\0')
    status = gv_events_begin(records->board.folder, last != NULL ? (int64_t)*last + 1 : 0, &records->events, err);
  if (status == GV_OK && gv_options_flag(options, "nodes-csv"))
    status = goes_on ? gv_rows_reopen(folder, "nodes.csv", columns, last, &records->nodes, err)
                     : gv_rows_create(folder, "nodes.csv", columns, &records->nodes, err);
  if (status != GV_OK)
    gv_records_discard(records);
  return status;
}

static enum gv_status add_nodes(struct gv_records *records, uint64_t round, const struct gv_node_evaluation *each,
                                int nodes, struct gv_error *err)
{
  FILE *out = records->nodes.file;
  enum gv_status status = gv_rows_begin(&records->nodes, err);
  for (int i = 0; i < nodes && status == GV_OK; i++) {
    const double cells[] = {each[i].train_loss, each[i].test_loss, each[i].test_accuracy, each[i].distance};
    fprintf(out, "%llu,%d,%llu", (unsigned long long)round, i, (unsigned long long)each[i].rounds);
    for (size_t c = 0; c < sizeof cells / sizeof cells[0]; c++)
      fprintf(out, isfinite(cells[c]) ? ",%.9g" : ",", cells[c]);
    fputc('\n', out);
  }
  return status == GV_OK ? gv_rows_end(&records->nodes, err) : status;
}

static enum gv_status add_events(struct gv_records *records, const struct gv_evaluation *e, struct gv_error *err)
{
  const struct gv_scalar scalars[] = {
      {"loss/train", e->train_loss}, {"loss/test", e->test_loss}, {"loss/objective", e->objective},
      {"loss/objective_by_samples", e->objective_by_samples}, {"accuracy/test", e->test_accuracy},
      {"accuracy/node_min", e->node_accuracy_min}, {"accuracy/node_mean", e->node_accuracy_mean},
      {"accuracy/node_max", e->node_accuracy_max}, {"consensus/distance", e->consensus_distance},
      {"consensus/drift_max", e->drift_max}, {"gradient/norm", e->gradient_norm},
      {"gradient/dissimilarity", e->gradient_dissimilarity}, {"rate/learning_rate", e->learning_rate},
      {"staleness/mean", gv_staleness_mean(e)}, {"traffic/messages_per_node", e->messages},
      {"traffic/bytes_per_node", e->bytes}, {"time/epoch", e->epoch}, {"time/seconds", e->seconds},
      {"time/simulated_seconds", e->simulated_seconds}};
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  double wall_time = (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
  return gv_events_add(&records->events, wall_time, (int64_t)e->round, scalars, sizeof scalars / sizeof scalars[0],
                       err);
}

enum gv_status gv_records_add(struct gv_records *records, const struct gv_evaluation *evaluation,
                              const struct gv_node_evaluation *each, int nodes, struct gv_error *err)
{
  enum gv_status status = GV_OK;
  if (records->nodes.file != NULL)
    status = add_nodes(records, evaluation->round, each, nodes, err);
  if (status == GV_OK && records->events.file != NULL)
    status = add_events(records, evaluation, err);
  return status;
}

void gv_records_clear(struct gv_records *records)
{
  gv_rows_clear(&records->nodes);
  gv_events_clear(&records->events);
  gv_board_clear(&records->board);
  *records = (struct gv_records){0};
}

void gv_records_discard(struct gv_records *records)
{
  gv_events_discard(&records->events);
  gv_board_discard(&records->board);
  gv_records_clear(records);
}
