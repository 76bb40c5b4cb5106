/* machine.h - the processors this process may use, in the order workers are placed on them. */
#ifndef GV_BASE_MACHINE_H
#define GV_BASE_MACHINE_H

#include <grapevine/status.h>

struct gv_machine {
  int cores;       /* physical cores within the process's affinity mask, >= 1 */
  int processors;  /* hardware threads within it, >= cores */
  int *order;      /* (processors) numbers of the operating system: one thread of every core first */
  char model[128]; /* the processor's name, "unknown" when nobody says */
};

enum gv_status gv_machine_look(struct gv_machine *machine, struct gv_error *err);
void gv_machine_clear(struct gv_machine *machine);

#endif
