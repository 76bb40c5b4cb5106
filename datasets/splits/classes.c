/* Split "classes": every node holds samples of k classes; a class is divided evenly among those who hold it.
 *
 * Node i holds class i mod C and k - 1 others at random. With fewer nodes than classes the others are first those
 * that nobody would hold, so that every sample has a node. */
#include <stdbool.h>

#include "core/base/memory.h"
#include "core/base/random.h"
#include "datasets/splits/splits.h"

/* Streams of the shuffles are numbered by class in round 0, that of the choices is of round 1. */
enum { SHUFFLES = 0, CHOICES = 1 };

/* holds (nodes, classes) <- which classes a node holds. order (classes) is scratch. */
static void choose(const struct gv_split_input *input, int32_t k, bool *holds, int32_t *order)
{
  int32_t classes = input->classes, left = classes > input->nodes ? classes - input->nodes : 0;
  struct gv_stream stream;
  gv_stream_start(&stream, input->seed, GV_RANDOM_SPLIT, 0, CHOICES);
  for (int i = 0; i < input->nodes; i++)
    holds[(int64_t)i * classes + i % classes] = true;
  for (int32_t c = 0; c < left; c++)
    order[c] = input->nodes + c;
  gv_stream_shuffle(&stream, order, (size_t)left);
  for (int i = 0; i < input->nodes; i++) {
    bool *own = holds + (int64_t)i * classes;
    for (int32_t have = 1; have < k; have++) {
      if (left > 0) {
        own[order[--left]] = true;
        continue;
      }
      int32_t c = 0;  /* the pick-th of those it does not hold */
      uint32_t pick = gv_stream_below(&stream, (uint32_t)(classes - have));
      while (own[c] || pick > 0)
        pick -= !own[c++];
      own[c] = true;
    }
  }
}

/* Cuts the shuffled samples (count) of a class into equal parts for its holders. */
static void deal(const struct gv_split_input *input, int32_t class, const bool *holds, const int32_t *samples,
                 int64_t count, int32_t *owner)
{
  int holders = 0, part = 0;
  for (int i = 0; i < input->nodes; i++)
    holders += holds[(int64_t)i * input->classes + class];
  for (int i = 0; i < input->nodes; i++) {
    if (!holds[(int64_t)i * input->classes + class])
      continue;
    int64_t end = gv_split_cut(count, holders, part + 1);
    for (int64_t s = gv_split_cut(count, holders, part); s < end; s++)
      owner[samples[s]] = i;
    part++;
  }
}

static enum gv_status assign(const struct gv_options *options, const struct gv_split_input *input, int32_t *owner,
                             struct gv_error *err)
{
  int64_t k = gv_options_int(options, "per-node");
  if (k > input->classes)
    return gv_fail(err, GV_USAGE, "split classes: per-node is %lld and the data have %d classes; accepted: 1 to %d",
                   (long long)k, (int)input->classes, (int)input->classes);
  if (k * input->nodes < input->classes)
    return gv_fail(err, GV_USAGE, "split classes: %d nodes with %lld classes each cannot hold all %d classes; "
                   "accepted: per-node=%d or more", input->nodes, (long long)k, (int)input->classes,
                   (int)(input->classes + input->nodes - 1) / input->nodes);
  int64_t *first = NULL;
  int32_t *order = NULL, *scratch = NULL;
  bool *holds = NULL;
  size_t classes = (size_t)input->classes;
  enum gv_status status = gv_split_by_class(input, &first, &order, err);
  if (status == GV_OK)
    status = gv_alloc_for(&scratch, classes, sizeof *scratch, "the classes of a split", err);
  if (status == GV_OK)
    status = gv_alloc_for(&holds, (size_t)input->nodes * classes, sizeof *holds, "the classes of a split", err);
  if (status == GV_OK)
    choose(input, (int32_t)k, holds, scratch);
  for (int32_t c = 0; c < input->classes && status == GV_OK; c++) {
    struct gv_stream stream;
    int64_t count = first[c + 1] - first[c];
    gv_stream_start(&stream, input->seed, GV_RANDOM_SPLIT, (uint32_t)c, SHUFFLES);
    gv_stream_shuffle(&stream, order + first[c], (size_t)count);
    deal(input, c, holds, order + first[c], count, owner);
  }
  gv_free(holds);
  gv_free(scratch);
  gv_free(first);
  return status;
}

static const struct gv_option options[] = {
    {.key = "per-node", .type = GV_OPTION_INT, .value = "2", .min = 1, .max = 2147483647,
     .help = "classes a node holds"},
    {.key = NULL},
};

const struct gv_split gv_split_classes = {
    .named = {.name = "classes", .summary = "so many classes a node, each divided evenly among its holders",
              .options = options},
    .kind = GV_SPLIT_LABEL,
    .labels = true,
    .remedy = "raise per-node",
    .assign = assign,
};
