/* gather.h - rows of a data set as the floats of a batch. */
#ifndef GV_DATASETS_GATHER_H
#define GV_DATASETS_GATHER_H

#include "core/engine/source.h"
#include "datasets/dataset.h"

/* Places at, at + 1, .. of the buffer <- samples rows[0..n-1] of a part, from a list that goes on to rows[left-1]:
 * what comes next is fetched ahead. labels (of all samples of the part) stand for the part's own; NULL: those. */
void gv_gather(const struct gv_dataset *dataset, const struct gv_part *part, const int32_t *labels,
               const int32_t *rows, int32_t n, int64_t left, int32_t at, struct gv_buffer *buffer);

/* The buffer <- samples first .. first+n-1 of a part, in file order. Pure, any thread. */
void gv_gather_range(const struct gv_dataset *dataset, const struct gv_part *part, int64_t first, int32_t n,
                     struct gv_buffer *buffer);

#endif
