/* The team as POSIX threads: the form that ThreadSanitizer can follow. */
#include "core/base/team.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/barrier.h"
#include "core/base/bind.h"
#include "core/base/calling.h"

struct gv_team {
  struct gv_barrier leaders;
  pthread_barrier_t plain;
  pthread_mutex_t lock;
  pthread_cond_t decided;
  enum { WAIT, GO, CANCEL } start;  /* under lock: bodies begin only when all threads are there */
  void (*body)(void *arg, struct gv_team *team, int worker);
  void *arg;
  const int *cpus;
};

struct seat {
  struct gv_team *team;
  int worker;
};

static void run_body(struct gv_team *team, int worker)
{
  struct gv_cpus before;
  bool bound = team->cpus != NULL && gv_bind_thread(team->cpus[worker], &before);
  if (gv_calling_thread != NULL)
    gv_calling_thread();
  team->body(team->arg, team, worker);
  if (bound)
    gv_bind_undo(&before);
}

static void *work(void *arg)
{
  struct seat *seat = arg;
  struct gv_team *team = seat->team;
  pthread_mutex_lock(&team->lock);
  while (team->start == WAIT)
    pthread_cond_wait(&team->decided, &team->lock);
  bool go = team->start == GO;
  pthread_mutex_unlock(&team->lock);
  if (go)
    run_body(team, seat->worker);
  return NULL;
}

enum gv_status gv_team_run_crews(int workers, int each, const int *cpus,
                                 void (*body)(void *arg, struct gv_team *team, int thread), void *arg,
                                 struct gv_error *err)
{
  int all = workers * each;
  char text[GV_TEAM_TEXT];
  pthread_t *threads = calloc((size_t)all, sizeof *threads);
  struct seat *seats = calloc((size_t)all, sizeof *seats);
  if (threads == NULL || seats == NULL) {
    free(threads);
    free(seats);
    return gv_fail(err, GV_MEMORY, "no memory for %s", gv_team_text(workers, each, text));
  }
  struct gv_team team = {
      .lock = PTHREAD_MUTEX_INITIALIZER, .decided = PTHREAD_COND_INITIALIZER, .body = body, .arg = arg,
      .cpus = cpus};
  gv_barrier_init(&team.leaders, workers);
  pthread_barrier_init(&team.plain, NULL, (unsigned)workers);
  int made = 1, failure = 0;
  while (made < all && failure == 0) {
    seats[made] = (struct seat){&team, made};
    failure = pthread_create(&threads[made], NULL, work, &seats[made]);
    made += failure == 0;
  }
  pthread_mutex_lock(&team.lock);
  team.start = failure == 0 ? GO : CANCEL;
  pthread_cond_broadcast(&team.decided);
  pthread_mutex_unlock(&team.lock);
  if (failure == 0)
    run_body(&team, 0);
  for (int w = 1; w < made; w++)
    pthread_join(threads[w], NULL);
  pthread_barrier_destroy(&team.plain);
  free(threads);
  free(seats);
  if (failure != 0)
    return gv_fail(err, GV_SYSTEM, "%s: only %d threads can be had: %s", gv_team_text(workers, each, text), made,
                   strerror(failure));
  return GV_OK;
}

void gv_team_barrier(struct gv_team *team)
{
  gv_barrier_wait(&team->leaders);
}

void gv_team_plain_barrier(struct gv_team *team)
{
  pthread_barrier_wait(&team->plain);
}

int gv_team_places(int *cpus, int room)
{
  (void)cpus;
  (void)room;
  return 0;
}

const char *gv_team_kind(void)
{
  return "pthread";
}
