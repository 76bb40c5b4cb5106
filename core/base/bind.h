/* bind.h - binds the calling thread to one processor, and back; shared by the two forms of the team. */
#ifndef GV_BASE_BIND_H
#define GV_BASE_BIND_H

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>

/* Binds to cpu and keeps the former mask in *before; false when there is nothing to undo. */
static inline bool gv_bind_thread(int cpu, cpu_set_t *before)
{
  cpu_set_t mask;
  if (pthread_getaffinity_np(pthread_self(), sizeof *before, before) != 0)
    return false;
  CPU_ZERO(&mask);
  CPU_SET((size_t)cpu, &mask);
  return pthread_setaffinity_np(pthread_self(), sizeof mask, &mask) == 0;
}

static inline void gv_bind_undo(const cpu_set_t *before)
{
  (void)pthread_setaffinity_np(pthread_self(), sizeof *before, before);
}

#endif
