/* simulation.h - a consensus of several topologies on the same numbers: options, rounds, files. */
#ifndef GV_RUN_CONSENSUS_SIMULATION_H
#define GV_RUN_CONSENSUS_SIMULATION_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/option.h"
#include "core/engine/stop.h"
#include "core/graph/spectrum/spectrum.h"

/* The options of `grapevine consensus` but for those that only say what is printed. */
const struct gv_option *gv_simulation_options(void);

/* What one topology did. Each (rounds_done + 1), from round 0 on; NAN: not known. */
struct gv_trace {
  const char *topology;         /* as it was asked for */
  struct gv_schedule *schedule;
  struct gv_spectrum spectrum;
  bool bounded;                 /* the spectrum holds: W repeats and it could be found */
  bool begun;
  uint64_t rounds_done;
  uint64_t rounds_to_1e3;       /* until the error is at most 1e-3 of the first one; 0: not within the rounds */
  double seconds;
  double *error;                /* ||x - J x||_F */
  double *bound;                /* of it: rho a period, and the signals' changes on top */
  double *tracking;             /* ||x - J z(k)||_F; NULL without a signal */
  double *limit;                /* e/(1 - rho), which the error comes under in the long run, with e the most that
                                   the signals may change in a round from this one on; NULL without a signal */
};

struct gv_simulation {
  /* Set by the caller before gv_simulation_run; may be left 0. */
  struct gv_stop stop;          /* asked: ends after the round with GV_INTERRUPTED; what was done is kept */
  void *context;                /* for the next; on the first worker, some times a second */
  void (*progress)(void *context, const struct gv_trace *trace, uint64_t round, double seconds);

  const struct gv_options *options;
  int nodes, dimension, workers;
  uint64_t rounds;
  double *x;                    /* (nodes, dimension) to start from; NULL with a signal */
  struct gv_followed *followed; /* NULL: no signal */
  int count;
  struct gv_trace *trace;       /* (count) */
};

/* Reads and checks everything, and tries whether the files can be written. options and topologies (count >= 1)
 * outlive it. */
enum gv_status gv_simulation_create(const struct gv_options *options, const char *const *topologies, int count,
                               struct gv_simulation **out, struct gv_error *err);
void gv_simulation_destroy(struct gv_simulation *sim);

enum gv_status gv_simulation_run(struct gv_simulation *sim, struct gv_error *err);

/* ---- files.c ---- */

/* Writes --csv and --plot, of what was done. */
enum gv_status gv_simulation_write(const struct gv_simulation *sim, struct gv_error *err);

/* The figures as JSON, for the caller to free; NULL without memory. */
char *gv_simulation_text(const struct gv_simulation *sim);

/* The i-th round to show of so many, 0, 1, 2, 5, 10, 20, 50 ... and the last; UINT64_MAX: there are no more. */
uint64_t gv_simulation_shown(uint64_t rounds, int i);

#endif
