/* The page's data, as JSON for its script. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <grapevine/grapevine.h>

#include "core/base/option.h"
#include "core/base/paths.h"
#include "run/chart.h"
#include "run/json.h"
#include "run/page/parts.h"
#include "run/plot/curves.h"
#include "run/run.h"
#include "run/study/collect.h"

enum {
  POINTS = 2000,         /* of a curve: more are finer than the page */
  POINTS_LEAST = 300,    /* of each of very many */
  POINTS_ALL = 40000,    /* of all curves of a figure */
  CELLS = 20000,         /* of a split that is drawn */
  CELLS_ALL = 400000,    /* of all splits */
};

/* What curves stand over, and what they may show of metrics.csv. */
static const char *const axes[] = {"epoch", "round", "simulated_seconds", "seconds", "bytes"};
static const char *const figures[] = {
    "test_accuracy", "test_loss", "train_loss", "objective", "consensus_distance", "node_accuracy_min",
    "gradient_norm", "gradient_dissimilarity", "learning_rate"};

static _Thread_local bool starved;  /* some of the data is not there, for want of memory */

static void append(json_t *list, json_t *value)
{
  starved |= json_array_append_new(list, value) != 0;
}

static void set(json_t *object, const char *key, json_t *value)
{
  starved |= json_object_set_new(object, key, value) != 0;
}

/* ---- curves ---- */

/* The points that are kept of a long curve, in order, into kept; returns how many: both ends, and of every stretch
 * the least and the largest value, through which a line looks the same; of an axis, which only rises, any do. */
static size_t thin(const struct gv_band *band, size_t most, bool axis, size_t *kept)
{
  size_t count = 0, step = band->count > most ? 2 * (band->count / most + 1) : 1;
  for (size_t i = 0; i < band->count; i += step) {
    size_t end = band->count - i < step ? band->count : i + step, low = i, high = i;
    for (size_t j = i; j < end && !axis; j++) {
      low = band->y[j] < band->y[low] ? j : low;
      high = band->y[j] > band->y[high] ? j : high;
    }
    if (i == 0 && low > 0 && high > 0)
      kept[count++] = 0;
    kept[count++] = low < high ? low : high;
    if (low != high)
      kept[count++] = low < high ? high : low;
  }
  if (count > 0 && kept[count - 1] != band->count - 1)
    kept[count++] = band->count - 1;
  return count;
}

static json_t *pick(const double *values, const size_t *kept, size_t count)
{
  json_t *list = json_array();
  for (size_t i = 0; i < count; i++)
    append(list, gv_json_number(values[kept[i]]));
  return list;
}

static bool has_deviation(const struct gv_band *band)
{
  bool some = false;
  for (size_t i = 0; i < band->count && !some; i++)
    some = band->deviation[i] > 0;
  return some;
}

/* A figure by rounds, for every group; false: no run has it. */
static bool add_column(const struct gv_groups *groups, const char *name, bool axis, json_t *page)
{
  struct gv_curves curves;
  struct gv_error none;
  size_t most = POINTS_ALL / groups->groups, longest = 0;
  bool good = gv_curves_make(groups, "round", name, 0, &curves, &none) == GV_OK;
  most = most > POINTS ? POINTS : most < POINTS_LEAST ? POINTS_LEAST : most;
  for (size_t g = 0; good && g < groups->groups; g++)
    longest = curves.band[g].count > longest ? curves.band[g].count : longest;
  size_t *kept = good ? calloc(longest + 2, sizeof *kept) : NULL;
  for (size_t g = 0; kept != NULL && g < groups->groups; g++) {
    const struct gv_band *band = &curves.band[g];
    size_t count = thin(band, most, axis, kept);
    json_t *group = json_array_get(json_object_get(page, "groups"), g);
    json_t *column = json_pack("{s:o, s:o}", "round", pick(band->x, kept, count), "mean",
                               pick(band->y, kept, count));
    if (!axis && has_deviation(band))
      set(column, "std", pick(band->deviation, kept, count));
    set(json_object_get(group, "columns"), name, column);
  }
  if (kept != NULL)
    append(json_object_get(page, axis ? "axes" : "figures"),
                          json_pack("{s:s, s:o}", "name", name, "label", gv_json_text(curves.label)));
  if (longest > most)
    set(page, "thinned", json_integer((json_int_t)most));
  starved |= good ? kept == NULL : none.status == GV_MEMORY;
  free(kept);
  gv_curves_clear(&curves);
  return kept != NULL;
}

static void add_curves(const struct gv_groups *groups, json_t *page)
{
  for (size_t a = 0; a < sizeof axes / sizeof axes[0]; a++)
    add_column(groups, axes[a], true, page);
  for (size_t f = 0; f < sizeof figures / sizeof figures[0]; f++)
    add_column(groups, figures[f], false, page);
}

/* ---- the table ---- */

static json_t *table_columns(void)
{
  json_t *list = json_array();
  size_t count;
  const struct gv_summary_figure *row = gv_study_figures(&count);
  for (size_t f = 0; f < count; f++)
    append(list, json_pack("{s:s, s:s, s:i, s:b}", "key", row[f].key, "title", row[f].title,
                                          "better", row[f].better, "shown", row[f].shown));
  return list;
}

static json_t *figures_of(const struct gv_shown_run *run)
{
  json_t *object = json_object();
  size_t count;
  const struct gv_summary_figure *row = gv_study_figures(&count);
  for (size_t f = 0; f < count; f++) {
    double value = gv_page_figure(run, row[f].key);
    if (isfinite(value))
      set(object, row[f].key, json_real(value));
  }
  return object;
}

/* ---- splits ---- */

/* What is shown of a run's split.json: a text, by which equal ones are found; NULL: there is none. */
static char *split_text(const struct gv_shown_run *run, size_t *cells)
{
  static const char *const shown[] = {"data", "split", "nodes", "classes", "class_names", "js_mean", "size_min",
                                      "size_median", "size_max", "histogram"};
  char *text = NULL;
  json_t *file, *split = json_object();
  starved |= gv_json_read(run->folder, "split.json", &file, NULL) != GV_OK;
  for (size_t k = 0; k < sizeof shown / sizeof shown[0]; k++)
    json_object_set(split, shown[k], json_object_get(file, shown[k]));  /* without value: nothing happens */
  const json_t *rows = json_object_get(split, "histogram");
  *cells = json_array_size(rows) * json_array_size(json_array_get(rows, 0));
  if (*cells > CELLS) {
    json_object_del(split, "histogram");
    *cells = 0;
  }
  if (json_object_size(split) > 0)
    text = gv_json_dump(split, JSON_COMPACT | JSON_REAL_PRECISION(7));
  starved |= json_object_size(split) > 0 && text == NULL;
  json_decref(split);
  json_decref(file);
  return text;
}

/* The number of a run's split in the page's list, which gets it when it is new; null: none, or no room. */
static json_t *number_of_split(const struct gv_shown_run *run, json_t *list, json_t *known, size_t *room)
{
  size_t cells;
  char *text = split_text(run, &cells);
  json_t *number = text != NULL ? json_object_get(known, text) : NULL;
  if (number == NULL && text != NULL && cells <= *room) {
    number = json_integer((json_int_t)json_array_size(list));
    json_t *split;
    starved |= gv_json_parse(text, &split, NULL) != GV_OK;
    append(list, split);
    set(known, text, number);
    *room -= cells;
  }
  free(text);
  return number != NULL ? json_incref(number) : json_null();
}

/* ---- options ---- */

static json_t *option_rows(const struct gv_groups *groups)
{
  json_t *list = json_array();
  for (const struct gv_option *row = gv_run_options(); row->key != NULL; row++) {
    const char *first = gv_shown_value(&groups->runs[0], row->key);
    bool varies = false;
    for (size_t r = 1; r < groups->count && !varies; r++)
      varies = !gv_option_same(row, first, gv_shown_value(&groups->runs[r], row->key));
    append(list, json_pack("{s:s, s:s, s:s, s:o, s:b, s:b}", "key", row->key, "help", row->help,
                                          "standard", row->value, "value", gv_json_text(first), "varies", varies,
                                          "apart", gv_run_option_is_apart(row->key)));
  }
  return list;
}

/* Those that are not as the first run has them. */
static json_t *other_options(const struct gv_shown_run *run, const struct gv_shown_run *first)
{
  json_t *object = json_object();
  for (const struct gv_option *row = gv_run_options(); row->key != NULL; row++) {
    const char *value = gv_shown_value(run, row->key);
    if (!gv_option_same(row, value, gv_shown_value(first, row->key)))
      set(object, row->key, gv_json_text(value));
  }
  return object;
}

/* ---- all of it ---- */

static json_t *group_list(const struct gv_groups *groups)
{
  json_t *list = json_array();
  for (size_t g = 0; g < groups->groups; g++)
    append(list, json_pack("{s:o, s:s, s:{}}", "label", gv_json_text(groups->label[g]), "colour",
                                          gv_chart_colour(g), "columns"));
  return list;
}

static void add_runs(const struct gv_groups *groups, json_t *page)
{
  json_t *runs = json_object_get(page, "runs"), *splits = json_object_get(page, "splits"), *known = json_object();
  size_t room = CELLS_ALL;
  for (size_t r = 0; r < groups->count; r++) {
    const struct gv_shown_run *run = &groups->runs[r];
    char state[120];
    append(runs, json_pack("{s:i, s:o, s:b, s:s, s:o, s:o, s:o}", "group", (int)run->group, "folder",
                        gv_json_text(run->folder), "finished", gv_shown_is_finished(run), "state",
                        gv_page_state(run, state, sizeof state), "figures", figures_of(run), "options",
                        other_options(run, &groups->runs[0]), "split", number_of_split(run, splits, known, &room)));
  }
  json_decref(known);
}

json_t *gv_page_data(const struct gv_groups *groups)
{
  starved = false;
  json_t *keys = json_array();
  for (size_t k = 0; k < groups->varied; k++)
    append(keys, gv_json_text(groups->keys[k]));
  json_t *page = json_pack("{s:o, s:o, s:[], s:[], s:o, s:[], s:o, s:[]}", "keys", keys, "groups",
                           group_list(groups), "axes", "figures", "table", table_columns(), "runs", "options",
                           option_rows(groups), "splits");
  if (page != NULL) {
    add_curves(groups, page);
    add_runs(groups, page);
  }
  if (!starved)
    return page;
  json_decref(page);
  return NULL;
}
