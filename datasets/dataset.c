/* A data set's life: created by a reader, filled, settled, destroyed. */
#include "datasets/dataset.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"

enum gv_status gv_dataset_create(const char *found, struct gv_dataset **out, struct gv_error *err)
{
  size_t end = strlen(found);
  while (end > 1 && found[end - 1] == '/')
    end--;
  size_t start = end;
  while (start > 0 && found[start - 1] != '/')
    start--;
  struct gv_dataset *dataset = calloc(1, sizeof *dataset);
  if (dataset != NULL) {
    dataset->found = strdup(found);
    dataset->name = strndup(found + start, end - start);
  }
  if (dataset == NULL || dataset->found == NULL || dataset->name == NULL) {
    gv_dataset_destroy(dataset);
    return gv_fail(err, GV_MEMORY, "%s: no memory for a data set", found);
  }
  *out = dataset;
  return GV_OK;
}

void gv_dataset_destroy(struct gv_dataset *dataset)
{
  if (dataset == NULL)
    return;
  struct gv_part *parts[] = {&dataset->train, &dataset->test};
  for (int p = 0; p < 2; p++) {
    gv_free(parts[p]->bytes);
    gv_free(parts[p]->labels);
  }
  free(dataset->name);
  free(dataset->found);
  free(dataset);
}

static int largest_byte(const uint8_t *bytes, size_t count)
{
  uint8_t largest = 0;
#pragma omp simd reduction(max : largest)
  for (size_t i = 0; i < count; i++)
    largest = bytes[i] > largest ? bytes[i] : largest;
  return largest;
}

enum gv_status gv_dataset_settle(struct gv_dataset *dataset, struct gv_error *err)
{
  struct gv_shape *shape = &dataset->shape;
  const struct gv_part *parts[] = {&dataset->train, &dataset->test};
  static const char *const part_name[] = {"training", "test"};
  int64_t plane;
  if (shape->channels < 1 || shape->height < 1 || shape->width < 1 ||
      __builtin_mul_overflow((int64_t)shape->height, shape->width, &plane) ||
      __builtin_mul_overflow(plane, shape->channels, &shape->features) || shape->features > INT32_MAX)
    return gv_fail(err, GV_INPUT, "%s: a sample of %d x %d x %d values; accepted: 1 to 2^31-1 values",
                   dataset->found, shape->channels, shape->height, shape->width);
  int32_t largest = -1;
  for (int p = 0; p < 2; p++) {
    if (parts[p]->samples < (p == 0) || parts[p]->samples > INT32_MAX)
      return gv_fail(err, GV_INPUT, "%s: %lld %s samples; accepted: %d to 2^31-1", dataset->found,
                     (long long)parts[p]->samples, part_name[p], p == 0);
    for (int64_t s = 0; s < parts[p]->samples; s++) {
      int32_t label = parts[p]->labels[s];
      if (label < 0 || label == INT32_MAX)
        return gv_fail(err, GV_INPUT, "%s: the label of %s sample %lld is %d; accepted: 0 to 2^31-2",
                       dataset->found, part_name[p], (long long)s, label);
      largest = label > largest ? label : largest;
    }
  }
  shape->classes = largest + 1;
  shape->outputs = 0;
  int top = largest_byte(dataset->train.bytes, (size_t)(dataset->train.samples * shape->features));
  dataset->scale = top > 0 ? 1.0f / (float)top : 1.0f;
  return GV_OK;
}
