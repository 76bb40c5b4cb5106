/* placing.h - how many workers there are and where their threads stand; for training and for evaluation. */
#ifndef GV_RUN_PLACING_H
#define GV_RUN_PLACING_H

#include <stdbool.h>

#include <grapevine/status.h>

#include "core/base/machine.h"
#include "core/base/places.h"

struct gv_placing {
  int workers, team;       /* threads of each worker, >= 1 */
  enum gv_bind bind;       /* NONE: not bound */
  struct gv_place *place;  /* (workers, team), NULL when not bound */
  int *cpus;               /* their processors, likewise */
};

/* Places workers * team threads. bind: 'compact', 'scatter' or 'none'; asked: somebody asked for it, so that what
 * cannot be bound is an error. Not asked for, it gives way where there are fewer processors than threads, where the
 * system binds nothing, and where a quota of processor time leaves the choice of processors to the system: two
 * containers with a quota each would otherwise stand on the same ones. More threads than OpenBLAS serves are
 * refused. After gv_blas_prepare. */
enum gv_status gv_placing_make(const struct gv_machine *machine, const char *bind, bool asked, int workers,
                               int team, struct gv_placing *placing, struct gv_error *err);
void gv_placing_clear(struct gv_placing *placing);

/* Threads to take when nobody says how many: one a core that the process may use, as far as OpenBLAS serves them.
 * After gv_blas_prepare. */
int gv_placing_threads(const struct gv_machine *machine);

/* "compact", "scatter", "none". */
const char *gv_placing_bind(const struct gv_placing *placing);

/* Details of the machine; a warning where threads outnumber what they can run on. */
void gv_placing_log(const struct gv_machine *machine, const struct gv_placing *placing);

#endif
