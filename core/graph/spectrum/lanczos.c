/* The loop around ARPACK's dsaupd. */
#include "core/graph/spectrum/lanczos.h"

#include "config.h"

#ifdef HAVE_ARPACK_H
#include <arpack.h>
#else
#include <arpack/arpack.h>
#endif
#include <pthread.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/random.h"

enum { PRODUCTS_MIN = 600, PRODUCTS_MAX = 12000, TRIES = 4 };
static const double work_max = 2e11;  /* products * nodes * basis of one try: about a minute */

/* ARPACK keeps its place between two products in static variables: one problem at a time, from its first to its
 * last. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

struct memory {
  double *basis, *work, *small, *start;
  a_int *select;
};

static enum gv_status take(struct memory *m, size_t n, size_t basis, struct gv_error *err)
{
  const char *what = "the spectrum";
  enum gv_status status = gv_alloc_for(&m->basis, n * basis, sizeof *m->basis, what, err);
  if (status == GV_OK)
    status = gv_alloc_for(&m->work, 3 * n, sizeof *m->work, what, err);
  if (status == GV_OK)
    status = gv_alloc_for(&m->small, basis * (basis + 8), sizeof *m->small, what, err);
  if (status == GV_OK)
    status = gv_alloc_for(&m->start, n, sizeof *m->start, what, err);
  if (status == GV_OK)
    status = gv_alloc_for(&m->select, basis, sizeof *m->select, what, err);
  return status;
}

static void release(struct memory *m)
{
  gv_free(m->basis);
  gv_free(m->work);
  gv_free(m->small);
  gv_free(m->start);
  gv_free(m->select);
}

void gv_lanczos_start(double *x, int nodes)
{
  struct gv_stream stream;
  gv_stream_start(&stream, 0, GV_RANDOM_TOPOLOGY, (uint32_t)nodes, UINT32_MAX);
  for (int i = 0; i < nodes; i++)
    x[i] = gv_stream_normal(&stream);
}

/* One try. Returns ARPACK's word: 0, or 1: not within so many products. */
static a_int iterate(const struct gv_lanczos *p, struct memory *m, a_int basis, double tolerance, double *vector)
{
  double value, products = work_max / ((double)p->nodes * basis);
  products = products < PRODUCTS_MIN ? PRODUCTS_MIN : products > PRODUCTS_MAX ? PRODUCTS_MAX : products;
  a_int n = p->nodes, ido = 0, info = 1 /* the start is given */, room = basis * (basis + 8);
  a_int param[11] = {1, 0, (a_int)(products / (basis - 1)) + 2, 1, 0, 0, 1}, at[14] = {0};
  for (;;) {
    dsaupd_c(&ido, "I", n, "LA", 1, tolerance, m->start, basis, m->basis, n, param, at, m->work, m->small, room,
             &info);
    if (ido != -1 && ido != 1)
      break;
    p->apply(p->arg, m->work + at[0] - 1, m->work + at[1] - 1);
  }
  if (info != 0)
    return info;
  dseupd_c(1, "A", m->select, &value, vector, n, 0, "I", n, "LA", 1, tolerance, m->start, basis, m->basis, n,
           param, at, m->work, m->small, room, &info);
  return info;
}

enum gv_status gv_lanczos(const struct gv_lanczos *problem, double *vector, struct gv_error *err)
{
  struct memory m = {0};
  size_t n = (size_t)problem->nodes;
  a_int basis = problem->basis < problem->nodes ? problem->basis : problem->nodes, info = 1;
  double tolerance = problem->tolerance;
  enum gv_status status = take(&m, n, (size_t)basis, err);
  if (status == GV_OK)
    memcpy(m.start, vector, n * sizeof *vector);
  pthread_mutex_lock(&lock);
  for (int k = 0; k < TRIES && status == GV_OK && info != 0; k++) {
    info = iterate(problem, &m, basis, tolerance, vector);
    memcpy(m.start, m.basis, n * sizeof *m.start);  /* the start, freed of most that is not wanted */
    tolerance *= 100;
  }
  pthread_mutex_unlock(&lock);
  release(&m);
  if (status == GV_OK && info != 0)
    status = gv_fail(err, GV_NUMERIC, "the spectrum of %d nodes: ARPACK found no eigenvalue (%d)", problem->nodes,
                     (int)info);
  return status;
}
