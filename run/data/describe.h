/* describe.h - the figures of a data set: range, memory, samples a class. */
#ifndef GV_RUN_DATA_DESCRIBE_H
#define GV_RUN_DATA_DESCRIBE_H

#include <jansson.h>

#include "datasets/dataset.h"

struct gv_description {
  double least, largest, mean, deviation;  /* of training features, as models see them */
  double target_least, target_largest;     /* NAN where there are classes */
  double nonzeros;                         /* share of the features that is stored; 1 but for sparse ones */
  double bytes;                            /* of memory */
  const char *storage;                     /* "bytes", "floats" or "sparse" */
  int64_t *counts;                         /* (2, classes): training and test samples of each; NULL: no classes */
};

enum gv_status gv_describe(const struct gv_dataset *dataset, struct gv_description *description,
                           struct gv_error *err);
void gv_description_clear(struct gv_description *description);

/* All of it as JSON; NULL without memory. */
json_t *gv_description_json(const struct gv_dataset *dataset, const struct gv_description *description);

#endif
