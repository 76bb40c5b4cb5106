/* Topologies from files: edge lists and Matrix Market files against matrices made by hand, and what is refused. */
#include <math.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/dense.h"

static const char path[] = "edges.txt";

static void write_file(const char *text)
{
  FILE *file = fopen(path, "w");
  ck_assert_ptr_nonnull(file);
  fputs(text, file);
  ck_assert_int_eq(fclose(file), 0);
}

static void in_a_folder(void)
{
  char folder[] = "/tmp/grapevine-test-XXXXXX";
  ck_assert_ptr_nonnull(mkdtemp(folder));
  ck_assert_int_eq(chdir(folder), 0);
}

static void leave(void)
{
  char folder[200];
  unlink(path);
  ck_assert_ptr_nonnull(getcwd(folder, sizeof folder));
  ck_assert_int_eq(rmdir(folder), 0);
}

static void expect(const char *text, const char *spec, int n, bool directed, enum gv_weighting weighting,
                   const double *want)
{
  struct gv_schedule *s = NULL;
  double w[64];
  write_file(text);
  assert_ok(gv_schedule_create(spec, NULL, n, 1, &s, err));
  ck_assert_msg(s->directed == directed, "%s", text);
  ck_assert_msg(s->weighting == weighting, "%s", text);
  ck_assert_int_eq(s->period, 1);
  dense(s, 0, w);
  for (int i = 0; i < n * n; i++)
    ck_assert_msg(fabs(w[i] - want[i]) < 1e-12, "%s: W[%d,%d] is %g, not %g", text, i / n, i % n, w[i], want[i]);
  gv_schedule_destroy(s);
}

static const double third = 1.0 / 3;

START_TEST(edge_lists)
{
  in_a_folder();
  const double line[9] = {2 * third, third, 0, third, third, third, 0, third, 2 * third};
  expect("0 1\n1 2\n", "file:path=edges.txt", 3, false, GV_WEIGHTS_RULE, line);
  expect("# a line\n\n% and so on\r\n 1,0\r\n2 , 1 # both\n\t0\t1", "file:path=./edges.txt", 3, false,
         GV_WEIGHTS_RULE, line);
  expect("0 1\n1 0\n1 1\n1 2\n2 1\n", "file:path=edges.txt,directed=yes", 3, false, GV_WEIGHTS_RULE, line);

  const double circle[9] = {.5, .5, 0, 0, .5, .5, .5, 0, .5};
  expect("0 1\n1 2\n2 0\n", "file:path=edges.txt,directed=yes", 3, true, GV_WEIGHTS_UNIFORM, circle);

  const double own[9] = {.75, .25, 0, .25, .25, .5, 0, .5, .5};
  expect("0 1 .25\n2,1,5e-1\n", "file:path=edges.txt", 3, false, GV_WEIGHTS_OWN, own);
  expect("0 1 .25\n1 0 .25\n2 1 .5\n0 2 0\n", "file:path=edges.txt", 3, false, GV_WEIGHTS_OWN, own);
  expect("0 1 .25\n1 2 .5\n0 0 .75\n1 1 .25\n2 2 .5\n", "file:path=edges.txt", 3, false, GV_WEIGHTS_OWN, own);
  const double drift[9] = {.5, .25, .25, .25, .5, .25, .25, .25, .5};
  expect("0 1 .25\n0 2 .25\n1 0 .25\n1 2 .25\n2 0 .25\n2 1 .25\n", "file:path=edges.txt,directed=yes", 3, false,
         GV_WEIGHTS_OWN, drift);
  const double one_way[9] = {.5, .4, .1, .1, .5, .4, .4, .1, .5};
  expect("0 1 .4\n0 2 .1\n1 0 .1\n1 2 .4\n2 0 .4\n2 1 .1\n", "file:path=edges.txt,directed=yes", 3, true,
         GV_WEIGHTS_OWN, one_way);
  const double below[9] = {.6, .5, -.1, .5, 0, .5, -.1, .5, .6};  /* rho is 0.7 */
  expect("0 1 .5\n1 2 .5\n0 2 -.1\n", "file:path=edges.txt", 3, false, GV_WEIGHTS_OWN, below);
  const double alone[1] = {1};
  expect("0 0\n", "file:path=edges.txt", 1, false, GV_WEIGHTS_RULE, alone);
  leave();
}
END_TEST

START_TEST(matrix_market)
{
  in_a_folder();
  const double line[9] = {2 * third, third, 0, third, third, third, 0, third, 2 * third};
  expect("%%MatrixMarket matrix coordinate pattern symmetric\n% 1 1\n\n3 3 2\n2 1\n3 2\n", "file:path=edges.txt", 3,
         false, GV_WEIGHTS_RULE, line);
  expect("%%matrixmarket MATRIX Coordinate Pattern General\n3 3 5\n2 1\n1 2\n2 2\n3 2\n2 3", "file:path=edges.txt",
         3, false, GV_WEIGHTS_RULE, line);
  expect("%%MatrixMarket matrix coordinate pattern general\n3 3 2\n2 1\n3 2\n", "file:path=edges.txt,directed=no",
         3, false, GV_WEIGHTS_RULE, line);

  const double circle[9] = {.5, .5, 0, 0, .5, .5, .5, 0, .5};
  expect("%%MatrixMarket matrix coordinate pattern general\n3 3 3\n1 2\n2 3\n3 1\n", "file:path=edges.txt", 3, true,
         GV_WEIGHTS_UNIFORM, circle);
  expect("%%MatrixMarket matrix coordinate real general\n3 3 6\n1 2 .5\n2 3 .5\n3 1 .5\n1 1 .5\n2 2 .5\n3 3 .5\n",
         "file:path=edges.txt", 3, true, GV_WEIGHTS_OWN, circle);

  const double own[9] = {.75, .25, 0, .25, .25, .5, 0, .5, .5};
  expect("%%MatrixMarket matrix coordinate real symmetric\n3 3 5\n1 1 0.75\n2 1 0.25\n2 2 .25\n3 2 .5\n3 3 .5\n",
         "file:path=edges.txt", 3, false, GV_WEIGHTS_OWN, own);
  const double alone[1] = {1};
  expect("%%MatrixMarket matrix coordinate integer general\n1 1 1\n1 1 1\n", "file:path=edges.txt", 1, false,
         GV_WEIGHTS_OWN, alone);
  leave();
}
END_TEST

static void refused(const char *text, const char *part)
{
  struct gv_schedule *s = NULL;
  write_file(text);
  assert_fails(GV_INPUT, part, gv_schedule_create("file:path=edges.txt", NULL, 3, 1, &s, err));
  ck_assert_ptr_null(s);
}

START_TEST(refused_lists)
{
  in_a_folder();
  refused("", "edges.txt: no edge in it");
  refused("# nothing\n\n", "no edge in it");
  refused("0 1\n1 3\n", "edges.txt, line 2: there is no node 3; nodes are 0 to 2");
  refused("0 1\n-1 2\n", "line 2: there is no node -1");
  refused("0 99999999999999999999\n", "is no number of a node");
  refused("0 1.5\n", "'1.5' is no number of a node");
  refused("0 1\nzero 2\n", "line 2: 'zero'");
  refused("0\n", "line 1: 1 field; accepted: two nodes, or two nodes and a weight");
  refused("0 1 .5 x y\n", "at least 4 fields");
  refused("0 1 .5\n1 2\n", "line 2: 2 fields; accepted: two nodes and a weight");
  refused("0 1\n1 2 .5\n", "line 2: 3 fields; accepted: two nodes, as in the lines before");
  refused("0,,1\n", "a comma with nothing");
  refused("0,1,\n", "a comma with nothing");
  refused(",0,1\n", "a comma with nothing");
  refused("0 1 half\n", "'half' is no number");
  refused("0 1 -0.1\n", "node 2 is never connected with node 0");
  refused("0 1 -0.1\n1 2 .5\n", "node 0 puts weight -0.1 on node 1, and rho(W) is 1.1 or more");
  refused("0 1 -0.1\n0 2 .1\n1 2 .5\n", "node 0 puts weight -0.1 on node 1, and rho(W) is 1.0");
  refused("0 0 -.1\n0 1 1.1\n1 1 -.2\n1 2 .1\n2 2 .9\n", "node 0 puts weight -0.1 on node 0, and rho(W) is 1.");
  refused("0 1 1e300\n0 0 -1e300\n1 1 -1e300\n1 2 .1\n2 2 .9\n", "the weights of node");
  refused("0 1 1e300\n0 2 -1e300\n1 2 -1e300\n", "the weights of node 0 sum to");
  refused("0 1 -inf\n", "line 1: node 0 puts weight -inf on node 1; accepted: finite weights");
  refused("0 1 nan\n", "puts weight nan");
  refused("0 1 1e999\n", "puts weight 1e999");
  refused("0 1 .3\n\n1 0 .25\n1 2 .1\n", "line 3: node 0 puts weight 0.25 on node 1, and in line 1 0.3");
  refused("0 1 .6\n1 2 .6\n", "line 2: the weights of node 1 sum to 1.2; accepted: up to 1");
  refused("1 2 .6\n0 1 .6\n", "line 2: the weights of node 1 sum to 1.2");
  refused("0 0 .5\n0 1 .5\n1 2 .5\n", "line 3: the weights of node 2 sum to 0.5; accepted: 1,");
  refused("0 1\n", "node 2 is never connected with node 0");
  refused("0 1 .5\n1 2 0\n", "node 2 is never connected with node 0");
  refused("0 1\n\x01 2\n", "line 2: a byte 0x01");
  refused("\x7f" "ELF", "a byte 0x7f");
  char *longest = calloc(1, 100000);
  memset(longest, '1', 99999);
  refused(longest, "longer than 4095");
  free(longest);
  leave();
}
END_TEST

START_TEST(refused_markets)
{
  in_a_folder();
  const char *const banner = "%%MatrixMarket matrix coordinate ";
  char text[400];
#define MARKET(rest) (snprintf(text, sizeof text, "%s%s", banner, rest), text)
  refused("%%MatrixMarket matrix array real general\n3 3\n", "the banner says 'matrix array real general'");
  refused("%%MatrixMarket\n", "accepted: matrix coordinate");
  refused(MARKET("complex general\n"), "pattern, real or integer");
  refused(MARKET("real skew-symmetric\n"), "general or symmetric");
  refused(MARKET("real general more\n"), "the banner says");
  refused(MARKET("real general\n"), "no size");
  refused(MARKET("real general\n3 3\n"), "line 2: no size");
  refused(MARKET("real general\n3 3 -1\n"), "no size");
  refused(MARKET("real general\n3 x 1\n"), "no size");
  refused(MARKET("real general\n3 4 1\n1 1 1\n"), "a matrix of 3 x 4; accepted for 3 nodes: 3 x 3");
  refused(MARKET("real general\n100000000000 100000000000 1\n"), "a matrix of 100000000000");
  refused(MARKET("pattern general\n3 3 9000000000000000000\n1 2\n"), "entries, and there are fewer");
  refused(MARKET("pattern general\n3 3 1\n1 2\n2 3\n"), "line 4: its size says 1 entries, and there are more");
  refused(MARKET("pattern general\n3 3 1\n0 2\n"), "line 3: there is no node 0; nodes are 1 to 3");
  refused(MARKET("pattern general\n3 3 1\n1 4\n"), "there is no node 4");
  refused(MARKET("pattern general\n3 3 1\n1 2 .5\n"), "3 fields; accepted: row and column");
  refused(MARKET("real general\n3 3 1\n1 2\n"), "2 fields; accepted: row, column and value");
  refused(MARKET("real general\n3 3 2\n1 2 1\n1 2 .5\n"), "line 4: node 1 puts weight 0.5 on node 2, and in");
  refused(MARKET("real general\n3 3 1\n1 2 nan\n"), "line 3: node 1 puts weight nan on node 2");
  refused(MARKET("real general\n3 3 9\n1 1 .5\n1 2 .6\n1 3 -.1\n2 1 -.1\n2 2 .5\n2 3 .6\n3 1 .6\n3 2 -.1\n"
                 "3 3 .5\n"),
          "line 5: node 1 puts weight -0.1 on node 3; accepted: 0 or above where W is not symmetric");
  refused(MARKET("real general\n3 3 1\n1 1 1\n"), "edges.txt: the weights of node 2 sum to 0");
  refused(MARKET("integer symmetric\n3 3 2\n2 1 1\n3 2 1\n"), "line 4: the weights of node 2 sum to 2");
  refused(MARKET("real general\n3 3 3\n1 2 1\n2 1 1\n3 1 1\n"), "the weights put on node 0 sum to 2");
  refused(MARKET("pattern general\n3 3 3\n1 2\n2 1\n3 1\n"), "the weights put on node 0 sum to");
#undef MARKET
  leave();
}
END_TEST

START_TEST(refused_paths_and_options)
{
  in_a_folder();
  struct gv_schedule *s = NULL;
  assert_fails(GV_USAGE, "write file:path=FILE", gv_schedule_create("file", NULL, 3, 1, &s, err));
  assert_fails(GV_INPUT, "cannot open edges.txt",
               gv_schedule_create("file:path=edges.txt", NULL, 3, 1, &s, err));
  assert_fails(GV_INPUT, "is a folder", gv_schedule_create("file:path=.", NULL, 3, 1, &s, err));
  assert_fails(GV_INPUT, "device or a pipe", gv_schedule_create("file:path=/dev/zero", NULL, 3, 1, &s, err));
  ck_assert_int_eq(mkfifo(path, 0600), 0);  /* nobody waits for who would write */
  assert_fails(GV_INPUT, "device or a pipe", gv_schedule_create("file:path=edges.txt", NULL, 3, 1, &s, err));
  unlink(path);
  write_file("0 1\n1 2\n2 0\n");
  assert_fails(GV_USAGE, "in file node 0 receives from node 1, but not the other way round",
               gv_schedule_create("file:path=edges.txt,directed=yes", "metropolis", 3, 1, &s, err));
  assert_fails(GV_USAGE, "'auto', 'yes' or 'no'",
               gv_schedule_create("file:path=edges.txt,directed=maybe", NULL, 3, 1, &s, err));
  write_file("0 1\n0 2\n");  /* with a rule that is named, before the sums that would not do */
  assert_fails(GV_USAGE, "but not the other way round",
               gv_schedule_create("file:path=edges.txt,directed=yes", "lazy", 3, 1, &s, err));
  write_file("0 1 1\n1 2 1\n2 0 1\n");
  assert_fails(GV_USAGE, "in file node 0 receives from node 1, but not the other way round",
               gv_schedule_create("file:path=edges.txt,directed=yes", "lazy", 3, 1, &s, err));
  write_file("0 1 .5\n1 2 .5\n");
  assert_fails(GV_USAGE, "leave --weights out", gv_schedule_create("file:path=edges.txt", "lazy", 3, 1, &s, err));
  write_file("%%MatrixMarket matrix coordinate pattern symmetric\n3 3 2\n2 1\n3 2\n");
  assert_fails(GV_USAGE, "the banner of edges.txt says symmetric",
               gv_schedule_create("file:path=edges.txt,directed=yes", NULL, 3, 1, &s, err));
  ck_assert_ptr_null(s);
  assert_ok(gv_schedule_create("file:path=edges.txt", "max-degree", 3, 1, &s, err));
  gv_schedule_destroy(s);
  write_file("0 1\n");
  s = NULL;
  assert_fails(GV_INPUT, "node 2 is never connected with node 0",
               gv_schedule_create("file:path=edges.txt", "laplacian", 3, 1, &s, err));
  assert_fails(GV_INPUT, "node 2 is never connected with node 0",
               gv_schedule_create("file:path=edges.txt", "fdla", 3, 1, &s, err));
  if (geteuid() != 0) {
    s = NULL;
    ck_assert_int_eq(chmod(path, 0), 0);
    assert_fails(GV_INPUT, "cannot open", gv_schedule_create("file:path=edges.txt", NULL, 3, 1, &s, err));
  }
  leave();
}
END_TEST

/* Written with few digits W is symmetric to 1e-6 alone; what is read is so to the bit, and so its sums are. */
START_TEST(few_digits)
{
  struct gv_schedule *s = NULL;
  double w[9];
  in_a_folder();
  write_file("%%MatrixMarket matrix coordinate real general\n3 3 7\n1 1 .75\n1 2 .25\n2 1 .2500004\n2 2 .25\n"
             "2 3 .5\n3 2 .5000002\n3 3 .5\n");
  assert_ok(gv_schedule_create("file:path=edges.txt", NULL, 3, 1, &s, err));
  dense(s, 0, w);
  ck_assert(!s->directed);
  ck_assert_double_eq(w[1], w[3]);
  ck_assert_double_eq(w[5], w[7]);
  ck_assert_double_eq_tol(w[1], .2500002, 1e-15);
  for (int i = 0; i < 3; i++)
    ck_assert_double_eq_tol(w[i] + w[3 + i] + w[6 + i], 1, 1e-15);
  gv_schedule_destroy(s);
  leave();
}
END_TEST

/* A graph of each kind written out and read again is the same. */
START_TEST(what_is_written_is_read)
{
  static const struct { const char *topology, *weights; } kinds[] = {
      {"exponential", NULL}, {"equi-static:m=3", NULL}, {"star", NULL}, {"equi-static-undirected", NULL},
      {"star", "laplacian"}, {"grid", "fdla"}};  /* the last two with weights below 0 */
  in_a_folder();
  for (size_t kind = 0; kind < sizeof kinds / sizeof kinds[0]; kind++) {
    struct gv_schedule *s = NULL, *again = NULL;
    double w[49], back[49];
    assert_ok(gv_schedule_create(kinds[kind].topology, kinds[kind].weights, 7, 3, &s, err));
    dense(s, 0, w);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    for (int i = 0; i < 49; i++)
      fprintf(file, "%d %d %.17g\n", i / 7, i % 7, w[i]);
    ck_assert_int_eq(fclose(file), 0);
    assert_ok(gv_schedule_create("file:path=edges.txt,directed=yes", NULL, 7, 3, &again, err));
    dense(again, 0, back);
    for (int i = 0; i < 49; i++)
      ck_assert_double_eq_tol(back[i], w[i], 1e-15);
    ck_assert_int_eq(again->directed, s->directed);
    gv_schedule_destroy(s);
    gv_schedule_destroy(again);
  }
  leave();
}
END_TEST

/* In push-sum what a node gives away is a share of its own: none is below 0. */
START_TEST(shares_are_not_below_zero)
{
  struct gv_schedule *s = NULL;
  in_a_folder();
  write_file("0 1 .5\n1 2 .5\n0 2 -.1\n");
  assert_fails(GV_INPUT, "node 0 puts weight -0.1 on node 2; accepted by push-sum: 0 or above",
               gv_schedule_create_shares("file:path=edges.txt", 3, 1, &s, err));
  write_file("0 1 .5\n1 2 .5\n0 2 0\n");
  assert_ok(gv_schedule_create_shares("file:path=edges.txt", 3, 1, &s, err));
  gv_schedule_destroy(s);
  leave();
}
END_TEST

/* write_file of a complete graph, or of one in two parts, whose weights of 1/9 sum to a little over 1. */
static void write_ninths(int parts)
{
  char text[16384];
  size_t used = 0;
  for (int i = 0; i < 10 - (parts > 1); i++)
    for (int j = parts > 1 ? 9 : i + 1; j < (parts > 1 ? 18 : 10); j++)
      used += (size_t)snprintf(text + used, sizeof text - used, "%d %d %.17g\n", i, j, 1.0 / 9);
  write_file(text);
}

START_TEST(rounding_is_not_below_zero)
{
  struct gv_schedule *s = NULL;
  in_a_folder();
  write_ninths(1);
  assert_ok(gv_schedule_create_shares("file:path=edges.txt", 10, 1, &s, err));
  gv_schedule_destroy(s);
  write_ninths(2);
  assert_ok(gv_schedule_create("file:path=edges.txt", NULL, 18, 1, &s, err));
  gv_schedule_destroy(s);
  leave();
}
END_TEST

int main(void)
{
  const TTest *const tests[] = {edge_lists, matrix_market, refused_lists, refused_markets,
                                refused_paths_and_options, few_digits, what_is_written_is_read,
                                shares_are_not_below_zero, rounding_is_not_below_zero, NULL};
  return run_suite("graph file", tests);
}
