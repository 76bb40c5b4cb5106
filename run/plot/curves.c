/* Means and deviations over the runs of a group. */
#include "run/plot/curves.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run/json.h"
#include "run/plot/against.h"

static const char *const axes[] = {"round", "epoch", "seconds", "simulated_seconds", "bytes"};

static const struct { const char *column, *label; } words[] = {
    {"test_accuracy", "test accuracy, mean model"}, {"test_loss", "test loss, mean model"},
    {"train_loss", "training loss"}, {"objective", "objective"}, {"consensus_distance", "consensus distance"},
    {"node_accuracy_min", "accuracy of the worst node"}, {"node_accuracy_mean", "mean accuracy of the nodes"},
    {"node_accuracy_max", "accuracy of the best node"}, {"learning_rate", "learning rate"},
    {"gradient_norm", "norm of the gradient"}, {"gradient_dissimilarity", "zeta^2 of the nodes' gradients"},
    {"simulated_seconds", "simulated time of the cluster, s"}, {"seconds", "training time, s"},
    {"bytes", "bytes sent by a node"}, {"rounds_to_target", "rounds to target"},
    {"epochs_to_target", "epochs to target"}, {"seconds_to_target", "training time to target, s"},
    {"simulated_seconds_to_target", "cluster time to target, s"},
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

/* What a run came to in the end; NAN: it has not that, or is not at its end. */
static double value_in_the_end(const struct gv_shown_run *run, const char *name)
{
  const json_t *figure = json_object_get(run->summary, name);
  double value = NAN;
  if (!gv_shown_is_finished(run))
    return NAN;
  if (json_is_number(figure))
    return json_number_value(figure);
  for (size_t row = run->metrics.rows; row-- > 0 && !isfinite(value);)
    value = value_at(&run->metrics, row, name);
  return value;
}

static bool has_values(const struct gv_groups *groups, const char *name)
{
  for (size_t r = 0; r < groups->count; r++) {
    if (groups->against != NULL && isfinite(value_in_the_end(&groups->runs[r], name)))
      return true;
    for (size_t row = 0; row < groups->runs[r].metrics.rows && groups->against == NULL; row++)
      if (isfinite(value_at(&groups->runs[r].metrics, row, name)))
        return true;
  }
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

/* Of a group: how many points its runs have at most, and how many runs it has. */
static size_t size_of(const struct gv_groups *groups, size_t group, int *runs)
{
  size_t points = 0;
  *runs = 0;
  for (size_t r = 0; r < groups->count; r++)
    if (groups->runs[r].group == group) {
      points += groups->against != NULL ? 1 : groups->runs[r].metrics.rows;
      ++*runs;
    }
  return points;
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

/* What stands on the axes. */
struct asked {
  const char *x, *y;
  double minus;
  struct gv_against against;
};

static size_t add_points(const struct gv_groups *groups, const struct gv_shown_run *run, const struct asked *asked,
                         struct sums *points)
{
  size_t count = 0;
  for (size_t row = 0; row < (groups->against != NULL ? 1 : run->metrics.rows); row++) {
    struct sums one = {.count = 1};
    if (groups->against != NULL) {
      one.round = one.x = gv_against_number(&asked->against, gv_shown_value(run, asked->x));
      one.y = value_in_the_end(run, asked->y) - asked->minus;
    } else {
      one.round = value_at(&run->metrics, row, "round");
      one.x = value_at(&run->metrics, row, asked->x);
      one.y = value_at(&run->metrics, row, asked->y) - asked->minus;
    }
    if (isfinite(one.round) && isfinite(one.x) && isfinite(one.y))
      points[count++] = one;
  }
  return count;
}

static bool make_band(const struct gv_groups *groups, size_t group, const struct asked *asked, struct gv_band *band)
{
  int runs;
  size_t most = size_of(groups, group, &runs), count = 0;
  struct sums *points = calloc(most + 1, sizeof *points);
  band->x = calloc(most + 1, sizeof *band->x);
  band->y = calloc(most + 1, sizeof *band->y);
  band->deviation = calloc(most + 1, sizeof *band->deviation);
  bool good = points != NULL && band->x != NULL && band->y != NULL && band->deviation != NULL;
  for (size_t r = 0; r < groups->count && good; r++)
    if (groups->runs[r].group == group)
      count += add_points(groups, &groups->runs[r], asked, points + count);
  count = good ? merge(points, count) : 0;
  for (size_t i = 0; i < count; i++) {
    /* Where most runs have ended, as some do at a target, those that are left say nothing of the others. */
    if (groups->against == NULL && 2 * points[i].count < runs)
      continue;
    size_t at = band->count++;
    band->x[at] = points[i].x;
    band->y[at] = points[i].y;
    band->deviation[at] = points[i].count > 1 ? sqrt(points[i].off / (points[i].count - 1)) : NAN;
  }
  free(points);
  return good;
}

bool gv_is_axis(const char *x)
{
  bool found = false;
  for (size_t a = 0; a < sizeof axes / sizeof axes[0] && !found; a++)
    found = strcmp(axes[a], x) == 0;
  return found;
}

/* The figures there are, "round, epoch, ..", into text. */
static void list_figures(const struct gv_groups *groups, char *text, size_t size)
{
  const struct gv_metrics_table *table = &groups->runs[0].metrics;
  const char *key;
  json_t *value;
  size_t used = 0;
  for (size_t c = 0; c < table->columns && used < size; c++)
    if (has_values(groups, table->name[c]))
      used += (size_t)snprintf(text + used, size - used, "%s%s", used > 0 ? ", " : "", table->name[c]);
  json_object_foreach(groups->against != NULL ? groups->runs[0].summary : NULL, key, value)
    if (json_is_number(value) && gv_metrics_column(table, key) < 0 && used < size)
      used += (size_t)snprintf(text + used, size - used, "%s%s", used > 0 ? ", " : "", key);
  if (used == 0)
    snprintf(text, size, "none");
}

/* Where the numbers of the option stand that curves are over. */
static enum gv_status find_numbers(const struct gv_groups *groups, struct asked *asked, struct gv_error *err)
{
  const char **values = calloc(groups->count, sizeof *values);
  if (values == NULL)
    return gv_fail(err, GV_MEMORY, "no memory for the curves");
  for (size_t r = 0; r < groups->count; r++)
    values[r] = gv_shown_value(&groups->runs[r], asked->x);
  enum gv_status status = gv_against_find(asked->x, values, groups->count, &asked->against, err);
  free(values);
  return status;
}

static enum gv_status choose(const struct gv_groups *groups, struct asked *asked, struct gv_error *err)
{
  char all[600];
  enum gv_status status = groups->against != NULL ? find_numbers(groups, asked, err) : GV_OK;
  if (status != GV_OK)
    return status;
  if (groups->against == NULL && !has_values(groups, asked->x))
    return gv_fail(err, GV_INPUT, "%s: its metrics.csv has no %s", groups->runs[0].folder, asked->x);
  for (size_t u = 0; u < sizeof usual / sizeof usual[0] && asked->y == NULL; u++)
    if (has_values(groups, usual[u]))
      asked->y = usual[u];
  if (asked->y == NULL || !has_values(groups, asked->y)) {
    list_figures(groups, all, sizeof all);
    return gv_fail(err, GV_USAGE, "y: the runs have no figures '%s'; there are: %s",
                   asked->y != NULL ? asked->y : "", all);
  }
  return GV_OK;
}

/* "objective - 0.66", for the caller to free. */
static char *words_for(const char *name, double minus)
{
  char *text = NULL;
  for (size_t w = 0; w < sizeof words / sizeof words[0]; w++)
    if (strcmp(words[w].column, name) == 0)
      name = words[w].label;
  return asprintf(&text, minus != 0 ? "%s %c %.9g" : "%s", name, minus < 0 ? '+' : '-', fabs(minus)) >= 0 ? text
                                                                                                         : NULL;
}

enum gv_status gv_curves_make(const struct gv_groups *groups, const char *x, const char *y, double minus,
                              struct gv_curves *curves, struct gv_error *err)
{
  struct asked asked = {.x = x, .y = y, .minus = minus};
  *curves = (struct gv_curves){0};
  enum gv_status status = choose(groups, &asked, err);
  if (status != GV_OK) {
    gv_against_clear(&asked.against);
    return status;
  }
  curves->x = strdup(x);
  curves->column = strdup(asked.y);
  curves->label_x = words_for(groups->against != NULL ? asked.against.label : x, 0);
  curves->label = words_for(asked.y, minus);
  curves->band = calloc(groups->groups, sizeof *curves->band);
  bool good = curves->x != NULL && curves->column != NULL && curves->label_x != NULL && curves->label != NULL &&
              curves->band != NULL;
  for (; curves->groups < groups->groups && good; curves->groups++)
    good = make_band(groups, curves->groups, &asked, &curves->band[curves->groups]);
  for (size_t r = 0; r < groups->count && groups->against != NULL; r++)
    curves->without += isfinite(value_in_the_end(&groups->runs[r], asked.y)) ? 0 : 1;
  gv_against_clear(&asked.against);
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
  free(curves->x);
  free(curves->column);
  free(curves->label_x);
  free(curves->label);
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
  return json_pack("{s:o, s:o, s:o}", "x", gv_json_text(curves->x), "y", gv_json_text(curves->column), "groups",
                   list);
}
