/* Means and deviations over the runs of a group. */
#include "run/plot/curves.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run/json.h"

const struct gv_axis gv_axes[] = {
    {"epoch", "epoch"},
    {"round", "round"},
    {"seconds", "training time, s"},
    {"simulated_seconds", "simulated time of the cluster, s"},
    {"bytes", "bytes sent by a node"},
    {NULL, NULL},
};

static const struct { const char *column, *label; } words[] = {
    {"test_accuracy", "test accuracy of the mean model"}, {"test_loss", "test loss of the mean model"},
    {"train_loss", "training loss"}, {"objective", "objective"}, {"consensus_distance", "consensus distance"},
    {"node_accuracy_min", "accuracy of the worst node"}, {"node_accuracy_mean", "mean accuracy of the nodes"},
    {"node_accuracy_max", "accuracy of the best node"}, {"learning_rate", "learning rate"},
    {"gradient_norm", "norm of the gradient"}, {"gradient_dissimilarity", "zeta^2 of the nodes' gradients"},
    {"simulated_seconds", "simulated time of the cluster, s"}, {"seconds", "training time, s"},
};

static const char *const usual[] = {"test_accuracy", "test_loss", "objective", "train_loss"};

/* A column of a run, or `bytes`, which is made of two. */
static double value_at(const struct gv_metrics_table *table, size_t row, const char *name)
{
  if (strcmp(name, "bytes") == 0)
    return value_at(table, row, "bytes_per_node") * value_at(table, row, "round");
  long column = gv_metrics_column(table, name);
  return column >= 0 ? table->value[row * table->columns + (size_t)column] : NAN;
}

static bool has_values(const struct gv_groups *groups, const char *name)
{
  for (size_t r = 0; r < groups->count; r++)
    for (size_t row = 0; row < groups->runs[r].metrics.rows; row++)
      if (isfinite(value_at(&groups->runs[r].metrics, row, name)))
        return true;
  return false;
}

/* Sums of a point: Welford's for y, plain for x. */
struct sums {
  double round, x, y, off;
  int count;
};

static int by_round(const void *a, const void *b)
{
  double one = ((const struct sums *)a)->round, other = ((const struct sums *)b)->round;
  return one < other ? -1 : one > other;
}

static size_t rows_of(const struct gv_groups *groups, size_t group)
{
  size_t rows = 0;
  for (size_t r = 0; r < groups->count; r++)
    if (groups->runs[r].group == group)
      rows += groups->runs[r].metrics.rows;
  return rows;
}

/* Points of one run each, in the order of rounds, become points of a group. */
static size_t merge(struct sums *points, size_t count)
{
  size_t made = 0;
  qsort(points, count, sizeof *points, by_round);
  for (size_t i = 0; i < count; i++) {
    if (made == 0 || points[made - 1].round < points[i].round) {
      points[made++] = points[i];
      continue;
    }
    struct sums *to = &points[made - 1];
    double off = points[i].y - to->y;
    to->count++;
    to->x += (points[i].x - to->x) / to->count;
    to->y += off / to->count;
    to->off += off * (points[i].y - to->y);
  }
  return made;
}

static bool make_band(const struct gv_groups *groups, size_t group, const char *x, const char *y,
                      struct gv_band *band)
{
  size_t rows = rows_of(groups, group), count = 0;
  struct sums *points = calloc(rows + 1, sizeof *points);
  band->x = calloc(rows + 1, sizeof *band->x);
  band->y = calloc(rows + 1, sizeof *band->y);
  band->deviation = calloc(rows + 1, sizeof *band->deviation);
  bool good = points != NULL && band->x != NULL && band->y != NULL && band->deviation != NULL;
  for (size_t r = 0; r < groups->count && good; r++)
    for (size_t row = 0; row < groups->runs[r].metrics.rows && groups->runs[r].group == group; row++) {
      const struct gv_metrics_table *table = &groups->runs[r].metrics;
      struct sums one = {.round = value_at(table, row, "round"), .x = value_at(table, row, x),
                         .y = value_at(table, row, y), .count = 1};
      if (isfinite(one.round) && isfinite(one.x) && isfinite(one.y))
        points[count++] = one;
    }
  band->count = good ? merge(points, count) : 0;
  for (size_t i = 0; i < band->count; i++) {
    band->x[i] = points[i].x;
    band->y[i] = points[i].y;
    band->deviation[i] = points[i].count > 1 ? sqrt(points[i].off / (points[i].count - 1)) : NAN;
  }
  free(points);
  return good;
}

static enum gv_status choose(const struct gv_groups *groups, const char *x, const char **y,
                             const struct gv_axis **axis, struct gv_error *err)
{
  char all[300];
  size_t used = 0;
  for (*axis = gv_axes; (*axis)->name != NULL && strcmp((*axis)->name, x) != 0;)
    ++*axis;
  if ((*axis)->name == NULL)
    return gv_fail(err, GV_USAGE, "x is '%s'; accepted: round, epoch, seconds, simulated_seconds or bytes", x);
  if (!has_values(groups, x))
    return gv_fail(err, GV_INPUT, "%s: its metrics.csv has no %s", groups->runs[0].folder, x);
  for (size_t u = 0; u < sizeof usual / sizeof usual[0] && *y == NULL; u++)
    if (has_values(groups, usual[u]))
      *y = usual[u];
  if (*y != NULL && has_values(groups, *y))
    return GV_OK;
  for (size_t c = 0; c < groups->runs[0].metrics.columns && used < sizeof all; c++)
    if (has_values(groups, groups->runs[0].metrics.name[c]))
      used += (size_t)snprintf(all + used, sizeof all - used, "%s%s", used > 0 ? ", " : "",
                               groups->runs[0].metrics.name[c]);
  return gv_fail(err, GV_USAGE, "y: the runs have no figures '%s'; there are: %s", *y != NULL ? *y : "",
                 used > 0 ? all : "none");
}

enum gv_status gv_curves_make(const struct gv_groups *groups, const char *x, const char *y,
                              struct gv_curves *curves, struct gv_error *err)
{
  *curves = (struct gv_curves){0};
  enum gv_status status = choose(groups, x, &y, &curves->axis, err);
  if (status != GV_OK)
    return status;
  curves->column = strdup(y);
  curves->label = curves->column;
  for (size_t w = 0; w < sizeof words / sizeof words[0]; w++)
    if (strcmp(words[w].column, y) == 0)
      curves->label = words[w].label;
  curves->band = calloc(groups->groups, sizeof *curves->band);
  bool good = curves->column != NULL && curves->band != NULL;
  for (; curves->groups < groups->groups && good; curves->groups++)
    good = make_band(groups, curves->groups, x, y, &curves->band[curves->groups]);
  return good ? GV_OK : gv_fail(err, GV_MEMORY, "no memory for the curves");
}

void gv_curves_clear(struct gv_curves *curves)
{
  for (size_t g = 0; g < curves->groups; g++) {
    free(curves->band[g].x);
    free(curves->band[g].y);
    free(curves->band[g].deviation);
  }
  free(curves->band);
  free(curves->column);
  *curves = (struct gv_curves){0};
}

static json_t *numbers(const double *values, size_t count)
{
  json_t *list = json_array();
  for (size_t i = 0; i < count; i++)
    json_array_append_new(list, gv_json_number(values[i]));
  return list;
}

json_t *gv_curves_json(const struct gv_groups *groups, const struct gv_curves *curves)
{
  json_t *list = json_array();
  for (size_t g = 0; g < curves->groups; g++) {
    const struct gv_band *band = &curves->band[g];
    json_array_append_new(list, json_pack("{s:o, s:o, s:o, s:o}", "label", gv_json_text(groups->label[g]), "x",
                                          numbers(band->x, band->count), "mean", numbers(band->y, band->count),
                                          "std", numbers(band->deviation, band->count)));
  }
  return json_pack("{s:s, s:o, s:o}", "x", curves->axis->name, "y", gv_json_text(curves->column), "groups", list);
}
