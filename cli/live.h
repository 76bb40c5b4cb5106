/* live.h - the live view of `grapevine train`: curves of a run on the whole terminal while it trains. */
#ifndef GV_CLI_LIVE_H
#define GV_CLI_LIVE_H

#include <grapevine/grapevine.h>

struct gv_live;

/* A view of a run, which outlives it, on the terminal of standard error. Draws nothing yet. */
enum gv_status gv_live_create(const struct gv_run *run, struct gv_live **out, struct gv_error *err);
void gv_live_destroy(struct gv_live *view);  /* NULL is fine */

/* What a watcher hears: the screen is taken at the first, and drawn ten times a second at most. */
void gv_live_started(struct gv_live *view, const struct gv_result *result);
void gv_live_evaluated(struct gv_live *view, const struct gv_result *result);
void gv_live_progress(struct gv_live *view, const struct gv_result *result, uint64_t round, double seconds);

/* Gives the screen back and prints the curves below what stands there; does nothing where none was taken. */
void gv_live_end(struct gv_live *view);

#endif
