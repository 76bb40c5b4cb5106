/* Split "dirichlet": each class is divided over the nodes in shares drawn from Dir(alpha 1_n).
 *
 * A share has mean 1/n and variance (1/n)(1 - 1/n)/(n alpha + 1). As alpha falls towards 0 a class goes to one node
 * whole, so with more nodes than classes no number of redraws gives every node a sample: hence the bound.
 */
#include <math.h>

#include "core/base/memory.h"
#include "core/base/random.h"
#include "datasets/splits/splits.h"

enum { REDRAWS = 1000 };  /* of shares only, which is cheap; also the round of the shuffles */

/* The working memory of one split. */
struct draw {
  double *shares;   /* (nodes) */
  int64_t *cuts;    /* (classes, nodes): where the part of node i in the list of class c ends */
  int64_t *sizes;   /* (nodes) */
};

/* cuts and sizes <- redraw number `redraw`. Returns the smallest size. */
static int64_t draw_cuts(const struct gv_split_input *input, double alpha, uint32_t redraw, const int64_t *first,
                         const struct draw *draw)
{
  int n = input->nodes;
  for (int i = 0; i < n; i++)
    draw->sizes[i] = 0;
  for (int32_t c = 0; c < input->classes; c++) {
    int64_t *cuts = draw->cuts + (int64_t)c * n, count = first[c + 1] - first[c], before = 0;
    struct gv_stream stream;
    gv_stream_start(&stream, input->seed, GV_RANDOM_SPLIT, (uint32_t)c, redraw);
    gv_stream_dirichlet(&stream, alpha, draw->shares, (size_t)n);
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += draw->shares[i];
      int64_t cut = llrint(sum * (double)count);
      cuts[i] = i == n - 1 || cut > count ? count : cut;
      draw->sizes[i] += cuts[i] - before;
      before = cuts[i];
    }
  }
  int64_t smallest = draw->sizes[0];
  for (int i = 1; i < n; i++)
    smallest = draw->sizes[i] < smallest ? draw->sizes[i] : smallest;
  return smallest;
}

static enum gv_status draw_create(const struct gv_split_input *input, struct draw *draw, struct gv_error *err)
{
  size_t n = (size_t)input->nodes, cells = n * (size_t)input->classes;
  void *memory = NULL;
  enum gv_status status = gv_alloc_for(&memory, cells + 2 * n, sizeof(int64_t), "the shares of a split", err);
  if (status != GV_OK)
    return status;
  _Static_assert(sizeof(double) == sizeof(int64_t), "one block holds both");
  draw->cuts = memory;
  draw->sizes = draw->cuts + cells;
  draw->shares = (double *)(draw->sizes + n);
  return GV_OK;
}

static enum gv_status assign(const struct gv_options *options, const struct gv_split_input *input, int32_t *owner,
                             struct gv_error *err)
{
  double alpha = gv_options_real(options, "alpha");
  int64_t min = gv_options_int(options, "min");
  if (min > input->samples / input->nodes)
    return gv_fail(err, GV_USAGE, "split dirichlet: min is %lld; accepted for %d nodes and %lld training samples: "
                   "0 to %lld", (long long)min, input->nodes, (long long)input->samples,
                   (long long)(input->samples / input->nodes));
  struct draw draw = {0};
  int64_t *first = NULL;
  int32_t *order = NULL;
  enum gv_status status = draw_create(input, &draw, err);
  if (status == GV_OK)
    status = gv_split_by_class(input, &first, &order, err);
  if (status == GV_OK) {
    uint32_t redraw = 0;
    while (redraw < REDRAWS && draw_cuts(input, alpha, redraw, first, &draw) < min)
      redraw++;
    if (redraw == REDRAWS)
      status = gv_fail(err, GV_USAGE, "split dirichlet: none of %d draws with alpha=%g gave each of %d nodes "
                       "min=%lld samples; raise alpha, lower min or take fewer nodes", REDRAWS, alpha, input->nodes,
                       (long long)min);
  }
  for (int32_t c = 0; c < input->classes && status == GV_OK; c++) {
    struct gv_stream stream;
    gv_stream_start(&stream, input->seed, GV_RANDOM_SPLIT, (uint32_t)c, REDRAWS);
    int64_t count = first[c + 1] - first[c], s = 0;
    gv_stream_shuffle(&stream, order + first[c], (size_t)count);
    for (int i = 0; i < input->nodes; i++)
      for (; s < draw.cuts[(int64_t)c * input->nodes + i]; s++)
        owner[order[first[c] + s]] = i;
  }
  gv_free(first);
  gv_free(draw.cuts);
  return status;
}

static const struct gv_option options[] = {
    {.key = "alpha", .type = GV_OPTION_REAL, .value = "0.5", .min = 1e-6, .max = 1e6,
     .help = "concentration: small is skewed, large is even"},
    {.key = "min", .type = GV_OPTION_INT, .value = "1", .min = 0, .max = INFINITY,
     .help = "samples of the smallest node; drawn again until it holds, 1000 times at most"},
    {.key = NULL},
};

const struct gv_split gv_split_dirichlet = {
    .named = {.name = "dirichlet", .summary = "each class divided in Dirichlet-drawn shares", .options = options},
    .assign = assign,
};
