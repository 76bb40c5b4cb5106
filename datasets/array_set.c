/* Arrays become the parts of a data set. */
#include <math.h>
#include <float.h>
#include <stdio.h>
#include <string.h>

#include "core/base/memory.h"
#include "datasets/array.h"

/* Element i of an array, whatever its type. */
static double element(const struct gv_array *a, int64_t i)
{
  const char *at = (const char *)a->data + (size_t)i * (size_t)a->size;
  union { uint8_t u1; int8_t i1; uint16_t u2; int16_t i2; uint32_t u4; int32_t i4; uint64_t u8; int64_t i8;
          float f4; double f8; } v;
  memcpy(&v, at, (size_t)a->size);
  switch (a->kind == 'b' ? 'u' : a->kind) {
  case 'u':
    return a->size == 1 ? v.u1 : a->size == 2 ? v.u2 : a->size == 4 ? v.u4 : (double)v.u8;
  case 'i':
    return a->size == 1 ? v.i1 : a->size == 2 ? v.i2 : a->size == 4 ? v.i4 : (double)v.i8;
  default:
    return a->size == 4 ? (double)v.f4 : v.f8;
  }
}

static int64_t row_of(const struct gv_array *a)  /* elements of a sample */
{
  return a->shape[0] > 0 ? a->count / a->shape[0] : 0;
}

static enum gv_status fail_element(const struct gv_array *a, int64_t i, const char *accepted, struct gv_error *err)
{
  return gv_fail(err, GV_INPUT, "%s: row %lld holds %g; accepted: %s", a->called, (long long)(i / row_of(a)),
                 element(a, i), accepted);
}

/* *out (count floats) <- the elements, each finite; the memory of one that holds floats becomes it. */
static enum gv_status to_floats(struct gv_array *a, float **out, struct gv_error *err)
{
  static const char finite[] = "finite numbers that a float holds (rows count from 0)";
  for (int64_t i = 0; i < a->count && a->kind == 'f'; i++)
    if (!(fabs(element(a, i)) <= (double)FLT_MAX))
      return fail_element(a, i, finite, err);
  if (a->kind == 'f' && a->size == 4) {
    *out = a->data;
    a->data = NULL;
    return GV_OK;
  }
  enum gv_status status = gv_alloc_for(out, (size_t)a->count, sizeof **out, a->called, err);
  for (int64_t i = 0; i < a->count && status == GV_OK; i++)
    (*out)[i] = (float)element(a, i);
  return status;
}

/* channels, height and width of a sample. *last: x has the channels behind. */
static enum gv_status shape_of(const struct gv_array *x, const char *layout, struct gv_shape *shape, bool *last,
                               struct gv_error *err)
{
  int64_t d[3] = {1, 1, 1};  /* channels, height, width */
  *last = x->rank == 4 && (strcmp(layout, "channels-last") == 0 ||
                           (strcmp(layout, "auto") == 0 && x->shape[3] <= 4));
  if (x->rank < 1 || x->rank > 4)
    return gv_fail(err, GV_INPUT,
                   "%s: %d dimensions; accepted for x: (samples), (samples, features), (samples, height, "
                   "width), (samples, channels, height, width) or channels last",
                   x->called, x->rank);
  for (int r = 1; r < x->rank; r++)
    d[3 - (x->rank - r)] = x->shape[r];
  if (*last) {
    d[0] = x->shape[3];
    d[1] = x->shape[1];
    d[2] = x->shape[2];
  }
  for (int i = 0; i < 3; i++)
    if (d[i] < 1 || d[i] > INT32_MAX)
      return gv_fail(err, GV_INPUT, "%s: a dimension of %lld; accepted: 1 to 2^31-1", x->called, (long long)d[i]);
  *shape = (struct gv_shape){.channels = (int32_t)d[0], .height = (int32_t)d[1], .width = (int32_t)d[2]};
  return GV_OK;
}

/* Elements of size bytes: (n, plane, channels) becomes (n, channels, plane). */
static enum gv_status channels_first(struct gv_array *x, const struct gv_shape *shape, struct gv_error *err)
{
  size_t size = (size_t)x->size, channels = (size_t)shape->channels,
         plane = (size_t)shape->height * (size_t)shape->width;
  char *turned = NULL;
  enum gv_status status = gv_alloc_for(&turned, (size_t)x->count, size, x->called, err);
  if (status != GV_OK)
    return status;
  const char *from = x->data;
  for (size_t s = 0; s < (size_t)x->shape[0]; s++)
    for (size_t p = 0; p < plane; p++)
      for (size_t c = 0; c < channels; c++, from += size)
        memcpy(turned + ((s * channels + c) * plane + p) * size, from, size);
  gv_free(x->data);
  x->data = turned;
  return GV_OK;
}

static enum gv_status give_x(struct gv_array *x, const struct gv_shape *shape, bool last, struct gv_part *part,
                             bool bytes, struct gv_error *err)
{
  enum gv_status status = last ? channels_first(x, shape, err) : GV_OK;
  part->samples = x->shape[0];
  if (status != GV_OK || !bytes)
    return status != GV_OK ? status : to_floats(x, &part->floats, err);
  part->bytes = x->data;
  x->data = NULL;
  return GV_OK;
}

enum { CLASSES = 1 << 20 };

static enum gv_status give_labels(const struct gv_array *y, struct gv_part *part, struct gv_error *err)
{
  enum gv_status status = gv_alloc_for(&part->labels, (size_t)y->count, sizeof *part->labels, y->called, err);
  for (int64_t i = 0; i < y->count && status == GV_OK; i++) {
    double label = element(y, i);
    if (label < 0 || label >= CLASSES)
      status = fail_element(y, i, "labels from 0 to 1048575 (rows count from 0)", err);
    else
      part->labels[i] = (int32_t)label;
  }
  return status;
}

static enum gv_status check_pair(const struct gv_array *x, const struct gv_array *y, struct gv_error *err)
{
  if (x->rank < 1 || x->shape[0] < 1 || x->shape[0] > INT32_MAX)
    return gv_fail(err, GV_INPUT, "%s: %lld samples; accepted: 1 to 2^31-1", x->called,
                   (long long)(x->rank > 0 ? x->shape[0] : 0));
  if (y->rank < 1 || y->rank > 2 || y->count < 1)
    return gv_fail(err, GV_INPUT, "%s: %d dimensions; accepted for y: (samples) or (samples, outputs)", y->called,
                   y->rank);
  if (y->shape[0] != x->shape[0])
    return gv_fail(err, GV_INPUT, "%s: %lld rows; %s has %lld", y->called, (long long)y->shape[0], x->called,
                   (long long)x->shape[0]);
  return GV_OK;
}

static enum gv_status check_alike(const struct gv_array *test, const struct gv_array *train, struct gv_error *err)
{
  bool alike = test->rank == train->rank && test->kind == train->kind && test->size == train->size;
  for (int r = 1; r < train->rank && alike; r++)
    alike = test->shape[r] == train->shape[r];
  return alike ? GV_OK : gv_fail(err, GV_INPUT, "%s: its samples differ in type or shape from those of %s",
                                 test->called, train->called);
}

static enum gv_status give_part(struct gv_array *x, struct gv_array *y, const char *layout,
                                struct gv_dataset *dataset, struct gv_part *part, struct gv_error *err)
{
  bool last = false, classes = y->kind != 'f' && row_of(y) == 1;
  struct gv_shape shape;
  enum gv_status status = check_pair(x, y, err);
  if (status == GV_OK)
    status = shape_of(x, layout, &shape, &last, err);
  if (status != GV_OK)
    return status;
  dataset->shape = shape;
  if (!classes && row_of(y) > INT32_MAX)
    return gv_fail(err, GV_INPUT, "%s: %lld outputs; accepted: 1 to 2^31-1", y->called, (long long)row_of(y));
  dataset->shape.outputs = classes ? 0 : (int32_t)row_of(y);
  status = give_x(x, &shape, last, part, x->kind == 'u' && x->size == 1, err);
  if (status == GV_OK)
    status = classes ? give_labels(y, part, err) : to_floats(y, &part->targets, err);
  return status;
}

enum gv_status gv_arrays_assemble(const char *found, struct gv_arrays *arrays, const char *layout,
                                  struct gv_dataset **out, struct gv_error *err)
{
  struct gv_dataset *dataset = NULL;
  bool tested = arrays->test_x.data != NULL;
  enum gv_status status = gv_dataset_create(found, &dataset, err);
  if (status == GV_OK && tested)
    status = check_alike(&arrays->test_x, &arrays->x, err);
  if (status == GV_OK && tested)
    status = check_alike(&arrays->test_y, &arrays->y, err);
  if (status == GV_OK && tested)
    status = give_part(&arrays->test_x, &arrays->test_y, layout, dataset, &dataset->test, err);
  if (status == GV_OK)
    status = give_part(&arrays->x, &arrays->y, layout, dataset, &dataset->train, err);
  return gv_dataset_finish(status, dataset, out, err);
}
