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

/* values (n), vectors (n, found) <- those in range: "I", the one of that number, from 1, or "A", all; a is lost. */
static enum gv_status solve(const char *range, int n, double *a, int number, int *found, double *values,
                            double *vectors, struct gv_error *err)
{
  double none = 0, exact = 0, room = 0, *work = NULL;
  int iroom = 0, query = -1, info = 0, *iwork = NULL, *support = NULL;
  enum gv_status status = gv_alloc_for(&support, 2 * (size_t)n, sizeof *support, "the spectrum", err);
  if (status != GV_OK)
    return status;
  dsyevr_("V", range, "L", &n, a, &n, &none, &none, &number, &number, &exact, found, values, vectors, &n, support,
          &room, &query, &iroom, &query, &info, 1, 1, 1);
  int size = (int)room;
  status = gv_alloc_for(&work, (size_t)size, sizeof *work, "the spectrum", err);
  if (status == GV_OK)
    status = gv_alloc_for(&iwork, (size_t)iroom, sizeof *iwork, "the spectrum", err);
  if (status == GV_OK) {
    dsyevr_("V", range, "L", &n, a, &n, &none, &none, &number, &number, &exact, found, values, vectors, &n, support,
            work, &size, iwork, &iroom, &info, 1, 1, 1);
    if (info != 0)
      status = gv_fail(err, GV_NUMERIC, "the spectrum of %d nodes: LAPACK found no eigenvalue (%d)", n, info);
  }
  gv_free(work);
  gv_free(iwork);
  gv_free(support);
  return status;
}

/* The eigenvalue of L + shift J of that number, from 1, and its vector; a (n, n) and values (n) are scratch. */
static enum gv_status pair(const struct gv_laplacian *l, double shift, int number, double *a, double *values,
                           double *value, double *vector, struct gv_error *err)
{
  int n = l->nodes, found = 0;
  double *vectors = NULL;
  fill(l, shift, a);
  enum gv_status status = solve("I", n, a, number, &found, values, vector, err);
  *value = values[0];
  if (status != GV_OK || found == 1)
    return status;
  /* Bisection, by which LAPACK finds a single one, may lose what n - 1 vectors share, as in complete graphs. */
  status = gv_alloc_for(&vectors, (size_t)n * (size_t)n, sizeof *vectors, "the spectrum", err);
  if (status != GV_OK)
    return status;
  fill(l, shift, a);
  status = solve("A", n, a, number, &found, values, vectors, err);
  if (status == GV_OK && found != n)
    status = gv_fail(err, GV_NUMERIC, "the spectrum of %d nodes: LAPACK found %d eigenvalues", n, found);
  *value = values[number - 1];
  memcpy(vector, vectors + (size_t)(number - 1) * (size_t)n, (size_t)n * sizeof *vector);
  gv_free(vectors);
  return status;
}

enum gv_status gv_laplacian_dense(const struct gv_laplacian *l, double bound, double *low, double *top,
                                  double *largest, struct gv_error *err)
{
  double *a = NULL, *values = NULL, value = 0;
  size_t n = (size_t)l->nodes;
  enum gv_status status = gv_alloc_for(&a, n * n, sizeof *a, "the spectrum", err);
  if (status == GV_OK)
    status = gv_alloc_for(&values, n, sizeof *values, "the spectrum", err);
  if (status == GV_OK)  /* the constant vector, of eigenvalue 0, is moved above all others */
    status = pair(l, 2 * bound, 1, a, values, &value, low, err);
  if (status == GV_OK && top != NULL)
    status = pair(l, 0, l->nodes, a, values, largest, top, err);
  gv_free(a);
  gv_free(values);
  return status;
}
