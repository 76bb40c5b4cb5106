/* The team as one OpenMP parallel region. */
#include "core/base/team.h"

#include <omp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/barrier.h"
#include "core/base/bind.h"
#include "core/base/calling.h"
#include "core/base/stack.h"

struct gv_team {
  struct gv_barrier leaders;
};

/* Threads that only wait to be let go, while others are made. */
struct probe {
  pthread_mutex_t lock;
  pthread_cond_t released;
  bool release;
};

static void *wait_for_release(void *arg)
{
  struct probe *probe = arg;
  pthread_mutex_lock(&probe->lock);
  while (!probe->release)
    pthread_cond_wait(&probe->released, &probe->lock);
  pthread_mutex_unlock(&probe->lock);
  return NULL;
}

/* Where OpenMP cannot have a thread it ends the process; so the threads are asked for once before, and let go. */
static enum gv_status probe_threads(int workers, int each, struct gv_error *err)
{
  int all = workers * each;
  char text[GV_TEAM_TEXT];
  pthread_t *threads = calloc((size_t)all, sizeof *threads);
  if (threads == NULL)
    return gv_fail(err, GV_MEMORY, "no memory for %s", gv_team_text(workers, each, text));
  struct probe probe = {.lock = PTHREAD_MUTEX_INITIALIZER, .released = PTHREAD_COND_INITIALIZER};
  int made = 1, failure = 0;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  size_t stack = gv_stack_size(getenv("OMP_STACKSIZE"));  /* OpenMP's threads get it, too */
  bool sized = stack > 0 && pthread_attr_setstacksize(&attributes, stack) == 0;
  while (made < all && failure == 0) {
    failure = pthread_create(&threads[made], &attributes, wait_for_release, &probe);
    made += failure == 0;
  }
  pthread_mutex_lock(&probe.lock);
  probe.release = true;
  pthread_cond_broadcast(&probe.released);
  pthread_mutex_unlock(&probe.lock);
  for (int w = 1; w < made; w++)
    pthread_join(threads[w], NULL);
  pthread_attr_destroy(&attributes);
  free(threads);
  if (failure != 0)
    return gv_fail(err, GV_SYSTEM, "%s: only %d threads can be had: %s%s", gv_team_text(workers, each, text), made,
                   strerror(failure), sized ? "; see OMP_STACKSIZE" : "");
  return GV_OK;
}

enum gv_status gv_team_run_crews(int workers, int each, const int *cpus,
                                 void (*body)(void *arg, struct gv_team *team, int thread), void *arg,
                                 struct gv_error *err)
{
  int threads = workers * each, given = threads;
  char text[GV_TEAM_TEXT];
  enum gv_status status = probe_threads(workers, each, err);
  if (status != GV_OK)
    return status;
  struct gv_team team;
  gv_barrier_init(&team.leaders, workers);
  int dynamic = omp_get_dynamic();
  omp_set_dynamic(0);
#pragma omp parallel num_threads(threads) default(shared)
  {
    int thread = omp_get_thread_num();
    if (omp_get_num_threads() != threads) {
      if (thread == 0)
        given = omp_get_num_threads();
    } else {
      struct gv_cpus before;
      bool bound = cpus != NULL && gv_bind_thread(cpus[thread], &before);
      int nested = omp_get_max_threads();
      omp_set_num_threads(1);  /* oneDNN plans for this many, and would wait for more for ever */
      if (gv_calling_thread != NULL)
        gv_calling_thread();
      body(arg, &team, thread);
      omp_set_num_threads(nested);
      if (bound)
        gv_bind_undo(&before);
    }
  }
  omp_set_dynamic(dynamic);
  if (given != threads)
    return gv_fail(err, GV_SYSTEM, "%s: OpenMP gives %d threads here; see OMP_THREAD_LIMIT",
                   gv_team_text(workers, each, text), given);
  return GV_OK;
}

void gv_team_barrier(struct gv_team *team)
{
  gv_barrier_wait(&team->leaders);
}

void gv_team_plain_barrier(struct gv_team *team)
{
  (void)team;
#pragma omp barrier  /* of the innermost region, which is the team's */
}

int gv_team_places(int *cpus, int room)
{
  int count = 0;
  if (omp_get_proc_bind() == omp_proc_bind_false)
    return 0;
  for (int place = 0; place < omp_get_num_places(); place++) {
    int size = omp_get_place_num_procs(place);
    int *ids = calloc((size_t)size + 1, sizeof *ids);
    if (ids == NULL)
      return 0;
    omp_get_place_proc_ids(place, ids);
    for (int i = 0; i < size && count < room; i++) {
      int seen = 0;
      while (seen < count && cpus[seen] != ids[i])
        seen++;
      if (seen == count)
        cpus[count++] = ids[i];
    }
    free(ids);
  }
  return count;
}

const char *gv_team_kind(void)
{
  return "openmp";
}
