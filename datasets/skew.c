/* Feature skew on the rows of a batch. */
#include "datasets/skew.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/random.h"

void gv_skew_destroy(struct gv_skew *skew)
{
  if (skew == NULL)
    return;
  gv_free(skew->pixels);
  free(skew);
}

/* row (features) is scratch. */
static void add_noise(const struct gv_skew *skew, float deviation, int32_t sample, size_t features, float *x,
                      float *row)
{
  struct gv_stream stream;
  gv_stream_start(&stream, skew->seed, GV_RANDOM_FEATURES, (uint32_t)sample, 0);
  gv_stream_normals(&stream, row, features);
  for (size_t j = 0; j < features; j++)
    x[j] += deviation * row[j];
}

static void permute(const int32_t *pixels, size_t plane, size_t channels, const float *from, float *to)
{
  for (size_t c = 0; c < channels; c++)
    for (size_t p = 0; p < plane; p++)
      to[c * plane + p] = from[c * plane + (size_t)pixels[p]];
}

/* A picture, and what lies outside of it: zero (height, width), NULL: 0. */
struct picture {
  const float *pixel;
  const float *zero;
  int height, width;
};

static float pixel_at(const struct picture *p, int y, int x, int at)
{
  bool inside = y >= 0 && y < p->height && x >= 0 && x < p->width;
  return inside ? p->pixel[y * p->width + x] : p->zero != NULL ? p->zero[at] : 0;
}

/* Bilinear between the four pixels around where (y, x) came from. */
static void rotate(const struct picture *p, double radians, float *to)
{
  float c = (float)cos(radians), s = (float)sin(radians);
  float middle_y = 0.5f * (float)(p->height - 1), middle_x = 0.5f * (float)(p->width - 1);
  for (int y = 0; y < p->height; y++)
    for (int x = 0; x < p->width; x++) {
      float dy = (float)y - middle_y, dx = (float)x - middle_x;
      float from_y = middle_y + c * dy + s * dx, from_x = middle_x + c * dx - s * dy;  /* y points down */
      int at = y * p->width + x, top = (int)floorf(from_y), left = (int)floorf(from_x);
      float v = from_y - (float)top, h = from_x - (float)left;
      float above = (1 - h) * pixel_at(p, top, left, at) + h * pixel_at(p, top, left + 1, at);
      float below = (1 - h) * pixel_at(p, top + 1, left, at) + h * pixel_at(p, top + 1, left + 1, at);
      to[at] = (1 - v) * above + v * below;
    }
}

void gv_skew_apply(const struct gv_skew *skew, const struct gv_dataset *dataset, int node, const int32_t *rows,
                   int32_t n, float *x, float *row)
{
  const struct gv_shape *shape = &dataset->shape;
  size_t features = (size_t)shape->features, channels = (size_t)shape->channels, plane = features / channels;
  double deviation = skew->nodes > 1 ? skew->noise * node / (skew->nodes - 1) : 0;
  double degrees = skew->rotate * node / skew->nodes;
  for (int32_t r = 0; r < n; r++, x += features) {
    if (degrees != 0) {
      memcpy(row, x, features * sizeof *x);
      for (size_t c = 0; c < channels; c++) {
        const struct picture picture = {.pixel = row + c * plane, .height = shape->height, .width = shape->width,
                                        .zero = dataset->zero != NULL ? dataset->zero + c * plane : NULL};
        rotate(&picture, degrees * 3.14159265358979323846 / 180, x + c * plane);
      }
    }
    if (skew->pixels != NULL) {
      memcpy(row, x, features * sizeof *x);
      permute(skew->pixels + (size_t)node * plane, plane, channels, row, x);
    }
    if (deviation > 0)
      add_noise(skew, (float)deviation, rows[r], features, x, row);
  }
}
