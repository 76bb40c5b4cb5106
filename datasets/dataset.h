/* dataset.h - samples in memory: one copy of features and labels, shared by all nodes and never changed. */
#ifndef GV_DATASETS_DATASET_H
#define GV_DATASETS_DATASET_H

#include <stdbool.h>
#include <stdint.h>

#include <grapevine/model.h>
#include <grapevine/status.h>

/* Features stay bytes, a quarter of the memory traffic of floats; a batch converts its rows as it gathers them,
 * x = byte * scale. Only batches.c reads them: float features would stand beside `bytes`, with a gather there. */
struct gv_part {
  int64_t samples;  /* training 1..2^31-1, test 0..2^31-1 */
  uint8_t *bytes;   /* (samples, features), row-major; gv_alloc */
  int32_t *labels;  /* (samples), each 0..classes-1; gv_alloc */
};

struct gv_dataset {
  char *name;   /* "digits", or the last part of `found` */
  char *found;  /* the folder or file it came from */
  struct gv_shape shape;
  float scale;  /* 1 / largest byte of the training part; 1 when all are 0 */
  struct gv_part train, test;
};

/* Opens what --data names, in this order: a known name ("digits"); "reader:key=value"; an existing path, or
 * anything with a '/', for the reader that recognizes it. So a folder named like a known set is written ./NAME. */
enum gv_status gv_dataset_open(const char *spec, struct gv_dataset **out, struct gv_error *err);
bool gv_dataset_known(const char *name);  /* whether it is a known name */
void gv_dataset_destroy(struct gv_dataset *dataset);

/* For readers: an empty data set, to be given channels, height, width and both parts, and then settled. */
enum gv_status gv_dataset_create(const char *found, struct gv_dataset **out, struct gv_error *err);

/* Works out features, classes and scale. Refuses sizes and labels outside the ranges above. */
enum gv_status gv_dataset_settle(struct gv_dataset *dataset, struct gv_error *err);

#endif
