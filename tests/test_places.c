/* Where threads stand: the order of places on made-up machines, limits of control groups, what is bound and what is
 * refused. */
#include <math.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"
#include "core/base/bind.h"
#include "core/base/blas.h"
#include "core/base/machine.h"
#include "core/base/team.h"
#include "run/placing.h"
#include "tests/scratch.h"
#include "tests/suite.h"

#ifdef HAVE_HWLOC
/* The processors of a made-up machine in the order they are filled, joined by spaces. */
static const char *order_of(const char *machine, enum gv_bind bind, int team)
{
  static char text[400];
  struct gv_place *places = NULL;
  int count = 0;
  size_t used = 0;
  assert_ok(gv_places_look(machine, NULL, 0, &places, &count, err));
  assert_ok(gv_places_order(places, count, bind, team, err));
  text[0] = '\0';
  for (int i = 0; i < count && used < sizeof text; i++)
    used += (size_t)snprintf(text + used, sizeof text - used, "%s%d", i ? " " : "", places[i].processor);
  free(places);
  return text;
}

START_TEST(compact_fills_cores_first)
{
  ck_assert_str_eq(order_of("numa:2 core:4 pu:2", GV_BIND_COMPACT, 1), "0 2 4 6 8 10 12 14 1 3 5 7 9 11 13 15");
  ck_assert_str_eq(order_of("numa:2 core:4 pu:2", GV_BIND_NONE, 1), "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15");
  ck_assert_str_eq(order_of("pack:1 core:3 pu:1", GV_BIND_COMPACT, 1), "0 1 2");
  /* Hardware threads numbered behind all cores, as most systems do. */
  ck_assert_str_eq(order_of("numa:2 core:2 pu:2(indexes=0,4,1,5,2,6,3,7)", GV_BIND_COMPACT, 1), "0 1 2 3 4 5 6 7");
}
END_TEST

START_TEST(scatter_takes_turns)
{
  ck_assert_str_eq(order_of("numa:2 core:4 pu:2", GV_BIND_SCATTER, 1), "0 8 2 10 4 12 6 14 1 9 3 11 5 13 7 15");
  /* Packages change first, then the NUMA nodes in them, then the caches in those. */
  ck_assert_str_eq(order_of("pack:2 numa:2 l3:2 core:2 pu:1", GV_BIND_SCATTER, 1),
                   "0 8 4 12 2 10 6 14 1 9 5 13 3 11 7 15");
  ck_assert_str_eq(order_of("pack:1 l3:2 core:2 pu:1", GV_BIND_SCATTER, 1), "0 2 1 3");
  ck_assert_str_eq(order_of("pack:1 core:4 pu:1", GV_BIND_SCATTER, 1), "0 1 2 3");
}
END_TEST

START_TEST(teams_stay_together)
{
  ck_assert_str_eq(order_of("numa:2 core:4 pu:1", GV_BIND_SCATTER, 2), "0 1 4 5 2 3 6 7");
  ck_assert_str_eq(order_of("numa:2 core:4 pu:1", GV_BIND_SCATTER, 4), "0 1 2 3 4 5 6 7");
  /* Three of four cores; the fourth ones come last. */
  ck_assert_str_eq(order_of("numa:2 core:4 pu:1", GV_BIND_SCATTER, 3), "0 1 2 4 5 6 3 7");
  /* No cache has room for three, a NUMA node has. */
  ck_assert_str_eq(order_of("numa:2 l3:2 core:2 pu:1", GV_BIND_SCATTER, 3), "0 1 2 4 5 6 3 7");
  /* Nothing has room for five: machine order. */
  ck_assert_str_eq(order_of("pack:2 core:4 pu:1", GV_BIND_SCATTER, 5), "0 1 2 3 4 5 6 7");
}
END_TEST

START_TEST(a_place_knows_its_core_and_node)
{
  struct gv_place *places = NULL;
  char text[64];
  int count = 0;
  assert_ok(gv_places_look("numa:2 core:2 pu:2", NULL, 0, &places, &count, err));
  ck_assert_int_eq(count, 8);
  for (int i = 0; i < count; i++) {
    ck_assert_int_eq(places[i].processor, i);
    ck_assert_int_eq(places[i].thread, i % 2);
    ck_assert_int_eq(places[i].core, i / 2);
    ck_assert_int_eq(places[i].numa, i / 4);
  }
  ck_assert_str_eq(gv_place_text(&places[5], text, sizeof text), "on processor 5 (core 2, NUMA node 1)");
  free(places);
}
END_TEST

/* More processors than cpu_set_t has room for. */
START_TEST(thousands_of_processors)
{
  struct gv_place *places = NULL;
  int count = 0;
  assert_ok(gv_places_look("pack:4 numa:2 core:150 pu:2", NULL, 0, &places, &count, err));
  ck_assert_int_eq(count, 2400);
  assert_ok(gv_places_order(places, count, GV_BIND_SCATTER, 1, err));
  ck_assert_int_eq(places[7].processor, 2100);
  assert_ok(gv_places_order(places, count, GV_BIND_NONE, 1, err));
  free(places);
}
END_TEST
#endif

START_TEST(without_hwloc_each_processor_is_a_core)
{
  struct gv_place *places = NULL;
  const int cpus[] = {1, 3, 2000};
  char text[64];
  assert_ok(gv_places_plain(cpus, 3, &places, err));
  for (enum gv_bind bind = GV_BIND_NONE; bind <= GV_BIND_SCATTER; bind++) {
    assert_ok(gv_places_order(places, 3, bind, 1, err));
    for (int i = 0; i < 3; i++)
      ck_assert_int_eq(places[i].processor, cpus[i]);
  }
  ck_assert_str_eq(gv_place_text(&places[2], text, sizeof text), "on processor 2000");
  free(places);
}
END_TEST

START_TEST(sets_of_processors)
{
  struct gv_cpus set = {0};
  const int in[] = {0, 1023, 1024, 5000, GV_PROCESSORS_MAX - 1};
  for (size_t i = 0; i < sizeof in / sizeof in[0]; i++) {
    ck_assert(!gv_cpus_has(&set, in[i]));
    gv_cpus_set(&set, in[i]);
    ck_assert(gv_cpus_has(&set, in[i]));
  }
  gv_cpus_set(&set, -1);
  gv_cpus_set(&set, GV_PROCESSORS_MAX);
  ck_assert(!gv_cpus_has(&set, -1));
  ck_assert(!gv_cpus_has(&set, GV_PROCESSORS_MAX));
  ck_assert(!gv_cpus_has(&set, 1));
}
END_TEST

/* The mask that the process was given is all that is placed on. */
START_TEST(the_mask_is_respected)
{
  struct gv_machine all, one;
  struct gv_cpus before;
  assert_ok(gv_machine_look(&all, err));
  int last = all.place[all.processors - 1].processor;
  if (gv_bind_thread(last, &before)) {
    assert_ok(gv_machine_look(&one, err));
    ck_assert_int_eq(one.processors, 1);
    ck_assert_int_eq(one.cores, 1);
    ck_assert_int_eq(one.place[0].processor, last);
    gv_machine_clear(&one);
    ck_assert(gv_bind_undo(&before));
  }
  gv_machine_clear(&all);
}
END_TEST

/* ---- control groups, in a made-up tree ---- */

static struct folder tree;

static void put(const char *path, const char *text)
{
  char full[300];
  snprintf(full, sizeof full, "%s/%s", tree.path, path);
  for (char *c = full + strlen(tree.path) + 1; (c = strchr(c, '/')) != NULL; *c++ = '/') {
    *c = '\0';
    mkdir(full, 0755);
  }
  FILE *file = fopen(full, "w");
  ck_assert_ptr_nonnull(file);
  fputs(text, file);
  fclose(file);
}

static struct gv_quota quota(void)
{
  struct gv_quota found;
  gv_quota_look(tree.path, &found);
  return found;
}

#define V2 "40 31 0:38 / /sys/fs/cgroup rw,relatime - cgroup2 cgroup2 rw,nsdelegate\n"

START_TEST(no_groups_no_limits)
{
  tree = folder_make();
  ck_assert_double_infinite(quota().cores);
  put("proc/self/mountinfo", "22 27 0:21 / /proc rw - proc proc rw\n" V2);
  ck_assert_double_infinite(quota().cores);
  put("proc/self/cgroup", "0::/\n");
  ck_assert_double_infinite(quota().memory);
  put("sys/fs/cgroup/cpu.max", "max 100000\n");
  put("sys/fs/cgroup/memory.max", "max\n");
  put("sys/fs/cgroup/memory.swap.max", "max\n");
  ck_assert_double_infinite(quota().swap);
  ck_assert_double_infinite(quota().cores);
  ck_assert_double_infinite(quota().memory);
  folder_remove(&tree);
}
END_TEST

START_TEST(version_two_and_its_parents)
{
  tree = folder_make();
  put("proc/self/mountinfo", V2);
  put("proc/self/cgroup", "0::/user/job/step\n");
  put("sys/fs/cgroup/user/job/step/cpu.max", "400000 100000\n");
  put("sys/fs/cgroup/user/job/step/memory.max", "8589934592\n");
  ck_assert_double_eq(quota().cores, 4);
  ck_assert_double_eq(quota().memory, 0x1p33);
  put("sys/fs/cgroup/user/cpu.max", "150000 100000\n");
  put("sys/fs/cgroup/user/memory.max", "1048576\n");
  ck_assert_double_eq(quota().cores, 1.5);
  ck_assert_double_eq(quota().memory, 1048576);
  ck_assert_double_infinite(quota().swap);
  put("sys/fs/cgroup/user/job/step/memory.swap.max", "4096\n");
  put("sys/fs/cgroup/user/memory.swap.max", "8192\n");
  ck_assert_double_eq(quota().swap, 4096);
  put("sys/fs/cgroup/user/job/memory.swap.max", "0\n");  /* as in most containers: none at all */
  ck_assert_double_eq(quota().swap, 0);
  put("sys/fs/cgroup/cpu.max", "50000 100000\n");  /* of the mounted group itself */
  ck_assert_double_eq(quota().cores, 0.5);
  put("sys/fs/cgroup/other/cpu.max", "1000 100000\n");
  ck_assert_double_eq(quota().cores, 0.5);
  folder_remove(&tree);
}
END_TEST

START_TEST(a_container_sees_its_group_as_the_root)
{
  tree = folder_make();
  put("proc/self/mountinfo", "40 31 0:38 /docker/abc /sys/fs/my\\040group rw - cgroup2 cgroup2 rw\n");
  put("proc/self/cgroup", "0::/docker/abc/in\n");
  put("sys/fs/my group/in/cpu.max", "200000 100000\n");
  put("sys/fs/my group/memory.max", "4096\n");
  ck_assert_double_eq(quota().cores, 2);
  ck_assert_double_eq(quota().memory, 4096);
  put("proc/self/cgroup", "0::/docker/abcdef\n");  /* not below it: what is mounted is all that is known */
  ck_assert_double_infinite(quota().cores);
  ck_assert_double_eq(quota().memory, 4096);
  put("proc/self/cgroup", "0::/../in\n");
  ck_assert_double_infinite(quota().cores);
  folder_remove(&tree);
}
END_TEST

START_TEST(version_one)
{
  tree = folder_make();
  put("proc/self/mountinfo", "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
                             "33 31 0:30 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n"
                             "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
                             "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n");
  put("proc/self/cgroup", "5:cpuset:/set\n4:memory:/job\n2:cpuacct,cpu:/job/x\n0::/\n");
  put("sys/fs/cgroup/cpu,cpuacct/job/x/cpu.cfs_quota_us", "-1\n");
  put("sys/fs/cgroup/cpu,cpuacct/job/x/cpu.cfs_period_us", "100000\n");
  put("sys/fs/cgroup/memory/job/memory.limit_in_bytes", "9223372036854771712\n");
  ck_assert_double_infinite(quota().cores);
  ck_assert_double_infinite(quota().memory);
  put("sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us", "250000\n");
  put("sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us", "100000\n");
  put("sys/fs/cgroup/memory/job/memory.limit_in_bytes", "1073741824\n");
  ck_assert_double_eq(quota().cores, 2.5);
  ck_assert_double_eq(quota().memory, 0x1p30);
  ck_assert_double_infinite(quota().swap);
  put("sys/fs/cgroup/memory/job/memory.memsw.limit_in_bytes", "9223372036854771712\n");
  ck_assert_double_infinite(quota().swap);
  put("sys/fs/cgroup/memory/job/memory.memsw.limit_in_bytes", "1073745920\n");  /* both together */
  ck_assert_double_eq(quota().swap, 4096);
  folder_remove(&tree);
}
END_TEST

START_TEST(a_quota_limits_automatic_workers)
{
  struct gv_machine machine = {.cores = 4, .processors = 8, .quota = {.cores = (double)INFINITY}};
  ck_assert_int_eq(gv_machine_threads(&machine), 4);
  machine.quota.cores = 1.5;
  ck_assert_int_eq(gv_machine_threads(&machine), 2);
  machine.quota.cores = 2;
  ck_assert_int_eq(gv_machine_threads(&machine), 2);
  machine.quota.cores = 0.1;
  ck_assert_int_eq(gv_machine_threads(&machine), 1);
  machine.quota.cores = 100;
  ck_assert_int_eq(gv_machine_threads(&machine), 4);
}
END_TEST

/* ---- bound or not ---- */

START_TEST(what_is_bound)
{
  struct gv_place *places = NULL;
  const int cpus[] = {4, 5, 6, 7};
  assert_ok(gv_places_plain(cpus, 4, &places, err));
  struct gv_machine machine = {.cores = 4, .processors = 4, .place = places, .binds = true,
                               .quota = {.cores = (double)INFINITY}};
  struct gv_placing placing;
  assert_ok(gv_blas_prepare(err));
  assert_ok(gv_placing_make(&machine, "compact", false, 2, 2, &placing, err));
  ck_assert_str_eq(gv_placing_bind(&placing), "compact");
  for (int t = 0; t < 4; t++)
    ck_assert_int_eq(placing.cpus[t], cpus[t]);
  gv_placing_clear(&placing);

  assert_ok(gv_placing_make(&machine, "none", true, 2, 1, &placing, err));
  ck_assert_ptr_null(placing.cpus);
  gv_placing_clear(&placing);

  /* More threads than processors: the default gives way, a wish is refused. */
  assert_ok(gv_placing_make(&machine, "compact", false, 5, 1, &placing, err));
  ck_assert_ptr_null(placing.cpus);
  ck_assert_str_eq(gv_placing_bind(&placing), "none");
  gv_placing_clear(&placing);
  assert_fails(GV_USAGE, "5 workers want", gv_placing_make(&machine, "scatter", true, 5, 1, &placing, err));
  assert_fails(GV_USAGE, "3 workers of 2 threads", gv_placing_make(&machine, "compact", true, 3, 2, &placing, err));

  /* A quota leaves the choice to the system, unless somebody wishes otherwise. */
  machine.quota.cores = 2;
  assert_ok(gv_placing_make(&machine, "compact", false, 2, 1, &placing, err));
  ck_assert_ptr_null(placing.cpus);
  gv_placing_clear(&placing);
  assert_ok(gv_placing_make(&machine, "compact", true, 2, 1, &placing, err));
  ck_assert_ptr_nonnull(placing.cpus);
  gv_placing_clear(&placing);

  int most = gv_blas_callers();
  ck_assert_int_ge(most, 1);
  assert_ok(gv_placing_make(&machine, "none", true, most, 1, &placing, err));
  gv_placing_clear(&placing);
  if (most < 4096)
    assert_fails(GV_USAGE, "this OpenBLAS serves at most",
                 gv_placing_make(&machine, "none", true, most / 2 + 1, 2, &placing, err));

  machine.binds = false;
  assert_fails(GV_SYSTEM, "no thread", gv_placing_make(&machine, "compact", true, 2, 1, &placing, err));
  free(places);
}
END_TEST

struct stood {
  int at[64];
};

static void stand(void *arg, struct gv_team *team, int worker)
{
  struct stood *stood = arg;
  stood->at[worker] = sched_getcpu();
  gv_team_barrier(team);
}

/* Each worker stands on its processor while it runs, and the caller is free again afterwards. */
START_TEST(workers_stand_where_they_are_put)
{
  struct gv_machine machine;
  struct gv_placing placing;
  struct stood stood;
  assert_ok(gv_machine_look(&machine, err));
  assert_ok(gv_blas_prepare(err));
  int workers = machine.processors < 64 ? machine.processors : 64;
  if (machine.binds) {
    struct gv_cpus before, after;
    ck_assert(gv_bind_mask(&before));
    assert_ok(gv_placing_make(&machine, "scatter", true, workers, 1, &placing, err));
    assert_ok(gv_team_run(workers, placing.cpus, stand, &stood, err));
    for (int w = 0; w < workers; w++)
      ck_assert_int_eq(stood.at[w], placing.place[w].processor);
    ck_assert(gv_bind_mask(&after));
    ck_assert_mem_eq(&before, &after, sizeof before);
    gv_placing_clear(&placing);
  }
  gv_machine_clear(&machine);
}
END_TEST

int main(void)
{
  const TTest *const tests[] = {
#ifdef HAVE_HWLOC
      compact_fills_cores_first, scatter_takes_turns, teams_stay_together, a_place_knows_its_core_and_node,
      thousands_of_processors,
#endif
      without_hwloc_each_processor_is_a_core, sets_of_processors, the_mask_is_respected, no_groups_no_limits,
      version_two_and_its_parents, a_container_sees_its_group_as_the_root, version_one,
      a_quota_limits_automatic_workers, what_is_bound, workers_stand_where_they_are_put, NULL};
  return run_suite("places", tests);
}
