/* census.h - what each node received: sizes, label histogram, and how far its labels are from those of all. */
#ifndef GV_DATASETS_CENSUS_H
#define GV_DATASETS_CENSUS_H

#include "datasets/dataset.h"
#include "datasets/split.h"

/* With p_i the label law of node i and p that of all nodes together, means are over the nodes that have samples:
 * total variation 1/2 sum_c |p_ic - p_c|; Jensen-Shannon distance, the root of the divergence to base 2, 0 to 1;
 * effective classes exp(-sum_c p_ic ln p_ic), 1 to C. They are NAN where the data have no classes. */
struct gv_census {
  int nodes;
  int32_t classes;
  int64_t samples;
  int64_t *sizes;          /* (nodes) */
  int64_t *histogram;      /* (nodes, classes): labels as the nodes see them; NULL: no classes, or too many cells */
  double tv_mean, js_mean, effective_classes_mean;
  int64_t size_min, size_max;
  double size_median;
};

/* cells: how many the histogram may have at most to be kept. */
enum gv_status gv_census_take(const struct gv_dataset *dataset, const struct gv_shards *shards, int64_t cells,
                              struct gv_census *census, struct gv_error *err);
void gv_census_clear(struct gv_census *census);

#endif
