/* bind.h - sets of processors, and binding the calling thread to one of them; shared by the two forms of the
 * team. Room for more processors than the kernel can number: cpu_set_t alone ends at 1,024. */
#ifndef GV_BASE_BIND_H
#define GV_BASE_BIND_H

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum { GV_PROCESSORS_MAX = 1 << 14 };

struct gv_cpus {
  cpu_set_t part[GV_PROCESSORS_MAX / CPU_SETSIZE];
};

static inline void gv_cpus_set(struct gv_cpus *cpus, int cpu)
{
  if (cpu >= 0 && cpu < GV_PROCESSORS_MAX)
    CPU_SET_S((size_t)cpu, sizeof *cpus, cpus->part);
}

static inline bool gv_cpus_has(const struct gv_cpus *cpus, int cpu)
{
  return cpu >= 0 && cpu < GV_PROCESSORS_MAX && CPU_ISSET_S((size_t)cpu, sizeof *cpus, cpus->part);
}

/* *cpus <- where the calling thread may run. */
static inline bool gv_bind_mask(struct gv_cpus *cpus)
{
  memset(cpus, 0, sizeof *cpus);
  return pthread_getaffinity_np(pthread_self(), sizeof *cpus, cpus->part) == 0;
}

static inline bool gv_bind_undo(const struct gv_cpus *before)
{
  return pthread_setaffinity_np(pthread_self(), sizeof *before, before->part) == 0;
}

/* Binds to cpu and keeps the former mask in *before; false when there is nothing to undo. */
static inline bool gv_bind_thread(int cpu, struct gv_cpus *before)
{
  struct gv_cpus mask = {0};
  gv_cpus_set(&mask, cpu);
  return gv_bind_mask(before) && pthread_setaffinity_np(pthread_self(), sizeof mask, mask.part) == 0;
}

/* What errors call a team: "workers 4", "workers 2 of 3 threads", into text. Returns text. */
enum { GV_TEAM_TEXT = 64 };

static inline const char *gv_team_text(int workers, int each, char *text)
{
  if (each > 1)
    snprintf(text, GV_TEAM_TEXT, "workers %d of %d threads", workers, each);
  else
    snprintf(text, GV_TEAM_TEXT, "workers %d", workers);
  return text;
}

#endif
