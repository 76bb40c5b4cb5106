/* The ground floor: status lines, option tables, random numbers, memory, files, the team. */
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/barrier.h"
#include "core/base/file.h"
#include "core/base/log.h"
#include "core/base/machine.h"
#include "core/base/memory.h"
#include "core/base/named.h"
#include "core/base/random.h"
#include "core/base/stack.h"
#include "core/base/team.h"
#include "tests/suite.h"

START_TEST(status_line)
{
  struct gv_error error;
  ck_assert_int_eq(gv_fail(&error, GV_INPUT, "file '%s'", "a\nb"), GV_INPUT);
  ck_assert_str_eq(error.text, "file 'a b'");
  ck_assert_int_eq(gv_fail(NULL, GV_USAGE, "nobody listens"), GV_USAGE);
  ck_assert_int_eq(gv_status_exit(GV_USAGE), 2);
  ck_assert_int_eq(gv_status_exit(GV_OK), 0);
  ck_assert_int_eq(gv_status_exit(GV_NUMERIC), 1);
}
END_TEST

static void keep_line(void *context, enum gv_log_level level, const char *line)
{
  (void)level;
  snprintf(context, 64, "%s", line);
}

/* Whatever a model logs. */
START_TEST(log_line)
{
  char line[64] = "";
  gv_log_set_sink(keep_line, line);
  gv_log(GV_LOG_DETAIL, "model %s", "a\nb\033[31mc\177");
  gv_log_set_sink(NULL, NULL);
  ck_assert_str_eq(line, "model a b [31mc ");
}
END_TEST

static const struct gv_option rows[] = {
    {.key = "alpha", .type = GV_OPTION_REAL, .value = "0.5", .min = 0.001, .max = 1000, .help = "concentration"},
    {.key = "batch", .type = GV_OPTION_INT, .value = "32", .min = 1, .max = 4096, .words = "full",
     .help = "samples"},
    {.key = "hidden", .type = GV_OPTION_LIST, .value = "128-64", .min = 1, .max = 10000, .words = "none",
     .help = "widths"},
    {.key = "activation", .type = GV_OPTION_CHOICE, .value = "relu", .words = "relu|tanh|gelu", .help = "function"},
    {.key = "bias", .type = GV_OPTION_FLAG, .value = "yes", .help = "with a bias"},
    {.key = "path", .type = GV_OPTION_TEXT, .value = "", .help = "a file"},
    {.key = NULL},
};

START_TEST(option_values)
{
  struct gv_options *options = NULL;
  const int64_t *items;
  assert_ok(gv_options_create(rows, "thing", &options, err));
  ck_assert(!gv_options_given(options, "alpha"));
  assert_ok(gv_options_parse(options, "alpha=2.5,batch=full,hidden=7,activation=gelu,bias=no,path=a:b", err));
  ck_assert_double_eq(gv_options_real(options, "alpha"), 2.5);
  ck_assert(gv_options_is_word(options, "batch"));
  ck_assert_uint_eq(gv_options_list(options, "hidden", &items), 1);
  ck_assert_int_eq(items[0], 7);
  ck_assert_str_eq(gv_options_text(options, "activation"), "gelu");
  ck_assert(!gv_options_flag(options, "bias"));
  ck_assert_str_eq(gv_options_text(options, "path"), "a:b");
  ck_assert(gv_options_given(options, "alpha"));
  char *text = gv_options_format(options);
  ck_assert_str_eq(text, "alpha=2.5,batch=full,hidden=7,activation=gelu,bias=no,path=a:b");
  free(text);
  assert_ok(gv_options_set(options, "batch", "1e3", err));
  ck_assert_int_eq(gv_options_int(options, "batch"), 1000);
  ck_assert(!gv_options_is_word(options, "batch"));
  assert_ok(gv_options_set(options, "hidden", "none", err));
  ck_assert(gv_options_is_word(options, "hidden"));
  ck_assert_uint_eq(gv_options_list(options, "hidden", &items), 0);
  gv_options_destroy(options);
}
END_TEST

START_TEST(option_texts)
{
  const struct gv_option real = {.type = GV_OPTION_REAL}, name = {.type = GV_OPTION_TEXT};
  char text[32];
  ck_assert_int_eq(gv_whole_number("1e3", 7), 1000);
  ck_assert_int_eq(gv_whole_number("9007199254740991", 7), 9007199254740991);
  ck_assert_int_eq(gv_whole_number("auto", 7), 7);
  ck_assert_int_eq(gv_whole_number("12x", 7), 7);
  ck_assert_int_eq(gv_whole_number("1.5", 7), 7);
  ck_assert_str_eq(gv_option_plain(&real, "1e-1", text, sizeof text), "0.1");
  ck_assert_str_eq(gv_option_plain(&real, "auto", text, sizeof text), "auto");
  ck_assert(gv_option_same(&real, "0.1", "0.100"));
  ck_assert(!gv_option_same(&real, "0.1", "0.10000000000000002"));
  ck_assert(!gv_option_same(&name, "0.1", "0.100"));
  ck_assert(!gv_option_same(NULL, "0.1", "0.100"));
}
END_TEST

START_TEST(option_refusals)
{
  struct gv_options *options = NULL;
  assert_ok(gv_options_create(rows, "thing", &options, err));
  assert_fails(GV_USAGE, "did you mean 'alpha'", gv_options_parse(options, "alhpa=1", err));
  assert_fails(GV_USAGE, "from 0.001 to 1000", gv_options_parse(options, "alpha=0", err));
  assert_fails(GV_USAGE, "alpha is 'nan'", gv_options_parse(options, "alpha=nan", err));
  assert_fails(GV_USAGE, "alpha is 'inf'", gv_options_parse(options, "alpha=inf", err));
  assert_fails(GV_USAGE, "alpha is ''", gv_options_parse(options, "alpha=", err));
  assert_fails(GV_USAGE, "or 'full'", gv_options_parse(options, "batch=fill", err));
  assert_fails(GV_USAGE, "batch is '1.5'", gv_options_parse(options, "batch=1.5", err));
  assert_fails(GV_USAGE, "batch is '3x'", gv_options_parse(options, "batch=3x", err));
  assert_fails(GV_USAGE, "99999999999999999999", gv_options_parse(options, "batch=99999999999999999999", err));
  assert_fails(GV_USAGE, "hidden is '12--3'", gv_options_parse(options, "hidden=12--3", err));
  assert_fails(GV_USAGE, "or 'none'", gv_options_parse(options, "hidden=some", err));
  assert_fails(GV_USAGE, "hidden is '12-'", gv_options_parse(options, "hidden=12-", err));
  assert_fails(GV_USAGE, "'relu', 'tanh' or 'gelu'", gv_options_parse(options, "activation=tan", err));
  assert_fails(GV_USAGE, "'yes' or 'no'", gv_options_parse(options, "bias=maybe", err));
  assert_fails(GV_USAGE, "no key=value", gv_options_parse(options, "alpha", err));
  assert_fails(GV_USAGE, "no key=value", gv_options_parse(options, "=3", err));
  assert_fails(GV_USAGE, "last comma", gv_options_parse(options, "alpha=1,", err));
  gv_options_destroy(options);
}
END_TEST

/* A double rounds 2^53 + 1 to 2^53. */
START_TEST(option_bounds_of_large_whole_numbers)
{
  static const struct gv_option large[] = {
      {.key = "seed", .type = GV_OPTION_INT, .value = "1", .min = 0, .max = 0x1p53, .help = "h"},
      {.key = "any", .type = GV_OPTION_INT, .value = "0", .min = -(double)INFINITY, .max = (double)INFINITY,
       .help = "h"},
      {.key = "part", .type = GV_OPTION_LIST, .value = "3", .min = 2.5, .max = 0x1p53, .help = "h"},
      {.key = NULL}};
  struct gv_options *options = NULL;
  assert_ok(gv_options_create(large, "t", &options, err));
  assert_ok(gv_options_parse(options, "seed=9007199254740992", err));
  ck_assert_int_eq(gv_options_int(options, "seed"), 9007199254740992);
  assert_fails(GV_USAGE, "from 0 to 9007199254740992", gv_options_parse(options, "seed=9007199254740993", err));
  assert_fails(GV_USAGE, "seed is '-1'", gv_options_parse(options, "seed=-1", err));
  assert_ok(gv_options_parse(options, "any=9223372036854775807", err));
  assert_ok(gv_options_parse(options, "any=-9223372036854775808", err));
  assert_ok(gv_options_parse(options, "part=3-9007199254740992", err));
  assert_fails(GV_USAGE, "part is", gv_options_parse(options, "part=3-9007199254740993", err));
  assert_fails(GV_USAGE, "part is", gv_options_parse(options, "part=2", err));
  gv_options_destroy(options);
}
END_TEST

START_TEST(option_tables_that_contradict_themselves)
{
  const struct gv_option outside[] = {
      {.key = "a", .type = GV_OPTION_INT, .value = "9", .min = 1, .max = 3, .help = "h"}, {.key = NULL}};
  const struct gv_option twice[] = {{.key = "a", .type = GV_OPTION_TEXT, .value = "", .help = "h"},
                                    {.key = "a", .type = GV_OPTION_TEXT, .value = "", .help = "h"},
                                    {.key = NULL}};
  const struct gv_option silent[] = {{.key = "a", .type = GV_OPTION_TEXT, .value = ""}, {.key = NULL}};
  struct gv_options *options = NULL;
  assert_fails(GV_USAGE, "from 1 to 3", gv_options_create(outside, "t", &options, err));
  assert_fails(GV_INPUT, "each key once", gv_options_create(twice, "t", &options, err));
  assert_fails(GV_INPUT, "help text", gv_options_create(silent, "t", &options, err));
  ck_assert_ptr_null(options);
}
END_TEST

static const struct gv_named ring = {.name = "ring", .summary = "s", .options = NULL};
static const struct gv_named torus = {.name = "torus", .summary = "s", .options = rows};
static const struct gv_named *const entries[] = {&ring, &torus, NULL};
static const struct gv_table table = {.kind = "topology", .summary = "s", .entries = entries};

START_TEST(named_lookup)
{
  const struct gv_named *found = NULL;
  struct gv_options *options = NULL;
  assert_ok(gv_named_parse(&table, "torus:alpha=3", &found, &options, err));
  ck_assert_ptr_eq(found, &torus);
  ck_assert_double_eq(gv_options_real(options, "alpha"), 3);
  gv_options_destroy(options);
  assert_fails(GV_USAGE, "did you mean 'ring'", gv_named_parse(&table, "rnig", &found, &options, err));
  assert_fails(GV_USAGE, "did you mean 'torus'", gv_named_parse(&table, "tor", &found, &options, err));
  assert_fails(GV_USAGE, "known: ring, torus", gv_named_parse(&table, "zzzzzz", &found, &options, err));
  assert_fails(GV_USAGE, "no name", gv_named_parse(&table, ":alpha=1", &found, &options, err));
  assert_fails(GV_USAGE, "it has no options", gv_named_parse(&table, "ring:alpha=1", &found, &options, err));
}
END_TEST

START_TEST(random_known_answer)
{
  /* Random123's published vector for philox4x32-10: counter and key all zero. */
  struct gv_stream s = {.left = 0};
  ck_assert_uint_eq(gv_stream_u32(&s), 0x6627e8d5u);
  ck_assert_uint_eq(gv_stream_u32(&s), 0xe169c58du);
  ck_assert_uint_eq(gv_stream_u32(&s), 0xbc57ac4cu);
  ck_assert_uint_eq(gv_stream_u32(&s), 0x9b00dbd8u);
  struct gv_stream a, b;
  gv_stream_start(&a, 7, GV_RANDOM_SHUFFLE, 3, 11);
  gv_stream_start(&b, 7, GV_RANDOM_SHUFFLE, 3, 12);
  ck_assert_uint_ne(gv_stream_u32(&a), gv_stream_u32(&b));
}
END_TEST

START_TEST(random_moments)
{
  enum { N = 200000 };
  struct gv_stream s;
  gv_stream_start(&s, 1, GV_RANDOM_MODEL, 0, 0);
  double mean = 0, square = 0, uniform = 0, gamma = 0;
  for (int i = 0; i < N; i++) {
    double x = gv_stream_normal(&s), u = gv_stream_uniform(&s);
    ck_assert(u > 0 && u < 1);
    mean += x / N;
    square += x * x / N;
    uniform += u / N;
    gamma += exp(gv_stream_log_gamma(&s, 0.3)) / N;
  }
  ck_assert_double_eq_tol(mean, 0, 5 / sqrt(N));
  ck_assert_double_eq_tol(square, 1, 5 * sqrt(2.0 / N));
  ck_assert_double_eq_tol(uniform, 0.5, 5 * sqrt(1.0 / 12 / N));
  ck_assert_double_eq_tol(gamma, 0.3, 5 * sqrt(0.3 / N));
  int seen[7] = {0};
  for (int i = 0; i < 70000; i++)
    seen[gv_stream_below(&s, 7)]++;
  for (int i = 0; i < 7; i++)
    ck_assert_double_eq_tol(seen[i], 10000, 5 * 100);
}
END_TEST

/* Moments, and the share of values below -2, -1, 0, 1, 2; neighbours do not go together. */
START_TEST(random_normals_as_floats)
{
  enum { N = 200001 };  /* odd: one of the last pair is left */
  static float x[N + 1];
  struct gv_stream s;
  double mean = 0, square = 0, fourth = 0, pairs = 0, below[5] = {0};
  gv_stream_start(&s, 1, GV_RANDOM_FEATURES, 0, 0);
  x[N] = 77;
  gv_stream_normals(&s, x, N);
  ck_assert(x[N] == 77);
  for (int i = 0; i < N; i++) {
    double v = (double)x[i];
    mean += v / N;
    square += v * v / N;
    fourth += v * v * v * v / N;
    pairs += i > 0 ? v * (double)x[i - 1] / N : 0;
    for (int c = 0; c < 5; c++)
      below[c] += v < c - 2 ? 1.0 / N : 0;
  }
  ck_assert_double_eq_tol(mean, 0, 5 / sqrt(N));
  ck_assert_double_eq_tol(square, 1, 5 * sqrt(2.0 / N));
  ck_assert_double_eq_tol(fourth, 3, 5 * sqrt(96.0 / N));
  ck_assert_double_eq_tol(pairs, 0, 5 / sqrt(N));
  for (int c = 0; c < 5; c++) {
    double p = 0.5 * erfc((2 - c) / sqrt(2));
    ck_assert_double_eq_tol(below[c], p, 5 * sqrt(p * (1 - p) / N));
  }
}
END_TEST

START_TEST(random_dirichlet_at_the_ends)
{
  struct gv_stream s;
  double p[1000];
  for (int e = -6; e <= 6; e++) {
    gv_stream_start(&s, 5, GV_RANDOM_SPLIT, 0, (uint32_t)(e + 6));
    gv_stream_dirichlet(&s, pow(10, e), p, 1000);
    double sum = 0;
    for (int i = 0; i < 1000; i++) {
      ck_assert(p[i] >= 0 && p[i] <= 1);
      sum += p[i];
    }
    ck_assert_double_eq_tol(sum, 1, 1e-12);
  }
}
END_TEST

START_TEST(random_shuffle_is_a_permutation)
{
  int32_t items[100], seen[100] = {0};
  for (int i = 0; i < 100; i++)
    items[i] = i;
  struct gv_stream s;
  gv_stream_start(&s, 1, GV_RANDOM_SHUFFLE, 0, 0);
  gv_stream_shuffle(&s, items, 100);
  int moved = 0;
  for (int i = 0; i < 100; i++) {
    seen[items[i]]++;
    moved += items[i] != i;
  }
  for (int i = 0; i < 100; i++)
    ck_assert_int_eq(seen[i], 1);
  ck_assert_int_gt(moved, 80);
}
END_TEST

START_TEST(memory_is_aligned_and_zeroed)
{
  size_t sizes[] = {0, 1, 63, 64, 65, 4096, (1 << 20) - 64, (1 << 20) + 1, 5 << 20};
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    unsigned char *m = gv_alloc(sizes[i], 1);
    ck_assert_ptr_nonnull(m);
    ck_assert_uint_eq((uintptr_t)m % GV_APART, 0);
    size_t zeros = 0;  /* an assertion a byte would take seconds: each writes to a file */
    while (zeros < sizes[i] && m[zeros] == 0)
      zeros++;
    ck_assert_uint_eq(zeros, sizes[i]);
    memset(m, 255, sizes[i]);
    gv_free(m);
  }
  gv_free(NULL);
  volatile size_t huge = SIZE_MAX / 2;
  ck_assert_ptr_null(gv_alloc(huge, 8));
  void *none = NULL;
  assert_fails(GV_MEMORY, "of things", gv_alloc_for(&none, huge, 1, "things", err));
}
END_TEST

START_TEST(bytes_as_text)
{
  static const struct {
    double bytes;
    const char *text;
  } sizes[] = {{0, "0 bytes"}, {12, "12 bytes"}, {437248, "427 KiB"}, {32768, "32.0 KiB"}, {0x1p20, "1.00 MiB"},
               {1.21 * 0x1p30, "1.21 GiB"}, {23.5 * 0x1p30, "23.5 GiB"}, {0x1p50, "1.00 PiB"},
               {1048300, "1.00 MiB"}, {102380, "100 KiB"}, {10239, "10.0 KiB"}};
  char text[16];
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
    ck_assert_str_eq(gv_bytes_text(sizes[i].bytes, text, sizeof text), sizes[i].text);
}
END_TEST

START_TEST(slices_cover_all_once)
{
  for (size_t n = 0; n < 200; n += n < 40 ? 1 : 23)
    for (int parts = 1; parts <= 9; parts++) {
      size_t covered = 0, first, end;
      bool lines = true;
      for (int p = 0; p < parts; p++) {
        gv_slice(n, p, parts, &first, &end);
        if (first >= end)
          continue;
        lines = lines && first == covered && first % (GV_CACHE_LINE / sizeof(float)) == 0;
        covered = end;
      }
      ck_assert_msg(lines && covered == n, "%zu floats in %d slices", n, parts);
    }
}
END_TEST

START_TEST(file_is_whole_or_absent)
{
  char folder[] = "/tmp/gv-file-XXXXXX", path[64];
  ck_assert_ptr_nonnull(mkdtemp(folder));
  snprintf(path, sizeof path, "%s/out", folder);
  struct gv_new_file file;
  assert_ok(gv_file_begin(&file, path, err));
  fputs("half", file.stream);
  ck_assert_int_ne(access(path, F_OK), 0);
  gv_file_abandon(&file);
  assert_ok(gv_file_begin(&file, path, err));
  gv_file_put(&file, "half", 1, 4);
  assert_ok(gv_file_settle(&file, err));
  ck_assert_int_ne(access(path, F_OK), 0);
  gv_file_abandon(&file);
  assert_ok(gv_file_begin(&file, path, err));
  gv_file_put(&file, "whole", 1, 5);
  assert_ok(gv_file_settle(&file, err));
  assert_ok(gv_file_commit(&file, err));
  char text[16] = "";
  FILE *in = fopen(path, "r");
  ck_assert_ptr_nonnull(in);
  ck_assert_ptr_nonnull(fgets(text, sizeof text, in));
  ck_assert_str_eq(text, "whole");
  fclose(in);
  assert_fails(GV_SYSTEM, "/nowhere/at/all", gv_file_begin(&file, "/nowhere/at/all", err));
  ck_assert_int_eq(unlink(path), 0);
  ck_assert_int_eq(rmdir(folder), 0);  /* fails when a temporary file is left */
}
END_TEST

/* /dev/null among them: a program of the administrator must not put a file in its place. */
START_TEST(file_leaves_what_is_no_file)
{
  char folder[] = "/tmp/gv-file-XXXXXX", pipe[64], link[64], null[64], text[16] = "";
  struct gv_new_file file;
  struct stat at;
  ck_assert_ptr_nonnull(mkdtemp(folder));
  snprintf(pipe, sizeof pipe, "%s/pipe", folder);
  snprintf(link, sizeof link, "%s/link", folder);
  snprintf(null, sizeof null, "%s/null", folder);
  assert_fails(GV_SYSTEM, "Is a directory", gv_file_begin(&file, folder, err));
  ck_assert_int_eq(mkfifo(pipe, 0600), 0);
  assert_ok(gv_file_try(pipe, err));
  int reader = open(pipe, O_RDONLY | O_NONBLOCK);
  assert_ok(gv_file_begin(&file, pipe, err));
  fputs("through", file.stream);
  assert_ok(gv_file_commit(&file, err));
  ck_assert_int_eq(read(reader, text, sizeof text - 1), 7);
  ck_assert_str_eq(text, "through");
  close(reader);
  ck_assert_int_eq(stat(pipe, &at), 0);
  ck_assert(S_ISFIFO(at.st_mode));
  ck_assert_int_eq(symlink("/dev/null", null), 0);
  assert_ok(gv_file_begin(&file, null, err));
  assert_ok(gv_file_commit(&file, err));
  ck_assert_int_eq(lstat(null, &at), 0);
  ck_assert(S_ISLNK(at.st_mode));
  ck_assert_int_eq(unlink(pipe), 0);
  ck_assert_int_eq(close(open(pipe, O_WRONLY | O_CREAT, 0600)), 0);
  ck_assert_int_eq(symlink("pipe", link), 0);
  assert_ok(gv_file_begin(&file, link, err));
  fputs("behind the link", file.stream);
  assert_ok(gv_file_commit(&file, err));
  ck_assert_int_eq(lstat(link, &at), 0);
  ck_assert(S_ISLNK(at.st_mode));
  ck_assert_int_eq(stat(pipe, &at), 0);
  ck_assert_int_eq(at.st_size, 15);
  ck_assert_int_eq(at.st_mode & 0777, 0600);  /* private as before */
  unlink(pipe);
  unlink(link);
  unlink(null);
  ck_assert_int_eq(rmdir(folder), 0);
}
END_TEST

static void link_leads_to(const char *link, const char *to, const char *end)
{
  struct gv_new_file file;
  struct stat at;
  ck_assert_int_eq(symlink(to, link), 0);
  assert_ok(gv_file_try(link, err));
  assert_ok(gv_file_begin(&file, link, err));
  fputs("there", file.stream);
  assert_ok(gv_file_commit(&file, err));
  ck_assert_int_eq(lstat(link, &at), 0);
  ck_assert(S_ISLNK(at.st_mode));
  ck_assert_int_eq(lstat(end, &at), 0);
  ck_assert(S_ISREG(at.st_mode) && at.st_size == 5);
  unlink(end);
}

/* By itself, by its own folder, by its whole path and by another link. */
START_TEST(file_behind_a_link_to_nothing_yet)
{
  char folder[] = "/tmp/gv-file-XXXXXX", sub[64], link[4][80], end[64];
  struct gv_new_file file;
  ck_assert_ptr_nonnull(mkdtemp(folder));
  snprintf(sub, sizeof sub, "%s/sub", folder);
  snprintf(end, sizeof end, "%s/end", folder);
  ck_assert_int_eq(mkdir(sub, 0700), 0);
  for (int i = 0; i < 4; i++)
    snprintf(link[i], sizeof link[i], "%s/link%d", i % 2 == 1 ? sub : folder, i);
  link_leads_to(link[0], "end", end);
  link_leads_to(link[1], "../end", end);
  link_leads_to(link[2], end, end);
  link_leads_to(link[3], "../link0", end);
  unlink(link[0]);
  ck_assert_int_eq(symlink("none/end", link[0]), 0);
  assert_fails(GV_SYSTEM, "No such file", gv_file_try(link[0], err));
  unlink(link[0]);
  ck_assert_int_eq(symlink("link0", link[0]), 0);
  assert_fails(GV_SYSTEM, "ymbolic link", gv_file_begin(&file, link[0], err));
  for (int i = 0; i < 4; i++)
    unlink(link[i]);
  ck_assert_int_eq(rmdir(sub), 0);
  ck_assert_int_eq(rmdir(folder), 0);
}
END_TEST

/* A name may be as long as the system allows; one that is longer is found at once. */
START_TEST(file_of_a_long_name)
{
  char folder[] = "/tmp/gv-file-XXXXXX", path[NAME_MAX + 64];
  struct gv_new_file file;
  ck_assert_ptr_nonnull(mkdtemp(folder));
  int used = snprintf(path, sizeof path, "%s/", folder);
  for (int length = NAME_MAX - 20; length <= NAME_MAX + 1; length++) {
    memset(path + used, 'n', (size_t)length);
    path[used + length] = '\0';
    if (length > NAME_MAX) {
      assert_fails(GV_SYSTEM, "too long", gv_file_try(path, err));
      assert_fails(GV_SYSTEM, "too long", gv_file_begin(&file, path, err));
      break;
    }
    assert_ok(gv_file_try(path, err));
    assert_ok(gv_file_begin(&file, path, err));
    assert_ok(gv_file_commit(&file, err));
    ck_assert_int_eq(unlink(path), 0);
  }
  ck_assert_int_eq(rmdir(folder), 0);
}
END_TEST

START_TEST(file_on_a_full_disk)
{
  if (access("/dev/full", W_OK) != 0)
    return;
  struct gv_new_file file = {.stream = fopen("/dev/full", "w"), .path = strdup("x")};
  ck_assert_ptr_nonnull(file.stream);
  for (int i = 0; i < 100000; i++)
    fputs("0123456789", file.stream);
  assert_fails(GV_SYSTEM, "No space left", gv_file_commit(&file, err));
  static const char much[1 << 16];  /* more than the buffer holds: written past it */
  assert_ok(gv_file_begin(&file, "/dev/full", err));
  gv_file_put(&file, much, 1, sizeof much);
  assert_fails(GV_SYSTEM, "No space left", gv_file_commit(&file, err));
}
END_TEST

struct count {
  int seen[64];
  int total[64];
};

static void count_body(void *arg, struct gv_team *team, int worker)
{
  struct count *count = arg;
  count->seen[worker] = worker + 1;
  gv_team_barrier(team);
  for (int w = 0; w < 64; w++)
    count->total[worker] += count->seen[w];
}

START_TEST(team_runs_every_worker)
{
  static const int sizes[] = {1, 2, 3, 17, 64};
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    struct count count = {0};
    int n = sizes[i];
    assert_ok(gv_team_run(n, NULL, count_body, &count, err));
    for (int w = 0; w < n; w++)
      ck_assert_int_eq(count.total[w], n * (n + 1) / 2);
  }
}
END_TEST

/* ---- barriers ---- */

struct meeting {
  struct gv_barrier barrier;
  int threads;
  uint32_t turn[8];  /* plain: the barrier alone orders them */
};

static void meet(void *arg, struct gv_team *team, int worker)
{
  struct meeting *meeting = arg;
  (void)team;
  for (uint32_t i = 1; i <= 2000; i++) {
    meeting->turn[worker] = i;
    gv_barrier_wait(&meeting->barrier);
    for (int w = 0; w < meeting->threads; w++)
      if (meeting->turn[w] != i)
        ck_abort_msg("%d threads, turn %u: thread %d is in turn %u", meeting->threads, i, w, meeting->turn[w]);
    gv_barrier_wait(&meeting->barrier);
  }
}

START_TEST(barriers_order_memory_and_wrap)
{
  static const int threads[] = {1, 2, 3, 8};  /* on processors of their own, and more of them than there are */
  for (size_t i = 0; i < sizeof threads / sizeof threads[0]; i++) {
    struct meeting meeting = {.threads = threads[i]};
    gv_barrier_init(&meeting.barrier, threads[i]);
    gv_epoch_raise(&meeting.barrier.passed, UINT32_MAX - 1000);
    assert_ok(gv_team_run(threads[i], NULL, meet, &meeting, err));
    ck_assert_uint_eq(meeting.barrier.passed.value, (uint32_t)(UINT32_MAX - 1000 + 4000));
  }
}
END_TEST

START_TEST(sizes_of_stacks)
{
  static const struct {
    const char *text;
    size_t bytes;
  } sizes[] = {
      {"512", 512 << 10},  {"64k", 64 << 10},  {"4 M", 4 << 20},      {" 1G ", 1 << 30}, {"100 b\t", 100},
      {"-1B", SIZE_MAX},   {"0", 0},           {"4MB", 0},            {"4 M B", 0},      {"M", 0},
      {"", 0},             {" ", 0},           {"-5M", 0},            {"soft", 0},       {"1T", 0},
      {"99999999999G", 0}, {"1e3", 0},         {"99999999999999999999B", 0},
  };
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
    ck_assert_msg(gv_stack_size(sizes[i].text) == sizes[i].bytes, "'%s': %zu", sizes[i].text,
                  gv_stack_size(sizes[i].text));
  ck_assert_uint_eq(gv_stack_size(NULL), 0);
}
END_TEST

START_TEST(machine_has_a_processor)
{
  struct gv_machine machine;
  assert_ok(gv_machine_look(&machine, err));
  ck_assert_int_ge(machine.cores, 1);
  ck_assert_int_ge(machine.processors, machine.cores);
  for (int i = 0; i < machine.processors; i++)
    for (int j = 0; j < i; j++)
      ck_assert_int_ne(machine.place[i].processor, machine.place[j].processor);
  struct count count = {0};
  assert_ok(gv_team_run(1, &machine.place[0].processor, count_body, &count, err));  /* bound, and back */
  struct gv_machine again;
  assert_ok(gv_machine_look(&again, err));
  ck_assert_int_eq(machine.processors, again.processors);
  gv_machine_clear(&machine);
  gv_machine_clear(&again);
}
END_TEST

int main(void)
{
  const TTest *const tests[] = {status_line, log_line, option_values, option_texts, option_refusals,
                                option_bounds_of_large_whole_numbers, option_tables_that_contradict_themselves,
                                named_lookup, random_known_answer, random_moments, random_normals_as_floats,
                                random_dirichlet_at_the_ends,
                                random_shuffle_is_a_permutation, memory_is_aligned_and_zeroed,
                                bytes_as_text, slices_cover_all_once,
                                file_is_whole_or_absent, file_leaves_what_is_no_file,
                                file_behind_a_link_to_nothing_yet, file_of_a_long_name, file_on_a_full_disk,
                                team_runs_every_worker, barriers_order_memory_and_wrap, sizes_of_stacks,
                                machine_has_a_processor, NULL};
  return run_suite("base", tests);
}
