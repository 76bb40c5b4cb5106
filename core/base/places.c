/* Reads places through hwloc and puts them in order. */
#include "core/base/places.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"

static enum gv_status take(int count, struct gv_place **places, struct gv_error *err)
{
  *places = calloc((size_t)count + 1, sizeof **places);
  return *places != NULL ? GV_OK : gv_fail(err, GV_MEMORY, "no memory for the processor list");
}

#ifdef HAVE_HWLOC
#include <hwloc.h>

static int number_above(const struct hwloc_obj *object, hwloc_obj_type_t type)
{
  while (object != NULL && object->type != type)
    object = object->parent;
  return object != NULL ? (int)object->logical_index : -1;
}

/* The places of a core within mask, appended. */
static void add_core(hwloc_obj_t core, hwloc_const_bitmap_t mask, struct gv_place *places, int *count)
{
  const struct hwloc_obj *shared = NULL;  /* the largest data cache */
  for (const struct hwloc_obj *above = core->parent; above != NULL; above = above->parent)
    if (hwloc_obj_type_is_dcache(above->type))
      shared = above;
  int thread = 0;
  for (int cpu = hwloc_bitmap_first(core->cpuset); cpu >= 0; cpu = hwloc_bitmap_next(core->cpuset, cpu))
    if (hwloc_bitmap_isset(mask, (unsigned)cpu))
      places[(*count)++] = (struct gv_place){
          .processor = cpu,
          .thread = thread++,
          .core = (int)core->logical_index,
          .cache = shared != NULL ? (int)shared->logical_index : -1,
          .numa = hwloc_bitmap_first(core->nodeset),
          .package = number_above(core, HWLOC_OBJ_PACKAGE),
      };
}

static enum gv_status read_cores(hwloc_topology_t topology, hwloc_const_bitmap_t mask, struct gv_place **places,
                                 int *count, struct gv_error *err)
{
  enum gv_status status = take(hwloc_bitmap_weight(mask), places, err);
  int cores = status == GV_OK ? hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_CORE) : 0;
  for (int c = 0; c < cores; c++)
    add_core(hwloc_get_obj_by_type(topology, HWLOC_OBJ_CORE, (unsigned)c), mask, *places, count);
  return status;
}

enum gv_status gv_places_look(const char *synthetic, const int *cpus, int allowed, struct gv_place **places,
                              int *count, struct gv_error *err)
{
  hwloc_topology_t topology;
  *places = NULL;
  *count = 0;
  if (synthetic == NULL && access("/sys/devices/system/cpu/cpu0", F_OK) != 0)
    return GV_OK;  /* without /sys hwloc finds no cores, and says so on standard error */
  if (hwloc_topology_init(&topology) != 0)
    return gv_fail(err, GV_SYSTEM, "hwloc cannot describe this machine");
  hwloc_bitmap_t mask = hwloc_bitmap_alloc();
  enum gv_status status = GV_OK;
  if (mask == NULL || (synthetic != NULL && hwloc_topology_set_synthetic(topology, synthetic) != 0) ||
      hwloc_topology_load(topology) != 0) {
    status = gv_fail(err, GV_SYSTEM, "hwloc cannot describe this machine");
  } else {
    for (int i = 0; i < allowed; i++)
      hwloc_bitmap_set(mask, (unsigned)cpus[i]);
    if (synthetic != NULL)
      hwloc_bitmap_fill(mask);
    hwloc_bitmap_and(mask, mask, hwloc_topology_get_allowed_cpuset(topology));
    status = read_cores(topology, mask, places, count, err);
  }
  hwloc_bitmap_free(mask);
  hwloc_topology_destroy(topology);
  return status;
}
#else
enum gv_status gv_places_look(const char *synthetic, const int *cpus, int allowed, struct gv_place **places,
                              int *count, struct gv_error *err)
{
  (void)synthetic;
  (void)cpus;
  (void)allowed;
  (void)err;
  *places = NULL;
  *count = 0;
  return GV_OK;
}
#endif

enum gv_status gv_places_plain(const int *cpus, int allowed, struct gv_place **places, struct gv_error *err)
{
  enum gv_status status = take(allowed, places, err);
  for (int i = 0; i < allowed && status == GV_OK; i++)
    (*places)[i] = (struct gv_place){
        .processor = cpus[i], .thread = 0, .core = i, .cache = -1, .package = -1, .numa = -1};
  return status;
}

/* ---- order ---- */

/* A place and what it is sorted by, the first difference deciding. */
enum { KEYS = 8 };
struct sorted {
  int key[KEYS];
  struct gv_place place;
};

static int compare(const void *left, const void *right)
{
  const struct sorted *a = left, *b = right;
  for (int k = 0; k < KEYS; k++)
    if (a->key[k] != b->key[k])
      return a->key[k] < b->key[k] ? -1 : 1;
  return 0;
}

/* A group of places by its level: 0 the package, 1 the NUMA node, 2 the cache within it. */
enum { LEVELS = 3 };

static bool same_group(const struct gv_place *a, const struct gv_place *b, int level)
{
  return a->package == b->package && (level < 1 || a->numa == b->numa) && (level < 2 || a->cache == b->cache);
}

/* Cores of the group that place stands in: how many stand before it, and in all. Places come core by core. */
static int cores_of(const struct gv_place *places, int count, int place, int level, int *all)
{
  int before = 0;
  *all = 0;
  for (int i = 0; i < count; i++)
    if (places[i].thread == 0 && same_group(&places[i], &places[place], level)) {
      *all += 1;
      before += i < place && places[i].core != places[place].core;
    }
  return before;
}

/* Groups of this level that begin before place's own, within its group of the level above. */
static int groups_before(const struct gv_place *places, int count, int place, int level)
{
  int before = 0;
  for (int i = 0; i < count && !same_group(&places[i], &places[place], level); i++) {
    bool inside = level == 0 || same_group(&places[i], &places[place], level - 1);
    before += inside && (i == 0 || !same_group(&places[i - 1], &places[i], level));
  }
  return before;
}

/* The smallest kind of group that has room for a team on cores of its own, everywhere; -1: not even packages. */
static int level_for(const struct gv_place *places, int count, int team)
{
  for (int level = LEVELS - 1; level >= 0; level--) {
    int least = INT_MAX, all;
    for (int i = 0; i < count; i++)
      if (i == 0 || !same_group(&places[i - 1], &places[i], level)) {
        cores_of(places, count, i, level, &all);
        least = all < least ? all : least;
      }
    if (least >= team)
      return level;
  }
  return -1;
}

/* Teams take turns: the u-th of every group, packages first to change, then NUMA nodes, then caches. Cores that are
 * left over in a group, fewer than a team, come last. */
static void scatter_keys(const struct gv_place *places, int count, int place, int level, int team, int *key)
{
  int all, core = cores_of(places, count, place, level, &all);
  int unit = core / team;
  *key++ = (unit + 1) * team > all;
  *key++ = unit;
  for (int l = level; l >= 0; l--)
    *key++ = groups_before(places, count, place, l);
}

enum gv_status gv_places_order(struct gv_place *places, int count, enum gv_bind bind, int team,
                               struct gv_error *err)
{
  if (bind == GV_BIND_NONE)
    return GV_OK;
  struct sorted *list = calloc((size_t)count + 1, sizeof *list);
  if (list == NULL)
    return gv_fail(err, GV_MEMORY, "no memory for the processor list");
  int level = bind == GV_BIND_SCATTER ? level_for(places, count, team) : -1;
  for (int i = 0; i < count; i++) {
    list[i].place = places[i];
    list[i].key[0] = places[i].thread;
    if (level >= 0)
      scatter_keys(places, count, i, level, team, &list[i].key[1]);
    list[i].key[KEYS - 1] = i;
  }
  qsort(list, (size_t)count, sizeof *list, compare);
  for (int i = 0; i < count; i++)
    places[i] = list[i].place;
  free(list);
  return GV_OK;
}

char *gv_place_text(const struct gv_place *place, char *text, size_t size)
{
  if (place->numa >= 0)
    snprintf(text, size, "on processor %d (core %d, NUMA node %d)", place->processor, place->core, place->numa);
  else
    snprintf(text, size, "on processor %d", place->processor);
  return text;
}
