/* Counts labels a node, and measures how uneven they are. */
#include "datasets/census.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"

static int ascending(const void *a, const void *b)
{
  const int64_t *x = a, *y = b;
  return (*x > *y) - (*x < *y);
}

static enum gv_status measure_sizes(struct gv_census *census, struct gv_error *err)
{
  int64_t *sorted = NULL;
  size_t n = (size_t)census->nodes;
  enum gv_status status = gv_alloc_for(&sorted, n, sizeof *sorted, "the sizes of nodes", err);
  if (status != GV_OK)
    return status;
  memcpy(sorted, census->sizes, n * sizeof *sorted);
  qsort(sorted, n, sizeof *sorted, ascending);
  census->size_min = sorted[0];
  census->size_max = sorted[n - 1];
  int64_t below = sorted[(n - 1) / 2], above = sorted[n / 2];
  census->size_median = 0.5 * ((double)below + (double)above);
  gv_free(sorted);
  return GV_OK;
}

static double plogp(double p)  /* p log2 p */
{
  return p > 0 ? p * log2(p) : 0;
}

/* How many labels of each class a node sees: row (classes). */
static void count_row(const int32_t *labels, const struct gv_shards *shards, int node, int32_t classes,
                      int64_t *row)
{
  memset(row, 0, (size_t)classes * sizeof *row);
  for (int64_t k = shards->first[node]; k < shards->first[node + 1]; k++)
    row[labels[shards->index[k]]]++;
}

/* Adds up the distances of one node's labels, row (classes) of count, to those of all (classes). */
static void measure_row(struct gv_census *census, const int64_t *row, int64_t count, const double *all)
{
  double tv = 0, js = 0, entropy = 0;
  for (int32_t c = 0; c < census->classes; c++) {
    double p = (double)row[c] / (double)count, q = all[c], middle = 0.5 * (p + q);
    tv += 0.5 * fabs(p - q);
    js += 0.5 * (plogp(p) + plogp(q)) - plogp(middle);
    entropy -= plogp(p);
  }
  census->tv_mean += tv;
  census->js_mean += sqrt(js > 0 ? js : 0);
  census->effective_classes_mean += exp2(entropy);
}

static enum gv_status count_labels(const int32_t *labels, const struct gv_shards *shards, int64_t cells,
                                   struct gv_census *census, struct gv_error *err)
{
  size_t classes = (size_t)census->classes;
  bool kept = (int64_t)census->nodes * census->classes <= cells;
  int64_t *rows = NULL;
  double *all = NULL;
  int nodes = 0;
  enum gv_status status = gv_alloc_for(&rows, (kept ? (size_t)census->nodes : 1) * classes, sizeof *rows,
                                       "the histogram of labels", err);
  if (status == GV_OK)
    status = gv_alloc_for(&all, classes, sizeof *all, "the histogram of labels", err);
  if (status == GV_OK) {
    for (int64_t s = 0; s < census->samples; s++)
      all[labels[s]] += 1 / (double)census->samples;
    census->tv_mean = census->js_mean = census->effective_classes_mean = 0;
  }
  for (int i = 0; i < census->nodes && status == GV_OK; i++) {
    int64_t *row = rows + (kept ? (size_t)i * classes : 0);
    count_row(labels, shards, i, census->classes, row);
    if (census->sizes[i] == 0)
      continue;
    measure_row(census, row, census->sizes[i], all);
    nodes++;
  }
  if (status == GV_OK) {
    census->tv_mean /= nodes;
    census->js_mean /= nodes;
    census->effective_classes_mean /= nodes;
  }
  if (status == GV_OK && kept)
    census->histogram = rows;
  else
    gv_free(rows);
  gv_free(all);
  return status;
}

enum gv_status gv_census_take(const struct gv_dataset *dataset, const struct gv_shards *shards, int64_t cells,
                              struct gv_census *census, struct gv_error *err)
{
  const int32_t *labels = shards->labels != NULL ? shards->labels : dataset->train.labels;
  *census = (struct gv_census){.nodes = shards->nodes, .classes = dataset->shape.classes,
                               .samples = dataset->train.samples, .tv_mean = NAN, .js_mean = NAN,
                               .effective_classes_mean = NAN};
  enum gv_status status =
      gv_alloc_for(&census->sizes, (size_t)shards->nodes, sizeof *census->sizes, "the sizes of nodes", err);
  for (int i = 0; i < shards->nodes && status == GV_OK; i++)
    census->sizes[i] = shards->first[i + 1] - shards->first[i];
  if (status == GV_OK)
    status = measure_sizes(census, err);
  if (status == GV_OK && labels != NULL)
    status = count_labels(labels, shards, cells, census, err);
  if (status != GV_OK)
    gv_census_clear(census);
  return status;
}

void gv_census_clear(struct gv_census *census)
{
  gv_free(census->sizes);
  gv_free(census->histogram);
  *census = (struct gv_census){0};
}
