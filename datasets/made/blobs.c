/* Data "blobs": classes are Gaussian clouds around random centres.
 *
 * Centre c ~ N(0, I); sample s is of class s mod C, x = centre + spread N(0, I). */
#include "core/base/memory.h"
#include "datasets/made/made.h"

enum { CENTRES, SAMPLES };

static enum gv_status blobs_read(const struct gv_options *options, int nodes, struct gv_dataset **out,
                                 struct gv_error *err)
{
  int64_t samples = gv_options_int(options, "samples"), features = gv_options_int(options, "features");
  int32_t classes = (int32_t)gv_options_int(options, "classes");
  double spread = gv_options_real(options, "spread");
  struct gv_dataset *dataset = NULL;
  float *centre = NULL;
  enum gv_status status = gv_made_create("blobs", options, nodes, &dataset, err);
  if (status != GV_OK)
    return status;
  dataset->shape = (struct gv_shape){.channels = 1, .height = 1, .width = (int32_t)features};
  if (samples < classes)
    status = gv_fail(err, GV_USAGE, "blobs: samples=%lld and classes=%d; accepted: at least as many samples",
                     (long long)samples, classes);
  if (status == GV_OK)
    status = gv_alloc_for(&centre, (size_t)classes * (size_t)features, sizeof *centre, "centres", err);
  if (status == GV_OK)
    status = gv_made_part(&dataset->train, samples, features, 0, false, err);
  if (status == GV_OK) {
    struct gv_stream stream = gv_made_stream(options, 0, CENTRES);
    for (int64_t j = 0; j < classes * features; j++)
      centre[j] = (float)gv_stream_normal(&stream);
    for (int64_t s = 0; s < samples; s++) {
      int32_t c = (int32_t)(s % classes);
      stream = gv_made_stream(options, (uint32_t)s, SAMPLES);
      dataset->train.labels[s] = c;
      for (int64_t j = 0; j < features; j++)
        dataset->train.floats[s * features + j] =
            centre[c * features + j] + (float)(spread * gv_stream_normal(&stream));
    }
  }
  gv_free(centre);
  return gv_dataset_finish(status, dataset, out, err);
}

static const struct gv_option options[] = {
    {.key = "samples", .type = GV_OPTION_INT, .value = "2000", .min = 1, .max = 2147483647, .help = "how many"},
    {.key = "features", .type = GV_OPTION_INT, .value = "10", .min = 1, .max = 1000000, .help = "of a sample"},
    {.key = "classes", .type = GV_OPTION_INT, .value = "5", .min = 1, .max = 100000, .help = "how many clouds"},
    {.key = "spread", .type = GV_OPTION_REAL, .value = "1", .min = 0, .max = 1e6,
     .help = "standard deviation within a cloud; that of the centres is 1"},
    GV_MADE_SEED,
    {.key = NULL},
};

const struct gv_reader gv_made_blobs = {
    .named = {.name = "blobs", .summary = "made up: classes are Gaussian clouds", .options = options},
    .read = blobs_read,
};
