/* Split "dirichlet": shares of the classes drawn from a Dirichlet law.
 *
 * by=class: each class is divided over the nodes in shares drawn from Dir(alpha 1_n). A share has mean 1/n and
 * variance (1/n)(1 - 1/n)/(n alpha + 1). As alpha falls towards 0 a class goes to one node whole, so with more
 * nodes than classes no number of redraws gives every node a sample: hence the bound. equal=yes cuts the nodes'
 * lists, one behind the other, anew into equal chunks.
 * by=node: sizes are equal, or those of a size law, and each node draws its classes from a law of Dir(alpha 1_C).
 */
#include <math.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/random.h"
#include "datasets/splits/splits.h"

enum {
  REDRAWS = 1000,       /* of shares only, which is cheap; also the round of the shuffles */
  LAWS = REDRAWS + 1    /* round of by=node */
};

#define DRAWS 2e7  /* of shares in all redraws: a second or two */

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

/* The shares of every class, drawn again until the smallest node has min samples. */
static enum gv_status draw_shares(const struct gv_options *options, const struct gv_split_input *input, int64_t min,
                                  const int64_t *first, const struct draw *draw, struct gv_error *err)
{
  double alpha = gv_options_real(options, "alpha"), cells = (double)input->nodes * (double)input->classes;
  uint32_t redraws = cells * REDRAWS > DRAWS ? (uint32_t)(DRAWS / cells) + 1 : REDRAWS, redraw = 0;
  while (redraw < redraws && draw_cuts(input, alpha, redraw, first, draw) < min)
    redraw++;
  if (redraw < redraws)
    return GV_OK;
  return gv_fail(err, GV_USAGE, "split dirichlet: none of %u draws with alpha=%g gave each of %d nodes min=%lld "
                 "samples; raise alpha, lower min, take fewer nodes, or by=node", redraws, alpha, input->nodes,
                 (long long)min);
}

/* The lists of node 0, node 1, .. behind one another, cut at input->ends. Moves samples to lists (samples). */
static void cut_anew(const struct gv_split_input *input, const int64_t *first, const int32_t *order,
                     const struct draw *draw, int32_t *lists, int32_t *owner)
{
  int n = input->nodes;
  int64_t at = 0;
  for (int i = 0; i < n; i++)
    for (int32_t c = 0; c < input->classes; c++) {
      const int64_t *cuts = draw->cuts + (int64_t)c * n;
      for (int64_t s = i > 0 ? cuts[i - 1] : 0; s < cuts[i]; s++)
        lists[at++] = order[first[c] + s];
    }
  gv_split_at_ends(input, lists, owner);
}

static enum gv_status deal(const struct gv_split_input *input, bool equal, const int64_t *first, int32_t *order,
                           const struct draw *draw, int32_t *owner, struct gv_error *err)
{
  int32_t *lists = NULL;
  for (int32_t c = 0; c < input->classes; c++) {
    struct gv_stream stream;
    gv_stream_start(&stream, input->seed, GV_RANDOM_SPLIT, (uint32_t)c, REDRAWS);
    int64_t count = first[c + 1] - first[c], s = 0;
    gv_stream_shuffle(&stream, order + first[c], (size_t)count);
    for (int i = 0; i < input->nodes; i++)
      for (; s < draw->cuts[(int64_t)c * input->nodes + i]; s++)
        owner[order[first[c] + s]] = i;
  }
  if (!equal)
    return GV_OK;
  enum gv_status status =
      gv_alloc_for(&lists, (size_t)input->samples, sizeof *lists, "sample lists of a split", err);
  if (status == GV_OK)
    cut_anew(input, first, order, draw, lists, owner);
  gv_free(lists);
  return status;
}

static enum gv_status by_class(const struct gv_options *options, const struct gv_split_input *input, int64_t min,
                               int32_t *owner, struct gv_error *err)
{
  bool equal = gv_options_flag(options, "equal");
  struct draw draw = {0};
  int64_t *first = NULL;
  int32_t *order = NULL;
  enum gv_status status = draw_create(input, &draw, err);
  if (status == GV_OK)
    status = gv_split_by_class(input, &first, &order, err);
  if (status == GV_OK)  /* what is cut anew may come from empty lists */
    status = draw_shares(options, input, equal || input->sized ? 0 : min, first, &draw, err);
  if (status == GV_OK)
    status = deal(input, equal, first, order, &draw, owner, err);
  gv_free(first);
  gv_free(draw.cuts);
  return status;
}

static enum gv_status by_node(const struct gv_options *options, const struct gv_split_input *input, int32_t *owner,
                              struct gv_error *err)
{
  double *law = NULL;
  size_t classes = (size_t)input->classes;
  enum gv_status status =
      gv_alloc_for(&law, (size_t)input->nodes * classes, sizeof *law, "the shares of a split", err);
  for (int i = 0; i < input->nodes && status == GV_OK; i++) {
    struct gv_stream stream;
    gv_stream_start(&stream, input->seed, GV_RANDOM_SPLIT, (uint32_t)i, LAWS);
    gv_stream_dirichlet(&stream, gv_options_real(options, "alpha"), law + (size_t)i * classes, classes);
  }
  if (status == GV_OK)
    status = gv_split_draw(input, law, LAWS + 1, owner, err);
  gv_free(law);
  return status;
}

static enum gv_status assign(const struct gv_options *options, const struct gv_split_input *input, int32_t *owner,
                             struct gv_error *err)
{
  int64_t min = gv_options_int(options, "min"), most = input->samples / input->nodes;
  bool nodes = strcmp(gv_options_text(options, "by"), "node") == 0;
  if (min > most)
    return gv_fail(err, GV_USAGE, "split dirichlet: min is %lld; accepted for %d nodes and %lld training samples: "
                   "0 to %lld", (long long)min, input->nodes, (long long)input->samples, (long long)most);
  if (nodes && gv_options_flag(options, "equal"))
    return gv_fail(err, GV_USAGE, "split dirichlet: by=node has equal sizes by itself; equal=yes is for by=class");
  return nodes ? by_node(options, input, owner, err) : by_class(options, input, min, owner, err);
}

static const struct gv_option options[] = {
    {.key = "alpha", .type = GV_OPTION_REAL, .value = "0.5", .min = 1e-6, .max = 1e6,
     .help = "concentration: small is skewed, large is even"},
    {.key = "by", .type = GV_OPTION_CHOICE, .value = "class", .words = "class|node",
     .help = "class: each class is divided over the nodes; node: each node has a law of its own, sizes are equal"},
    {.key = "equal", .type = GV_OPTION_FLAG, .value = "no",
     .help = "yes, by class: the nodes' lists are cut anew into equal ones"},
    {.key = "min", .type = GV_OPTION_INT, .value = "1", .min = 0, .max = INFINITY,
     .help = "samples of the smallest node, by class; drawn again until it holds, 1000 times at most"},
    {.key = NULL},
};

const struct gv_split gv_split_dirichlet = {
    .named = {.name = "dirichlet", .summary = "each class divided in Dirichlet-drawn shares", .options = options},
    .kind = GV_SPLIT_LABEL,
    .labels = true,
    .remedy = "raise its min to 1 or its alpha",
    .assign = assign,
};
