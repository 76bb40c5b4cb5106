/* Data "quadratic": least squares whose heterogeneity and condition are what was asked for.
 *
 * Node i has m samples, the rows of A_i (m, d), with targets b_i; its objective, that of the model linreg, is
 * f_i(w) = ||A_i w - b_i||^2 / (2m). All nodes have one Hessian, H = A_i^T A_i / m = V diag(lambda) V^T, lambda
 * from 1 down to 1/condition by equal factors: A_i = sqrt(m) Q_i diag(sqrt lambda) V^T, with V random and Q_i a
 * random orthonormal basis whose columns sum to 0. Then b_i = A_i w_i + noise e_i, where e_i stands at right
 * angles to the columns and to 1: so it changes no gradient of a whole node, but those of its batches; and the
 * best bias is 0, of curvature 1. The minimum of the mean is w* = mean_i w_i, where grad f_i(w*) = H (w* - w_i).
 * With directions u_i of sum 0 and mean square 1, w_i = w* - zeta H^-1 u_i gives mean_i ||grad f_i(w*)||^2 =
 * zeta^2 exactly.
 */
#include <math.h>

#include "core/base/memory.h"
#include "datasets/made/made.h"

enum { BASIS, CENTRE, DIRECTIONS, ROWS };  /* what a stream is for */

struct problem {
  int nodes;
  int64_t d, m;
  double zeta2, noise;
  double *lambda;  /* (d) */
  double *v;       /* (d, d): column k is eigenvector k */
  double *centre;  /* (d): w* */
  double *u;       /* (nodes, d) */
  double *q;       /* (d + 2, m): 1, the basis, e; a vector a row */
  double *w;       /* (d): of the node at hand */
};

static double dot(const double *a, const double *b, int64_t n)
{
  double sum = 0;
  for (int64_t i = 0; i < n; i++)
    sum += a[i] * b[i];
  return sum;
}

static void normals(struct gv_stream *stream, double *x, int64_t n)
{
  for (int64_t i = 0; i < n; i++)
    x[i] = gv_stream_normal(stream);
}

/* Rows first .. count-1 of q (count, n): at right angles to all before and of length 1 (Gram-Schmidt, twice). */
static void orthonormalise(double *q, int64_t first, int64_t count, int64_t n)
{
  for (int64_t r = first; r < count; r++) {
    double *row = q + r * n;
    for (int64_t pass = 0; pass < 2; pass++)
      for (int64_t b = 0; b < r; b++) {
        double along = dot(row, q + b * n, n);
        for (int64_t i = 0; i < n; i++)
          row[i] -= along * q[b * n + i];
      }
    double length = sqrt(dot(row, row, n));
    for (int64_t i = 0; i < n; i++)
      row[i] /= length;
  }
}

/* Sum 0 and mean square 1; of a single node, 0. */
static void centre_directions(struct problem *p)
{
  int64_t n = p->nodes, d = p->d;
  double square = 0;
  for (int64_t j = 0; j < d; j++) {
    double mean = 0;
    for (int64_t i = 0; i < n; i++)
      mean += p->u[i * d + j] / (double)n;
    for (int64_t i = 0; i < n; i++)
      p->u[i * d + j] -= mean;
  }
  square = dot(p->u, p->u, n * d) / (double)n;
  for (int64_t k = 0; k < n * d; k++)
    p->u[k] = n > 1 ? p->u[k] / sqrt(square) : 0;
}

/* w <- w* - zeta H^-1 u_i. */
static void node_minimum(const struct problem *p, int node)
{
  int64_t d = p->d;
  for (int64_t j = 0; j < d; j++)
    p->w[j] = p->centre[j];
  for (int64_t k = 0; k < d; k++) {
    double along = 0;
    for (int64_t j = 0; j < d; j++)
      along += p->v[j * d + k] * p->u[node * d + j];
    for (int64_t j = 0; j < d; j++)
      p->w[j] -= sqrt(p->zeta2) * along / p->lambda[k] * p->v[j * d + k];
  }
}

static void fill_node(const struct gv_options *options, const struct problem *p, int node, struct gv_part *part)
{
  int64_t d = p->d, m = p->m, first = node * m;
  struct gv_stream stream = gv_made_stream(options, (uint32_t)node, ROWS);
  for (int64_t i = 0; i < m; i++)
    p->q[i] = 1 / sqrt((double)m);
  normals(&stream, p->q + m, (d + 1) * m);
  orthonormalise(p->q, 1, p->noise > 0 ? d + 2 : d + 1, m);
  node_minimum(p, node);
  double root = sqrt((double)m);
  for (int64_t r = 0; r < m; r++) {
    float *x = part->floats + (first + r) * d;
    double target = p->noise > 0 ? p->noise * root * p->q[(d + 1) * m + r] : 0;
    for (int64_t j = 0; j < d; j++) {
      double value = 0;
      for (int64_t k = 0; k < d; k++)
        value += p->q[(k + 1) * m + r] * sqrt(p->lambda[k]) * p->v[j * d + k];
      x[j] = (float)(root * value);
      target += root * value * p->w[j];
    }
    part->targets[first + r] = (float)target;
    part->groups[first + r] = node;
  }
}

static enum gv_status problem_make(const struct gv_options *options, struct problem *p, struct gv_error *err)
{
  int64_t d = p->d;
  double condition = gv_options_real(options, "condition");
  size_t room = (size_t)(d + d * d + d + p->nodes * d + (d + 2) * p->m + d);
  double *all = NULL;
  enum gv_status status = gv_alloc_for(&all, room, sizeof *all, "data that are made up", err);
  if (status != GV_OK)
    return status;
  p->lambda = all;
  p->v = p->lambda + d;
  p->centre = p->v + d * d;
  p->u = p->centre + d;
  p->q = p->u + p->nodes * d;
  p->w = p->q + (d + 2) * p->m;
  for (int64_t k = 0; k < d; k++)
    p->lambda[k] = d > 1 ? pow(condition, -(double)k / (double)(d - 1)) : 1;
  struct gv_stream stream = gv_made_stream(options, 0, BASIS);
  normals(&stream, p->v, d * d);
  orthonormalise(p->v, 0, d, d);  /* rows; a square orthonormal matrix has such columns too */
  stream = gv_made_stream(options, 0, CENTRE);
  normals(&stream, p->centre, d);
  for (int i = 0; i < p->nodes; i++) {
    stream = gv_made_stream(options, (uint32_t)i, DIRECTIONS);
    normals(&stream, p->u + i * d, d);
  }
  centre_directions(p);
  return GV_OK;
}

static enum gv_status quadratic_read(const struct gv_options *options, int nodes, struct gv_dataset **out,
                                     struct gv_error *err)
{
  struct problem p = {.nodes = gv_made_nodes(options, nodes), .d = gv_options_int(options, "dim"),
                      .m = gv_options_int(options, "samples"), .zeta2 = gv_options_real(options, "zeta2"),
                      .noise = gv_options_real(options, "noise")};
  if (p.m < p.d + 2)
    return gv_fail(err, GV_USAGE, "quadratic: samples=%lld a node and dim=%lld; accepted: samples=%lld or more",
                   (long long)p.m, (long long)p.d, (long long)p.d + 2);
  if (p.nodes == 1 && p.zeta2 > 0)
    return gv_fail(err, GV_USAGE, "quadratic: zeta2=%g and one node; a node alone differs from nobody: accepted is "
                   "zeta2=0", p.zeta2);
  struct gv_dataset *dataset = NULL;
  enum gv_status status = gv_made_create("quadratic", options, p.nodes, &dataset, err);
  if (status != GV_OK)
    return status;
  dataset->shape = (struct gv_shape){.channels = 1, .height = 1, .width = (int32_t)p.d, .outputs = 1};
  dataset->held_whole = true;
  status = gv_made_part(&dataset->train, p.nodes * p.m, p.d, 1, true, err);
  if (status == GV_OK)
    status = problem_make(options, &p, err);
  for (int i = 0; i < p.nodes && status == GV_OK; i++)
    fill_node(options, &p, i, &dataset->train);
  gv_free(p.lambda);
  return gv_dataset_finish(status, dataset, out, err);
}

static const struct gv_option options[] = {
    {.key = "zeta2", .type = GV_OPTION_REAL, .value = "1", .min = 0, .max = 1e12,
     .help = "mean over nodes of ||grad f_i||^2 at the minimum of the mean"},
    {.key = "condition", .type = GV_OPTION_REAL, .value = "10", .min = 1, .max = 1e6,
     .help = "largest over smallest curvature; the largest is 1"},
    {.key = "dim", .type = GV_OPTION_INT, .value = "10", .min = 1, .max = 4096, .help = "features"},
    {.key = "samples", .type = GV_OPTION_INT, .value = "100", .min = 3, .max = 1000000, .help = "of a node"},
    {.key = "noise", .type = GV_OPTION_REAL, .value = "1", .min = 0, .max = 1e6,
     .help = "standard deviation of the targets around what the node's model says"},
    GV_MADE_NODES,
    GV_MADE_SEED,
    {.key = NULL},
};

const struct gv_reader gv_made_quadratic = {
    .named = {.name = "quadratic", .summary = "made up: least squares of known heterogeneity and condition",
              .options = options},
    .read = quadratic_read,
};
