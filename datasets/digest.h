/* digest.h - one number for what a data set holds: other data, another number, but for one case in 2^32. */
#ifndef GV_DATASETS_DIGEST_H
#define GV_DATASETS_DIGEST_H

#include <stdint.h>

#include "datasets/dataset.h"

/* The CRC-32 of samples, labels, targets and groups of both parts, as they lie in memory: a second a gigabyte. */
uint32_t gv_dataset_digest(const struct gv_dataset *dataset);

#endif
