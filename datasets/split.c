/* Splits: the table, and turning the owners that a split assigns into checked index lists. */
#include "datasets/split.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "datasets/splits/splits.h"

static const struct gv_named *const entries[] = {
    &gv_split_iid.named,
    &gv_split_contiguous.named,
    &gv_split_dirichlet.named,
    &gv_split_classes.named,
    NULL,
};

const struct gv_table gv_split_table = {
    .kind = "split", .summary = "which training sample belongs to which node", .entries = entries};

enum gv_status gv_split_by_class(const struct gv_split_input *input, int64_t **first, int32_t **order,
                                 struct gv_error *err)
{
  size_t ends = (size_t)input->classes + 2;  /* one more than needed, so that counting and filling share it */
  void *memory = NULL;
  size_t bytes = ends * sizeof(int64_t) + (size_t)input->samples * sizeof(int32_t);
  enum gv_status status = gv_alloc_for(&memory, bytes, 1, "sample lists of a split", err);
  if (status != GV_OK)
    return status;
  int64_t *at = memory;
  int32_t *list = (int32_t *)(at + ends);
  for (int64_t s = 0; s < input->samples; s++)
    at[input->labels[s] + 2]++;
  for (size_t c = 2; c < ends; c++)
    at[c] += at[c - 1];
  for (int64_t s = 0; s < input->samples; s++)
    list[at[input->labels[s] + 1]++] = (int32_t)s;  /* at[c + 1] moves from the start of class c to its end */
  *first = at;
  *order = list;
  return GV_OK;
}

void gv_shards_destroy(struct gv_shards *shards)
{
  if (shards == NULL)
    return;
  gv_free(shards->first);
  gv_free(shards->index);
  free(shards);
}

/* Counts, then fills: ascending because samples are walked in order. */
static enum gv_status collect(const char *spec, const struct gv_split_input *input, const int32_t *owner,
                              struct gv_shards **out, struct gv_error *err)
{
  int nodes = input->nodes;
  for (int64_t s = 0; s < input->samples; s++)
    if (owner[s] < 0 || owner[s] >= nodes)
      return gv_fail(err, GV_INPUT, "split %s: sample %lld was given to node %d; nodes are 0 to %d", spec,
                     (long long)s, owner[s], nodes - 1);
  void *first = NULL, *index = NULL;
  struct gv_shards *shards = calloc(1, sizeof *shards);
  if (shards == NULL)
    return gv_fail(err, GV_MEMORY, "split %s: no memory", spec);
  enum gv_status status = gv_alloc_for(&first, (size_t)nodes + 2, sizeof *shards->first, "shards", err);
  shards->first = first;
  if (status == GV_OK)
    status = gv_alloc_for(&index, (size_t)input->samples, sizeof *shards->index, "shards", err);
  shards->index = index;
  if (status != GV_OK) {
    gv_shards_destroy(shards);
    return status;
  }
  shards->nodes = nodes;
  int64_t *at = shards->first;
  for (int64_t s = 0; s < input->samples; s++)
    at[owner[s] + 2]++;
  for (int i = 2; i <= nodes + 1; i++)
    at[i] += at[i - 1];
  for (int64_t s = 0; s < input->samples; s++)
    shards->index[at[owner[s] + 1]++] = (int32_t)s;  /* as in gv_split_by_class */
  *out = shards;
  return GV_OK;
}

enum gv_status gv_shards_deal(const char *spec, const struct gv_split_input *input, struct gv_shards **out,
                              struct gv_error *err)
{
  if (input->nodes < 1)
    return gv_fail(err, GV_USAGE, "nodes is %d; accepted: 1 to the number of training samples", input->nodes);
  if (input->nodes > input->samples)
    return gv_fail(err, GV_USAGE, "nodes is %d: more nodes than the %lld training samples", input->nodes,
                   (long long)input->samples);
  const struct gv_named *found = NULL;
  struct gv_options *options = NULL;
  void *owner = NULL;
  enum gv_status status = gv_named_parse(&gv_split_table, spec, &found, &options, err);
  if (status == GV_OK)
    status = gv_alloc_for(&owner, (size_t)input->samples, sizeof(int32_t), "the owners of samples", err);
  if (status == GV_OK) {
    memset(owner, 0xff, (size_t)input->samples * sizeof(int32_t));  /* -1: nobody's */
    status = ((const struct gv_split *)found)->assign(options, input, owner, err);
  }
  if (status == GV_OK)
    status = collect(spec, input, owner, out, err);
  gv_free(owner);
  gv_options_destroy(options);
  return status;
}

enum gv_status gv_shards_create(const char *spec, const struct gv_dataset *dataset, int nodes, uint64_t seed,
                                struct gv_shards **out, struct gv_error *err)
{
  struct gv_split_input input = {.labels = dataset->train.labels, .samples = dataset->train.samples,
                                 .classes = dataset->shape.classes, .nodes = nodes, .seed = seed};
  struct gv_shards *shards = NULL;
  enum gv_status status = gv_shards_deal(spec, &input, &shards, err);
  if (status != GV_OK)
    return status;
  for (int i = 0; i < nodes; i++)
    if (shards->first[i] == shards->first[i + 1]) {
      gv_shards_destroy(shards);
      return gv_fail(err, GV_USAGE, "split %s: node %d of %d received no sample; raise its min to 1 or its "
                     "alpha, or take fewer nodes", spec, i, nodes);
    }
  *out = shards;
  return GV_OK;
}
