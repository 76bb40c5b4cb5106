/* Reverse Cuthill-McKee, and LAPACK's Cholesky factors of a band. */
#include "core/graph/spectrum/band.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/graph/spectrum/lapack.h"

static const double bytes_max = 512.0 * (1 << 20), flops_max = 6e10;

struct walk {
  const int64_t *first;
  const int32_t *from;
  int32_t *order;  /* nodes as they are reached */
  int32_t *level;  /* of each node; -1: not reached */
};

static int64_t degree(const struct walk *w, int32_t i)
{
  return w->first[i + 1] - w->first[i];
}

/* Neighbours of few neighbours first. Insertion: most nodes add few. */
static void sort_by_degree(const struct walk *w, int32_t *node, int64_t count)
{
  for (int64_t a = 1; a < count; a++) {
    int32_t here = node[a];
    int64_t b = a;
    for (; b > 0 && degree(w, node[b - 1]) > degree(w, here); b--)
      node[b] = node[b - 1];
    node[b] = here;
  }
}

/* Breadth first from a node, into order[begin...]; returns the end. */
static int reach(struct walk *w, int32_t start, int begin)
{
  int end = begin;
  w->order[end++] = start;
  w->level[start] = 0;
  for (int next = begin; next < end; next++) {
    int32_t i = w->order[next];
    int old = end;
    for (int64_t e = w->first[i]; e < w->first[i + 1]; e++)
      if (w->level[w->from[e]] < 0) {
        w->level[w->from[e]] = w->level[i] + 1;
        w->order[end++] = w->from[e];
      }
    if (end - old <= 64)  /* beyond, no band is narrow */
      sort_by_degree(w, w->order + old, end - old);
  }
  return end;
}

static void forget(struct walk *w, int begin, int end)
{
  for (int k = begin; k < end; k++)
    w->level[w->order[k]] = -1;
}

/* From a node far out, found by walking to the last one reached for as long as that gets further. */
static int reach_far(struct walk *w, int32_t start, int begin)
{
  int end = reach(w, start, begin), depth = -1;
  for (int k = 0; k < 8 && w->level[w->order[end - 1]] > depth; k++) {
    int32_t last = w->order[end - 1];
    depth = w->level[last];
    forget(w, begin, end);
    end = reach(w, last, begin);
  }
  return end;
}

enum gv_status gv_band_order(const int64_t *first, const int32_t *from, int nodes, int32_t *order, int *width,
                             struct gv_error *err)
{
  struct walk w = {.first = first, .from = from, .order = order};
  enum gv_status status = gv_alloc_for(&w.level, (size_t)nodes, sizeof *w.level, "the spectrum", err);
  if (status != GV_OK)
    return status;
  memset(w.level, -1, (size_t)nodes * sizeof *w.level);
  int end = 0;
  for (int i = 0; i < nodes; i++)
    if (w.level[i] < 0)
      end = reach_far(&w, i, end);
  for (int k = 0; k < nodes / 2; k++) {
    int32_t other = order[nodes - 1 - k];
    order[nodes - 1 - k] = order[k];
    order[k] = other;
  }
  int32_t *place = w.level;
  for (int k = 0; k < nodes; k++)
    place[order[k]] = k;
  *width = 0;
  for (int i = 0; i < nodes; i++)
    for (int64_t e = first[i]; e < first[i + 1]; e++)
      if (abs(place[i] - place[from[e]]) > *width)
        *width = abs(place[i] - place[from[e]]);
  gv_free(w.level);
  return GV_OK;
}

int gv_band_fits(int nodes, int width)
{
  double entries = (double)nodes * (width + 1.0);
  return entries * sizeof(double) <= bytes_max && entries * (width + 1.0) <= flops_max;
}

enum gv_status gv_band_clear(struct gv_band *band, int nodes, int width, struct gv_error *err)
{
  size_t entries = (size_t)nodes * ((size_t)width + 1);
  if (band->factor != NULL && band->room == entries) {
    memset(band->factor, 0, entries * sizeof *band->factor);
    band->nodes = nodes;
    return GV_OK;
  }
  gv_band_destroy(band);
  *band = (struct gv_band){.nodes = nodes, .width = width, .room = entries};
  return gv_alloc_for(&band->factor, entries, sizeof *band->factor, "the spectrum", err);
}

void gv_band_destroy(struct gv_band *band)
{
  gv_free(band->factor);
  *band = (struct gv_band){0};
}

int gv_band_factor(struct gv_band *band)
{
  int room = band->width + 1, info = 0;
  dpbtrf_("L", &band->nodes, &band->width, band->factor, &room, &info, 1);
  return info == 0;
}

void gv_band_solve(const struct gv_band *band, double *x)
{
  int room = band->width + 1, info = 0, one = 1;
  dpbtrs_("L", &band->nodes, &band->width, &one, band->factor, &room, x, &band->nodes, &info, 1);
}
