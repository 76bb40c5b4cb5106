/* Statistics of a study's summaries. */
#include "run/study/collect.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/file.h"
#include "core/base/nearest.h"
#include "core/base/paths.h"
#include "run/json.h"

static const struct gv_summary_figure figures[] = {
    {"test_accuracy", "accuracy", 1, true, false},
    {"node_accuracy_min", "worst node", 1, false, false},
    {"test_loss", "test loss", -1, true, false},
    {"train_loss", "train loss", -1, false, false},
    {"objective", "objective", -1, true, false},
    {"gradient_norm", "gradient norm", -1, false, false},
    {"gradient_dissimilarity", "zeta^2", 0, false, false},
    {"consensus_distance", "consensus", 0, true, false},
    {"rounds", "rounds", 0, false, false},
    {"epochs", "epochs", 0, false, false},
    {"rounds_to_target", "rounds to target", -1, true, true},
    {"simulated_seconds_to_target", "cluster s to target", -1, true, true},
    {"seconds_to_target", "s to target", -1, false, true},
    {"bytes_per_node", "bytes a round", 0, false, false},
    {"simulated_seconds", "cluster s", -1, false, false},
    {"seconds", "s", -1, false, false},
};

enum { FIGURES = sizeof figures / sizeof figures[0] };

const struct gv_summary_figure *gv_study_figures(size_t *count)
{
  *count = FIGURES;
  return figures;
}

static const struct gv_summary_figure *figure_of(const char *key, size_t length)
{
  for (size_t f = 0; f < FIGURES; f++)
    if (strlen(figures[f].key) == length && strncmp(figures[f].key, key, length) == 0)
      return &figures[f];
  return NULL;
}

static const char *next_key(const void *context, size_t i)
{
  (void)context;
  return i < FIGURES ? figures[i].key : NULL;
}

enum gv_status gv_figures_check(const char *keys, struct gv_error *err)
{
  for (size_t length; figure_of(keys, length = strcspn(keys, ",")) != NULL; keys += length + 1)
    if (keys[length] == '\0')
      return GV_OK;
  char key[64], all[480];
  snprintf(key, sizeof key, "%.*s", (int)strcspn(keys, ","), keys);
  const char *near = gv_nearest(key, next_key, NULL);
  if (near != NULL)
    return gv_fail(err, GV_USAGE, "metrics: there is no figure '%s'; did you mean '%s'?", key, near);
  for (size_t f = 0, used = 0; f < FIGURES && used < sizeof all; f++)
    used += (size_t)snprintf(all + used, sizeof all - used, "%s%s", f > 0 ? ", " : "", figures[f].key);
  return gv_fail(err, GV_USAGE, "metrics: there is no figure '%s'; accepted are %s", key, all);
}

/* *summary <- what a run came to; NULL: it is not done. */
static enum gv_status read_summary(const struct gv_study_plan *plan, const struct gv_planned *run, json_t **summary,
                                   struct gv_error *err)
{
  *summary = NULL;
  if (run->state != GV_RUN_DONE)
    return GV_OK;
  char *folder = gv_path_join(plan->folder, run->folder);
  enum gv_status status = folder != NULL ? gv_json_read(folder, "summary.json", summary, err)
                                         : gv_fail(err, GV_MEMORY, "no memory for the study's table");
  free(folder);
  return status;
}

/* Welford's sums, one value more. */
static void add(struct gv_cell *cell, double x)
{
  double off = x - cell->mean;
  cell->mean += off / ++cell->runs;
  cell->deviation += off * (x - cell->mean);
}

/* Who has the best mean: as many as share it. A mean over some of the seeds does not compete. */
static void mark_best(struct gv_cell *cell, size_t groups, size_t stride, int better)
{
  double best = -INFINITY;
  for (size_t g = 0; g < groups && better != 0; g++)
    if (cell[g * stride].whole && better * cell[g * stride].mean > best)
      best = better * cell[g * stride].mean;
  for (size_t g = 0; g < groups && better != 0; g++)
    cell[g * stride].best = cell[g * stride].whole && better * cell[g * stride].mean == best;
}

enum gv_status gv_study_collect(const struct gv_study_plan *plan, struct gv_table_of_study *table,
                                struct gv_error *err)
{
  struct gv_cell *all = calloc(plan->groups * FIGURES + 1, sizeof *all);
  *table = (struct gv_table_of_study){.plan = plan, .first = calloc(plan->groups + 1, sizeof *table->first),
                                      .done = calloc(plan->groups + 1, sizeof *table->done),
                                      .planned = calloc(plan->groups + 1, sizeof *table->planned),
                                      .cell = calloc(plan->groups * FIGURES + 1, sizeof *table->cell)};
  if (all == NULL || table->first == NULL || table->done == NULL || table->planned == NULL ||
      table->cell == NULL) {
    free(all);
    gv_study_table_clear(table);
    return gv_fail(err, GV_MEMORY, "no memory for the study's table");
  }
  bool there[FIGURES] = {false};
  for (size_t r = plan->count; r-- > 0;)
    table->first[plan->runs[r].group] = r;
  for (size_t r = 0; r < plan->count; r++) {
    const struct gv_planned *run = &plan->runs[r];
    json_t *summary;
    enum gv_status status = read_summary(plan, run, &summary, err);
    if (status != GV_OK) {
      free(all);
      gv_study_table_clear(table);
      return status;
    }
    table->done[run->group] += summary != NULL;
    table->planned[run->group]++;
    for (size_t f = 0; f < FIGURES; f++) {
      const json_t *value = json_object_get(summary, figures[f].key);
      if (!json_is_number(value))
        continue;
      there[f] = true;
      add(&all[run->group * FIGURES + f], json_number_value(value));
    }
    json_decref(summary);
  }
  for (size_t f = 0; f < FIGURES; f++)
    if (there[f])
      table->figure[table->figures++] = &figures[f];
  for (size_t g = 0; g < plan->groups; g++)
    for (size_t c = 0; c < table->figures; c++) {
      struct gv_cell *cell = &table->cell[g * table->figures + c];
      *cell = all[g * FIGURES + (size_t)(table->figure[c] - figures)];
      cell->whole = cell->runs == table->planned[g];
      cell->deviation = cell->runs > 1 ? sqrt(cell->deviation / (cell->runs - 1)) : NAN;
    }
  for (size_t c = 0; c < table->figures && plan->groups > 1; c++)
    mark_best(&table->cell[c], plan->groups, table->figures, table->figure[c]->better);
  free(all);
  return GV_OK;
}

void gv_study_table_clear(struct gv_table_of_study *table)
{
  free(table->first);
  free(table->done);
  free(table->planned);
  free(table->cell);
  *table = (struct gv_table_of_study){0};
}

const struct gv_summary_figure *gv_study_figure(const struct gv_table_of_study *table, const char *key,
                                                size_t *column)
{
  for (*column = 0; *column < table->figures; ++*column)
    if (strcmp(table->figure[*column]->key, key) == 0)
      return table->figure[*column];
  return NULL;
}

/* RFC 4180: quoted where it must be. */
static void put_cell(FILE *out, const char *text)
{
  if (text[strcspn(text, ",\"\n\r")] == '\0') {
    fputs(text, out);
    return;
  }
  fputc('"', out);
  for (; *text != '\0'; text++) {
    if (*text == '"')
      fputc('"', out);
    fputc(*text, out);
  }
  fputc('"', out);
}

static void put_number(FILE *out, double x, bool there)
{
  if (there && isfinite(x))
    fprintf(out, ",%.9g", x);
  else
    fputc(',', out);
}

void gv_study_csv(const struct gv_table_of_study *table, FILE *out)
{
  const struct gv_study_plan *plan = table->plan;
  for (size_t k = 0; k < plan->varied; k++) {
    put_cell(out, plan->keys[k]);
    fputc(',', out);
  }
  fputs("runs", out);
  for (size_t c = 0; c < table->figures; c++) {
    const char *key = table->figure[c]->key;
    fprintf(out, ",%s,%s_std", key, key);
    if (table->figure[c]->may_miss)
      fprintf(out, ",%s_runs", key);
  }
  fputc('\n', out);
  for (size_t g = 0; g < plan->groups; g++) {
    for (size_t k = 0; k < plan->varied; k++) {
      put_cell(out, plan->runs[table->first[g]].values[k]);
      fputc(',', out);
    }
    fprintf(out, "%d", table->done[g]);
    for (size_t c = 0; c < table->figures; c++) {
      const struct gv_cell *cell = &table->cell[g * table->figures + c];
      put_number(out, cell->mean, cell->runs > 0);
      put_number(out, cell->deviation, cell->runs > 1);
      if (table->figure[c]->may_miss)
        fprintf(out, ",%d", cell->runs);
    }
    fputc('\n', out);
  }
}

enum gv_status gv_study_write(const struct gv_table_of_study *table, struct gv_error *err)
{
  char *path = NULL;
  struct gv_new_file file;
  if (asprintf(&path, "%s/summary.csv", table->plan->folder) < 0)
    return gv_fail(err, GV_MEMORY, "no memory to write summary.csv");
  enum gv_status status = gv_file_begin(&file, path, err);
  free(path);
  if (status != GV_OK)
    return status;
  gv_study_csv(table, file.stream);
  return gv_file_commit(&file, err);
}

json_t *gv_study_json(const struct gv_table_of_study *table)
{
  const struct gv_study_plan *plan = table->plan;
  json_t *groups = json_array(), *keys = json_array();
  for (size_t k = 0; k < plan->varied; k++)
    json_array_append_new(keys, gv_json_text(plan->keys[k]));
  for (size_t g = 0; g < plan->groups; g++) {
    json_t *values = json_object(), *means = json_object();
    for (size_t k = 0; k < plan->varied; k++)
      json_object_set_new(values, plan->keys[k], gv_json_text(plan->runs[table->first[g]].values[k]));
    for (size_t c = 0; c < table->figures; c++) {
      const struct gv_cell *cell = &table->cell[g * table->figures + c];
      if (cell->runs > 0)
        json_object_set_new(means, table->figure[c]->key,
                            json_pack("{s:i, s:o, s:o, s:b}", "runs", cell->runs, "mean",
                                      gv_json_number(cell->mean), "std", gv_json_number(cell->deviation), "best",
                                      cell->best));
    }
    json_array_append_new(groups, json_pack("{s:o, s:i, s:i, s:o}", "values", values, "runs", table->done[g],
                                            "planned", table->planned[g], "figures", means));
  }
  return json_pack("{s:o, s:o, s:o}", "folder", gv_json_text(plan->folder), "vary", keys, "groups", groups);
}
