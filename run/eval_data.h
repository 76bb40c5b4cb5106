/* eval_data.h - the data a saved model is evaluated on: what its file names, prepared as for its training. */
#ifndef GV_RUN_EVAL_DATA_H
#define GV_RUN_EVAL_DATA_H

#include "core/base/option.h"
#include "datasets/dataset.h"
#include "run/safetensors.h"

/* *out <- by options with the rows of gv_eval_options where they were given, else by the file's metadata. Classes
 * have the numbers that they had when the model was trained, by their names. path: of the file. */
enum gv_status gv_eval_data(const struct gv_options *options, const struct gv_safetensors *file, const char *path,
                            struct gv_dataset **out, struct gv_error *err);

#endif
