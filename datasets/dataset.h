/* dataset.h - samples in memory: one copy of features and labels, shared by all nodes and never changed. */
#ifndef GV_DATASETS_DATASET_H
#define GV_DATASETS_DATASET_H

#include <stdbool.h>
#include <stdint.h>

#include <grapevine/model.h>
#include <grapevine/status.h>

/* Rows of few non-zeros: row s has column[first[s]..first[s+1]-1], ascending, and the values there. */
struct gv_sparse {
  int64_t *first;    /* (samples + 1); gv_alloc; NULL: the features are not sparse */
  int32_t *column;   /* (first[samples]) */
  float *value;      /* (first[samples]) */
};

/* Features stay as they came, whichever is smallest: bytes are a quarter of the memory traffic of floats, non-zeros
 * a fraction of it. A batch makes them floats as it gathers its rows (gather.c). One of bytes, floats and sparse is
 * there, the same in both parts of a data set. All memory is of gv_alloc. */
struct gv_part {
  int64_t samples;  /* training 1..2^31-1, test 0..2^31-1 */
  uint8_t *bytes;   /* (samples, features), row-major */
  float *floats;    /* (samples, features), row-major, finite */
  struct gv_sparse sparse;
  int32_t *labels;  /* (samples), each 0..classes-1; NULL: there are targets */
  float *targets;   /* (samples, outputs), row-major, finite; NULL: there are labels */
  int32_t *groups;  /* (samples), each 0..groups-1: whose the sample is by its origin; NULL: nobody's */
};

struct gv_dataset {
  char *name;   /* "digits"; the last part of `found`, with ./ before what is plain; of what is made up all of its
                 * specification */
  char *found;  /* the folder or file it came from */
  struct gv_shape shape;
  char **class_names;   /* (classes), in memory of their own; NULL: classes are numbers */
  int32_t groups;       /* of the training part; 0: none */
  bool held_whole;      /* all samples are the objective: no test part is cut off unless one is asked for */
  struct gv_part train, test;

  /* x = byte * scale, or byte * scales[j] + shifts[j] where there are scales. Floats and non-zeros are stored as
   * x. */
  float scale;
  float *scales, *shifts;  /* (features); gv_alloc; NULL: scale serves all */
  float *zero;             /* (features): what feature 0 of the file is as x; gv_alloc; NULL: 0 everywhere */
  const char *normalized;  /* "none", "unit" or "standard" */
};

/* Opens what --data names, in this order: a known name ("digits"); "reader:key=value"; an existing path, or
 * anything with a '/', for the reader that recognizes it. So a folder named like a known set is written ./NAME.
 * nodes: how many parts data are made of that are made up a node. */
enum gv_status gv_dataset_open(const char *spec, int nodes, struct gv_dataset **out, struct gv_error *err);
void gv_dataset_destroy(struct gv_dataset *dataset);

/* Whether a name means data that are found without a path: a known name, or data that are made up. */
bool gv_dataset_is_plain(const char *name);

/* For readers: an empty data set, to be given channels, height, width, both parts, outputs for targets, and classes
 * where there may be more than there are labels of; and then settled. */
enum gv_status gv_dataset_create(const char *found, struct gv_dataset **out, struct gv_error *err);

/* Works out features, classes, groups and scale. Refuses sizes and labels outside the ranges above. */
enum gv_status gv_dataset_settle(struct gv_dataset *dataset, struct gv_error *err);

/* A reader's last step: settles it and gives it away; destroys it where that or, by status, the reading failed. */
enum gv_status gv_dataset_finish(enum gv_status status, struct gv_dataset *dataset, struct gv_dataset **out,
                                 struct gv_error *err);

/* Releases what a part holds. */
void gv_part_clear(struct gv_part *part);

#endif
