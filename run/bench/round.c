/* What waiting costs: a round of a ring of workers that have nothing to compute, and their barrier, both beside the
 * barrier that the threads' library has. */
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/bind.h"
#include "core/exchange/exchange.h"
#include "run/bench/bench.h"

enum { ROUND, BARRIER, WAYS, DIM = 16, STRANGERS_MAX = 1024 };

struct ring {
  bool meets;                                          /* no exchange: the barrier alone */
  const struct gv_schedule *schedule;
  struct gv_exchange *exchange;
  struct gv_view *view[256];                           /* of each worker */
  struct { _Alignas(128) uint64_t round; } done[256];  /* rounds of each worker so far */
};

static enum gv_status place(void *context, int worker, struct gv_error *err)
{
  struct ring *ring = context;
  enum gv_status status = gv_view_create(ring->schedule, &ring->view[worker], err);
  return status == GV_OK ? gv_exchange_place(ring->exchange, worker, ring->view[worker], err) : status;
}

static void work(void *context, struct gv_team *team, int worker, int way, int repeats)
{
  struct ring *ring = context;
  for (int i = 0; i < repeats; i++)
    if (way == BARRIER) {
      gv_team_plain_barrier(team);
    } else if (ring->meets) {
      gv_team_barrier(team);
    } else {
      float *message = gv_exchange_message(ring->exchange, worker, 0, 0);
      message[0] = (float)i;
      gv_exchange_publish(ring->exchange, worker);
      gv_exchange_collect(ring->exchange, worker, ring->done[worker].round++);
      gv_exchange_finish(ring->exchange, worker);
    }
}

/* A round, or the workers' barrier. */
static enum gv_status measure(struct gv_bench *bench, bool meets, int workers, const char *beside,
                              struct gv_error *err)
{
  struct ring ring = {.meets = meets};
  struct gv_samples samples = {0};
  struct gv_schedule *schedule = NULL;
  const struct gv_together together = {.workers = workers, .context = &ring, .place = place, .work = work};
  char name[80], barrier[32];
  if (meets)
    snprintf(name, sizeof name, "barrier of %d workers", workers);
  else
    snprintf(name, sizeof name, "%d workers on %d processors%s", workers, bench->machine.processors, beside);
  gv_bench_doing(bench, "%s", name);
  enum gv_status status = gv_schedule_create("ring", NULL, workers, 1, &schedule, err);
  ring.schedule = schedule;
  if (status == GV_OK)
    status = gv_exchange_create(schedule, workers, DIM, 1, &ring.exchange, err);
  if (status == GV_OK)
    status = gv_samples_create(&samples, WAYS, bench->quick ? 3 : 15, err);
  if (status == GV_OK)
    status = gv_bench_together(bench, &samples, &together, err);
  if (status == GV_OK) {
    snprintf(barrier, sizeof barrier, "barrier of %s", gv_team_kind());
    gv_bench_tell(bench, (struct gv_figure){.name = name,
                                            .value = 1e6 * gv_samples_median(&samples, ROUND),
                                            .unit = "us",
                                            .limit = 1e6 * gv_samples_median(&samples, BARRIER),
                                            .limit_name = barrier,
                                            .share = gv_samples_ratio(&samples, BARRIER, ROUND),
                                            .spread = gv_samples_spread(&samples, ROUND)});
  }
  gv_samples_clear(&samples);
  for (int w = 0; w < workers; w++)
    gv_view_destroy(ring.view[w]);
  gv_exchange_destroy(ring.exchange);
  gv_schedule_destroy(schedule);
  return status;
}

/* ---- strangers: processes that only use processors up ---- */

struct strangers {
  pid_t id[STRANGERS_MAX];
  int count;
};

static void send_away(struct strangers *strangers)
{
  for (int i = 0; i < strangers->count; i++) {
    kill(strangers->id[i], SIGKILL);
    while (waitpid(strangers->id[i], NULL, 0) < 0)
      ;
  }
  strangers->count = 0;
}

/* One on every processor. They end with this process, and by themselves after some minutes. */
static enum gv_status invite(const struct gv_machine *machine, struct strangers *strangers, struct gv_error *err)
{
  strangers->count = 0;
  for (int i = 0; i < machine->processors && i < STRANGERS_MAX; i++) {
    pid_t id = fork();
    if (id < 0) {
      send_away(strangers);
      return gv_fail(err, GV_SYSTEM, "no process can be started that would use a processor up");
    }
    if (id == 0) {
      struct gv_cpus before;
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      signal(SIGALRM, SIG_DFL);
      alarm(300);
      (void)gv_bind_thread(machine->place[i].processor, &before);
      for (;;)
        __asm__ volatile("");
    }
    strangers->id[strangers->count++] = id;
  }
  return GV_OK;
}

static enum gv_status run(struct gv_bench *bench, struct gv_error *err)
{
  static const int workers[] = {2, 8, 32, 64};
  size_t counts = bench->quick ? 2 : sizeof workers / sizeof workers[0];
  enum gv_status status = GV_OK;
  for (int meets = 0; meets < 2; meets++)
    for (size_t i = 0; i < counts && status == GV_OK; i++)
      status = measure(bench, meets, workers[i], "", err);
  if (status != GV_OK || bench->quick)
    return status;
  struct strangers strangers;
  status = invite(&bench->machine, &strangers, err);
  if (status != GV_OK)
    return status;
  status = measure(bench, false, 64, ", a stranger on each", err);
  send_away(&strangers);
  return status;
}

const struct gv_benchmark gv_benchmark_round = {
    .name = "round",
    .summary = "waiting: a round without work, and the workers' barrier",
    .run = run,
};
