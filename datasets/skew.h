/* skew.h - nodes that see their samples otherwise than others do: noise, rotation, permuted pixels.
 *
 * Feature skew is applied to the rows of a batch as they are gathered; the data set in memory stays one for all.
 * What a node sees of a sample is the same in every epoch: a pure function of (seed, node, sample). Test samples
 * are seen as they are.
 */
#ifndef GV_DATASETS_SKEW_H
#define GV_DATASETS_SKEW_H

#include "datasets/dataset.h"

struct gv_skew {
  int nodes;
  uint64_t seed;
  double noise;    /* node i of n adds noise of standard deviation noise * i / (n - 1) to what normalizing left */
  double rotate;   /* node i turns its images by rotate * i / n degrees, counter-clockwise, about their centre */
  int32_t *pixels; /* (nodes, height * width): where pixel p of a node comes from, alike in all channels; NULL: it
                      stays; gv_alloc */
};

void gv_skew_destroy(struct gv_skew *skew);  /* NULL is fine */

/* x (n, features): what was gathered of rows[0..n-1] becomes what the node sees. row (features) is scratch. */
void gv_skew_apply(const struct gv_skew *skew, const struct gv_dataset *dataset, int node, const int32_t *rows,
                   int32_t n, float *x, float *row);

#endif
