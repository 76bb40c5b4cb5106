/* Brings features to a common size, by the figures of the training part. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "datasets/prepare.h"

/* x = value * scale + shift; one figure for each `run` features, one after the other. */
struct figures {
  double *scale, *shift;  /* (count) */
  size_t count, run;
};

/* What is added up over the training part. */
struct sums {
  double *sum, *squares;  /* (count): of values, of squared differences from the mean */
  double *largest;        /* (count): of absolute values */
};

static enum gv_status figures_make(size_t count, size_t run, struct figures *f, struct sums *s,
                                   struct gv_error *err)
{
  double *all = NULL;
  enum gv_status status = gv_alloc_for(&all, 5 * count, sizeof *all, "the statistics of features", err);
  if (status != GV_OK)
    return status;
  *f = (struct figures){.scale = all, .shift = all + count, .count = count, .run = run};
  *s = (struct sums){.sum = all + 2 * count, .squares = all + 3 * count, .largest = all + 4 * count};
  return GV_OK;
}

/* Does `body` for every stored value v of figure g: dense ones all, sparse ones the non-zeros. */
#define EACH_VALUE(part, f, body)                                                                               \
  do {                                                                                                          \
    for (int64_t s_ = 0; s_ < (part)->samples; s_++)                                                            \
      if ((part)->sparse.first != NULL) {                                                                       \
        for (int64_t k_ = (part)->sparse.first[s_]; k_ < (part)->sparse.first[s_ + 1]; k_++) {                  \
          double v = (double)(part)->sparse.value[k_];                                                          \
          size_t g = (size_t)(part)->sparse.column[k_] / (f)->run;                                              \
          body;                                                                                                 \
        }                                                                                                       \
      } else {                                                                                                  \
        size_t at_ = (size_t)s_ * (f)->count * (f)->run;                                                        \
        for (size_t g = 0; g < (f)->count; g++)                                                                 \
          for (size_t j_ = 0; j_ < (f)->run; j_++, at_++) {                                                     \
            double v = (part)->bytes != NULL ? (double)(part)->bytes[at_] : (double)(part)->floats[at_];        \
            body;                                                                                               \
          }                                                                                                     \
      }                                                                                                         \
  } while (0)

static int largest_byte(const uint8_t *bytes, size_t count)
{
  uint8_t largest = 0;
#pragma omp simd reduction(max : largest)
  for (size_t i = 0; i < count; i++)
    largest = bytes[i] > largest ? bytes[i] : largest;
  return largest;
}

/* Zeros that are not stored count too: each adds mean^2 to the squares. */
static void measure_standard(const struct gv_part *part, struct figures *f, struct sums *s)
{
  double values = (double)part->samples * (double)f->run;
  double *stored = s->largest;
  EACH_VALUE(part, f, s->sum[g] += v; stored[g]++);
  for (size_t g = 0; g < f->count; g++)
    s->sum[g] /= values;  /* the mean */
  EACH_VALUE(part, f, s->squares[g] += (v - s->sum[g]) * (v - s->sum[g]));
  for (size_t g = 0; g < f->count; g++) {
    double variance = (s->squares[g] + (values - stored[g]) * s->sum[g] * s->sum[g]) / values;
    bool constant = !(variance > 1e-12 * s->sum[g] * s->sum[g]) || variance < 1e-60;
    f->scale[g] = constant ? 1 : 1 / sqrt(variance);
    f->shift[g] = -s->sum[g] * f->scale[g];
  }
}

static void measure_unit(const struct gv_part *part, struct figures *f, struct sums *s)
{
  if (part->bytes != NULL && f->count == 1)
    s->largest[0] = largest_byte(part->bytes, (size_t)part->samples * f->run);
  else
    EACH_VALUE(part, f, if (fabs(v) > s->largest[g]) s->largest[g] = fabs(v));
  for (size_t g = 0; g < f->count; g++)
    f->scale[g] = s->largest[g] > 0 ? 1 / s->largest[g] : 1;
}

static void apply(struct gv_part *part, size_t features, const struct figures *f)
{
  if (part->sparse.first != NULL) {
    for (int64_t k = 0; k < part->sparse.first[part->samples]; k++) {
      size_t g = (size_t)part->sparse.column[k] / f->run;
      part->sparse.value[k] = (float)(part->sparse.value[k] * f->scale[g] + f->shift[g]);
    }
    return;
  }
  for (int64_t s = 0; part->floats != NULL && s < part->samples; s++)
    for (size_t j = 0; j < features; j++) {
      float *x = part->floats + (size_t)s * features + j;
      *x = (float)(*x * f->scale[j / f->run] + f->shift[j / f->run]);
    }
}

/* Bytes are converted as they are gathered; only the factors are kept. */
static enum gv_status set_scales(struct gv_dataset *dataset, const struct figures *f, bool shifted,
                                 struct gv_error *err)
{
  size_t features = (size_t)dataset->shape.features;
  enum gv_status status = GV_OK;
  if (f->count == 1 && !shifted) {
    dataset->scale = (float)f->scale[0];
    return status;
  }
  status = gv_alloc_for(&dataset->scales, features, sizeof *dataset->scales, "the scales of features", err);
  if (status == GV_OK)
    status = gv_alloc_for(&dataset->shifts, features, sizeof *dataset->shifts, "the scales of features", err);
  for (size_t j = 0; j < features && status == GV_OK; j++) {
    dataset->scales[j] = (float)f->scale[j / f->run];
    dataset->shifts[j] = (float)f->shift[j / f->run];
  }
  return status;
}

static enum gv_status set_zero(struct gv_dataset *dataset, const struct figures *f, struct gv_error *err)
{
  size_t features = (size_t)dataset->shape.features;
  enum gv_status status =
      gv_alloc_for(&dataset->zero, features, sizeof *dataset->zero, "the scales of features", err);
  for (size_t j = 0; j < features && status == GV_OK; j++)
    dataset->zero[j] = (float)f->shift[j / f->run];
  return status;
}

enum gv_status gv_dataset_normalize(struct gv_dataset *dataset, const char *how, struct gv_error *err)
{
  const struct gv_shape *shape = &dataset->shape;
  const struct gv_part *train = &dataset->train;
  size_t features = (size_t)shape->features;
  bool bytes = train->bytes != NULL, image = shape->channels > 1 || shape->height > 1;
  if (strcmp(how, "auto") == 0)
    how = bytes ? "unit" : "none";
  bool standard = strcmp(how, "standard") == 0;
  dataset->normalized = standard ? "standard" : strcmp(how, "unit") == 0 ? "unit" : "none";
  dataset->scale = 1;
  gv_free(dataset->scales);
  gv_free(dataset->shifts);
  gv_free(dataset->zero);
  dataset->scales = dataset->shifts = dataset->zero = NULL;
  if (strcmp(dataset->normalized, "none") == 0)
    return GV_OK;
  size_t run = standard ? (image ? features / (size_t)shape->channels : 1) : image || bytes ? features : 1;
  struct figures f;
  struct sums s;
  enum gv_status status = figures_make(features / run, run, &f, &s, err);
  if (status != GV_OK)
    return status;
  if (standard)
    measure_standard(train, &f, &s);
  else
    measure_unit(train, &f, &s);
  if (bytes) {
    status = set_scales(dataset, &f, standard, err);
  } else {
    apply(&dataset->train, features, &f);
    apply(&dataset->test, features, &f);
  }
  if (status == GV_OK && standard)
    status = set_zero(dataset, &f, err);
  gv_free(f.scale);
  return status;
}
