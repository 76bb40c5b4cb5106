/* Reads the machine: processors from the affinity mask, their places from hwloc, limits from control groups. */
#include "core/base/machine.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>

#include "core/base/bind.h"
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

static void read_limits(struct gv_machine *machine)
{
  struct sysinfo info;
  gv_quota_look("", &machine->quota);
  machine->memory = machine->quota.memory;
  if (sysinfo(&info) == 0) {
    double unit = (double)info.mem_unit, ram = (double)info.totalram * unit, swap = (double)info.totalswap * unit;
    machine->memory = fmin(machine->quota.memory, ram) + fmin(machine->quota.swap, swap);
  }
}

int gv_allowed_processors(int *cpus)
{
  struct gv_cpus mask;
  int count = gv_team_places(cpus, GV_PROCESSORS_MAX);
  if (count == 0 && gv_bind_mask(&mask))
    for (int cpu = 0; cpu < GV_PROCESSORS_MAX; cpu++)
      if (gv_cpus_has(&mask, cpu))
        cpus[count++] = cpu;
  return count > 0 ? count : 1;  /* of a machine that tells nothing: its first */
}

enum gv_status gv_machine_look(struct gv_machine *machine, struct gv_error *err)
{
  *machine = (struct gv_machine){0};
  int *cpus = calloc(GV_PROCESSORS_MAX, sizeof *cpus);
  if (cpus == NULL)
    return gv_fail(err, GV_MEMORY, "no memory for the processor list");
  struct gv_cpus mask;
  machine->binds = gv_bind_mask(&mask) && gv_bind_undo(&mask);  /* to where it stands already: a trial */
  int allowed = gv_allowed_processors(cpus);
  enum gv_status status = gv_places_look(NULL, cpus, allowed, &machine->place, &machine->processors, err);
  if (status == GV_OK && machine->processors == 0) {  /* no hwloc, or it knows no cores here */
    free(machine->place);
    machine->processors = allowed;
    status = gv_places_plain(cpus, allowed, &machine->place, err);
  }
  free(cpus);
  if (status != GV_OK) {
    gv_machine_clear(machine);
    return status;
  }
  for (int p = 0; p < machine->processors; p++)
    machine->cores += machine->place[p].thread == 0;
  read_model(machine);
  read_limits(machine);
  return GV_OK;
}

void gv_machine_clear(struct gv_machine *machine)
{
  free(machine->place);
  *machine = (struct gv_machine){0};
}

int gv_machine_threads(const struct gv_machine *machine)
{
  double quota = ceil(machine->quota.cores - 1e-9);
  return quota >= machine->cores ? machine->cores : quota < 1 ? 1 : (int)quota;
}
