/* Reads the limits of control groups: /proc/self/cgroup names the group, /proc/self/mountinfo its folder. */
#include "core/base/quota.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_ROOM = 4096, LINE_ROOM = 3 * PATH_ROOM };

/* One mounted hierarchy. */
struct mount {
  char root[PATH_ROOM];   /* the group that is seen at `point` */
  char point[PATH_ROOM];
  bool unified;           /* version 2 */
  char controllers[256];  /* of version 1: "cpu,cpuacct" among other words, joined by ',' */
};

/* Whether word is one of those in list, which are joined by ','. */
static bool lists(const char *list, const char *word)
{
  size_t length = strlen(word);
  for (const char *at = list; *at != '\0';) {
    size_t n = strcspn(at, ",\n");
    if (n == length && strncmp(at, word, n) == 0)
      return true;
    at += n + (at[n] != '\0');
  }
  return false;
}

/* mountinfo writes space, tab, newline and backslash as \040 and so on. */
static void unescape(char *text)
{
  char *out = text;
  for (const char *in = text; *in != '\0'; out++) {
    unsigned code = 0;
    if (sscanf(in, "\\%3o", &code) == 1 && in[1] >= '0' && in[1] <= '1') {
      *out = (char)code;
      in += 4;
    } else {
      *out = *in++;
    }
  }
  *out = '\0';
}

/* A line of mountinfo: "30 23 0:26 ROOT POINT OPTIONS [TAGS ...] - TYPE SOURCE CONTROLLERS". */
static bool read_mount(char *line, struct mount *mount)
{
  char type[32];
  const char *rest = strstr(line, " - ");
  if (rest == NULL || sscanf(rest, " - %31s %*s %255s", type, mount->controllers) != 2 ||
      (strcmp(type, "cgroup") != 0 && strcmp(type, "cgroup2") != 0) ||
      sscanf(line, "%*d %*d %*s %4095s %4095s", mount->root, mount->point) != 2)
    return false;
  mount->unified = strcmp(type, "cgroup2") == 0;
  unescape(mount->root);
  unescape(mount->point);
  return true;
}

/* group <- the process's group in the hierarchy; a line is "0::PATH", or of version 1 "4:cpu,cpuacct:PATH". */
static bool find_group(const char *root, const struct mount *mount, const char *controller, char *group)
{
  char path[PATH_ROOM + 32], line[LINE_ROOM];
  snprintf(path, sizeof path, "%s/proc/self/cgroup", root);
  FILE *file = fopen(path, "r");
  bool found = false;
  while (file != NULL && !found && fgets(line, sizeof line, file) != NULL) {
    char *list = strchr(line, ':'), *name = list != NULL ? strchr(list + 1, ':') : NULL;
    if (name == NULL)
      continue;
    *name++ = '\0';
    found = mount->unified ? strncmp(line, "0:", 2) == 0 && list[1] == '\0' : lists(list + 1, controller);
    name[strcspn(name, "\n")] = '\0';
    snprintf(group, PATH_ROOM, "%.*s", PATH_ROOM - 1, name);
  }
  if (file != NULL)
    fclose(file);
  return found;
}

/* The numbers of a file of a group: how many there are, up to two. "max" is INFINITY. */
static int read_numbers(const char *folder, const char *name, double *first, double *second)
{
  char path[2 * PATH_ROOM + 64], a[64] = "", b[64] = "";
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "r");
  if (file == NULL)
    return 0;
  int count = fscanf(file, "%63s %63s", a, b);
  fclose(file);
  *first = strcmp(a, "max") == 0 ? (double)INFINITY : strtod(a, NULL);
  *second = strtod(b, NULL);
  return count;
}

static void lower(double *limit, double value)
{
  if (value > 0 && value < *limit)
    *limit = value;
}

/* A group's limit of one kind of memory, in bytes. Version 1 has no word for "no limit", but a large number. */
static double read_limit(const char *folder, const char *name)
{
  double limit, unused;
  return read_numbers(folder, name, &limit, &unused) >= 1 && limit >= 0 && limit < 0x1p62 ? limit
                                                                                          : (double)INFINITY;
}

static void read_memory(const char *folder, bool unified, struct gv_quota *quota)
{
  double memory = read_limit(folder, unified ? "memory.max" : "memory.limit_in_bytes"), swap;
  if (unified) {
    swap = read_limit(folder, "memory.swap.max");
  } else {
    double both = read_limit(folder, "memory.memsw.limit_in_bytes");  /* never under the other */
    swap = isfinite(both) && isfinite(memory) ? fmax(both - memory, 0) : (double)INFINITY;
  }
  lower(&quota->memory, memory);
  quota->swap = fmin(quota->swap, swap);
}

static void read_group(const char *folder, const struct mount *mount, bool memory, struct gv_quota *quota)
{
  double first, second, unused;
  if (memory) {
    read_memory(folder, mount->unified, quota);
  } else if (mount->unified) {
    if (read_numbers(folder, "cpu.max", &first, &second) == 2 && second > 0)
      lower(&quota->cores, first / second);
  } else if (read_numbers(folder, "cpu.cfs_quota_us", &first, &unused) >= 1 &&
             read_numbers(folder, "cpu.cfs_period_us", &second, &unused) >= 1 && second > 0) {
    lower(&quota->cores, first / second);
  }
}

/* The process's group and all above it that can be seen. */
static void read_hierarchy(const char *root, const struct mount *mount, const char *controller,
                           struct gv_quota *quota)
{
  char group[PATH_ROOM], folder[2 * PATH_ROOM];
  bool memory = strcmp(controller, "memory") == 0;
  if ((!mount->unified && !lists(mount->controllers, controller)) || !find_group(root, mount, controller, group))
    return;
  /* What is mounted may be a group of its own, as in a container; one outside of it cannot be seen. */
  size_t above = strcmp(mount->root, "/") == 0 ? 0 : strlen(mount->root);
  bool inside = strncmp(group, mount->root, above) == 0 && (group[above] == '/' || group[above] == '\0') &&
                strstr(group, "/..") == NULL;
  snprintf(folder, sizeof folder, "%s%s%s", root, mount->point, inside ? group + above : "");
  size_t end = strlen(root) + strlen(mount->point);
  while (strlen(folder) >= end) {
    read_group(folder, mount, memory, quota);
    char *last = strrchr(folder, '/');
    if (last == NULL)
      break;
    *last = '\0';
  }
}

void gv_quota_look(const char *root, struct gv_quota *quota)
{
  char path[PATH_ROOM + 32], line[LINE_ROOM];
  struct mount mount;
  *quota = (struct gv_quota){.cores = (double)INFINITY, .memory = (double)INFINITY,
                             .swap = (double)INFINITY};
  snprintf(path, sizeof path, "%s/proc/self/mountinfo", root);
  FILE *file = fopen(path, "r");
  if (file == NULL)
    return;
  while (fgets(line, sizeof line, file) != NULL)
    if (read_mount(line, &mount)) {
      read_hierarchy(root, &mount, "cpu", quota);
      read_hierarchy(root, &mount, "memory", quota);
    }
  fclose(file);
}
