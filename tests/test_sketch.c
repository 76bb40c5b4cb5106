/* Curves in text, character by character, and the evaluations of a run in bounded memory. */
#include <stdio.h>
#include <unistd.h>

#include "run/history.h"
#include "run/sketch.h"
#include "tests/suite.h"

enum { POINTS = 9 };

static const double upto[POINTS] = {0, 1, 2, 3, 4, 5, 6, 7, 8};

static const char *drawn(const struct gv_sketch *sketch)
{
  static char text[65536];
  FILE *out = fmemopen(text, sizeof text, "w");
  ck_assert_ptr_nonnull(out);
  assert_ok(gv_sketch_draw(out, sketch, err));
  fclose(out);
  return text;
}

/* One curve over 0 .. 8, in ASCII. */
static const char *curve(const double *y, int columns, int rows, bool log_y)
{
  const struct gv_sketch_curve one = {.y = y};
  return drawn(&(struct gv_sketch){.x = upto, .count = POINTS, .curve = &one, .curves = 1, .log_y = log_y,
                                   .columns = columns, .rows = rows});
}

START_TEST(a_line)
{
  struct gv_sketch_curve up = {.y = upto, .colour = "36"};
  struct gv_sketch sketch = {.x = upto, .count = POINTS, .curve = &up, .curves = 1, .x_label = "x", .columns = 17,
                             .rows = 7};
  ck_assert_str_eq(drawn(&sketch), "       |       **\n"
                                   "      5+     **\n"
                                   "       |   **\n"
                                   "       | **\n"
                                   "      0+*\n"
                                   "       ++----+---\n"
                                   "        0    5  x\n");
  sketch.braille = true;
  sketch.columns = 13;
  sketch.rows = 5;
  ck_assert_str_eq(drawn(&sketch), "       │   ⢀⠎\n"
                                   "      5┤ ⢀⠔⠁\n"
                                   "      0┤⡠⠃\n"
                                   "       └┬────\n"
                                   "        0   x\n");
  sketch.colour = true;
  sketch.x_label = NULL;
  sketch.rows = 2;
  ck_assert_str_eq(drawn(&sketch), "\033[2m      5┤\033[0m  \033[36m⣀⡠⠊\033[0m\n"
                                   "\033[2m      0┤\033[0m\033[36m⡠⠊\033[0m\n");
}
END_TEST

START_TEST(gaps_and_few_points)
{
  const double gaps[POINTS] = {0, 1, 2, NAN, INFINITY, 5, NAN, 7, NAN};
  const double none[POINTS] = {NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
  const double half = 0.5;
  const struct gv_sketch_curve one = {.y = &half};
  struct gv_sketch sketch = {.x = upto, .count = 1, .curve = &one, .curves = 1, .columns = 17, .rows = 3};
  ck_assert_str_eq(curve(gaps, 17, 5, false), "       |       *\n"
                                              "      5+     *\n"
                                              "       |\n"
                                              "       | **\n"
                                              "      0+*\n");
  ck_assert_str_eq(curve(none, 17, 2, false), "       |\n       |\n");
  ck_assert_str_eq(curve(none, 17, 2, true), "       |\n       |\n");
  ck_assert_str_eq(drawn(&sketch), "   0.55+\n   0.50+*\n   0.45+\n");
  sketch.count = 0;
  ck_assert_str_eq(drawn(&sketch), "       |\n       |\n       |\n");
}
END_TEST

START_TEST(constants)
{
  const double three[POINTS] = {3, 3, 3, 3, 3, 3, 3, 3, 3}, zero[POINTS] = {0};
  ck_assert_str_eq(curve(three, 17, 3, false), "    3.2+\n    3.0+*********\n    2.8+\n");
  ck_assert_str_eq(curve(three, 17, 5, true), "       |\n      5+\n       |*********\n      2+\n      1+\n");
  ck_assert_str_eq(curve(zero, 17, 3, false), "      1+\n      0+*********\n     -1+\n");
  ck_assert_str_eq(curve(zero, 17, 3, true), "       |\n       |\n      0+*********\n");
}
END_TEST

START_TEST(logarithms)
{
  const double with_zeros[POINTS] = {0, 100, 10, 1, 0.1, 0.01, 0, -3, 0.1};
  const double narrow[POINTS] = {3, 3.1, 3.2, 3.3, 3.4, 3.5, 3.6, 3.7, 3.8};
  ck_assert_str_eq(curve(with_zeros, 17, 5, true), "       | *\n"
                                                   "     10+ **\n"
                                                   "       | * *\n"
                                                   "       |*   *   *\n"
                                                   "   0.01+*    ***\n");
  ck_assert_str_eq(curve(narrow, 17, 2, true), "    3.5+    *****\n    3.0+****\n");
}
END_TEST

START_TEST(unlike_values)
{
  const double steep[POINTS] = {-1000, 5, 6, 6, 6, 6, 7, 7, 8};
  const double huge[POINTS] = {1e308, -1e308, 1e308, 0, 0, 0, 0, 0, 1e-300};
  const struct gv_sketch_curve one = {.y = steep};
  const struct gv_sketch sketch = {.x = upto, .count = POINTS, .unsettled = 1, .curve = &one, .curves = 1,
                                   .columns = 17, .rows = 4};
  ck_assert_str_eq(drawn(&sketch), "      8+        *\n"
                                   "       |      **\n"
                                   "      6+  ****\n"
                                   "       | *\n");
  ck_assert_str_eq(curve(huge, 17, 3, false), " 1e+308+* *\n      0+ ********\n-1e+308+ *\n");
  ck_assert_str_eq(curve(huge, 17, 3, true), "       |* *\n 100000+ ***\n 1e-300+ * ******\n");
}
END_TEST

/* Rows are as many as asked for, however few; a picture wants four columns beside its labels. */
START_TEST(tiny_sizes)
{
  ck_assert_str_eq(curve(upto, 17, 0, false), "");
  ck_assert_str_eq(curve(upto, 12, 1, false), "      5+****\n");
  ck_assert_str_eq(curve(upto, 12, 2, false), "      5+  **\n      0+**\n");
  ck_assert_str_eq(curve(upto, 11, 2, false), "\n\n");
  ck_assert_str_eq(curve(upto, -5, 1, false), "\n");
  const struct gv_sketch_curve one = {.y = upto};
  struct gv_sketch sketch = {.x = upto, .count = POINTS, .curve = &one, .curves = 1, .x_label = "epoch",
                             .columns = 12, .rows = 3};
  ck_assert_str_eq(drawn(&sketch), "      5+****\n       +----\n            \n");
  sketch.rows = 2;
  ck_assert_str_eq(drawn(&sketch), "      5+  **\n      0+**\n");
}
END_TEST

START_TEST(several_curves)
{
  const double three[POINTS] = {3, 3, 3, 3, 3, 3, 3, 3, 3};
  const struct gv_sketch_curve both[] = {{.y = three, .dotted = true}, {.y = upto}};
  struct gv_sketch sketch = {.x = upto, .count = POINTS, .curve = both, .curves = 2, .columns = 17, .rows = 5};
  ck_assert_str_eq(drawn(&sketch), "       |       **\n"
                                   "      5+     **\n"
                                   "       |...**....\n"
                                   "       | **\n"
                                   "      0+*\n");
  sketch.braille = true;
  ck_assert_str_eq(drawn(&sketch), "       │       ⡠⠊\n"
                                   "      5┤     ⢀⠔⠁\n"
                                   "       │   ⢀⠔⠁\n"
                                   "       │⠁⢁⠕⠁⠁⠁⠁⠁⠁\n"
                                   "      0┤⡠⠊\n");
}
END_TEST

/* Of more points than columns none is lost: the single one that is far off stands there. */
START_TEST(very_many_points)
{
  enum { MANY = 100000 };
  static double x[MANY], y[MANY];
  const struct gv_sketch_curve one = {.y = y};
  const struct gv_sketch sketch = {.x = x, .count = MANY, .curve = &one, .curves = 1, .columns = 17, .rows = 3};
  for (int i = 0; i < MANY; i++)
    x[i] = i;
  y[MANY / 2] = 10;
  ck_assert_str_eq(drawn(&sketch), "     10+    *\n      5+    *\n      0+*********\n");
}
END_TEST

START_TEST(history_is_bounded)
{
  struct gv_history *history = calloc(1, sizeof *history);
  const double *round = history->value[GV_SERIES_ROUND];
  for (uint64_t k = 0; k < 50000; k++) {
    struct gv_evaluation e = {.round = 3 * k, .epoch = (double)k / 2, .test_accuracy = k == 777 ? 0.75 : 0.5,
                              .node_accuracy_min = NAN};
    gv_history_add(history, &e);
    ck_assert_uint_le(history->count, GV_HISTORY_POINTS);
    ck_assert(round[history->count - 1] == (double)e.round);
  }
  ck_assert_uint_gt(history->count, GV_HISTORY_POINTS / 2);
  for (size_t i = 0; i + 1 < history->count; i++)
    ck_assert(round[i] == 3 * (double)(i * history->stride));
  ck_assert(isnan(history->value[GV_SERIES_NODE_MIN][0]));
  ck_assert(history->best_accuracy == 0.75 && history->best_at[0] == 388.5 && history->best_at[1] == 2331);
  free(history);
}
END_TEST

START_TEST(history_of_a_file)
{
  struct gv_history *history = calloc(1, sizeof *history);
  char name[] = "/tmp/grapevine-history-XXXXXX", path[64];
  ck_assert_ptr_nonnull(mkdtemp(name));
  snprintf(path, sizeof path, "%s/metrics.csv", name);
  assert_fails(GV_INPUT, "metrics.csv", gv_history_read(history, name, 20, err));
  FILE *file = fopen(path, "w");
  ck_assert_ptr_nonnull(file);
  fputs("round,epoch,train_loss,test_accuracy\n0,0,,0.1\n10,1,2.5,0.9\n20,2,1.5,0.8\n30,3,0.5,0.95\n", file);
  fclose(file);
  assert_ok(gv_history_read(history, name, 20, err));
  ck_assert_uint_eq(history->count, 3);
  ck_assert(history->value[GV_SERIES_EPOCH][2] == 2 && history->value[GV_SERIES_TRAIN_LOSS][1] == 2.5);
  ck_assert(isnan(history->value[GV_SERIES_TRAIN_LOSS][0]) && isnan(history->value[GV_SERIES_CONSENSUS][2]));
  ck_assert(history->best_accuracy == 0.9 && history->best_at[1] == 10);
  unlink(path);
  rmdir(name);
  free(history);
}
END_TEST

int main(void)
{
  const TTest *const tests[] = {a_line, gaps_and_few_points, constants, logarithms, unlike_values, tiny_sizes,
                                several_curves, very_many_points, history_is_bounded, history_of_a_file, NULL};
  return run_suite("sketch", tests);
}
