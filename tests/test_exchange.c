/* Epochs, averaging kernels, and the exchange under many workers: no message is torn, late or lost. */
#include <math.h>
#include <string.h>

#include "core/base/cache.h"
#include "core/base/epoch.h"
#include "core/base/team.h"
#include "core/exchange/exchange.h"
#include "core/exchange/mix.h"
#include "tests/suite.h"

/* ---- kernels ---- */

static float value(int vector, size_t i)
{
  return sinf((float)(vector * 1000) + (float)i) * (float)(1 + vector % 3);
}

START_TEST(mix_agrees_with_double_arithmetic)
{
  enum { N = 5003, MAX = 9 };
  static float vector[MAX + 1][N], out[N + 1];
  const float *from[MAX];
  float weight[MAX];
  for (int v = 0; v <= MAX; v++)
    for (size_t i = 0; i < N; i++)
      vector[v][i] = value(v, i);
  for (int degree = 0; degree <= MAX; degree++)
    for (size_t n = 0; n <= N; n += n < 40 ? 1 : 709) {
      for (int j = 0; j < degree; j++) {
        from[j] = vector[j + 1];
        weight[j] = 1.0f / (float)(degree + 2 + j);
      }
      out[n] = 12345;
      gv_mix(out, vector[0], degree, from, weight, n);
      ck_assert_float_eq(out[n], 12345);
      for (size_t i = 0; i < n; i++) {
        double want = vector[0][i];
        for (int j = 0; j < degree; j++)
          want += (double)weight[j] * ((double)from[j][i] - (double)vector[0][i]);
        ck_assert_double_eq_tol(out[i], want, 2e-6);
      }
    }
}
END_TEST

/* What lies between is exact to what is small: of vectors near 1000 that are 1e-3 apart, where gv_mix is off by up
 * to 3e-5; and the ends of an edge add opposite terms. */
START_TEST(apart_is_exact_to_the_differences)
{
  enum { N = 1531, MAX = 9 };
  static float vector[MAX + 1][N], out[N + 1], mean[N], rest[N];
  const float *from[MAX] = {NULL};  /* no neighbour has set them, says gcc 14, where there is none */
  float weight[MAX] = {0};
  for (int v = 0; v <= MAX; v++)
    for (size_t i = 0; i < N; i++)
      vector[v][i] = 1000 + 1e-3f * value(v, i);
  for (int degree = 0; degree <= MAX; degree++) {
    double off = 0, beyond = 0;
    for (int j = 0; j < degree; j++) {
      from[j] = vector[j + 1];
      weight[j] = 1.0f / (float)(degree + 2 + j);
    }
    out[N] = 12345;
    gv_mix_apart(out, vector[0], degree, from, weight, N);
    ck_assert_float_eq(out[N], 12345);
    if (degree > 0) {
      gv_mean(mean, degree, from, 0, N);
      gv_mean_rest(rest, mean, degree, from, 0, N);
    }
    for (size_t i = 0; i < N; i++) {
      double want = 0, all = 0;
      for (int j = 0; j < degree; j++) {
        want += (double)weight[j] * ((double)from[j][i] - (double)vector[0][i]);
        all += (double)from[j][i];
      }
      off = worse_of(off, fabs((double)out[i] - want));
      if (degree > 0)
        beyond = worse_of(beyond, fabs((double)mean[i] + (double)rest[i] - all / degree));
    }
    ck_assert_msg(off < 1e-8 && beyond < 1e-11, "degree %d: %g and %g off", degree, off, beyond);
  }
  static float ab[N], ba[N];
  const float *a = vector[1], *b = vector[2], third = 1.0f / 3;
  gv_mix_apart(ab, a, 1, &b, &third, N);
  gv_mix_apart(ba, b, 1, &a, &third, N);
  for (size_t i = 0; i < N; i++)
    ba[i] = -ba[i];
  ck_assert_mem_eq(ab, ba, sizeof ab);
}
END_TEST

START_TEST(mix_keeps_consensus_exactly)
{
  static float same[4099], out[4099];
  const float *from[7];
  float weight[7];
  for (size_t i = 0; i < 4099; i++)
    same[i] = value(1, i);
  for (int degree = 0; degree <= 7; degree++) {
    for (int j = 0; j < degree; j++) {
      from[j] = same;
      weight[j] = (float)(1.0 / (degree + 1));
    }
    gv_mix(out, same, degree, from, weight, 4099);
    ck_assert_mem_eq(out, same, sizeof same);
    if (degree > 0) {
      gv_mean(out, degree, from, 0, 4099);
      ck_assert_mem_eq(out, same, sizeof same);
    }
  }
}
END_TEST

START_TEST(half_is_the_same_on_both_sides)
{
  static float a[1000], b[1000], ab[1000], ba[1000];
  for (size_t i = 0; i < 1000; i++) {
    a[i] = value(1, i);
    b[i] = value(2, i);
  }
  const float *pa = a, *pb = b, half = 0.5f;
  gv_mix(ab, a, 1, &pb, &half, 1000);
  gv_mix(ba, b, 1, &pa, &half, 1000);
  ck_assert_mem_eq(ab, ba, sizeof ab);
}
END_TEST

START_TEST(kernels_do_not_depend_on_the_cut)
{
  enum { N = 3000, DEGREE = 6 };
  static float vector[DEGREE + 1][N], whole[N], cut[N];
  const float *from[DEGREE], *shifted[DEGREE];
  float weight[DEGREE];
  for (int v = 0; v <= DEGREE; v++)
    for (size_t i = 0; i < N; i++)
      vector[v][i] = value(v, i);
  for (int j = 0; j < DEGREE; j++) {
    from[j] = vector[j + 1];
    weight[j] = 0.1f;
  }
  gv_mix(whole, vector[0], DEGREE, from, weight, N);
  for (size_t lo = 0, step = 1; lo < N; lo += step, step = 1 + (step * 7) % 61) {
    size_t n = lo + step < N ? step : N - lo;
    for (int j = 0; j < DEGREE; j++)
      shifted[j] = from[j] + lo;
    gv_mix(cut + lo, vector[0] + lo, DEGREE, shifted, weight, n);
  }
  ck_assert_mem_eq(whole, cut, sizeof whole);
  gv_mean(whole, DEGREE, from, 0, N);
  for (size_t lo = 0, step = 1; lo < N; lo += step, step = 1 + (step * 7) % 61)
    gv_mean(cut + lo, DEGREE, from, lo, lo + step < N ? step : N - lo);
  ck_assert_mem_eq(whole, cut, sizeof whole);
}
END_TEST

/* Past the caches: the same bits, whatever the alignment and whatever is left at the ends, not a float beyond. */
START_TEST(streamed_averages_are_the_plain_ones)
{
  enum { N = 1500, MAX = GV_MIX_TOGETHER + 3 };
  static float vector[MAX + 1][N + 16];
  static _Alignas(64) float plain[N + 48], streamed[N + 48];
  static const size_t lengths[] = {0, 1, 15, 16, 63, 64, 65, 127, 128, 300, N};
  static const int degrees[] = {0, 1, 2, 3, 4, 5, 8, 9, GV_MIX_TOGETHER, GV_MIX_TOGETHER + 1, MAX};
  const float *from[MAX];
  float weight[MAX];
  for (int v = 0; v <= MAX; v++)
    for (size_t i = 0; i < N + 16; i++)
      vector[v][i] = value(v, i);
  for (size_t d = 0; d < sizeof degrees / sizeof degrees[0]; d++)
    for (int half = 0; half <= (degrees[d] == 1); half++)
      for (size_t l = 0; l < sizeof lengths / sizeof lengths[0]; l++)
        for (size_t shift = 0; shift < 17; shift++) {
          size_t n = lengths[l];
          for (int j = 0; j < degrees[d]; j++) {
            from[j] = vector[j + 1] + (shift + (size_t)j) % 16;
            weight[j] = half ? 0.5f : 1.0f / (float)(degrees[d] + 2 + j);
          }
          for (size_t i = 0; i < N + 48; i++)
            plain[i] = streamed[i] = 12345;
          gv_mix(plain + shift, vector[0] + shift % 3, degrees[d], from, weight, n);
          gv_mix_stream(streamed + shift, vector[0] + shift % 3, degrees[d], from, weight, n);
          ck_assert_mem_eq(plain, streamed, sizeof plain);
          if (degrees[d] > 0 && shift < 3) {
            gv_mean(plain + shift, degrees[d], from, shift, n > shift ? n - shift : 0);
            gv_mean_stream(streamed + shift, degrees[d], from, shift, n > shift ? n - shift : 0);
            ck_assert_mem_eq(plain, streamed, sizeof plain);
          }
        }
  ck_assert(!gv_mix_streams(1 << 10));
  ck_assert(gv_mix_streams((size_t)1 << 40));
}
END_TEST

/* ---- epochs ---- */

struct ping {
  struct gv_epoch a, b;
  uint32_t start;
  int plain;  /* written on one side, read on the other */
};

static void ping_body(void *arg, struct gv_team *team, int worker)
{
  struct ping *ping = arg;
  (void)team;
  for (uint32_t i = 1; i <= 20000; i++)
    if (worker == 0) {
      ping->plain = (int)i;
      gv_epoch_raise(&ping->a, ping->start + i);
      gv_epoch_wait(&ping->b, ping->start + i);
      if (ping->plain != -(int)i)
        ck_abort_msg("step %u: %d", i, ping->plain);
    } else if (worker == 1) {
      gv_epoch_wait(&ping->a, ping->start + i);
      if (ping->plain != (int)i)
        ck_abort_msg("step %u: %d", i, ping->plain);
      ping->plain = -(int)i;
      gv_epoch_raise(&ping->b, ping->start + i);
    }
}

START_TEST(epochs_order_memory_and_wrap)
{
  struct ping ping = {.start = UINT32_MAX - 10000};
  gv_epoch_raise(&ping.a, ping.start);
  gv_epoch_raise(&ping.b, ping.start);
  assert_ok(gv_team_run(2, NULL, ping_body, &ping, err));
}
END_TEST

/* ---- the exchange: every element of a message equals f(node, mixing); a torn or late slot cannot ---- */

struct trial {
  struct gv_exchange *exchange;
  const struct gv_schedule *schedule;
  int workers;
  size_t dim;
  unsigned rounds, global_every;
};

/* How many of out (n) are not within `slack` of want. Counted, not asserted: Check notes every assertion. */
static int wrong(const float *out, size_t n, float want, float slack)
{
  int count = 0;
  for (size_t e = 0; e < n; e++)
    count += !(fabsf(out[e] - want) <= slack) || out[e] != out[0];
  return count;
}

static float tag(int node, unsigned mixing)
{
  return (float)(node + 1) + (float)(mixing % 512) * 1024;
}

static void trial_body(void *arg, struct gv_team *team, int worker)
{
  struct trial *t = arg;
  int n = t->schedule->nodes, first = n * worker / t->workers, end = n * (worker + 1) / t->workers;
  float *out = calloc(t->dim, sizeof *out);
  struct gv_view *view = NULL;
  assert_ok(gv_view_create(t->schedule, &view, err));
  for (int i = first; i < end; i++)
    assert_ok(gv_exchange_place(t->exchange, i, view, err));
  gv_team_barrier(team);
  for (unsigned k = 0; k < t->rounds; k++) {
    for (int i = first; i < end; i++) {
      for (int m = 0; m < 2; m++) {
        float *message = gv_exchange_message(t->exchange, i, m, 0);
        for (size_t e = 0; e < t->dim; e++)
          message[e] = tag(i, k) * (float)(m + 1);
      }
      gv_exchange_publish(t->exchange, i);
    }
    if (t->schedule->average || (t->global_every != 0 && k % t->global_every == 0)) {
      double want = 0;
      for (int j = 0; j < n; j++)
        want += (double)tag(j, k);
      for (int m = 0; m < 2; m++) {
        const float *mean = gv_exchange_average(t->exchange, worker, first, m, 0, NULL);
        if (wrong(mean, t->dim, (float)(want * (m + 1) / n), 0) != 0)
          ck_abort_msg("worker %d, mixing %u: mean %g", worker, k, (double)mean[0]);
      }
    } else {
      for (int i = first; i < end; i++) {
        const struct gv_graph *g = gv_view_graph(view, k);
        gv_exchange_collect(t->exchange, i, k);
        for (int m = 0; m < 2; m++) {
          double want = g->self[i] * (double)tag(i, k);
          for (int64_t e = g->first[i]; e < g->first[i + 1]; e++)
            want += g->weight[e] * (double)tag(g->from[e], k);
          gv_exchange_mix(t->exchange, i, m, 0, t->dim, out);
          if (wrong(out, t->dim, (float)(want * (m + 1)), 0.25f) != 0)  /* tags of two mixings differ by 1024 w */
            ck_abort_msg("node %d, mixing %u: %g, not %g", i, k, (double)out[0], want * (m + 1));
        }
      }
    }
    for (int i = first; i < end; i++)
      gv_exchange_finish(t->exchange, i);
  }
  gv_view_destroy(view);
  free(out);
}

static void run_trial_of(size_t dim, const char *topology, int nodes, int workers, unsigned rounds,
                         unsigned global_every)
{
  struct gv_schedule *schedule = NULL;
  struct trial t = {.workers = workers, .dim = dim, .rounds = rounds, .global_every = global_every};
  assert_ok(gv_schedule_create(topology, NULL, nodes, 1, &schedule, err));
  t.schedule = schedule;
  assert_ok(gv_exchange_create(schedule, workers, t.dim, 2, &t.exchange, err));
  assert_ok(gv_team_run(workers, NULL, trial_body, &t, err));
  gv_exchange_destroy(t.exchange);
  gv_schedule_destroy(schedule);
}

static void run_trial(const char *topology, int nodes, int workers, unsigned rounds, unsigned global_every)
{
  run_trial_of(67, topology, nodes, workers, rounds, global_every);
}

START_TEST(messages_arrive_whole)
{
  static const char *const names[] = {"ring", "one-peer-exponential", "full", "random-matching", "equi-dyn"};
  static const int nodes[] = {1, 2, 3, 7, 16};
  for (size_t t = 0; t < 5; t++)
    for (size_t n = 0; n < 5; n++)
      for (int workers = 1; workers <= nodes[n] && workers <= 5; workers++) {
        run_trial(names[t], nodes[n], workers, 400, 0);
        run_trial(names[t], nodes[n], workers, 400, 3);
      }
}
END_TEST

START_TEST(messages_arrive_whole_oversubscribed)
{
  run_trial("ring", 32, 32, 300, 0);
  run_trial("one-peer-exponential", 32, 32, 300, 5);
  run_trial("random-matching", 32, 32, 300, 5);
  run_trial("base:k=2", 32, 32, 300, 0);
}
END_TEST

START_TEST(messages_arrive_whole_past_the_caches)
{
  enum { NODES = 4, SLOTS = 2 * 2 };  /* 2 messages */
  size_t dim = gv_cache_last() / (NODES * SLOTS * sizeof(float)) + 5;
  ck_assert(gv_mix_streams(dim * NODES * SLOTS * sizeof(float)));
  run_trial_of(dim, "ring", NODES, 2, 6, 3);
}
END_TEST

int main(void)
{
  const TTest *const tests[] = {mix_agrees_with_double_arithmetic, apart_is_exact_to_the_differences,
                                mix_keeps_consensus_exactly,
                                streamed_averages_are_the_plain_ones, half_is_the_same_on_both_sides,
                                kernels_do_not_depend_on_the_cut,
                                epochs_order_memory_and_wrap, messages_arrive_whole,
                                messages_arrive_whole_oversubscribed,
                                messages_arrive_whole_past_the_caches, NULL};
  return run_suite("exchange", tests);
}
