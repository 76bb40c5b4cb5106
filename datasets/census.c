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
  census->size_median = 0.5 * ((double)sorted[(n - 1) / 2] + (double)sorted[n / 2]);
  gv_free(sorted);
  return GV_OK;
}

static double plogp(double p)  /* p log2 p */
{
  return p > 0 ? p * log2(p) : 0;
}

static void measure_laws(struct gv_census *census, const double *all)
{
  double tv_sum = 0, js_sum = 0, effective_sum = 0;
  int count = 0;
  for (int i = 0; i < census->nodes; i++) {
    const int64_t *row = census->histogram + (int64_t)i * census->classes;
    double tv = 0, js = 0, entropy = 0;
    if (census->sizes[i] == 0)
      continue;
    for (int32_t c = 0; c < census->classes; c++) {
      double p = (double)row[c] / (double)census->sizes[i], q = all[c], middle = 0.5 * (p + q);
      tv += 0.5 * fabs(p - q);
      js += 0.5 * (plogp(p) + plogp(q)) - plogp(middle);
      entropy -= plogp(p);
    }
    tv_sum += tv;
    js_sum += sqrt(js > 0 ? js : 0);
    effective_sum += exp2(entropy);
    count++;
  }
  census->tv_mean = tv_sum / count;
  census->js_mean = js_sum / count;
  census->effective_classes_mean = effective_sum / count;
}

static enum gv_status count_labels(const int32_t *labels, const struct gv_shards *shards, struct gv_census *census,
                                   struct gv_error *err)
{
  size_t classes = (size_t)census->classes;
  double *all = NULL;
  enum gv_status status = gv_alloc_for(&census->histogram, (size_t)census->nodes * classes,
                                       sizeof *census->histogram, "the histogram of labels", err);
  if (status == GV_OK)
    status = gv_alloc_for(&all, classes, sizeof *all, "the histogram of labels", err);
  for (int i = 0; i < census->nodes && status == GV_OK; i++)
    for (int64_t k = shards->first[i]; k < shards->first[i + 1]; k++) {
      int32_t label = labels[shards->index[k]];
      census->histogram[(size_t)i * classes + (size_t)label]++;
      all[label] += 1 / (double)census->samples;
    }
  if (status == GV_OK)
    measure_laws(census, all);
  gv_free(all);
  return status;
}

enum gv_status gv_census_take(const struct gv_dataset *dataset, const struct gv_shards *shards,
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
    status = count_labels(labels, shards, census, err);
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
