/* Data "synthetic": Synthetic(alpha, beta) of Li et al., Federated Optimization in Heterogeneous Networks (FedProx,
 * MLSys 2020), as their program generate_synthetic.py makes them.
 *
 * Node k: u ~ N(0, alpha^2), B ~ N(0, beta^2) (alpha and beta are standard deviations in the program); v_j ~
 * N(B, 1); W (60, 10) and b (10) with elements of N(u, 1); x ~ N(v, diag(j^-1.2), j = 1..60); label = argmax(W^T
 * x + b). A node has floor(lognormal(4, 2)) + 50 samples, of which the last tenth are its test samples. iid=yes:
 * W and b are of N(0, 1) and the same for all nodes, and v_j = B.
 */
#include <math.h>

#include "core/base/memory.h"
#include "datasets/made/made.h"

enum { FEATURES = 60, CLASSES = 10, LEAST = 50 };
enum { COUNTS, MODEL, CENTRE, SAMPLES };  /* what a stream is for */

/* A node's own law. */
struct law {
  double weight[FEATURES][CLASSES], bias[CLASSES], mean[FEATURES];
};

static void draw_model(struct gv_stream *stream, double mean, struct law *law)
{
  for (int j = 0; j < FEATURES; j++)
    for (int c = 0; c < CLASSES; c++)
      law->weight[j][c] = mean + gv_stream_normal(stream);
  for (int c = 0; c < CLASSES; c++)
    law->bias[c] = mean + gv_stream_normal(stream);
}

static void draw_law(const struct gv_options *options, int node, struct law *law)
{
  bool iid = gv_options_flag(options, "iid");
  struct gv_stream stream = gv_made_stream(options, (uint32_t)(iid ? 0 : node), MODEL);
  draw_model(&stream, iid ? 0 : gv_options_real(options, "alpha") * gv_stream_normal(&stream), law);
  stream = gv_made_stream(options, (uint32_t)node, CENTRE);
  double centre = gv_options_real(options, "beta") * gv_stream_normal(&stream);
  for (int j = 0; j < FEATURES; j++)
    law->mean[j] = iid ? centre : centre + gv_stream_normal(&stream);
}

static int32_t draw_sample(struct gv_stream *stream, const struct law *law, float *x)
{
  double score[CLASSES];
  for (int c = 0; c < CLASSES; c++)
    score[c] = law->bias[c];
  for (int j = 0; j < FEATURES; j++) {
    x[j] = (float)(law->mean[j] + pow(j + 1, -0.6) * gv_stream_normal(stream));
    for (int c = 0; c < CLASSES; c++)
      score[c] += (double)x[j] * law->weight[j][c];
  }
  int32_t best = 0;
  for (int32_t c = 1; c < CLASSES; c++)
    best = score[c] > score[best] ? c : best;
  return best;
}

static int64_t samples_of(const struct gv_options *options, int node)
{
  struct gv_stream stream = gv_made_stream(options, (uint32_t)node, COUNTS);
  return (int64_t)fmin(exp(4 + 2 * gv_stream_normal(&stream)), 1e9) + LEAST;
}

static void fill(const struct gv_options *options, int nodes, struct gv_dataset *dataset)
{
  int64_t train = 0, test = 0;
  for (int i = 0; i < nodes; i++) {
    struct law law;
    struct gv_stream stream = gv_made_stream(options, (uint32_t)i, SAMPLES);
    int64_t count = samples_of(options, i), kept = count * 9 / 10;
    draw_law(options, i, &law);
    for (int64_t s = 0; s < count; s++) {
      struct gv_part *part = s < kept ? &dataset->train : &dataset->test;
      int64_t at = s < kept ? train++ : test++;
      part->labels[at] = draw_sample(&stream, &law, part->floats + at * FEATURES);
      part->groups[at] = i;
    }
  }
}

static enum gv_status synthetic_read(const struct gv_options *options, int nodes, struct gv_dataset **out,
                                     struct gv_error *err)
{
  struct gv_dataset *dataset = NULL;
  nodes = gv_made_nodes(options, nodes);
  enum gv_status status = gv_made_create("synthetic", options, nodes, &dataset, err);
  if (status != GV_OK)
    return status;
  dataset->shape = (struct gv_shape){.channels = 1, .height = 1, .width = FEATURES};
  int64_t train = 0, test = 0;
  for (int i = 0; i < nodes; i++) {
    int64_t count = samples_of(options, i), kept = count * 9 / 10;
    train += kept;
    test += count - kept;
  }
  status = gv_made_part(&dataset->train, train, FEATURES, 0, true, err);
  if (status == GV_OK)
    status = gv_made_part(&dataset->test, test, FEATURES, 0, true, err);
  if (status == GV_OK)
    fill(options, nodes, dataset);
  return gv_dataset_finish(status, dataset, out, err);
}

static const struct gv_option options[] = {
    {.key = "alpha", .type = GV_OPTION_REAL, .value = "1", .min = 0, .max = 1e6,
     .help = "how far the models of nodes differ"},
    {.key = "beta", .type = GV_OPTION_REAL, .value = "1", .min = 0, .max = 1e6,
     .help = "how far the features of nodes differ"},
    {.key = "iid", .type = GV_OPTION_FLAG, .value = "no", .help = "yes: one model for all nodes"},
    GV_MADE_NODES,
    GV_MADE_SEED,
    {.key = NULL},
};

const struct gv_reader gv_made_synthetic = {
    .named = {.name = "synthetic", .summary = "made up: Synthetic(alpha, beta) of FedProx, 60 features, 10 classes",
              .options = options},
    .read = synthetic_read,
};
