/* What benchmarks share: figures from samples, ways in turn, work of a team, and the sums that are the limit. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/cache.h"
#include "core/base/paths.h"
#include "run/bench/bench.h"
#include "run/placing.h"
#include "tests/suite.h"

START_TEST(figures_come_from_samples)
{
  static const double times[2][5] = {{4, 1, 2, 3, 50}, {2, 2, 2, 2, 10}};
  struct gv_samples samples;
  assert_ok(gv_samples_create(&samples, 2, 5, err));
  memcpy(samples.seconds, times, sizeof times);
  ck_assert_double_eq(gv_samples_median(&samples, 0), 3);
  ck_assert_double_eq(gv_samples_median(&samples, 1), 2);
  ck_assert_double_eq(gv_samples_ratio(&samples, 0, 1), 1.5);  /* 2, 0.5, 1, 1.5, 5: of the pairs */
  ck_assert_double_eq(gv_samples_spread(&samples, 0), (4 - 2) / 6.0);
  ck_assert_double_eq(gv_samples_spread(&samples, 1), 0);
  ck_assert_int_eq(gv_samples_best(&samples, 0), 1);
  gv_samples_clear(&samples);
  gv_samples_clear(&samples);
}
END_TEST

/* ---- in turn, until a stop ---- */

struct calls {
  int count, way[16], stop_at;
};

static enum gv_status note(struct gv_bench *bench, void *context, int way, double *seconds, struct gv_error *err)
{
  struct calls *calls = context;
  (void)err;
  calls->way[calls->count++] = way;
  if (calls->count == calls->stop_at)
    gv_stop_ask(&bench->stop);
  *seconds = 10 * way + calls->count;
  return GV_OK;
}

START_TEST(ways_take_turns_until_a_stop)
{
  struct gv_bench bench = {0};
  struct gv_samples samples;
  struct calls calls = {0};
  assert_ok(gv_samples_create(&samples, 3, 2, err));
  assert_ok(gv_bench_alternate(&bench, &samples, note, &calls, err));
  ck_assert_int_eq(calls.count, 6);
  for (int i = 0; i < 6; i++) {
    ck_assert_int_eq(calls.way[i], i % 3);
    ck_assert_double_eq(samples.seconds[i % 3 * 2 + i / 3], 10 * (i % 3) + i + 1);
  }
  calls = (struct calls){.stop_at = 2};
  assert_fails(GV_INTERRUPTED, "stopped on request", gv_bench_alternate(&bench, &samples, note, &calls, err));
  ck_assert_int_eq(calls.count, 2);
  gv_samples_clear(&samples);
}
END_TEST

static struct gv_bench *told;

static void ask_to_stop(int signal)
{
  (void)signal;
  gv_stop_ask(&told->stop);
}

/* As by Ctrl-C, which the terminal sends to both: the program ends before its first round. */
START_TEST(a_stop_while_a_program_starts)
{
  static const char script[] = "#!/bin/sh\nkill -USR1 $PPID\n";
  char *program = gv_path_temporary("grapevine-test-XXXXXX");
  struct gv_bench bench = {.quick = true, .program = program};
  told = &bench;
  ck_assert_ptr_nonnull(program);
  int fd = mkstemp(program);
  ck_assert_int_eq(write(fd, script, sizeof script - 1), sizeof script - 1);
  ck_assert_int_eq(fchmod(fd, 0700), 0);
  close(fd);
  sigaction(SIGUSR1, &(struct sigaction){.sa_handler = ask_to_stop, .sa_flags = SA_RESTART}, NULL);
  assert_fails(GV_INTERRUPTED, "stopped on request", gv_benchmark_start.run(&bench, err));
  ck_assert_int_eq(unlink(program), 0);
  free(program);
}
END_TEST

/* ---- a team ---- */

enum { WORKERS = 3 };

struct crew {
  int fails;               /* the worker that finds no memory; -1: none */
  long placed[WORKERS], repeats[WORKERS][2], calls[WORKERS][2];
};

static enum gv_status place(void *context, int worker, struct gv_error *err)
{
  struct crew *crew = context;
  crew->placed[worker]++;
  return worker == crew->fails ? gv_fail(err, GV_MEMORY, "worker %d", worker) : GV_OK;
}

static void work(void *context, struct gv_team *team, int worker, int way, int repeats)
{
  struct crew *crew = context;
  volatile double x = 0;
  (void)team;
  crew->repeats[worker][way] += repeats;
  crew->calls[worker][way]++;
  for (int i = 0; i < repeats * (way == 0 ? 1000 : 30000); i++)
    x = x + 1;
}

START_TEST(a_team_is_timed_together)
{
  struct gv_bench bench = {.quick = true};
  struct gv_samples samples;
  struct crew crew = {.fails = -1};
  const struct gv_together together = {.workers = WORKERS, .context = &crew, .place = place, .work = work};
  assert_ok(gv_bench_begin(&bench, err));
  ck_assert_int_eq(bench.cores, gv_placing_threads(&bench.machine));  /* what a run takes, no more */
  assert_ok(gv_samples_create(&samples, 2, 5, err));
  assert_ok(gv_bench_together(&bench, &samples, &together, err));
  for (int w = 0; w < WORKERS; w++) {
    ck_assert_int_eq(crew.placed[w], 1);
    for (int way = 0; way < 2; way++) {
      ck_assert_int_ge(crew.calls[w][way], 5 + 1);  /* and the warm-up */
      ck_assert_int_eq(crew.repeats[w][way], crew.repeats[0][way]);
    }
  }
  for (int i = 0; i < 10; i++)
    ck_assert_double_gt(samples.seconds[i], 0);
  crew = (struct crew){.fails = 1};
  assert_fails(GV_MEMORY, "worker 1", gv_bench_together(&bench, &samples, &together, err));
  ck_assert_int_eq(crew.calls[0][0], 0);
  crew = (struct crew){.fails = -1};
  gv_stop_ask(&bench.stop);
  assert_fails(GV_INTERRUPTED, "stopped", gv_bench_together(&bench, &samples, &together, err));
  gv_samples_clear(&samples);
  gv_bench_end(&bench);
}
END_TEST

/* ---- the limit ---- */

START_TEST(sums_are_sums)
{
  enum { N = 160 };
  static const int inputs[] = {2, 3, 4, GV_STREAM_INPUTS};
  static float vector[GV_STREAM_INPUTS][N];
  static _Alignas(64) float out[N + 16];
  const float *in[GV_STREAM_INPUTS];
  for (int v = 0; v < GV_STREAM_INPUTS; v++) {
    in[v] = vector[v];
    for (int i = 0; i < N; i++)
      vector[v][i] = (float)(i % 7 << v);
  }
  for (size_t k = 0; k < sizeof inputs / sizeof inputs[0]; k++)
    for (int past = 0; past < 2; past++) {
      out[N] = -1;
      gv_stream_sum(out, inputs[k], in, N, past);
      for (int i = 0; i < N; i++)
        ck_assert_float_eq(out[i], (float)(i % 7 * ((1 << inputs[k]) - 1)));
      ck_assert_float_eq(out[N], -1);
    }
}
END_TEST

START_TEST(caches_add_up)
{
  for (int level = 1; level <= 3; level++) {
    struct gv_cache cache = gv_cache_look(level);
    ck_assert_uint_ge(cache.all, cache.each);
    if (cache.each > 0)
      ck_assert_uint_eq(cache.all % cache.each, 0);
  }
  ck_assert_uint_gt(gv_cache_last(), 0);
  ck_assert_uint_eq(gv_cache_look(9).all, 0);
}
END_TEST

int main(void)
{
  const TTest *const tests[] = {figures_come_from_samples, ways_take_turns_until_a_stop,
                                a_stop_while_a_program_starts, a_team_is_timed_together, sums_are_sums,
                                caches_add_up, NULL};
  return run_suite("bench", tests);
}
