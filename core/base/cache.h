/* cache.h - how much the caches of the processors that this process may use hold. */
#ifndef GV_BASE_CACHE_H
#define GV_BASE_CACHE_H

#include <stddef.h>

/* Bytes of level 1 (data), 2 or 3: of one cache, and of all of them together; each 0 when nobody says. */
struct gv_cache {
  size_t each, all;
};

/* Reads /sys. sysconf knows caches too, but adds up those of sockets that a virtual machine does not have. */
struct gv_cache gv_cache_look(int level);

/* Bytes of the last-level caches together; a guess of 32 MiB when nobody says. Looks once, then remembers. */
size_t gv_cache_last(void);

#endif
