/* prepare.h - what is done to a data set once, before it is dealt out: samples held out, left out, normalized. */
#ifndef GV_DATASETS_PREPARE_H
#define GV_DATASETS_PREPARE_H

#include "datasets/dataset.h"

/* --normalize:
 *   none      values as the file has them
 *   unit      divided by the largest absolute value, so that they lie in -1..1, and pixels in 0..1; 0 stays 0
 *   standard  less the mean, divided by the standard deviation; what is constant becomes 0
 *   auto      unit for bytes, none for others
 * The figures are those of the training part, one for all values of an image (standard: one a channel) and, for
 * unit, of bytes, else one a feature; samples of several channels or rows are images. */
#define GV_NORMALIZE_WORDS "auto|none|unit|standard"

#define GV_TEST_SHARE_AUTO (-1.0)
enum { GV_TEST_PERCENT = 20 };  /* of the samples, held out where no test part came with the data */

struct gv_preparing {
  const char *normalize;  /* one of GV_NORMALIZE_WORDS */
  int64_t train_limit;    /* keep so many training samples, drawn at random, each class by its share; 0: all */
  double test_share;      /* 0..0.9: share of the samples that becomes the test part, each class and group alike,
                             where there is none; GV_TEST_SHARE_AUTO */
  uint64_t seed;
};

/* Once a data set. Refuses a test_share where there is a test part, and what would leave no training sample. */
enum gv_status gv_dataset_prepare(struct gv_dataset *dataset, const struct gv_preparing *preparing,
                                  struct gv_error *err);

/* normalize.c: the last step of it. Bytes may be normalized anew, others once. */
enum gv_status gv_dataset_normalize(struct gv_dataset *dataset, const char *how, struct gv_error *err);

#endif
