/* Split "shards": sorted by label, cut in n s equal shards, s random ones a node (McMahan et al., 2017). */
#include "core/base/memory.h"
#include "core/base/random.h"
#include "datasets/splits/splits.h"

static enum gv_status assign(const struct gv_options *options, const struct gv_split_input *input, int32_t *owner,
                             struct gv_error *err)
{
  int64_t s = gv_options_int(options, "per-node"), all = s * input->nodes;
  if (all > input->samples)
    return gv_fail(err, GV_USAGE, "split shards: %d nodes with per-node=%lld make %lld shards of %lld samples; "
                   "accepted: per-node=1 to %lld", input->nodes, (long long)s, (long long)all,
                   (long long)input->samples, (long long)(input->samples / input->nodes));
  int64_t *first = NULL;
  int32_t *order = NULL, *shard = NULL;
  enum gv_status status = gv_split_by_class(input, &first, &order, err);
  if (status == GV_OK)
    status = gv_alloc_for(&shard, (size_t)all, sizeof *shard, "the shards of a split", err);
  if (status == GV_OK) {
    struct gv_stream stream;
    gv_stream_start(&stream, input->seed, GV_RANDOM_SPLIT, 0, 0);
    for (int64_t k = 0; k < all; k++)
      shard[k] = (int32_t)k;
    gv_stream_shuffle(&stream, shard, (size_t)all);
    for (int64_t k = 0; k < all; k++) {
      int64_t end = gv_split_cut(input->samples, (int)all, shard[k] + 1);
      for (int64_t at = gv_split_cut(input->samples, (int)all, shard[k]); at < end; at++)
        owner[order[at]] = (int32_t)(k / s);
    }
  }
  gv_free(shard);
  gv_free(first);
  return status;
}

static const struct gv_option options[] = {
    {.key = "per-node", .type = GV_OPTION_INT, .value = "2", .min = 1, .max = 1000000, .help = "shards a node has"},
    {.key = NULL},
};

const struct gv_split gv_split_shards = {
    .named = {.name = "shards", .summary = "sorted by label, cut in equal shards, so many random ones a node",
              .options = options},
    .kind = GV_SPLIT_LABEL,
    .labels = true,
    .assign = assign,
};
