/* rho of a product of few nodes: its singular values, by LAPACK. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/graph/spectrum/lapack.h"
#include "core/graph/spectrum/parts.h"

/* out (n, n) <- W in (n, n), by rows */
static void multiply(const struct gv_graph *graph, size_t n, const double *in, double *out)
{
  for (size_t i = 0; i < n; i++) {
    double *row = out + i * n;
    for (size_t c = 0; c < n; c++)
      row[c] = graph->self[i] * in[i * n + c];
    for (int64_t e = graph->first[i]; e < graph->first[i + 1]; e++) {
      const double *other = in + (size_t)graph->from[e] * n;
      for (size_t c = 0; c < n; c++)
        row[c] += graph->weight[e] * other[c];
    }
  }
}

static enum gv_status largest(int n, double *a, double *value, struct gv_error *err)
{
  double room = 0, none = 0, *work = NULL, *values = NULL;
  int query = -1, info = 0, one = 1, *iwork = NULL;
  dgesdd_("N", &n, &n, a, &n, value, &none, &one, &none, &one, &room, &query, &info, &info, 1);
  int size = (int)room;
  enum gv_status status = gv_alloc_for(&work, (size_t)size, sizeof *work, "the spectrum", err);
  if (status == GV_OK)
    status = gv_alloc_for(&iwork, 8 * (size_t)n, sizeof *iwork, "the spectrum", err);
  if (status == GV_OK)
    status = gv_alloc_for(&values, (size_t)n, sizeof *values, "the spectrum", err);
  if (status == GV_OK) {
    dgesdd_("N", &n, &n, a, &n, values, &none, &one, &none, &one, work, &size, iwork, &info, 1);
    *value = values[0];
    if (info != 0)
      status = gv_fail(err, GV_NUMERIC, "the spectrum of %d nodes: LAPACK found no singular values (%d)", n, info);
  }
  gv_free(work);
  gv_free(iwork);
  gv_free(values);
  return status;
}

enum gv_status gv_rounds_norm_dense(const struct gv_rounds *rounds, struct gv_spectrum *out, struct gv_error *err)
{
  size_t n = (size_t)rounds->nodes;
  double *a = NULL, *b = NULL;
  enum gv_status status = gv_alloc_for(&a, n * n, sizeof *a, "the spectrum", err);
  if (status == GV_OK)
    status = gv_alloc_for(&b, n * n, sizeof *b, "the spectrum", err);
  if (status == GV_OK) {
    for (size_t i = 0; i < n; i++)
      a[i * n + i] = 1;
    for (int k = 0; k < rounds->count; k++) {
      multiply(rounds->graph[k], n, a, b);
      double *other = a;
      a = b;
      b = other;
    }
    for (size_t k = 0; k < n * n; k++)
      a[k] -= 1.0 / (double)n;
    status = largest(rounds->nodes, a, &out->rho, err);
  }
  gv_free(a);
  gv_free(b);
  if (status != GV_OK)
    return status;
  double error = DBL_EPSILON * (sqrt((double)n) + rounds->count);
  out->gap = 1 - out->rho;
  out->accuracy = out->gap > error ? error / out->gap : 1;
  out->method = "dense";
  return GV_OK;
}
