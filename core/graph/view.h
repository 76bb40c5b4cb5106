/* view.h - one thread's look at a schedule: W(k) for any k, also where every round is drawn anew.
 *
 * A topology is a pure function of (seed, round), so every thread draws a round for itself and all see the same
 * matrix without talking.
 */
#ifndef GV_GRAPH_VIEW_H
#define GV_GRAPH_VIEW_H

#include "core/graph/schedule.h"

/* Rounds that a view keeps at least: those asked for last. */
enum { GV_VIEW_ROUNDS = 4 };

struct gv_view;

/* All the memory it will need; the schedule outlives it. For one thread at a time. */
enum gv_status gv_view_create(const struct gv_schedule *schedule, struct gv_view **out, struct gv_error *err);
void gv_view_destroy(struct gv_view *view);

/* W(round); the schedule is not an average. Good until GV_VIEW_ROUNDS other rounds have been asked for. Takes no
 * memory and does not fail; O(nodes) where the round must be drawn. */
const struct gv_graph *gv_view_graph(struct gv_view *view, uint64_t round);

#endif
