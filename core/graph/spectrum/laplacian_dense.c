/* Both ends of a small Laplacian: one eigenvector each, by LAPACK. */
#include <math.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/graph/spectrum/laplacian.h"
#include "core/graph/spectrum/lapack.h"

/* a (n, n) <- L + shift J */
static void fill(const struct gv_laplacian *l, double shift, double *a)
{
  size_t n = (size_t)l->nodes;
  for (size_t k = 0; k < n * n; k++)
    a[k] = shift / (double)n;
  for (size_t i = 0; i < n; i++)
    for (int64_t e = l->first[i]; e < l->first[i + 1]; e++) {
      double w = gv_laplacian_weight(l, e);
      a[i * n + i] += w;
      a[i * n + (size_t)l->from[e]] -= w;
    }
}

/* The eigenvalue of that number, from 1, and its vector. */
static enum gv_status pair(int n, double *a, int number, double *value, double *vector, struct gv_error *err)
{
  double none = 0, exact = 0, room = 0, *work = NULL, *values = NULL;
  int found = 0, support[2], iroom = 0, query = -1, info = 0, *iwork = NULL;
  dsyevr_("V", "I", "L", &n, a, &n, &none, &none, &number, &number, &exact, &found, value, vector, &n, support,
          &room, &query, &iroom, &query, &info, 1, 1, 1);
  int size = (int)room;
  enum gv_status status = gv_alloc_for(&work, (size_t)size, sizeof *work, "the spectrum", err);
  if (status == GV_OK)
    status = gv_alloc_for(&iwork, (size_t)iroom, sizeof *iwork, "the spectrum", err);
  if (status == GV_OK)
    status = gv_alloc_for(&values, (size_t)n, sizeof *values, "the spectrum", err);
  if (status == GV_OK) {
    dsyevr_("V", "I", "L", &n, a, &n, &none, &none, &number, &number, &exact, &found, values, vector, &n, support,
            work, &size, iwork, &iroom, &info, 1, 1, 1);
    *value = values[0];
    if (info != 0 || found != 1)
      status = gv_fail(err, GV_NUMERIC, "the spectrum of %d nodes: LAPACK found no eigenvalue (%d)", n, info);
  }
  gv_free(work);
  gv_free(iwork);
  gv_free(values);
  return status;
}

enum gv_status gv_laplacian_dense(const struct gv_laplacian *l, double bound, double *low, double *top,
                                  double *largest, struct gv_error *err)
{
  double *a = NULL, value = 0;
  size_t n = (size_t)l->nodes;
  enum gv_status status = gv_alloc_for(&a, n * n, sizeof *a, "the spectrum", err);
  if (status == GV_OK) {
    /* The constant vector, of eigenvalue 0, is moved above all others. */
    fill(l, 2 * bound, a);
    status = pair(l->nodes, a, 1, &value, low, err);
  }
  if (status == GV_OK && top != NULL) {
    fill(l, 0, a);
    status = pair(l->nodes, a, l->nodes, largest, top, err);
  }
  gv_free(a);
  return status;
}
