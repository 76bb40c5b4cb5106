/* places.h - where threads can stand: processors with core, cache and NUMA node, and the order to fill them in. */
#ifndef GV_BASE_PLACES_H
#define GV_BASE_PLACES_H

#include <stddef.h>

#include <grapevine/status.h>

/* Numbers count upwards over the whole machine in its own order, neighbours side by side; -1: unknown. */
struct gv_place {
  int processor;  /* a hardware thread, as the operating system numbers it */
  int thread;     /* which of the usable ones of its core: 0 first */
  int core, cache, package;  /* cache: the cores that share the last level */
  int numa;       /* as the operating system numbers it */
};

enum gv_bind {
  GV_BIND_NONE,     /* the system places threads */
  GV_BIND_COMPACT,  /* core by core in machine order, so that threads which follow each other are near */
  GV_BIND_SCATTER   /* round robin over packages, NUMA nodes and caches, so that memory's bandwidth is shared out */
};

/* *places (*count, for the caller to free) <- those of the processors cpus (allowed) that the machine has, core by
 * core in machine order. synthetic: NULL for this machine, or, for tests, a machine that hwloc makes up from this
 * text, all of whose processors count. *count 0: hwloc is not there or knows no cores. */
enum gv_status gv_places_look(const char *synthetic, const int *cpus, int allowed, struct gv_place **places,
                              int *count, struct gv_error *err);

/* Places that nothing is known of: each processor a core. */
enum gv_status gv_places_plain(const int *cpus, int allowed, struct gv_place **places, struct gv_error *err);

/* Puts places (count) in the order to fill them: one thread of every core first, then the second ones. Threads
 * t * team .. t * team + team - 1 belong together: scatter keeps them on one cache, NUMA node or package, the
 * smallest that has room for them everywhere. NONE leaves the order. */
enum gv_status gv_places_order(struct gv_place *places, int count, enum gv_bind bind, int team,
                               struct gv_error *err);

/* "on processor 3 (core 1, NUMA node 0)", as far as known, into text. Returns text. */
char *gv_place_text(const struct gv_place *place, char *text, size_t size);

#endif
