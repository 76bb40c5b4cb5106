/* Split "quantity": how many samples a node has, by a Dirichlet draw or a power law; labels iid, unless joined with
 * a label law. */
#include <math.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/base/random.h"
#include "datasets/splits/splits.h"

enum { REDRAWS = 1000 };

#define DRAWS 2e7  /* of shares in all redraws: some seconds */

/* A node, and what rounding took from it. */
struct rest {
  double part;
  int32_t node;
};

static int descending(const void *a, const void *b)
{
  const struct rest *x = a, *y = b;
  return x->part != y->part ? (x->part < y->part) - (x->part > y->part) : x->node - y->node;
}

/* sizes <- samples by shares (nodes; of sum 1), rounded down, and what is left to those who lost most. Returns the
 * smallest. */
static int64_t round_sizes(int64_t samples, int nodes, const double *shares, struct rest *rest, int64_t *sizes)
{
  int64_t dealt = 0, smallest = samples;
  for (int i = 0; i < nodes; i++) {
    double exact = shares[i] * (double)samples;
    sizes[i] = (int64_t)floor(exact);
    dealt += sizes[i];
    rest[i] = (struct rest){exact - floor(exact), i};
  }
  qsort(rest, (size_t)nodes, sizeof *rest, descending);
  for (int i = 0; dealt < samples; i = (i + 1) % nodes, dealt++)
    sizes[rest[i].node]++;
  for (int i = nodes - 1; dealt > samples; i = (i + nodes - 1) % nodes)  /* shares that sum to 1 + rounding */
    if (sizes[rest[i].node] > 0) {
      sizes[rest[i].node]--;
      dealt--;
    }
  for (int i = 0; i < nodes; i++)
    smallest = sizes[i] < smallest ? sizes[i] : smallest;
  return smallest;
}

/* Node 0 has most. */
static void power_shares(double power, int nodes, double *shares)
{
  double sum = 0;
  for (int i = 0; i < nodes; i++)
    sum += shares[i] = pow(i + 1, -power);
  for (int i = 0; i < nodes; i++)
    shares[i] /= sum;
}

static enum gv_status draw(const struct gv_options *options, const struct gv_split_input *input, double *shares,
                           struct rest *rest, int64_t *sizes, struct gv_error *err)
{
  int n = input->nodes;
  int64_t min = gv_options_int(options, "min");
  if (!gv_options_is_word(options, "power")) {
    power_shares(gv_options_real(options, "power"), n, shares);
    int64_t smallest = round_sizes(input->samples, n, shares, rest, sizes);
    return smallest >= min ? GV_OK
                           : gv_fail(err, GV_USAGE,
                                     "split quantity: power=%g leaves one of %d nodes %lld "
                                     "samples, fewer than min=%lld; lower power or min, or take fewer nodes",
                                     gv_options_real(options, "power"), n, (long long)smallest, (long long)min);
  }
  double beta = gv_options_real(options, "beta");
  uint32_t redraws = n > DRAWS / REDRAWS ? (uint32_t)(DRAWS / n) + 1 : REDRAWS;
  for (uint32_t redraw = 0; redraw < redraws; redraw++) {
    struct gv_stream stream;
    gv_stream_start(&stream, input->seed, GV_RANDOM_SPLIT, UINT32_MAX - 1, redraw);
    gv_stream_dirichlet(&stream, beta, shares, (size_t)n);
    if (round_sizes(input->samples, n, shares, rest, sizes) >= min)
      return GV_OK;
  }
  return gv_fail(err, GV_USAGE, "split quantity: none of %u draws with beta=%g gave each of %d nodes min=%lld "
                 "samples; raise beta, lower min or take fewer nodes", redraws, beta, n, (long long)min);
}

/* A beta that is the default is no wish: the specification that a run stores has all values. */
static bool is_contradiction(const struct gv_options *options)
{
  double usual = strtod(gv_option_find(gv_options_rows(options), "beta")->value, NULL);
  return !gv_options_is_word(options, "power") && gv_options_real(options, "beta") != usual;
}

static enum gv_status size(const struct gv_options *options, const struct gv_split_input *input, int64_t *sizes,
                           struct gv_error *err)
{
  int64_t min = gv_options_int(options, "min"), most = input->samples / input->nodes;
  if (is_contradiction(options))
    return gv_fail(err, GV_USAGE, "split quantity: beta=%s and power=%s; give one",
                   gv_options_text(options, "beta"), gv_options_text(options, "power"));
  if (min > most)
    return gv_fail(err, GV_USAGE,
                   "split quantity: min is %lld; accepted for %d nodes and %lld training samples: 0 to "
                   "%lld",
                   (long long)min, input->nodes, (long long)input->samples, (long long)most);
  double *shares = NULL;
  struct rest *rest = NULL;
  enum gv_status status = gv_alloc_for(&shares, (size_t)input->nodes, sizeof *shares, "the sizes of nodes", err);
  if (status == GV_OK)
    status = gv_alloc_for(&rest, (size_t)input->nodes, sizeof *rest, "the sizes of nodes", err);
  if (status == GV_OK)
    status = draw(options, input, shares, rest, sizes, err);
  gv_free(rest);
  gv_free(shares);
  return status;
}

static const struct gv_option options[] = {
    {.key = "beta", .type = GV_OPTION_REAL, .value = "0.5", .min = 1e-6, .max = 1e6,
     .help = "shares of the samples drawn from Dir(beta): small is uneven, large is even"},
    {.key = "power", .type = GV_OPTION_REAL, .value = "none", .min = 0, .max = 100, .words = "none",
     .help = "instead: node i has a share in proportion to (i + 1)^-power"},
    {.key = "min", .type = GV_OPTION_INT, .value = "1", .min = 0, .max = INFINITY,
     .help = "samples of the smallest node; beta draws again until it holds, 1000 times at most"},
    {.key = NULL},
};

const struct gv_split gv_split_quantity = {
    .named = {.name = "quantity", .summary = "nodes of uneven sizes; labels iid, or by the law before the '+'",
              .options = options},
    .kind = GV_SPLIT_SIZE,
    .remedy = "raise its min to 1",
    .size = size,
};
