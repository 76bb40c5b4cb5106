/* Split "iid": shuffled samples, n almost equal parts. */
#include <string.h>

#include "core/base/memory.h"
#include "core/base/random.h"
#include "datasets/splits/splits.h"

/* All samples shuffled, then cut. */
static enum gv_status assign_plain(const struct gv_split_input *input, int32_t *owner, struct gv_error *err)
{
  void *memory = NULL;
  enum gv_status status = gv_alloc_for(&memory, (size_t)input->samples, sizeof(int32_t), "sample order", err);
  if (status != GV_OK)
    return status;
  int32_t *order = memory;
  for (int64_t s = 0; s < input->samples; s++)
    order[s] = (int32_t)s;
  struct gv_stream stream;
  gv_stream_start(&stream, input->seed, GV_RANDOM_SPLIT, 0, 0);
  gv_stream_shuffle(&stream, order, (size_t)input->samples);
  gv_split_at_ends(input, order, owner);
  gv_free(memory);
  return GV_OK;
}

/* Every node draws from the law of the whole, as many as the size law says. */
static enum gv_status assign_shares(const struct gv_split_input *input, int32_t *owner, struct gv_error *err)
{
  double *law = NULL;
  size_t classes = (size_t)input->classes;
  enum gv_status status =
      gv_alloc_for(&law, (size_t)input->nodes * classes, sizeof *law, "the shares of a split", err);
  for (int64_t s = 0; s < input->samples && status == GV_OK; s++)
    law[input->labels[s]]++;
  for (size_t i = 1; i < (size_t)input->nodes && status == GV_OK; i++)
    memcpy(law + i * classes, law, classes * sizeof *law);
  if (status == GV_OK)
    status = gv_split_draw(input, law, 0, owner, err);
  gv_free(law);
  return status;
}

/* Each class shuffled, then all dealt like cards, so that neither a node's share of a class nor its total differs
 * from another's by more than one. */
static enum gv_status assign_stratified(const struct gv_split_input *input, int32_t *owner, struct gv_error *err)
{
  int64_t *first = NULL;
  int32_t *order = NULL;
  if (input->labels == NULL)
    return gv_fail(err, GV_USAGE, "split iid: stratified=yes goes by class labels, and these data have numbers for "
                   "targets");
  if (input->sized)
    return assign_shares(input, owner, err);
  enum gv_status status = gv_split_by_class(input, &first, &order, err);
  if (status != GV_OK)
    return status;
  for (int32_t c = 0; c < input->classes; c++) {
    struct gv_stream stream;
    gv_stream_start(&stream, input->seed, GV_RANDOM_SPLIT, (uint32_t)c, 0);
    gv_stream_shuffle(&stream, order + first[c], (size_t)(first[c + 1] - first[c]));
  }
  for (int64_t s = 0; s < input->samples; s++)
    owner[order[s]] = (int32_t)(s % input->nodes);
  gv_free(first);
  return GV_OK;
}

static enum gv_status assign(const struct gv_options *options, const struct gv_split_input *input, int32_t *owner,
                             struct gv_error *err)
{
  return gv_options_flag(options, "stratified") ? assign_stratified(input, owner, err)
                                                : assign_plain(input, owner, err);
}

static const struct gv_option options[] = {
    {.key = "stratified", .type = GV_OPTION_FLAG, .value = "no",
     .help = "yes: every node has the class shares of the whole, to within one sample a class"},
    {.key = NULL},
};

const struct gv_split gv_split_iid = {
    .named = {.name = "iid", .summary = "shuffled, n almost equal parts", .options = options},
    .kind = GV_SPLIT_LABEL,
    .assign = assign,
};
