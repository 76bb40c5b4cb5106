/* Reads the sizes of caches from /sys. */
#include "core/base/cache.h"

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

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
  cpu_set_t mask, counted;  /* counted: the first processors of the caches so far */
  char text[64];
  CPU_ZERO(&counted);
  if (sched_getaffinity(0, sizeof mask, &mask) != 0)
    return cache;
  for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
    unsigned long kib = 0;
    unsigned first = 0;
    int index = CPU_ISSET((size_t)cpu, &mask) ? index_of(cpu, level) : -1;
    if (index < 0 || !read_line(cpu, index, "size", text, sizeof text) || sscanf(text, "%luK", &kib) != 1)
      continue;
    if (!read_line(cpu, index, "shared_cpu_list", text, sizeof text) || sscanf(text, "%u", &first) != 1 ||
        first >= CPU_SETSIZE || CPU_ISSET(first, &counted))
      continue;
    CPU_SET(first, &counted);
    cache.each = (size_t)kib << 10;
    cache.all += cache.each;
  }
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
