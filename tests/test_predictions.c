/* Predictions: the answer of a row of scores, counts by class, and the table as a file, also for float targets. */
#include <stdio.h>
#include <unistd.h>

#include "run/predictions.h"
#include "tests/scratch.h"
#include "tests/suite.h"

static struct folder folder;

static void check_file(const char *want)
{
  char text[1000] = "";
  FILE *file = fopen("p.csv", "r");
  ck_assert_ptr_nonnull(file);
  size_t size = fread(text, 1, sizeof text - 1, file);
  fclose(file);
  ck_assert_uint_lt(size, sizeof text - 1);
  ck_assert_str_eq(text, want);
}

static void enter(void)
{
  folder = folder_enter();
}

static void leave(void)
{
  folder_leave(&folder);
}

START_TEST(classes)
{
  enter();
  struct gv_predictions p;
  const struct gv_shape shape = {.features = 1, .channels = 1, .height = 1, .width = 1, .classes = 3};
  const float scores[] = {1, 2, 2, 0.1f, -1, 0, -3, -2, -1, 5, 5, 5};  /* of equal ones the first counts */
  const int32_t labels[] = {1, 2, 2, 0};
  int64_t samples[3], correct[3];
  assert_ok(gv_predictions_place(&p, 4, &shape, true, err));
  gv_predictions_put(&p, 1, &(struct gv_batch){.labels = labels + 1, .n = 3}, scores + 3);  /* in any order */
  gv_predictions_put(&p, 0, &(struct gv_batch){.labels = labels, .n = 1}, scores);
  gv_predictions_count(&p, samples, correct);
  ck_assert_mem_eq(samples, ((const int64_t[]){1, 1, 2}), sizeof samples);
  ck_assert_mem_eq(correct, ((const int64_t[]){1, 1, 1}), sizeof correct);
  assert_ok(gv_predictions_write(&p, "p.csv", err));
  check_file("index,label,prediction,score0,score1,score2\n"
             "0,1,1,1,2,2\n1,2,0,0.100000001,-1,0\n2,2,2,-3,-2,-1\n3,0,0,5,5,5\n");
  assert_fails(GV_SYSTEM, "nowhere/p.csv: cannot be written", gv_predictions_write(&p, "nowhere/p.csv", err));
  gv_predictions_clear(&p);
  assert_ok(gv_predictions_place(&p, 4, &shape, false, err));
  ck_assert_ptr_null(p.scores);
  gv_predictions_put(&p, 0, &(struct gv_batch){.labels = labels, .n = 4}, scores);
  gv_predictions_count(&p, samples, correct);
  ck_assert_int_eq(correct[2], 1);
  gv_predictions_clear(&p);
  leave();
}
END_TEST

START_TEST(float_targets)
{
  enter();
  struct gv_predictions p;
  const struct gv_shape shape = {.features = 1, .channels = 1, .height = 1, .width = 1, .outputs = 2};
  const float scores[] = {1, 2, 0.1f, -1}, targets[] = {1.5f, 0, 1e-10f, 7};
  assert_ok(gv_predictions_place(&p, 2, &shape, true, err));
  ck_assert_ptr_null(p.labels);
  gv_predictions_put(&p, 0, &(struct gv_batch){.targets = targets, .n = 2}, scores);
  assert_ok(gv_predictions_write(&p, "p.csv", err));
  check_file("index,target0,target1,prediction0,prediction1\n0,1.5,0,1,2\n1,1.00000001e-10,7,0.100000001,-1\n");
  gv_predictions_clear(&p);
  leave();
}
END_TEST

int main(void)
{
  return run_suite("predictions", (const TTest *const[]){classes, float_targets, NULL});
}
