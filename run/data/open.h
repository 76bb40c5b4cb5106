/* open.h - the options that say which data and what is done to them, for every command that takes data. */
#ifndef GV_RUN_DATA_OPEN_H
#define GV_RUN_DATA_OPEN_H

#include "core/base/option.h"
#include "datasets/dataset.h"
#include "datasets/prepare.h"

/* Rows of an option table. */
#define GV_DATA_NORMALIZE(automatic)                                                                            \
  {.key = "normalize", .type = GV_OPTION_CHOICE, .value = "auto", .words = GV_NORMALIZE_WORDS,                  \
   .help = "unit: by the largest absolute value; standard: mean 0, deviation 1; of the training part; " automatic}
#define GV_DATA_LIMIT(automatic)                                                                                \
  {.key = "train-limit", .type = GV_OPTION_INT, .value = "all", .min = 1, .max = 2147483647, .words = "all",    \
   .help = "keep so many training samples, of each class by its share" automatic}
#define GV_DATA_SHARE(automatic)                                                                                \
  {.key = "test-share", .type = GV_OPTION_REAL, .value = "auto", .min = 0, .max = 0.9, .words = "auto",         \
   .help = "share of each class held out for the test where the data have no test part; auto: " automatic}

/* Opens spec, which --data names, and prepares it as the rows normalize (not there: none), train-limit and
 * test-share say. */
enum gv_status gv_data_open(const char *spec, const struct gv_options *options, int nodes, uint64_t seed,
                            struct gv_dataset **out, struct gv_error *err);

#endif
