/* splits.h - the descriptors of all splits, one file each, for the table of split.c. */
#ifndef GV_DATASETS_SPLITS_SPLITS_H
#define GV_DATASETS_SPLITS_SPLITS_H

#include "datasets/split.h"

extern const struct gv_split gv_split_iid;
extern const struct gv_split gv_split_natural;
extern const struct gv_split gv_split_contiguous;
extern const struct gv_split gv_split_sorted;
extern const struct gv_split gv_split_dirichlet;
extern const struct gv_split gv_split_classes;
extern const struct gv_split gv_split_shards;
extern const struct gv_split gv_split_quantity;
extern const struct gv_split gv_split_features;
extern const struct gv_split gv_split_labels;

#endif
