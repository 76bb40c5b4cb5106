/* Data "logistic": two classes, by a logistic law that differs from node to node.
 *
 * Node i: w_i = w + heterogeneity N(0, I), w ~ N(0, I); x ~ N(0, I), label 1 with probability 1/(1 + exp(-x .
 * w_i)). The construction of Yuan, Alghunaim, Huang (Removing Data Heterogeneity Influence Enhances Network
 * Topology Dependence of Decentralized SGD, JMLR 2023), where heterogeneity is called sigma_h. */
#include <math.h>

#include "core/base/memory.h"
#include "datasets/made/made.h"

enum { CENTRE, MODEL, SAMPLES };

static enum gv_status logistic_read(const struct gv_options *options, int nodes, struct gv_dataset **out,
                                    struct gv_error *err)
{
  int64_t d = gv_options_int(options, "dim"), m = gv_options_int(options, "samples");
  double spread = gv_options_real(options, "heterogeneity");
  struct gv_dataset *dataset = NULL;
  double *w = NULL;
  nodes = gv_made_nodes(options, nodes);
  enum gv_status status = gv_made_create("logistic", options, nodes, &dataset, err);
  if (status != GV_OK)
    return status;
  dataset->shape = (struct gv_shape){.channels = 1, .height = 1, .width = (int32_t)d};
  status = gv_alloc_for(&w, (size_t)d, sizeof *w, "data that are made up", err);
  if (status == GV_OK)
    status = gv_made_part(&dataset->train, nodes * m, d, 0, true, err);
  for (int i = 0; i < nodes && status == GV_OK; i++) {
    struct gv_stream common = gv_made_stream(options, 0, CENTRE), own = gv_made_stream(options, (uint32_t)i, MODEL);
    for (int64_t j = 0; j < d; j++)
      w[j] = gv_stream_normal(&common) + spread * gv_stream_normal(&own);
    struct gv_stream stream = gv_made_stream(options, (uint32_t)i, SAMPLES);
    for (int64_t s = i * m; s < (i + 1) * m; s++) {
      double score = 0;
      for (int64_t j = 0; j < d; j++) {
        float x = (float)gv_stream_normal(&stream);
        dataset->train.floats[s * d + j] = x;
        score += (double)x * w[j];
      }
      dataset->train.labels[s] = gv_stream_uniform(&stream) < 1 / (1 + exp(-score));
      dataset->train.groups[s] = i;
    }
  }
  gv_free(w);
  return gv_dataset_finish(status, dataset, out, err);
}

static const struct gv_option options[] = {
    {.key = "dim", .type = GV_OPTION_INT, .value = "10", .min = 1, .max = 1000000, .help = "features"},
    {.key = "samples", .type = GV_OPTION_INT, .value = "1000", .min = 1, .max = 100000000, .help = "of a node"},
    {.key = "heterogeneity", .type = GV_OPTION_REAL, .value = "1", .min = 0, .max = 1e6,
     .help = "standard deviation of the nodes' models around the common one"},
    GV_MADE_NODES,
    GV_MADE_SEED,
    {.key = NULL},
};

const struct gv_reader gv_made_logistic = {
    .named = {.name = "logistic",
              .summary = "made up: two classes by a logistic law that differs from node to node",
              .options = options},
    .read = logistic_read,
};
