/* machine.h - what this process may use: processors with their places, processor time, memory. */
#ifndef GV_BASE_MACHINE_H
#define GV_BASE_MACHINE_H

#include <stdbool.h>

#include <grapevine/status.h>

#include "core/base/places.h"
#include "core/base/quota.h"

struct gv_machine {
  int cores;               /* physical cores within the process's affinity mask, >= 1 */
  int processors;          /* hardware threads within it, >= cores */
  struct gv_place *place;  /* (processors) core by core in machine order */
  bool binds;              /* whether threads may be bound here at all */
  struct gv_quota quota;   /* of control groups */
  double memory;           /* bytes this process can have, swap included: of the machine, or of its control group */
  char model[128];         /* the processor's name, "unknown" when nobody says */
};

enum gv_status gv_machine_look(struct gv_machine *machine, struct gv_error *err);
void gv_machine_clear(struct gv_machine *machine);

/* cpus (GV_PROCESSORS_MAX) <- the processors this process may use: those that OpenMP was told to stay on, else
 * those of the affinity mask. Returns how many, at least 1. */
int gv_allowed_processors(int *cpus);

/* Threads that find a core of their own: the cores, or as many as a quota lets run at a time. */
int gv_machine_threads(const struct gv_machine *machine);

#endif
