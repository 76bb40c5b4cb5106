/* deal.h - what splits are made of: samples by class, cut at ends, or dealt by shares without replacement. */
#ifndef GV_DATASETS_DEAL_H
#define GV_DATASETS_DEAL_H

#include <stdbool.h>
#include <stdint.h>

#include <grapevine/model.h>
#include <grapevine/status.h>

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

/* Where block i of n almost equal blocks of count things begins; i = n gives count. */
static inline int64_t gv_split_cut(int64_t count, int n, int i)
{
  return count / n * i + count % n * i / n;
}

/* owner <- the samples order[0..samples-1] cut at input->ends. */
void gv_split_at_ends(const struct gv_split_input *input, const int32_t *order, int32_t *owner);

/* Sample numbers by class: order[first[c] .. first[c+1]-1] are those of class c, ascending. Both are
 * one block, freed by gv_free(first). */
enum gv_status gv_split_by_class(const struct gv_split_input *input, int64_t **first, int32_t **order,
                                 struct gv_error *err);

/* owner <- samples dealt without replacement: node i draws as many as input->ends says, each of a class
 * drawn from law (nodes, classes; unscaled), renormalised over the classes that are not yet exhausted; one that has
 * none of those left draws from what there is. The nodes take turns, a sample each, so that none is left with what
 * others did not want. round: of the streams. Ends for any law. */
enum gv_status gv_split_draw(const struct gv_split_input *input, const double *law, uint32_t round, int32_t *owner,
                             struct gv_error *err);

#endif
