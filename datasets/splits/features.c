/* Split "features": nodes see their samples through noise, turned, or with pixels in an order of their own. */
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/base/random.h"
#include "datasets/splits/splits.h"

static enum gv_status draw_pixels(const struct gv_split_input *input, struct gv_skew *skew, struct gv_error *err)
{
  size_t plane = (size_t)(input->shape->features / input->shape->channels);
  enum gv_status status = gv_alloc_for(&skew->pixels, (size_t)input->nodes * plane, sizeof *skew->pixels,
                                       "the permutations of nodes", err);
  for (int i = 0; i < input->nodes && status == GV_OK; i++) {
    int32_t *pixels = skew->pixels + (size_t)i * plane;
    struct gv_stream stream;
    for (size_t p = 0; p < plane; p++)
      pixels[p] = (int32_t)p;
    gv_stream_start(&stream, input->seed, GV_RANDOM_FEATURES, (uint32_t)i, 1);
    gv_stream_shuffle(&stream, pixels, plane);
  }
  return status;
}

static enum gv_status view(const struct gv_options *options, const struct gv_split_input *input,
                           struct gv_shards *shards, struct gv_error *err)
{
  double noise = gv_options_real(options, "noise");
  double rotate = gv_options_is_word(options, "rotate") ? 360 : gv_options_real(options, "rotate");
  bool permute = gv_options_flag(options, "permute");
  if (noise == 0 && rotate == 0 && !permute)
    return gv_fail(err, GV_USAGE, "split features: nothing is changed; accepted: noise=, rotate= or permute=yes");
  if (input->shape == NULL)
    return gv_fail(err, GV_USAGE, "split features: what a sample looks like is not known");
  if (rotate != 0 && input->shape->height == 1)
    return gv_fail(err, GV_USAGE, "split features: rotate turns images, and a sample here is a row of %lld values",
                   (long long)input->shape->features);
  struct gv_skew *skew = calloc(1, sizeof *skew);
  if (skew == NULL)
    return gv_fail(err, GV_MEMORY, "split features: no memory");
  *skew = (struct gv_skew){.nodes = input->nodes, .seed = input->seed, .noise = noise, .rotate = rotate};
  shards->skew = skew;
  return permute ? draw_pixels(input, skew, err) : GV_OK;
}

static const struct gv_option options[] = {
    {.key = "noise", .type = GV_OPTION_REAL, .value = "0", .min = 0, .max = 1e6,
     .help = "node i of n adds Gaussian noise of standard deviation noise i/(n-1), after --normalize"},
    {.key = "rotate", .type = GV_OPTION_REAL, .value = "0", .min = -360, .max = 360, .words = "yes",
     .help = "node i turns its images by rotate i/n degrees; yes: 360"},
    {.key = "permute", .type = GV_OPTION_FLAG, .value = "no",
     .help = "yes: every node has an order of the pixels of its own"},
    {.key = NULL},
};

const struct gv_split gv_split_features = {
    .named = {.name = "features", .summary = "nodes see noise, turned images or permuted pixels; labels iid",
              .options = options},
    .kind = GV_SPLIT_VIEW,
    .view = view,
};
