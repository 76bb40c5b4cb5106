/* Split "sorted": samples sorted by label, in file order within one; a chunk a node. */
#include "core/base/memory.h"
#include "datasets/splits/splits.h"

static enum gv_status assign(const struct gv_options *options, const struct gv_split_input *input, int32_t *owner,
                             struct gv_error *err)
{
  (void)options;
  int64_t *first = NULL;
  int32_t *order = NULL;
  enum gv_status status = gv_split_by_class(input, &first, &order, err);
  if (status == GV_OK)
    gv_split_at_ends(input, order, owner);
  gv_free(first);
  return status;
}

const struct gv_split gv_split_sorted = {
    .named = {.name = "sorted", .summary = "sorted by label, n almost equal chunks"},
    .kind = GV_SPLIT_LABEL,
    .labels = true,
    .assign = assign,
};
