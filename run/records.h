/* records.h - what a run writes at evaluations beside metrics.csv, when asked: nodes.csv, TensorBoard's events. */
#ifndef GV_RUN_RECORDS_H
#define GV_RUN_RECORDS_H

#include "core/base/option.h"
#include "core/engine/engine.h"
#include "run/board.h"
#include "run/events.h"
#include "run/rows.h"

struct gv_records {
  struct gv_rows nodes;     /* nodes.csv; zero: not asked */
  struct gv_board board;    /* of TensorBoard's; zero: not asked */
  struct gv_events events;  /* in it */
};

/* Opens what the options of a run ask for; `folder` is the run's, which goes on behind round *last, or with NULL
 * last and `goes_on` from its start. On failure nothing new is left. */
enum gv_status gv_records_open(const struct gv_options *options, const char *folder, bool goes_on,
                               const uint64_t *last, struct gv_records *records, struct gv_error *err);

/* Appends an evaluation, flushed; `each` (nodes), read for nodes.csv alone. */
enum gv_status gv_records_add(struct gv_records *records, const struct gv_evaluation *evaluation,
                              const struct gv_node_evaluation *each, int nodes, struct gv_error *err);
void gv_records_clear(struct gv_records *records);

/* Takes the events back, and the folders made for them. Clears. nodes.csv goes with the run's folder. */
void gv_records_discard(struct gv_records *records);

#endif
