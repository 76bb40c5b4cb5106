/* Split "labels": node i sees each label wrong with probability flip i/(n - 1). */
#include "core/base/memory.h"
#include "core/base/random.h"
#include "datasets/splits/splits.h"

static enum gv_status view(const struct gv_options *options, const struct gv_split_input *input,
                           struct gv_shards *shards, struct gv_error *err)
{
  double flip = gv_options_real(options, "flip");
  if (input->classes < 2)
    return gv_fail(err, GV_USAGE, "split labels: there is no other label, for the data have %d class",
                   input->classes);
  enum gv_status status = gv_alloc_for(&shards->labels, (size_t)input->samples, sizeof *shards->labels,
                                       "the labels that nodes see", err);
  for (int i = 0; i < input->nodes && status == GV_OK; i++) {
    double p = input->nodes > 1 ? flip * i / (input->nodes - 1) : 0;
    for (int64_t k = shards->first[i]; k < shards->first[i + 1]; k++) {
      int32_t s = shards->index[k], label = input->labels[s];
      struct gv_stream stream;
      gv_stream_start(&stream, input->seed, GV_RANDOM_LABELS, (uint32_t)s, 0);
      if (gv_stream_uniform(&stream) < p) {
        int32_t other = (int32_t)gv_stream_below(&stream, (uint32_t)input->classes - 1);
        label = other >= label ? other + 1 : other;
      }
      shards->labels[s] = label;
    }
  }
  return status;
}

static const struct gv_option options[] = {
    {.key = "flip", .type = GV_OPTION_REAL, .value = "0.5", .min = 0, .max = 1,
     .help = "probability of a wrong label at the last node; it rises from 0 at the first"},
    {.key = NULL},
};

const struct gv_split gv_split_labels = {
    .named = {.name = "labels", .summary = "wrong labels, more of them from node to node; labels iid",
              .options = options},
    .kind = GV_SPLIT_VIEW,
    .labels = true,
    .view = view,
};
