/* A data set's life: created by a reader, filled, settled, destroyed. */
#include "datasets/dataset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "datasets/prepare.h"

/* The last part of a path; as ./NAME where the name alone, in a saved model, would stand for other data. */
static char *name_of(const char *last, size_t length)
{
  char *name = strndup(last, length), *path = NULL;
  if (name == NULL || !gv_dataset_is_plain(name))
    return name;
  if (asprintf(&path, "./%s", name) < 0)
    path = NULL;
  free(name);
  return path;
}

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
    dataset->name = name_of(found + start, end - start);
  }
  if (dataset == NULL || dataset->found == NULL || dataset->name == NULL) {
    gv_dataset_destroy(dataset);
    return gv_fail(err, GV_MEMORY, "%s: no memory for a data set", found);
  }
  *out = dataset;
  return GV_OK;
}

void gv_part_clear(struct gv_part *part)
{
  gv_free(part->bytes);
  gv_free(part->floats);
  gv_free(part->sparse.first);
  gv_free(part->sparse.column);
  gv_free(part->sparse.value);
  gv_free(part->labels);
  gv_free(part->targets);
  gv_free(part->groups);
  *part = (struct gv_part){0};
}

void gv_dataset_destroy(struct gv_dataset *dataset)
{
  if (dataset == NULL)
    return;
  gv_part_clear(&dataset->train);
  gv_part_clear(&dataset->test);
  for (int32_t c = 0; dataset->class_names != NULL && c < dataset->shape.classes; c++)
    free(dataset->class_names[c]);
  free(dataset->class_names);
  gv_free(dataset->scales);
  gv_free(dataset->shifts);
  gv_free(dataset->zero);
  free(dataset->name);
  free(dataset->found);
  free(dataset);
}

static const char *const part_name[] = {"training", "test"};

/* *classes <- at least one more than the largest label of a part. */
static enum gv_status check_labels(const struct gv_dataset *dataset, int p, int32_t *classes, struct gv_error *err)
{
  const struct gv_part *part = p == 0 ? &dataset->train : &dataset->test;
  for (int64_t s = 0; s < part->samples; s++) {
    int32_t label = part->labels[s];
    if (label < 0 || label == INT32_MAX)
      return gv_fail(err, GV_INPUT, "%s: the label of %s sample %lld is %d; accepted: 0 to 2^31-2",
                     dataset->found, part_name[p], (long long)s, label);
    *classes = label >= *classes ? label + 1 : *classes;
  }
  return GV_OK;
}

enum gv_status gv_dataset_settle(struct gv_dataset *dataset, struct gv_error *err)
{
  struct gv_shape *shape = &dataset->shape;
  const struct gv_part *parts[] = {&dataset->train, &dataset->test};
  int64_t plane;
  if (shape->channels < 1 || shape->height < 1 || shape->width < 1 ||
      __builtin_mul_overflow((int64_t)shape->height, shape->width, &plane) ||
      __builtin_mul_overflow(plane, shape->channels, &shape->features) || shape->features > INT32_MAX)
    return gv_fail(err, GV_INPUT, "%s: a sample of %d x %d x %d values; accepted: 1 to 2^31-1 values",
                   dataset->found, shape->channels, shape->height, shape->width);
  int32_t classes = 0;
  bool targets = dataset->train.targets != NULL;
  for (int p = 0; p < 2; p++) {
    if (parts[p]->samples < (p == 0) || parts[p]->samples > INT32_MAX)
      return gv_fail(err, GV_INPUT, "%s: %lld %s samples; accepted: %d to 2^31-1", dataset->found,
                     (long long)parts[p]->samples, part_name[p], p == 0);
    enum gv_status status = targets ? GV_OK : check_labels(dataset, p, &classes, err);
    if (status != GV_OK)
      return status;
  }
  if (targets)
    shape->classes = 0;
  else
    shape->outputs = 0;
  if (classes > shape->classes)
    shape->classes = classes;
  dataset->groups = 0;
  for (int64_t s = 0; dataset->train.groups != NULL && s < dataset->train.samples; s++)
    if (dataset->train.groups[s] >= dataset->groups)
      dataset->groups = dataset->train.groups[s] + 1;
  return gv_dataset_normalize(dataset, "auto", err);
}

enum gv_status gv_dataset_finish(enum gv_status status, struct gv_dataset *dataset, struct gv_dataset **out,
                                 struct gv_error *err)
{
  if (status == GV_OK)
    status = gv_dataset_settle(dataset, err);
  if (status == GV_OK)
    *out = dataset;
  else
    gv_dataset_destroy(dataset);
  return status;
}
