/* Products with W: sums of shifted vectors where rows repeat, else row by row. */
#include "core/graph/consensus/product.h"

#include <string.h>

#include "core/base/clones.h"
#include "core/base/memory.h"

enum {
  BLOCK = 512,  /* numbers; y stays in the first-level cache between passes of four neighbours */
  ALIKE = 8,    /* fewer rows are not worth a stretch of their own */
  SHORT = 8     /* vectors of fewer numbers are not worth a kernel */
};

/* Neighbours a, b, c, e of the numbers s, four or what is left of them. The sum goes from left to right everywhere,
 * so that the bits are those of row_short. */

GV_CLONES
static void whole_1(double *restrict y, const double *restrict s, const double *restrict a, double wa, size_t n)
{
#pragma omp simd
  for (size_t i = 0; i < n; i++)
    y[i] = s[i] + wa * (a[i] - s[i]);
}

GV_CLONES
static void whole_2(double *restrict y, const double *restrict s, const double *restrict a,
                    const double *restrict b, double wa, double wb, size_t n)
{
#pragma omp simd
  for (size_t i = 0; i < n; i++)
    y[i] = s[i] + (wa * (a[i] - s[i]) + wb * (b[i] - s[i]));
}

GV_CLONES
static void whole_4(double *restrict y, const double *restrict s, const double *const *from, const double *w,
                    size_t n)
{
  const double *restrict a = from[0], *restrict b = from[1], *restrict c = from[2], *restrict e = from[3];
  const double wa = w[0], wb = w[1], wc = w[2], we = w[3];
#pragma omp simd
  for (size_t i = 0; i < n; i++)
    y[i] = s[i] + (((wa * (a[i] - s[i]) + wb * (b[i] - s[i])) + wc * (c[i] - s[i])) + we * (e[i] - s[i]));
}

GV_CLONES
static void begin_1(double *restrict y, const double *restrict s, const double *restrict a, double wa, size_t n)
{
#pragma omp simd
  for (size_t i = 0; i < n; i++)
    y[i] = wa * (a[i] - s[i]);
}

GV_CLONES
static void add_1(double *restrict y, const double *restrict s, const double *restrict a, double wa, size_t n)
{
#pragma omp simd
  for (size_t i = 0; i < n; i++)
    y[i] = y[i] + wa * (a[i] - s[i]);
}

GV_CLONES
static void add_4(double *restrict y, const double *restrict s, const double *const *from, const double *w,
                  size_t n)
{
  const double *restrict a = from[0], *restrict b = from[1], *restrict c = from[2], *restrict e = from[3];
  const double wa = w[0], wb = w[1], wc = w[2], we = w[3];
#pragma omp simd
  for (size_t i = 0; i < n; i++)
    y[i] = (((y[i] + wa * (a[i] - s[i])) + wb * (b[i] - s[i])) + wc * (c[i] - s[i])) + we * (e[i] - s[i]);
}

GV_CLONES
static void add_self(double *restrict y, const double *restrict s, size_t n)
{
#pragma omp simd
  for (size_t i = 0; i < n; i++)
    y[i] = s[i] + y[i];
}

/* The row at `at` for n numbers, where x begins `shift` numbers after that row's own sources. */
static void many(const struct gv_graph *graph, int32_t at, int d, ptrdiff_t shift, const double *s, const double *x,
                 double *y, size_t n)
{
  int64_t begin = graph->first[at], end = graph->first[at + 1];
  for (size_t lo = 0; lo < n; lo += BLOCK) {
    size_t m = n - lo < BLOCK ? n - lo : BLOCK;
    const double *base = x + shift + (ptrdiff_t)lo, *from[4];
    begin_1(y + lo, s + lo, base + (ptrdiff_t)graph->from[begin] * d, graph->weight[begin], m);
    int64_t e = begin + 1;
    for (; e + 4 <= end; e += 4) {
      for (int k = 0; k < 4; k++)
        from[k] = base + (ptrdiff_t)graph->from[e + k] * d;
      add_4(y + lo, s + lo, from, graph->weight + e, m);
    }
    for (; e < end; e++)
      add_1(y + lo, s + lo, base + (ptrdiff_t)graph->from[e] * d, graph->weight[e], m);
    add_self(y + lo, s + lo, m);
  }
}

/* `rows` rows from `row` on, which are the row `at` shifted by row - at. */
static void kernel(const struct gv_graph *graph, int32_t at, int d, int32_t row, int32_t rows, const double *x,
                   double *y)
{
  int64_t e = graph->first[at], degree = graph->first[at + 1] - e;
  ptrdiff_t shift = (ptrdiff_t)(row - at) * d;
  size_t n = (size_t)rows * (size_t)d;
  const double *s = x + (ptrdiff_t)row * d, *w = graph->weight + e, *from[4];
  y += (ptrdiff_t)row * d;
  for (int64_t k = 0; k < degree && k < 4; k++)
    from[k] = x + (ptrdiff_t)graph->from[e + k] * d + shift;
  if (degree == 0)
    memcpy(y, s, n * sizeof *y);
  else if (degree == 1)
    whole_1(y, s, from[0], w[0], n);
  else if (degree == 2)
    whole_2(y, s, from[0], from[1], w[0], w[1], n);
  else if (degree == 4)
    whole_4(y, s, from, w, n);
  else
    many(graph, at, d, shift, s, x, y, n);
}

static void row_short(const struct gv_graph *graph, int d, int32_t row, const double *x, double *y)
{
  int64_t begin = graph->first[row], end = graph->first[row + 1];
  for (int c = 0; c < d; c++) {
    double s = x[(int64_t)row * d + c], sum = 0;
    for (int64_t e = begin; e < end; e++) {
      double term = graph->weight[e] * (x[(int64_t)graph->from[e] * d + c] - s);
      sum = e == begin ? term : sum + term;
    }
    y[(int64_t)row * d + c] = begin == end ? s : s + sum;
  }
}

void gv_product_rows(const struct gv_graph *graph, int d, int32_t first, int32_t end, const double *x, double *y)
{
  for (int32_t row = first; row < end; row++)
    if (d < SHORT)
      row_short(graph, d, row, x, y);
    else
      kernel(graph, row, d, row, 1, x, y);
}

/* The stretch that holds the row. */
static int32_t find(const struct gv_product *product, int32_t row)
{
  int32_t low = 0, high = product->count;
  while (high - low > 1) {
    int32_t middle = low + (high - low) / 2;
    if (product->first[middle] <= row)
      low = middle;
    else
      high = middle;
  }
  return low;
}

void gv_product_apply(const struct gv_product *product, int d, int32_t first, int32_t end, const double *x,
                      double *y)
{
  for (int32_t s = first < end ? find(product, first) : product->count; first < end; s++) {
    int32_t stop = product->first[s + 1] < end ? product->first[s + 1] : end;
    if (product->alike[s])
      kernel(product->graph, product->first[s], d, first, stop - first, x, y);
    else
      gv_product_rows(product->graph, d, first, stop, x, y);
    first = stop;
  }
}

/* ---- stretches ---- */

static bool repeats(const struct gv_graph *graph, int32_t row)
{
  int64_t here = graph->first[row], before = graph->first[row - 1], degree = here - before;
  if (graph->first[row + 1] - here != degree)
    return false;
  for (int64_t k = 0; k < degree; k++)
    if (graph->from[here + k] != graph->from[before + k] + 1 ||
        graph->weight[here + k] != graph->weight[before + k])
      return false;
  return true;
}

/* Calls it a stretch of its own, or adds it to the rows before that are not alike. */
static void close_stretch(struct gv_product *product, int32_t first, int32_t end)
{
  bool alike = end - first >= ALIKE;
  if (alike || product->count == 0 || product->alike[product->count - 1]) {
    product->first[product->count] = first;
    product->alike[product->count++] = alike;
  }
  product->first[product->count] = end;
}

enum gv_status gv_product_create(const struct gv_graph *graph, int nodes, struct gv_product *out,
                                 struct gv_error *err)
{
  /* Between two stretches that are alike there is at most one that is not. */
  size_t room = 2 * ((size_t)nodes / ALIKE + 1);
  *out = (struct gv_product){.graph = graph};
  enum gv_status status = gv_alloc_for(&out->first, room + 1, sizeof *out->first, "the product", err);
  if (status == GV_OK)
    status = gv_alloc_for(&out->alike, room, sizeof *out->alike, "the product", err);
  if (status != GV_OK) {
    gv_product_clear(out);
    return status;
  }
  int32_t first = 0;
  for (int32_t row = 1; row <= nodes; row++)
    if (row == nodes || !repeats(graph, row)) {
      close_stretch(out, first, row);
      first = row;
    }
  return GV_OK;
}

void gv_product_clear(struct gv_product *product)
{
  gv_free(product->first);
  gv_free(product->alike);
  *product = (struct gv_product){0};
}
