/* array.h - arrays in NumPy's .npy format, as files or as members of an .npz archive. */
#ifndef GV_DATASETS_ARRAY_H
#define GV_DATASETS_ARRAY_H

#include "datasets/dataset.h"
#include "datasets/input.h"

enum { GV_ARRAY_RANK = 8 };

/* What a file held: C order, little-endian. */
struct gv_array {
  char *called;    /* "x.npy", or "data.npz: x_train" */
  char kind;       /* 'u', 'i', 'f', 'b' */
  int size;        /* bytes of an element: 1, 2, 4 or 8 */
  int rank;
  int64_t shape[GV_ARRAY_RANK];
  int64_t count;   /* elements */
  void *data;      /* (count); gv_alloc */
};

/* Parses all of a file's bytes, whose memory it takes (and leaves NULL) on success. called is copied. */
enum gv_status gv_array_parse(const char *called, struct gv_grow *bytes, struct gv_array *array,
                              struct gv_error *err);
void gv_array_clear(struct gv_array *array);

/* Up to four arrays, taken apart: a data set. x is (samples), (samples, features), (samples, height, width), or has
 * channels before height or, when `last`, behind width; y (samples) or (samples, outputs): whole numbers are
 * classes, others targets. test_x and test_y hold no data where there is no test part. */
struct gv_arrays {
  struct gv_array x, y, test_x, test_y;
};
enum gv_status gv_arrays_assemble(const char *found, struct gv_arrays *arrays, const char *layout,
                                  struct gv_dataset **out, struct gv_error *err);
void gv_arrays_clear(struct gv_arrays *arrays);

/* The row of an option table for `layout` above. */
#define GV_ARRAY_LAYOUT                                                                                         \
  {.key = "layout", .type = GV_OPTION_CHOICE, .value = "auto", .words = "auto|channels-first|channels-last",    \
   .help = "of x with four dimensions; auto: last when the last is at most 4"}

#endif
