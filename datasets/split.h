/* split.h - extension point: a split says which node each training sample belongs to, and how the node sees it.
 *
 * A split is one file in splits/ with one const descriptor, declared in splits/splits.h, and its line in the table
 * of split.c. There are three kinds, which combine, joined by '+': a label law says whose a sample is, a size
 * law how many each node has, a view what a node makes of its samples. Where the label law does not keep to the
 * sizes, its shares of the classes are kept and the samples are dealt anew by them (deal.c). What is
 * common to all (ranges, index lists, checks) is in split.c.
 */
#ifndef GV_DATASETS_SPLIT_H
#define GV_DATASETS_SPLIT_H

#include <stdint.h>

#include "core/base/named.h"
#include "datasets/dataset.h"
#include "datasets/deal.h"
#include "datasets/skew.h"

/* The samples of each node, an index list a node. */
struct gv_shards {
  int nodes;
  int64_t *first;       /* (nodes + 1): node i has index[first[i] .. first[i+1]-1] */
  int32_t *index;       /* training samples, ascending within a node; each stands here exactly once */
  int32_t *labels;      /* (samples): as the nodes see them; gv_alloc; NULL: as they are */
  struct gv_skew *skew; /* what the nodes make of the features; NULL: nothing */
  char *spec;           /* the split with the values of all options, in memory of its own */
};

enum gv_split_kind { GV_SPLIT_LABEL, GV_SPLIT_SIZE, GV_SPLIT_VIEW };

struct gv_split {
  struct gv_named named;
  enum gv_split_kind kind;
  bool labels;         /* the data must have labels */
  bool fixes_sizes;    /* LABEL: it goes with no size law, for it says itself who has how many */
  const char *remedy;  /* what to change when a node received nothing, as in "lower power"; NULL: nothing helps */

  /* LABEL. owner[s] <- the node of sample s, 0..nodes-1, a pure function of the input and the options. owner comes
   * filled with -1; what is left so is an error. It may keep to input->ends. */
  enum gv_status (*assign)(const struct gv_options *options, const struct gv_split_input *input, int32_t *owner,
                           struct gv_error *err);
  /* SIZE. sizes (nodes) <- samples of each node, of sum input->samples. */
  enum gv_status (*size)(const struct gv_options *options, const struct gv_split_input *input, int64_t *sizes,
                         struct gv_error *err);
  /* VIEW. shards->labels or shards->skew <- what the nodes see; shards has all its samples. */
  enum gv_status (*view)(const struct gv_options *options, const struct gv_split_input *input,
                         struct gv_shards *shards, struct gv_error *err);
};

extern const struct gv_table gv_split_table;

/* Splits the training part of a data set; refuses a split that leaves a node without samples. spec "auto": natural
 * where the data have groups, else iid. */
enum gv_status gv_shards_create(const char *spec, const struct gv_dataset *dataset, int nodes, uint64_t seed,
                                struct gv_shards **out, struct gv_error *err);
void gv_shards_destroy(struct gv_shards *shards);

/* The same, and nodes may come out empty when the split allows it. */
enum gv_status gv_shards_create_any(const char *spec, const struct gv_dataset *dataset, int nodes, uint64_t seed,
                                    struct gv_shards **out, struct gv_error *err);

/* The same for labels without a data set. */
enum gv_status gv_shards_deal(const char *spec, const struct gv_split_input *input, struct gv_shards **out,
                              struct gv_error *err);

#endif
