/* idx.h - reader of MNIST-style IDX files. */
#ifndef GV_DATASETS_IDX_H
#define GV_DATASETS_IDX_H

#include "datasets/reader.h"

extern const struct gv_reader gv_reader_idx;

#endif
