/* What is done to data before they are dealt out: held out, limited, normalized. */
#include <math.h>

#include "datasets/batches.h"
#include "datasets/prepare.h"
#include "tests/data.h"

enum { SAMPLES = 1000, FEATURES = 6, CLASSES = 4 };

enum storage { BYTES, FLOATS, SPARSE, STORAGES };

static double value_of(int64_t s, int j)
{
  return j == 5 ? 3 : (s * 7 + j * 13) % 11 < 3 ? (double)((s * 5 + j) % 9 + 1) : 0;
}

/* Sample s has the same values however it is stored, and its number mod 4, skewed, as label: class 3 is rare. */
static struct gv_dataset *made(enum storage storage)
{
  struct gv_dataset *d = NULL;
  assert_ok(gv_dataset_create("made", &d, err));
  d->shape = (struct gv_shape){.channels = 1, .height = 1, .width = FEATURES};
  struct gv_part *t = &d->train;
  t->samples = SAMPLES;
  t->labels = gv_alloc(SAMPLES, sizeof(int32_t));
  t->bytes = storage == BYTES ? gv_alloc(SAMPLES, FEATURES) : NULL;
  t->floats = storage == FLOATS ? gv_alloc(SAMPLES * FEATURES, sizeof(float)) : NULL;
  if (storage == SPARSE)
    t->sparse = (struct gv_sparse){.first = gv_alloc(SAMPLES + 1, 8), .column = gv_alloc(SAMPLES * FEATURES, 4),
                                   .value = gv_alloc(SAMPLES * FEATURES, 4)};
  int64_t at = 0;
  for (int64_t s = 0; s < SAMPLES; s++) {
    t->labels[s] = s % 50 == 0 ? 3 : (int32_t)(s % 3);
    for (int j = 0; j < FEATURES; j++) {
      double v = value_of(s, j);
      if (storage == BYTES)
        t->bytes[s * FEATURES + j] = (uint8_t)v;
      else if (storage == FLOATS)
        t->floats[s * FEATURES + j] = (float)v;
      else if (v != 0) {
        t->sparse.column[at] = j;
        t->sparse.value[at++] = (float)v;
      }
    }
    if (storage == SPARSE)
      t->sparse.first[s + 1] = at;
  }
  assert_ok(gv_dataset_settle(d, err));
  return d;
}

static void row_of(const struct gv_dataset *d, const struct gv_part *part, int64_t s, float *x)
{
  int32_t label;
  struct gv_buffer buffer = {.x = x, .labels = &label};
  struct gv_batch batch;
  gv_batches_part(d, part, s, 1, &buffer, &batch);
  ck_assert_int_eq(batch.labels[0], part->labels[s]);
}

static const struct gv_preparing plain = {.normalize = "none", .test_share = 0, .seed = 1};

/* Mean 0 and variance 1 a feature over the training part, alike for all kinds of storage; what is constant is 0. */
START_TEST(standard_is_standard)
{
  for (int storage = 0; storage < STORAGES; storage++) {
    struct gv_dataset *d = made((enum storage)storage);
    struct gv_preparing p = plain;
    p.normalize = "standard";
    p.test_share = 0.3;
    assert_ok(gv_dataset_prepare(d, &p, err));
    ck_assert_str_eq(d->normalized, "standard");
    double sum[FEATURES] = {0}, squares[FEATURES] = {0}, worst = 0, n = (double)d->train.samples;
    for (int64_t s = 0; s < d->train.samples; s++) {
      float x[FEATURES];
      row_of(d, &d->train, s, x);
      for (int j = 0; j < FEATURES; j++) {
        sum[j] += (double)x[j];
        squares[j] += (double)x[j] * (double)x[j];
      }
    }
    for (int j = 0; j < FEATURES; j++) {
      worst = worse_of(fabs(sum[j] / n), worst);
      worst = worse_of(fabs(squares[j] / n - (j < 5)), worst);
    }
    ck_assert_double_lt(worst, 1e-5);
    /* The test part goes by the figures of the training part: its values are those of the file, moved alike. */
    double off = 0;
    float x[FEATURES];
    row_of(d, &d->test, 0, x);
    for (int j = 0; j < 5; j++) {
      float y[FEATURES];
      for (int64_t s = 0; s < d->train.samples; s++) {
        row_of(d, &d->train, s, y);
        if (y[j] == x[j])
          break;
        off += s == d->train.samples - 1;
      }
    }
    ck_assert_double_lt(off, 1);
    gv_dataset_destroy(d);
  }
}
END_TEST

START_TEST(unit_and_none)
{
  for (int storage = 0; storage < STORAGES; storage++)
    for (int unit = 0; unit < 2; unit++) {
      struct gv_dataset *d = made((enum storage)storage);
      struct gv_preparing p = plain;
      p.normalize = unit ? "unit" : "none";
      assert_ok(gv_dataset_prepare(d, &p, err));
      double worst = 0;
      for (int64_t s = 0; s < SAMPLES; s++) {
        float x[FEATURES];
        row_of(d, &d->train, s, x);
        for (int j = 0; j < FEATURES; j++) {
          /* One factor for all bytes, one a feature for others: 9, and 3 for the constant. */
          double factor = !unit ? 1 : storage == BYTES || j < 5 ? 9 : 3;
          worst = worse_of(fabs((double)x[j] - value_of(s, j) / factor), worst);
        }
      }
      ck_assert_double_lt(worst, 1e-6);
      gv_dataset_destroy(d);
    }
  struct gv_dataset *d = open_digits();
  const struct gv_preparing p = {.normalize = "standard", .test_share = GV_TEST_SHARE_AUTO};
  assert_ok(gv_dataset_prepare(d, &p, err));  /* an image: one mean and deviation for all of a channel */
  for (int j = 1; j < 64; j++)
    ck_assert(d->scales[j] == d->scales[0] && d->shifts[j] == d->shifts[0]);
  gv_dataset_destroy(d);
}
END_TEST

/* Held out: each class by its share to within one, every sample in one part, features and labels together. */
START_TEST(held_out_by_class)
{
  for (int storage = 0; storage < STORAGES; storage++) {
    struct gv_dataset *d = made((enum storage)storage), *other = made((enum storage)storage);
    struct gv_preparing p = plain;
    p.test_share = 0.25;
    int count[CLASSES] = {0}, held[CLASSES] = {0};
    for (int64_t s = 0; s < SAMPLES; s++)
      count[d->train.labels[s]]++;
    /* Each sample is told by its features and label, with how often it is there. */
    double before = 0, after = 0;
    for (int64_t s = 0; s < SAMPLES; s++) {
      float x[FEATURES];
      row_of(d, &d->train, s, x);
      for (int j = 0; j < FEATURES; j++)
        before += (double)x[j] * d->scale * (j + 1) * (d->train.labels[s] + 1);
    }
    float scale = d->scale;
    assert_ok(gv_dataset_prepare(d, &p, err));
    ck_assert_int_eq(d->test.samples, SAMPLES / 4);
    ck_assert_int_eq(d->train.samples, SAMPLES - SAMPLES / 4);
    const struct gv_part *parts[] = {&d->train, &d->test};
    for (int q = 0; q < 2; q++)
      for (int64_t s = 0; s < parts[q]->samples; s++) {
        float x[FEATURES];
        row_of(d, parts[q], s, x);
        held[parts[q]->labels[s]] += q;
        for (int j = 0; j < FEATURES; j++)
          after += (double)(x[j] * (storage == BYTES ? scale : 1)) * scale * (j + 1) * (parts[q]->labels[s] + 1);
      }
    ck_assert_double_eq_tol(before, after, 1e-4 * before);
    for (int c = 0; c < CLASSES; c++)
      ck_assert_double_eq_tol(held[c], 0.25 * count[c], 1);
    p.seed = 2;
    assert_ok(gv_dataset_prepare(other, &p, err));
    ck_assert(memcmp(d->test.labels, other->test.labels, SAMPLES / 4 * sizeof(int32_t)) != 0 ||
              storage == SPARSE || memcmp(d->test.bytes != NULL ? (void *)d->test.bytes : (void *)d->test.floats,
                                          other->test.bytes != NULL ? (void *)other->test.bytes :
                                          (void *)other->test.floats, 100) != 0);
    gv_dataset_destroy(d);
    gv_dataset_destroy(other);
  }
}
END_TEST

START_TEST(limits_and_refusals)
{
  struct gv_dataset *d = made(FLOATS);
  struct gv_preparing p = plain;
  p.train_limit = 100;
  assert_ok(gv_dataset_prepare(d, &p, err));
  ck_assert_int_eq(d->train.samples, 100);
  int rare = 0;
  for (int s = 0; s < 100; s++)
    rare += d->train.labels[s] == 3;
  ck_assert_int_eq(rare, 2);  /* 20 of 1000 */
  gv_dataset_destroy(d);
  d = made(SPARSE);
  p.train_limit = SAMPLES + 1;  /* more than there are: all */
  p.test_share = GV_TEST_SHARE_AUTO;
  assert_ok(gv_dataset_prepare(d, &p, err));
  ck_assert_int_eq(d->train.samples, 800);
  gv_dataset_destroy(d);
  d = open_digits();
  p = plain;
  p.test_share = 0.5;
  assert_fails(GV_USAGE, "test-share 0.5: data digits come with a test part of 359 samples",
               gv_dataset_prepare(d, &p, err));
  gv_dataset_destroy(d);
  assert_ok(gv_dataset_open("blobs:samples=1,classes=1", 1, &d, err));
  p.test_share = 0.9;
  assert_fails(GV_USAGE, "none is left to train on", gv_dataset_prepare(d, &p, err));
  gv_dataset_destroy(d);
}
END_TEST

int main(void)
{
  const TTest *const tests[] = {standard_is_standard, unit_and_none, held_out_by_class, limits_and_refusals, NULL};
  return run_suite("prepare", tests);
}
