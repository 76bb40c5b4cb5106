/* report.h - a split as JSON: for `grapevine split`, and for split.json in a run's folder. */
#ifndef GV_RUN_DATA_REPORT_H
#define GV_RUN_DATA_REPORT_H

#include <jansson.h>

#include "datasets/census.h"

/* Keys data, split, seed, nodes, samples, classes, class_names, sizes[], histogram[][] (nodes x classes; null where
 * the census has none), tv_mean, js_mean, effective_classes_mean, size_min, size_median, size_max. NULL without
 * memory. */
json_t *gv_split_json(const struct gv_dataset *dataset, const struct gv_shards *shards,
                      const struct gv_census *census, uint64_t seed);

enum { GV_SPLIT_CELLS = 1000000 };  /* of the histogram in a run's folder */

/* A key a line, and lists of lists a list a line, for the caller to free; NULL without memory. page is consumed. */
char *gv_split_text(json_t *page);

#endif
