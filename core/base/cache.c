/* Reads the sizes of caches from /sys. */
#include "core/base/cache.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/bind.h"
#include "core/base/machine.h"

enum { INDICES = 8 };

/* text <- the first line of a file of processor cpu's cache `index`; false when there is none. */
static bool read_line(int cpu, int index, const char *name, char *text, int size)
{
  char path[96];
  snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/cache/index%d/%s", cpu, index, name);
  FILE *file = fopen(path, "r");
  bool got = file != NULL && fgets(text, size, file) != NULL;
  if (file != NULL)
    fclose(file);
  return got;
}

/* The index of cpu's data cache of this level, or -1. */
static int index_of(int cpu, int level)
{
  char text[64];
  int found = 0;
  for (int index = 0; index < INDICES && read_line(cpu, index, "level", text, sizeof text); index++)
    if (sscanf(text, "%d", &found) == 1 && found == level && read_line(cpu, index, "type", text, sizeof text) &&
        strncmp(text, "Instruction", 11) != 0)
      return index;
  return -1;
}

struct gv_cache gv_cache_look(int level)
{
  struct gv_cache cache = {0, 0};
  struct gv_cpus counted = {0};  /* the first processors of the caches so far */
  char text[64];
  int *cpus = calloc(GV_PROCESSORS_MAX, sizeof *cpus);
  int count = cpus != NULL ? gv_allowed_processors(cpus) : 0;
  for (int i = 0; i < count; i++) {
    unsigned long kib = 0;
    int first = -1, index = index_of(cpus[i], level);
    if (index < 0 || !read_line(cpus[i], index, "size", text, sizeof text) || sscanf(text, "%luK", &kib) != 1)
      continue;
    if (!read_line(cpus[i], index, "shared_cpu_list", text, sizeof text) || sscanf(text, "%d", &first) != 1 ||
        first < 0 || first >= GV_PROCESSORS_MAX || gv_cpus_has(&counted, first))
      continue;
    gv_cpus_set(&counted, first);
    cache.each = (size_t)kib << 10;
    cache.all += cache.each;
  }
  free(cpus);
  return cache;
}

static size_t last_bytes;

static void look_once(void)
{
  last_bytes = 32u << 20;
  for (int level = 3; level >= 1; level--) {
    size_t all = gv_cache_look(level).all;
    if (all > 0) {
      last_bytes = all;
      return;
    }
  }
}

size_t gv_cache_last(void)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, look_once);
  return last_bytes;
}
