/* Compression operators: what comes through, how many bytes it takes, and that each is a contraction. */
#include "core/algorithms/compress.h"

#include <stdio.h>

#include "core/algorithms/algorithm.h"
#include "core/base/random.h"
#include "tests/suite.h"

enum { N = 1003 };

static float v[N], q[N], scratch[N];

static double compress(const char *spec, int node, uint64_t round)
{
  const struct gv_named *found = NULL;
  struct gv_options *options = NULL;
  assert_ok(gv_named_parse(&gv_algorithm_table, spec, &found, &options, err));
  memcpy(q, v, sizeof q);
  double bytes = gv_compress(options, 7, node, round, q, N, scratch);
  gv_options_destroy(options);
  return bytes;
}

static void fill(void)
{
  struct gv_stream s;
  gv_stream_start(&s, 3, GV_RANDOM_MODEL, 0, 0);
  for (int i = 0; i < N; i++)
    v[i] = (float)(gv_stream_normal(&s) * (i % 5 == 0 ? 10 : 1));
}

static int nonzero(void)
{
  int count = 0;
  for (int i = 0; i < N; i++)
    count += q[i] != 0;
  return count;
}

/* ||v - q||^2/||v||^2 */
static double left(void)
{
  double sum = 0, off = 0;
  for (int i = 0; i < N; i++) {
    sum += (double)v[i] * (double)v[i];
    off += ((double)v[i] - (double)q[i]) * ((double)v[i] - (double)q[i]);
  }
  return off / sum;
}

START_TEST(top_k_keeps_the_largest)
{
  fill();
  for (int k = 1; k <= N; k += k < 20 ? 1 : 97) {
    char spec[64];
    snprintf(spec, sizeof spec, "choco:compress=top-k,share=%.9f", (double)k / N);
    ck_assert_double_eq(compress(spec, 0, 0), 8.0 * k);
    ck_assert_int_eq(nonzero(), k);
    float least = INFINITY, most = 0;  /* of those kept; of the others */
    bool changed = false;
    for (int i = 0; i < N; i++) {
      changed = changed || (q[i] != 0 && q[i] != v[i]);
      if (q[i] != 0)
        least = fminf(least, fabsf(v[i]));
      else
        most = fmaxf(most, fabsf(v[i]));
    }
    ck_assert(!changed && least >= most);
    ck_assert(left() <= 1 - (double)k / N);
  }
}
END_TEST

START_TEST(top_k_takes_equal_ones_in_order)
{
  for (int i = 0; i < N; i++)
    v[i] = i % 2 ? 0.5f : -0.5f;
  compress("choco:compress=top-k,share=0.1", 0, 0);
  for (int i = 0; i < N; i++)
    q[i] = (q[i] != 0) == (i < 100) ? 0 : 1;
  ck_assert_int_eq(nonzero(), 0);
  memset(v, 0, sizeof v);  /* all are equal, and nothing: whatever is kept is 0 */
  compress("choco:compress=top-k,share=0.1", 0, 0);
  ck_assert_int_eq(nonzero(), 0);
}
END_TEST

START_TEST(random_k_is_drawn_by_node_and_round)
{
  static int kept[N];
  static float first[N];
  fill();
  for (int round = 0; round < 400; round++) {
    ck_assert_double_eq(compress("choco:compress=random-k,share=0.1", 2, (uint64_t)round), 400);
    bool exact = nonzero() == 100;
    for (int i = 0; i < N; i++) {
      kept[i] += q[i] != 0;
      exact = exact && (q[i] == 0 || q[i] == v[i]);
    }
    ck_assert(exact);
  }
  double worst = 0;  /* 400 draws of probability 0.0997: 39.9 on average, deviation 6 */
  for (int i = 0; i < N; i++)
    worst = worse_of(worst, fabs(kept[i] - 39.88));
  ck_assert(worst < 30);
  compress("choco:compress=random-k,share=0.1", 2, 5);
  memcpy(first, q, sizeof q);
  compress("choco:compress=random-k,share=0.1", 2, 5);
  ck_assert_mem_eq(first, q, sizeof q);
  compress("choco:compress=random-k,share=0.1", 3, 5);
  ck_assert(memcmp(first, q, sizeof q) != 0);
}
END_TEST

START_TEST(signs_have_the_mean_magnitude)
{
  fill();
  v[17] = 0;
  double sum = 0, worst = 0;
  for (int i = 0; i < N; i++)
    sum += fabs((double)v[i]);
  ck_assert_double_eq(compress("choco:compress=sign", 0, 0), 126 + 4);
  for (int i = 0; i < N; i++)
    worst = worse_of(worst, fabs((double)q[i] - (v[i] > 0 ? 1 : v[i] < 0 ? -1 : 0) * sum / N));
  ck_assert(worst < 1e-6);
  ck_assert(left() < 1);
}
END_TEST

START_TEST(eight_bits_round_to_the_nearest)
{
  fill();
  ck_assert_double_eq(compress("choco:compress=8-bit", 0, 0), N + 4 * 4);
  double worst = 0;
  for (int first = 0; first < N; first += GV_COMPRESS_CHUNK) {
    int end = first + GV_COMPRESS_CHUNK < N ? first + GV_COMPRESS_CHUNK : N;
    double most = 0;
    for (int i = first; i < end; i++)
      most = fmax(most, fabs((double)v[i]));
    for (int i = first; i < end; i++)
      worst = worse_of(worst, fabs((double)q[i] - (double)v[i]) / (most / 127));
  }
  ck_assert(worst < 0.5001);
  memset(v, 0, sizeof v);
  compress("choco:compress=8-bit", 0, 0);
  ck_assert_int_eq(nonzero(), 0);
}
END_TEST

START_TEST(identity_changes_nothing)
{
  fill();
  ck_assert_double_eq(compress("choco:compress=identity", 0, 0), 4.0 * N);
  ck_assert_mem_eq(q, v, sizeof q);
}
END_TEST

/* What is not finite is to be seen, not lost. */
START_TEST(what_is_not_finite_comes_through)
{
  static const char *const how[] = {"top-k", "sign", "8-bit", "identity"};
  for (int h = 0; h < 4; h++) {
    char spec[64];
    snprintf(spec, sizeof spec, "choco:compress=%s", how[h]);
    for (int kind = 0; kind < 2; kind++) {
      fill();
      v[5] = kind ? INFINITY : NAN;
      compress(spec, 0, 0);
      bool seen = false;
      for (int i = 0; i < N; i++)
        seen = seen || !isfinite(q[i]);
      ck_assert_msg(seen, "%s", how[h]);
    }
  }
}
END_TEST

int main(void)
{
  const TTest *const tests[] = {top_k_keeps_the_largest, top_k_takes_equal_ones_in_order,
                                random_k_is_drawn_by_node_and_round, signs_have_the_mean_magnitude,
                                eight_bits_round_to_the_nearest, identity_changes_nothing,
                                what_is_not_finite_comes_through, NULL};
  return run_suite("compress", tests);
}
