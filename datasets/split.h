/* split.h - extension point: a split says which node each training sample belongs to.
 *
 * A split is one file in splits/ with one const descriptor, declared in splits/splits.h, and its line in the table
 * of split.c. It fills owner; what is common to all (ranges, index lists, checks) is in split.c.
 */
#ifndef GV_DATASETS_SPLIT_H
#define GV_DATASETS_SPLIT_H

#include <stdint.h>

#include "core/base/named.h"
#include "datasets/dataset.h"

struct gv_split_input {
  const int32_t *labels;  /* (samples), each 0..classes-1 */
  int64_t samples;        /* nodes..2^31-1 */
  int32_t classes;
  int nodes;              /* >= 1 */
  uint64_t seed;          /* draws come from streams (seed, GV_RANDOM_SPLIT, ..) */
};

struct gv_split {
  struct gv_named named;

  /* owner[s] <- the node of sample s, 0..nodes-1, a pure function of the input and the options. owner comes filled
   * with -1; what is left so is an error. */
  enum gv_status (*assign)(const struct gv_options *options, const struct gv_split_input *input, int32_t *owner,
                           struct gv_error *err);
};

extern const struct gv_table gv_split_table;

/* The samples of each node, an index list a node. */
struct gv_shards {
  int nodes;
  int64_t *first;  /* (nodes + 1): node i has index[first[i] .. first[i+1]-1] */
  int32_t *index;  /* training samples, ascending within a node; each stands here exactly once */
};

/* Splits the training part of a data set; refuses a split that leaves a node without samples. */
enum gv_status gv_shards_create(const char *spec, const struct gv_dataset *dataset, int nodes, uint64_t seed,
                                struct gv_shards **out, struct gv_error *err);
void gv_shards_destroy(struct gv_shards *shards);

/* The same for labels without a data set; nodes may come out empty when the split allows it. */
enum gv_status gv_shards_deal(const char *spec, const struct gv_split_input *input, struct gv_shards **out,
                              struct gv_error *err);

/* For splits. Where block i of n almost equal blocks of count things begins; i = n gives count. */
static inline int64_t gv_split_cut(int64_t count, int n, int i)
{
  return count / n * i + count % n * i / n;
}

/* For splits. Sample numbers by class: order[first[c] .. first[c+1]-1] are those of class c, ascending. Both are
 * one block, freed by gv_free(first). */
enum gv_status gv_split_by_class(const struct gv_split_input *input, int64_t **first, int32_t **order,
                                 struct gv_error *err);

#endif
