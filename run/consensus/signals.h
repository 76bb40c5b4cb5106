/* signals.h - what the nodes of a consensus begin with, and the signals whose mean they follow. */
#ifndef GV_RUN_CONSENSUS_SIGNALS_H
#define GV_RUN_CONSENSUS_SIGNALS_H

#include "core/base/named.h"
#include "core/graph/consensus/consensus.h"

extern const struct gv_table gv_start_table;   /* index, random, file */
extern const struct gv_table gv_signal_table;  /* sin, decay, file */

/* *x (nodes, *dimension) <- what "index", "random" or "file:PATH" says, for gv_free. */
enum gv_status gv_start_make(const char *spec, int nodes, uint64_t seed, double **x, int *dimension,
                             struct gv_error *err);

/* "sin:amplitude=,omega=", "decay:amplitude=,omega=,ratio=" or "file:PATH" for rounds 0 .. rounds. */
struct gv_followed;
enum gv_status gv_followed_create(const char *spec, int nodes, uint64_t rounds, struct gv_followed **out,
                                  struct gv_error *err);
void gv_followed_destroy(struct gv_followed *followed);
const struct gv_signal *gv_followed_signal(const struct gv_followed *followed);

/* No ||z(j+1) - z(j)||_F with j >= round is larger. */
double gv_followed_change(const struct gv_followed *followed, uint64_t round);

#endif
