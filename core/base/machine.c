/* Reads the machine through hwloc; without hwloc, from the affinity mask alone. */
#include "core/base/machine.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "core/base/team.h"

static void read_model(struct gv_machine *machine)
{
  snprintf(machine->model, sizeof machine->model, "unknown");
  FILE *cpuinfo = fopen("/proc/cpuinfo", "r");
  if (cpuinfo == NULL)
    return;
  char line[256];
  while (fgets(line, sizeof line, cpuinfo) != NULL) {
    char *colon = strchr(line, ':');
    if (strncmp(line, "model name", 10) == 0 && colon != NULL && colon[1] != '\0') {
      colon[strcspn(colon, "\n")] = '\0';
      snprintf(machine->model, sizeof machine->model, "%s", colon + 2);
      break;
    }
  }
  fclose(cpuinfo);
}

#ifdef HAVE_HWLOC
#include <hwloc.h>

/* Puts the cpus (allowed) in the order of cores and threads. */
static enum gv_status look(struct gv_machine *machine, const int *cpus, int allowed, struct gv_error *err)
{
  hwloc_topology_t topology;
  if (access("/sys/devices/system/cpu/cpu0", F_OK) != 0)
    return GV_OK;  /* without /sys hwloc finds no cores, and says so on standard error */
  if (hwloc_topology_init(&topology) != 0)
    return gv_fail(err, GV_SYSTEM, "hwloc cannot describe this machine");
  hwloc_bitmap_t mask = hwloc_bitmap_alloc();
  enum gv_status status = GV_OK;
  if (mask == NULL || hwloc_topology_load(topology) != 0) {
    status = gv_fail(err, GV_SYSTEM, "hwloc cannot describe this machine");
  } else {
    for (int i = 0; i < allowed; i++)
      hwloc_bitmap_set(mask, (unsigned)cpus[i]);
    hwloc_bitmap_and(mask, mask, hwloc_topology_get_allowed_cpuset(topology));
    machine->processors = hwloc_bitmap_weight(mask);
    machine->order = calloc((size_t)machine->processors + 1, sizeof *machine->order);
    if (machine->order == NULL)
      status = gv_fail(err, GV_MEMORY, "no memory for the processor list");
  }
  /* Pass t takes the t-th allowed thread of every core. */
  int placed = 0;
  for (int pass = 0; status == GV_OK && placed < machine->processors; pass++) {
    int before = placed;
    int cores = hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_CORE);
    for (int c = 0; c < cores; c++) {
      hwloc_obj_t core = hwloc_get_obj_by_type(topology, HWLOC_OBJ_CORE, (unsigned)c);
      int seen = 0;
      for (int cpu = hwloc_bitmap_first(core->cpuset); cpu >= 0; cpu = hwloc_bitmap_next(core->cpuset, cpu))
        if (hwloc_bitmap_isset(mask, (unsigned)cpu) && seen++ == pass)
          machine->order[placed++] = cpu;
    }
    if (pass == 0)
      machine->cores = placed;
    if (placed == before)
      break;
  }
  hwloc_bitmap_free(mask);
  hwloc_topology_destroy(topology);
  machine->processors = placed;
  return status;
}
#else
static enum gv_status look(struct gv_machine *machine, const int *cpus, int allowed, struct gv_error *err)
{
  (void)machine;
  (void)cpus;
  (void)allowed;
  (void)err;
  return GV_OK;
}
#endif

/* cpus (CPU_SETSIZE) <- the processors this process may use; returns how many, at least 1. */
static int allowed_processors(int *cpus)
{
  int count = gv_team_places(cpus, CPU_SETSIZE);
  cpu_set_t mask;
  if (count == 0 && sched_getaffinity(0, sizeof mask, &mask) == 0)
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
      if (CPU_ISSET(cpu, &mask))
        cpus[count++] = cpu;
  return count > 0 ? count : 1;  /* of a machine that tells nothing: its first */
}

enum gv_status gv_machine_look(struct gv_machine *machine, struct gv_error *err)
{
  *machine = (struct gv_machine){0};
  int *cpus = calloc(CPU_SETSIZE, sizeof *cpus);
  if (cpus == NULL)
    return gv_fail(err, GV_MEMORY, "no memory for the processor list");
  int allowed = allowed_processors(cpus);
  enum gv_status status = look(machine, cpus, allowed, err);
  if (status == GV_OK && machine->processors == 0) {  /* no hwloc, or it knows no cores here */
    free(machine->order);
    machine->order = cpus;
    machine->cores = machine->processors = allowed;
    cpus = NULL;
  }
  free(cpus);
  if (status != GV_OK) {
    gv_machine_clear(machine);
    return status;
  }
  read_model(machine);
  return GV_OK;
}

void gv_machine_clear(struct gv_machine *machine)
{
  free(machine->order);
  *machine = (struct gv_machine){0};
}
