/* split.h - extension point: a split says which node each training sample belongs to, and how the node sees it.
 *
 * A split is one file in splits/ with one const descriptor, declared in splits/splits.h, and its line in the table
 * of split.c. There are three kinds, which combine, joined by '+': a label law says whose a sample is, a size
 * law how many each node has, a view what a node makes of its samples. Where the label law does not keep to the
 * sizes, its shares of the classes are kept and the samples are dealt anew by them (splits/draw.c). What is
 * common to all (ranges, index lists, checks) is in split.c.
 */
#ifndef GV_DATASETS_SPLIT_H
#define GV_DATASETS_SPLIT_H

#include <stdint.h>

#include "core/base/named.h"
#include "datasets/dataset.h"
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

struct gv_split_input {
  const int32_t *labels;  /* (samples), each 0..classes-1; NULL: there are targets */
  const int32_t *groups;  /* (samples), each 0..group_count-1; NULL: the data have none */
  int32_t group_count;
  int64_t samples;        /* nodes..2^31-1 */
  int32_t classes;
  int nodes;              /* >= 1 */
  uint64_t seed;          /* draws come from streams (seed, GV_RANDOM_SPLIT, ..) */
  const struct gv_shape *shape;  /* of a sample; NULL: not known, and no view of features */

  /* Set by split.c: node i is to have ends[i + 1] - ends[i] samples, by the size law, or almost equally many. */
  const int64_t *ends;    /* (nodes + 1), from 0 to samples */
  bool sized;             /* there is a size law */
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

/* For splits. Where block i of n almost equal blocks of count things begins; i = n gives count. */
static inline int64_t gv_split_cut(int64_t count, int n, int i)
{
  return count / n * i + count % n * i / n;
}

/* For splits. owner <- the samples order[0..samples-1] cut at input->ends. */
void gv_split_at_ends(const struct gv_split_input *input, const int32_t *order, int32_t *owner);

/* For splits. Sample numbers by class: order[first[c] .. first[c+1]-1] are those of class c, ascending. Both are
 * one block, freed by gv_free(first). */
enum gv_status gv_split_by_class(const struct gv_split_input *input, int64_t **first, int32_t **order,
                                 struct gv_error *err);

/* For splits. owner <- samples dealt without replacement: node i draws as many as input->ends says, each of a class
 * drawn from law (nodes, classes; unscaled), renormalised over the classes that are not yet exhausted; one that has
 * none of those left draws from what there is. The nodes take turns, a sample each, so that none is left with what
 * others did not want. round: of the streams. Ends for any law. */
enum gv_status gv_split_draw(const struct gv_split_input *input, const double *law, uint32_t round, int32_t *owner,
                             struct gv_error *err);

#endif
