/* least_squares.h - heterogeneous least squares: f_i(w) = 1/(2 m) ||A_i w - b_i||^2, A_i (m, d) and b_i a node's
 * own, with what the model and the source give in double beside it, and the minimiser of 1/n sum_i f_i. */
#ifndef GV_TESTS_LEAST_SQUARES_H
#define GV_TESTS_LEAST_SQUARES_H

#include "tests/toy.h"

enum { LS_NODES = 16, LS_SAMPLES = 12, LS_DIM = 6 };

static struct {
  int nodes;
  int batch;  /* samples a round, one after another; LS_SAMPLES: the full gradient */
  float a[LS_NODES][LS_SAMPLES][LS_DIM], b[LS_NODES][LS_SAMPLES];
} ls;         /* set before workers start; tests run in a process each */

/* Each node's b_i comes of a w of its own, so that the f_i have minimisers far from each other. */
static inline void ls_make(int nodes, int batch)
{
  struct gv_stream s;
  gv_stream_start(&s, 11, GV_RANDOM_MODEL, 0, 0);
  ls.nodes = nodes;
  ls.batch = batch;
  for (int i = 0; i < nodes; i++) {
    double w[LS_DIM];
    for (int e = 0; e < LS_DIM; e++)
      w[e] = 1 + gv_stream_normal(&s);
    for (int m = 0; m < LS_SAMPLES; m++) {
      double y = 0.1 * gv_stream_normal(&s);
      for (int e = 0; e < LS_DIM; e++) {
        ls.a[i][m][e] = (float)gv_stream_normal(&s);
        y += (double)ls.a[i][m][e] * w[e];
      }
      ls.b[i][m] = (float)y;
    }
  }
}

/* Sample s of what node draws in a round. */
static inline int ls_sample(uint64_t round, int s)
{
  return (int)((round * (uint64_t)ls.batch + (uint64_t)s) % LS_SAMPLES);
}

/* g (LS_DIM) <- the gradient of what node draws in that round at w; returns the loss. */
static inline double ls_gradient(int node, uint64_t round, const double *w, double *g)
{
  double loss = 0;
  memset(g, 0, LS_DIM * sizeof *g);
  for (int s = 0; s < ls.batch; s++) {
    int m = ls_sample(round, s);
    double r = -(double)ls.b[node][m];
    for (int e = 0; e < LS_DIM; e++)
      r += (double)ls.a[node][m][e] * w[e];
    for (int e = 0; e < LS_DIM; e++)
      g[e] += r * (double)ls.a[node][m][e] / ls.batch;
    loss += r * r / 2 / ls.batch;
  }
  return loss;
}

/* ---- the model ---- */

/* residual of one sample */
static inline double ls_residual(const float *w, const struct gv_batch *batch, int s)
{
  double r = -(double)batch->targets[s];
  for (int e = 0; e < LS_DIM; e++)
    r += (double)batch->x[s * LS_DIM + e] * (double)w[e];
  return r;
}

static int ls_model_gradient(void *instance, const float *w, const struct gv_batch *batch, float *g, float *loss)
{
  (void)instance;
  double sum[LS_DIM] = {0}, total = 0;
  for (int s = 0; s < batch->n; s++) {
    double r = ls_residual(w, batch, s);
    for (int e = 0; e < LS_DIM; e++)
      sum[e] += r * (double)batch->x[s * LS_DIM + e] / batch->n;
    total += r * r / 2 / batch->n;
  }
  for (int e = 0; e < LS_DIM; e++)
    g[e] = (float)sum[e];
  *loss = (float)total;
  return 0;
}

static int ls_model_evaluate(void *instance, const float *w, const struct gv_batch *batch,
                             struct gv_metrics *metrics)
{
  (void)instance;
  for (int s = 0; s < batch->n; s++)
    metrics->loss += pow(ls_residual(w, batch, s), 2) / 2;
  return 0;
}

static const struct gv_model ls_model = {
    .abi = GV_MODEL_ABI,
    .size = sizeof(struct gv_model),
    .name = "least-squares",
    .summary = "1/2 (a w - b)^2",
    .create = toy_create,
    .init = toy_init,
    .gradient = ls_model_gradient,
    .evaluate = ls_model_evaluate,
    .destroy = toy_destroy,
};

/* ---- the source ---- */

static inline void ls_put(int node, int m, int s, struct gv_buffer *buffer)
{
  memcpy(buffer->x + s * LS_DIM, ls.a[node][m], sizeof ls.a[node][m]);
  buffer->targets[s] = ls.b[node][m];
}

static inline void ls_draw(void *context, int node, uint64_t round, struct gv_buffer *buffer,
                           struct gv_batch *batch)
{
  (void)context;
  for (int s = 0; s < ls.batch; s++)
    ls_put(node, ls_sample(round, s), s, buffer);
  *batch = (struct gv_batch){.x = buffer->x, .targets = buffer->targets, .n = ls.batch};
}

static inline void ls_test(void *context, int64_t first, int32_t n, struct gv_buffer *buffer,
                           struct gv_batch *batch)
{
  (void)context;
  for (int s = 0; s < n; s++)
    ls_put((int)(first + s) / LS_SAMPLES, (int)(first + s) % LS_SAMPLES, s, buffer);
  *batch = (struct gv_batch){.x = buffer->x, .targets = buffer->targets, .n = n};
}

/* Trains as toy_train does. inspect sees every replica after each round. */
static inline enum gv_status ls_train(struct toy_run *run, float *mean, struct gv_error *err)
{
  struct gv_source source = {
      .shape = {.features = LS_DIM, .channels = 1, .height = 1, .width = LS_DIM, .outputs = 1},
      .nodes = ls.nodes,
      .train_samples = (int64_t)ls.nodes * LS_SAMPLES,
      .test_samples = (int64_t)ls.nodes * LS_SAMPLES,
      .max_batch = LS_SAMPLES,
      .samples_per_round = (int64_t)ls.batch * ls.nodes,
      .draw = ls_draw,
      .test = ls_test,
  };
  run->model = &ls_model;
  run->source = &source;
  run->nodes = ls.nodes;
  run->dim = LS_DIM;
  enum gv_status status = toy_train(run, mean, err);
  run->source = NULL;
  return status;
}

/* w (LS_DIM) <- the minimiser of 1/n sum_i f_i, by Gauss-Jordan elimination of the normal equations, which are
 * positive definite. */
static inline void ls_minimiser(double *w)
{
  double h[LS_DIM][LS_DIM + 1] = {{0}};
  for (int i = 0; i < ls.nodes; i++)
    for (int m = 0; m < LS_SAMPLES; m++)
      for (int r = 0; r < LS_DIM; r++) {
        for (int c = 0; c < LS_DIM; c++)
          h[r][c] += (double)ls.a[i][m][r] * (double)ls.a[i][m][c];
        h[r][LS_DIM] += (double)ls.a[i][m][r] * (double)ls.b[i][m];
      }
  for (int p = 0; p < LS_DIM; p++)
    for (int r = 0; r < LS_DIM; r++) {
      double times = r == p ? 0 : h[r][p] / h[p][p];
      for (int c = 0; c <= LS_DIM && r != p; c++)
        h[r][c] -= times * h[p][c];
    }
  for (int e = 0; e < LS_DIM; e++)
    w[e] = h[e][LS_DIM] / h[e][e];
}

#endif
