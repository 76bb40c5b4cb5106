/* Split "contiguous": samples in file order, one block a node. */
#include "datasets/splits/splits.h"

static enum gv_status assign(const struct gv_options *options, const struct gv_split_input *input, int32_t *owner,
                             struct gv_error *err)
{
  (void)options;
  (void)err;
  for (int i = 0; i < input->nodes; i++)
    for (int64_t s = input->ends[i]; s < input->ends[i + 1]; s++)
      owner[s] = i;
  return GV_OK;
}

const struct gv_split gv_split_contiguous = {
    .named = {.name = "contiguous", .summary = "no shuffle: samples in file order, n almost equal blocks"},
    .kind = GV_SPLIT_LABEL,
    .assign = assign,
};
