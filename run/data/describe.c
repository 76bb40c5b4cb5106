/* Looks at every training sample as a model would see it. */
#include "run/data/describe.h"

#include <math.h>

#include "core/base/memory.h"
#include "datasets/gather.h"
#include "run/json.h"

/* What is added up over values. */
struct sums {
  double least, largest, sum, squares;
};

static void add_values(struct sums *sums, const float *values, int64_t count)
{
  for (int64_t j = 0; j < count; j++) {
    double x = (double)values[j];
    sums->least = x < sums->least ? x : sums->least;
    sums->largest = x > sums->largest ? x : sums->largest;
    sums->sum += x;
    sums->squares += x * x;
  }
}

static enum gv_status add_rows(const struct gv_dataset *dataset, struct sums *sums, struct gv_error *err)
{
  const struct gv_part *train = &dataset->train;
  int32_t rows = dataset->shape.features < 4096 ? 64 : 1;
  struct gv_buffer buffer = {0};
  enum gv_status status = gv_buffer_place(&buffer, &dataset->shape, rows, err);
  for (int64_t first = 0; first < train->samples && status == GV_OK; first += rows) {
    int32_t n = train->samples - first < rows ? (int32_t)(train->samples - first) : rows;
    gv_gather_range(dataset, train, first, n, &buffer);
    add_values(sums, buffer.x, n * dataset->shape.features);
  }
  gv_buffer_clear(&buffer);
  return status;
}

/* Of sparse rows, where the rest is 0, what is stored is looked at: rows may be too wide to be made whole. */
static enum gv_status look_at_values(const struct gv_dataset *dataset, struct gv_description *d,
                                     struct gv_error *err)
{
  const struct gv_part *train = &dataset->train;
  const struct gv_sparse *sparse = &train->sparse;
  double values = (double)train->samples * (double)dataset->shape.features;
  struct sums sums = {.least = INFINITY, .largest = -INFINITY};
  enum gv_status status = GV_OK;
  if (sparse->first != NULL && dataset->zero == NULL) {
    int64_t stored = sparse->first[train->samples];
    add_values(&sums, sparse->value, stored);
    if ((double)stored < values)
      add_values(&sums, (const float[]){0}, 1);
  } else {
    status = add_rows(dataset, &sums, err);
  }
  double variance = sums.squares / values - sums.sum / values * (sums.sum / values);
  d->least = sums.least;
  d->largest = sums.largest;
  d->mean = sums.sum / values;
  d->deviation = sqrt(variance > 0 ? variance : 0);
  return status;
}

static void look_at_targets(const struct gv_dataset *dataset, struct gv_description *d)
{
  const struct gv_part *train = &dataset->train;
  int64_t count = train->targets != NULL ? train->samples * dataset->shape.outputs : 0;
  d->target_least = d->target_largest = NAN;
  for (int64_t j = 0; j < count; j++) {
    d->target_least = fmin(d->target_least, (double)train->targets[j]);  /* of NAN and a number, the number */
    d->target_largest = fmax(d->target_largest, (double)train->targets[j]);
  }
}

static enum gv_status count_classes(const struct gv_dataset *dataset, struct gv_description *d,
                                    struct gv_error *err)
{
  const struct gv_part *parts[] = {&dataset->train, &dataset->test};
  size_t classes = (size_t)dataset->shape.classes;
  if (classes == 0)
    return GV_OK;
  enum gv_status status = gv_alloc_for(&d->counts, 2 * classes, sizeof *d->counts, "the classes", err);
  for (size_t p = 0; p < 2 && status == GV_OK; p++)
    for (int64_t s = 0; s < parts[p]->samples; s++)
      d->counts[p * classes + (size_t)parts[p]->labels[s]]++;
  return status;
}

static void measure_memory(const struct gv_dataset *dataset, struct gv_description *d)
{
  const struct gv_part *parts[] = {&dataset->train, &dataset->test};
  double features = (double)dataset->shape.features;
  d->storage = dataset->train.bytes != NULL ? "bytes" : dataset->train.floats != NULL ? "floats" : "sparse";
  d->nonzeros = 1;
  for (int p = 0; p < 2; p++) {
    const struct gv_part *part = parts[p];
    double samples = (double)part->samples;
    double row = part->bytes != NULL ? features : part->floats != NULL ? 4 * features : 8;
    row += (part->labels != NULL ? 4 : 0) + (part->groups != NULL ? 4 : 0) +
           (part->targets != NULL ? 4 * dataset->shape.outputs : 0);
    d->bytes += samples * row;
    if (part->sparse.first != NULL) {
      d->bytes += 8 * (double)part->sparse.first[part->samples];
      if (p == 0)
        d->nonzeros = (double)part->sparse.first[part->samples] / (samples * features);
    }
  }
}

enum gv_status gv_describe(const struct gv_dataset *dataset, struct gv_description *description,
                           struct gv_error *err)
{
  struct gv_description d = {0};
  enum gv_status status = look_at_values(dataset, &d, err);
  if (status == GV_OK) {
    look_at_targets(dataset, &d);
    measure_memory(dataset, &d);
    status = count_classes(dataset, &d, err);
  }
  *description = d;
  return status;
}

void gv_description_clear(struct gv_description *description)
{
  gv_free(description->counts);
  *description = (struct gv_description){0};
}

json_t *gv_description_json(const struct gv_dataset *dataset, const struct gv_description *d)
{
  const struct gv_shape *shape = &dataset->shape;
  json_t *page = json_pack(
      "{s:o, s:o, s:[i, i, i], s:I, s:i, s:i, s:I, s:I, s:i, s:s, s:s, s:f, s:f}", "data",
      gv_json_text(dataset->name), "found", gv_json_text(dataset->found), "shape", shape->channels, shape->height,
      shape->width, "features", (json_int_t)shape->features, "classes", shape->classes, "outputs", shape->outputs,
      "train_samples", (json_int_t)dataset->train.samples, "test_samples", (json_int_t)dataset->test.samples,
      "groups", dataset->groups, "storage", d->storage, "normalize", dataset->normalized, "nonzeros", d->nonzeros,
      "bytes", d->bytes);
  const struct { const char *key; double value; } measured[] = {
      {"least", d->least}, {"largest", d->largest}, {"mean", d->mean}, {"deviation", d->deviation},
      {"target_least", d->target_least}, {"target_largest", d->target_largest}};
  for (size_t i = 0; i < sizeof measured / sizeof measured[0]; i++)
    json_object_set_new(page, measured[i].key, gv_json_number(measured[i].value));
  json_object_set_new(page, "class_names", gv_json_names(dataset->class_names, shape->classes));
  static const char *const keys[] = {"train_counts", "test_counts"};
  for (int p = 0; p < 2; p++)
    json_object_set_new(page, keys[p], d->counts == NULL ? json_null() :
                        gv_json_counts(d->counts + p * shape->classes, shape->classes));
  return page;
}
