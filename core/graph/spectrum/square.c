/* P^T P as rows, where it is sparse: a symmetric doubly stochastic matrix whose Laplacian keeps the digits of a
 * small gap. */
#include <string.h>

#include "core/base/memory.h"
#include "core/graph/spectrum/parts.h"

enum { PER_ROW = 64, ENTRIES_MAX = 1 << 24 };

/* Rows of any matrix (nodes, nodes); columns in any order. */
struct rows {
  int64_t *first;
  int32_t *column;
  double *value;
  int64_t room;
};

static enum gv_status create(struct rows *r, int nodes, int64_t room, struct gv_error *err)
{
  const char *what = "the spectrum";
  r->room = room;
  enum gv_status status = gv_alloc_for(&r->first, (size_t)nodes + 2, sizeof *r->first, what, err);
  if (status == GV_OK)
    status = gv_alloc_for(&r->column, (size_t)room, sizeof *r->column, what, err);
  if (status == GV_OK)
    status = gv_alloc_for(&r->value, (size_t)room, sizeof *r->value, what, err);
  return status;
}

static void destroy(struct rows *r)
{
  gv_free(r->first);
  gv_free(r->column);
  gv_free(r->value);
}

/* One row under way. */
struct sum {
  double *value;    /* (nodes) */
  int32_t *column;  /* (nodes) those that are not empty */
  int32_t *row;     /* (nodes) for which row a column was met last, from 1 */
  int count;
};

static void add(struct sum *sum, int32_t row, const struct rows *from, int32_t i, double factor)
{
  for (int64_t e = from->first[i]; e < from->first[i + 1]; e++) {
    int32_t c = from->column[e];
    if (sum->row[c] != row + 1) {
      sum->row[c] = row + 1;
      sum->value[c] = 0;
      sum->column[sum->count++] = c;
    }
    sum->value[c] += factor * from->value[e];
  }
}

/* Returns false where there is no room. Without `self` the diagonal is left out. */
static bool finish(struct sum *sum, int32_t row, struct rows *to, bool self)
{
  int64_t end = to->first[row];
  for (int k = 0; k < sum->count; k++) {
    if (sum->column[k] == row && !self)
      continue;
    if (end == to->room)
      return false;
    to->column[end] = sum->column[k];
    to->value[end++] = sum->value[sum->column[k]];
  }
  to->first[row + 1] = end;
  sum->count = 0;
  return true;
}

static void start(struct rows *r, int nodes)
{
  for (int i = 0; i < nodes; i++) {
    r->first[i + 1] = i + 1;
    r->column[i] = i;
    r->value[i] = 1;
  }
}

/* out <- W in */
static bool multiply(const struct gv_graph *graph, int nodes, const struct rows *in, struct rows *out,
                     struct sum *sum)
{
  memset(sum->row, 0, (size_t)nodes * sizeof *sum->row);
  for (int32_t i = 0; i < nodes; i++) {
    add(sum, i, in, i, graph->self[i]);
    for (int64_t e = graph->first[i]; e < graph->first[i + 1]; e++)
      add(sum, i, in, graph->from[e], graph->weight[e]);
    if (!finish(sum, i, out, true))
      return false;
  }
  return true;
}

static void transpose(const struct rows *in, int nodes, struct rows *out)
{
  int64_t *next = out->first + 1;
  memset(out->first, 0, ((size_t)nodes + 2) * sizeof *out->first);
  for (int64_t e = 0; e < in->first[nodes]; e++)
    next[in->column[e] + 1]++;
  for (int i = 0; i < nodes; i++)
    next[i + 1] += next[i];
  for (int32_t i = 0; i < nodes; i++)
    for (int64_t e = in->first[i]; e < in->first[i + 1]; e++) {
      int64_t at = next[in->column[e]]++;
      out->column[at] = i;
      out->value[at] = in->value[e];
    }
}

/* out <- P^T P without its diagonal. Sums run in one order on both sides of it, so that they agree to the bit. */
static bool square(const struct rows *p, const struct rows *back, int nodes, struct rows *out, struct sum *sum)
{
  memset(sum->row, 0, (size_t)nodes * sizeof *sum->row);
  for (int32_t i = 0; i < nodes; i++) {
    for (int64_t e = back->first[i]; e < back->first[i + 1]; e++)
      add(sum, i, p, back->column[e], back->value[e]);
    if (!finish(sum, i, out, false))
      return false;
  }
  return true;
}

static void swap(struct rows *a, struct rows *b)
{
  struct rows other = *a;
  *a = *b;
  *b = other;
}

enum gv_status gv_rounds_square(const struct gv_rounds *rounds, struct gv_graph *out, bool *sparse,
                                 struct gv_error *err)
{
  struct rows p = {0}, other = {0};
  struct sum sum = {0};
  int nodes = rounds->nodes;
  int64_t room = (int64_t)PER_ROW * nodes;
  enum gv_status status = create(&p, nodes, room < ENTRIES_MAX ? room : ENTRIES_MAX, err);
  struct rows s = {0};
  if (status == GV_OK)
    status = create(&other, nodes, p.room, err);
  if (status == GV_OK)
    status = create(&s, nodes, p.room, err);
  if (status == GV_OK)
    status = gv_alloc_for(&sum.value, (size_t)nodes, sizeof *sum.value, "the spectrum", err);
  if (status == GV_OK)
    status = gv_alloc_for(&sum.column, (size_t)nodes, sizeof *sum.column, "the spectrum", err);
  if (status == GV_OK)
    status = gv_alloc_for(&sum.row, (size_t)nodes, sizeof *sum.row, "the spectrum", err);
  *sparse = status == GV_OK && nodes <= p.room;
  if (*sparse)
    start(&p, nodes);
  for (int k = 0; k < rounds->count && *sparse; k++) {
    *sparse = multiply(rounds->graph[k], nodes, &p, &other, &sum);
    swap(&p, &other);
  }
  if (*sparse) {
    transpose(&p, nodes, &other);
    *sparse = square(&p, &other, nodes, &s, &sum);
  }
  *out = (struct gv_graph){0};
  if (*sparse) {
    *out = (struct gv_graph){.first = s.first, .from = s.column, .weight = s.value};
    s = (struct rows){0};
  }
  destroy(&p);
  destroy(&other);
  destroy(&s);
  gv_free(sum.value);
  gv_free(sum.column);
  gv_free(sum.row);
  return status;
}
