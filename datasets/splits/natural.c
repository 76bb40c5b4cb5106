/* Split "natural": samples stay with those they come from; the groups of the data become nodes. */
#include "datasets/splits/splits.h"

static enum gv_status assign(const struct gv_options *options, const struct gv_split_input *input, int32_t *owner,
                             struct gv_error *err)
{
  (void)options;
  if (input->groups == NULL)
    return gv_fail(err, GV_USAGE, "split natural: these data do not say where a sample comes from; of the others "
                   "`grapevine help` has a list");
  if (input->nodes > input->group_count)
    return gv_fail(err, GV_USAGE, "split natural: %d nodes, and the data come from %d; accepted are up to %d nodes",
                   input->nodes, input->group_count, input->group_count);
  for (int64_t s = 0; s < input->samples; s++)  /* the inverse of gv_split_cut of group_count */
    owner[s] = (int32_t)((((int64_t)input->groups[s] + 1) * input->nodes - 1) / input->group_count);
  return GV_OK;
}

const struct gv_split gv_split_natural = {
    .named = {.name = "natural", .summary = "whose samples they are by their origin, where the data say so"},
    .kind = GV_SPLIT_LABEL,
    .fixes_sizes = true,
    .assign = assign,
};
