/* check.h - the checks of a realised schedule; it is asked for them once, before a run. */
#ifndef GV_GRAPH_CHECK_H
#define GV_GRAPH_CHECK_H

#include "core/graph/schedule.h"

/* Receivers in range, undirected edges on both sides, rows and columns that sum to 1 within 1e-6, connected over
 * one period; of rounds that are drawn anew the first ones. Where a topology that stays brings weights below 0, rho
 * below 1. Of shares only the columns (a file has asked for both sums of its own W when it was read), none below 0,
 * and every node must reach every other. name stands in the error line, which names the node. */
enum gv_status gv_schedule_check(const struct gv_schedule *schedule, const char *name, struct gv_error *err);

#endif
