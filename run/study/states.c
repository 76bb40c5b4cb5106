/* Finds the runs of a study in its folder, and lists them in study.json. */
#include "run/study/states.h"

#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <grapevine/grapevine.h>

#include "core/base/option.h"
#include "core/base/paths.h"
#include "run/folder.h"
#include "run/json.h"

/* ---- one run ---- */

/* NULL: there is none, or there was no memory for it: then *refused. */
static json_t *load(const struct gv_study_plan *plan, const char *folder, const char *name, bool *refused)
{
  char *path = gv_path_join(plan->folder, folder);
  json_t *value = NULL;
  if (path == NULL || gv_json_read(path, name, &value, NULL) != GV_OK)
    *refused = true;
  free(path);
  return value;
}

static bool is_value(const json_t *options, const struct gv_option *row, const char *value)
{
  const json_t *there = json_object_get(options, row->key);
  json_t *here = gv_json_text(value);
  bool same = there == NULL            ? gv_option_same(row, value, row->value)  /* newer than the run */
              : json_is_string(there) ? gv_option_same(row, value, json_string_value(there)) ||
                                            json_equal(there, here)
                                      : false;
  json_decref(here);
  return same;
}

/* Whether the study passes an option that the run's settings do not give: then it may have any value. */
static bool is_passed(const char *key)
{
  return strcmp(key, "workers") == 0 || strcmp(key, "bind") == 0;
}

/* Whether a run of these options is that of the plan. */
static bool matches(const struct gv_study_plan *plan, const struct gv_planned *run, const json_t *options)
{
  char seed[32];
  bool same = true;
  snprintf(seed, sizeof seed, "%llu", (unsigned long long)run->seed);
  for (const struct gv_option *row = gv_run_options(); row->key != NULL && same; row++) {
    const char *value = gv_planned_setting(run, row->key);
    if (strcmp(row->key, "seed") == 0)
      same = is_value(options, row, seed);
    else if (gv_plan_counts(plan, row->key) && (value != NULL || !is_passed(row->key)))
      same = is_value(options, row, value != NULL ? value : row->value);
  }
  return same;
}

static enum gv_run_state state_in(const struct gv_study_plan *plan, const struct gv_planned *run,
                                  const char *folder, bool *refused)
{
  json_t *config = load(plan, folder, "config.json", refused);
  if (config == NULL)
    return GV_RUN_OPEN;
  json_t *summary = load(plan, folder, "summary.json", refused);
  enum gv_run_state state = !matches(plan, run, json_object_get(config, "options"))         ? GV_RUN_OTHER
                            : json_is_false(json_object_get(summary, "interrupted")) ? GV_RUN_DONE
                                                                                     : GV_RUN_BEGUN;
  json_decref(config);
  json_decref(summary);
  return state;
}

enum gv_run_state gv_study_state(const struct gv_study_plan *plan, const struct gv_planned *run)
{
  bool refused = false;  /* who trains there looks, too, and does not overwrite */
  return state_in(plan, run, run->folder, &refused);
}

/* ---- finding folders ---- */

/* "s1-3fa9c210" of "ring-8-s1-3fa9c210": what does not depend on the keys that vary. */
static const char *ending_of(const char *folder)
{
  const char *dash = strrchr(folder, '-');
  while (dash != NULL && dash > folder && dash[-1] != '-')
    dash--;
  return dash != NULL ? dash : folder;
}

static int by_ending(const void *a, const void *b)
{
  return strcmp(ending_of((*(const struct dirent *const *)a)->d_name),
                ending_of((*(const struct dirent *const *)b)->d_name));
}

/* The first name that has the ending, or where it would be. */
static size_t first_with(struct dirent *const *names, size_t count, const char *ending)
{
  size_t low = 0, high = count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (strcmp(ending_of(names[middle]->d_name), ending) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

/* How much of a run is there. */
static int worth(enum gv_run_state state)
{
  return state == GV_RUN_DONE ? 3 : state == GV_RUN_BEGUN ? 2 : state == GV_RUN_OPEN;
}

/* Takes the best folder that may be the run's; its own where there is none better. False: no memory. */
static bool find(const struct gv_study_plan *plan, struct gv_planned *run, struct dirent *const *names,
                 size_t count)
{
  char *best = NULL;
  const char *ending = ending_of(run->folder);
  bool refused = false;
  run->state = state_in(plan, run, run->folder, &refused);
  for (size_t i = first_with(names, count, ending);
       i < count && strcmp(ending_of(names[i]->d_name), ending) == 0 && run->state != GV_RUN_DONE; i++) {
    enum gv_run_state state = state_in(plan, run, names[i]->d_name, &refused);
    if (worth(state) <= worth(run->state) || state == GV_RUN_OPEN)
      continue;
    free(best);
    best = strdup(names[i]->d_name);
    if (best == NULL)
      return false;
    run->state = state;
  }
  if (best != NULL) {
    free(run->folder);
    run->folder = best;
  }
  return !refused;
}

enum gv_status gv_study_look(struct gv_study_plan *plan, struct gv_error *err)
{
  struct dirent **names = NULL;
  int count = scandir(plan->folder, &names, NULL, NULL);
  bool good = true;
  if (count > 0)
    qsort(names, (size_t)count, sizeof *names, by_ending);
  for (size_t r = 0; r < plan->count && good; r++)
    good = find(plan, &plan->runs[r], names, count > 0 ? (size_t)count : 0);
  for (int i = 0; i < count; i++)
    free(names[i]);
  free(names);
  return good ? GV_OK : gv_fail(err, GV_MEMORY, "%s: no memory for its runs", plan->folder);
}

/* ---- the study's own ---- */

enum gv_status gv_study_make_folder(const struct gv_study_plan *plan, struct gv_error *err)
{
  char *made = calloc(strlen(plan->folder) + 1, 1);
  if (made == NULL)
    return gv_fail(err, GV_MEMORY, "%s: no memory to make the folder", plan->folder);
  int why = gv_folder_make(plan->folder, made);
  free(made);
  if (why != 0)
    return gv_fail(err, GV_SYSTEM, "%s: the folder cannot be made: %s; --out names another", plan->folder,
                   strerror(why));
  if (!gv_is_folder(plan->folder))
    return gv_fail(err, GV_USAGE, "%s: that is a file; --out names another folder", plan->folder);
  return GV_OK;
}

static json_t *description(const struct gv_study_plan *plan)
{
  json_t *keys = json_array(), *runs = json_array();
  for (size_t k = 0; k < plan->varied; k++)
    json_array_append_new(keys, gv_json_text(plan->keys[k]));
  for (size_t r = 0; r < plan->count; r++) {
    json_t *values = json_object();
    for (size_t k = 0; k < plan->varied; k++)
      json_object_set_new(values, plan->keys[k], gv_json_text(plan->runs[r].values[k]));
    json_array_append_new(runs, json_pack("{s:o, s:o, s:I}", "folder", gv_json_text(plan->runs[r].folder), "values",
                                          values, "seed", (json_int_t)plan->runs[r].seed));
  }
  return json_pack("{s:o, s:o, s:o, s:o}", "name", gv_json_text(plan->spec->name), "file",
                   gv_json_text(plan->spec->path), "vary", keys, "runs", runs);
}

enum gv_status gv_study_describe(const struct gv_study_plan *plan, struct gv_error *err)
{
  struct gv_folder folder = {.path = plan->folder};
  char *text = gv_json_finish(description(plan));
  enum gv_status status = gv_folder_write(&folder, "study.json", text, err);
  free(text);
  return status;
}
