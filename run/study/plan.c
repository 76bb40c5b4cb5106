/* Multiplies the lists of a study out, and names the folders of its runs. */
#include "run/study/plan.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

#include <grapevine/grapevine.h>

#include "core/base/file.h"
#include "core/base/option.h"
#include "core/base/paths.h"
#include "run/json.h"
#include "run/run.h"

enum { RUNS_MAX = 100000, SLUG = 60 };

static enum gv_status no_memory(const struct gv_spec *spec, struct gv_error *err)
{
  return gv_fail(err, GV_MEMORY, "%s: no memory for its runs", spec->path);
}

/* ---- one combination ---- */

const char *gv_planned_setting(const struct gv_planned *run, const char *key)
{
  for (size_t s = 0; s < run->count; s++)
    if (strcmp(run->settings[s].key, key) == 0)
      return run->settings[s].value;
  return NULL;
}

static const char *default_of(const char *key)
{
  return gv_option_find(gv_run_options(), key)->value;
}

/* Whether every setting of a is that of b, given or by default. */
static bool agrees(const struct gv_planned *a, const struct gv_planned *b)
{
  bool same = true;
  for (size_t s = 0; s < a->count && same; s++) {
    const char *other = gv_planned_setting(b, a->settings[s].key);
    same = strcmp(other != NULL ? other : default_of(a->settings[s].key), a->settings[s].value) == 0;
  }
  return same;
}

static int by_key(const void *a, const void *b)
{
  return strcmp(((const struct gv_setting *)a)->key, ((const struct gv_setting *)b)->key);
}

/* A number made of all settings that are not the default, and the seed, whatever their order in the file. */
static uint32_t mark_of(const struct gv_planned *run)
{
  uLong mark = crc32(0, NULL, 0);
  struct gv_setting *sorted = malloc((run->count + 1) * sizeof *sorted);
  if (sorted != NULL) {
    memcpy(sorted, run->settings, run->count * sizeof *sorted);
    qsort(sorted, run->count, sizeof *sorted, by_key);
    for (size_t s = 0; s < run->count; s++) {  /* with their ends, so that no two lists read alike */
      if (strcmp(sorted[s].value, default_of(sorted[s].key)) == 0)
        continue;
      mark = crc32(mark, (const Bytef *)sorted[s].key, (uInt)strlen(sorted[s].key) + 1);
      mark = crc32(mark, (const Bytef *)sorted[s].value, (uInt)strlen(sorted[s].value) + 1);
    }
  }
  free(sorted);
  return (uint32_t)crc32(mark, (const Bytef *)&run->seed, sizeof run->seed);
}

/* "ring-8-s1-3fa9c210". */
static char *folder_of(const struct gv_study_plan *plan, const struct gv_planned *run)
{
  char slug[SLUG + 1], *folder = NULL;
  size_t used = 0;
  for (size_t k = 0; k < plan->varied; k++) {
    for (const char *c = run->values[k]; *c != '\0' && used + 1 < SLUG; c++)
      slug[used++] = (*c >= '0' && *c <= '9') || (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || *c == '.'
                         ? *c : '-';
    if (used < SLUG)
      slug[used++] = '-';
  }
  slug[used] = '\0';
  for (char *c = slug; *c == '.'; c++)
    *c = '-';
  if (asprintf(&folder, "%ss%llu-%08x", slug, (unsigned long long)run->seed, (unsigned)mark_of(run)) < 0)
    return NULL;
  return folder;
}

static void planned_clear(struct gv_planned *run)
{
  free(run->folder);
  free(run->values);
  free(run->settings);
  *run = (struct gv_planned){0};
}

/* ---- all of them ---- */

static bool add_key(struct gv_study_plan *plan, const char *key)
{
  for (size_t k = 0; k < plan->varied; k++)
    if (strcmp(plan->keys[k], key) == 0)
      return true;
  const char **more = realloc(plan->keys, (plan->varied + 1) * sizeof *more);
  if (more == NULL)
    return false;
  plan->keys = more;
  plan->keys[plan->varied++] = key;
  return true;
}

/* Keys with one value everywhere do not tell runs apart. */
static bool find_keys(const struct gv_spec *spec, struct gv_study_plan *plan)
{
  bool good = true;
  for (size_t v = 0; v < spec->varies && good; v++)
    for (size_t l = 0; l < spec->vary[v].count && good; l++)
      if (spec->vary[v].lines[l].count > 1 || spec->varies > 1)
        good = add_key(plan, spec->vary[v].lines[l].key);
  return good;
}

static bool set(struct gv_planned *run, const char *key, const char *value)
{
  for (size_t s = 0; s < run->count; s++)
    if (strcmp(run->settings[s].key, key) == 0) {
      run->settings[s].value = value;
      return true;
    }
  struct gv_setting *more = realloc(run->settings, (run->count + 1) * sizeof *more);
  if (more == NULL)
    return false;
  run->settings = more;
  run->settings[run->count++] = (struct gv_setting){key, value};
  return true;
}

/* Combination number `turn` of a section, the last key the fastest. */
static bool combine(const struct gv_spec *spec, const struct gv_spec_section *section, size_t turn,
                    struct gv_planned *run)
{
  bool good = true;
  for (size_t l = 0; l < spec->base.count && good; l++)
    if (strcmp(spec->base.lines[l].key, "seed") != 0)
      good = set(run, spec->base.lines[l].key, spec->base.lines[l].values[0]);
  for (size_t l = section != NULL ? section->count : 0; l-- > 0 && good;) {
    const struct gv_spec_line *line = &section->lines[l];
    good = set(run, line->key, line->values[turn % line->count]);
    turn /= line->count;
  }
  return good;
}

static bool name_values(const struct gv_study_plan *plan, struct gv_planned *run)
{
  run->values = calloc(plan->varied + 1, sizeof *run->values);
  for (size_t k = 0; k < plan->varied && run->values != NULL; k++) {
    const char *value = gv_planned_setting(run, plan->keys[k]);
    run->values[k] = value != NULL ? value : default_of(plan->keys[k]);
  }
  return run->values != NULL;
}

static uint64_t first_seed(const struct gv_spec *spec)
{
  const char *text = default_of("seed");
  for (size_t l = 0; l < spec->base.count; l++)
    if (strcmp(spec->base.lines[l].key, "seed") == 0)
      text = spec->base.lines[l].values[0];
  return strtoull(text, NULL, 10);
}

/* A run for each seed of the combination, unless another section had it. */
static enum gv_status add_runs(const struct gv_spec *spec, struct gv_study_plan *plan,
                               const struct gv_spec_section *section, size_t turn, struct gv_error *err)
{
  for (int64_t s = 0; s < spec->seeds; s++) {
    struct gv_planned run = {.seed = first_seed(spec) + (uint64_t)s, .group = plan->groups};
    if (!combine(spec, section, turn, &run) || !name_values(plan, &run)) {
      planned_clear(&run);
      return no_memory(spec, err);
    }
    for (size_t r = 0; r < plan->count && s == 0; r++)
      if (agrees(&plan->runs[r], &run) && agrees(&run, &plan->runs[r])) {
        planned_clear(&run);
        return GV_OK;
      }
    if (plan->count == RUNS_MAX) {
      planned_clear(&run);
      return gv_fail(err, GV_USAGE, "%s: more than %d runs", spec->path, RUNS_MAX);
    }
    struct gv_planned *more = realloc(plan->runs, (plan->count + 1) * sizeof *more);
    run.folder = folder_of(plan, &run);
    if (more != NULL)
      plan->runs = more;
    if (more == NULL || run.folder == NULL) {
      planned_clear(&run);
      return no_memory(spec, err);
    }
    plan->runs[plan->count++] = run;
  }
  plan->groups++;
  return GV_OK;
}

enum gv_status gv_plan_study(const struct gv_spec *spec, const char *folder, struct gv_study_plan *plan,
                             struct gv_error *err)
{
  *plan = (struct gv_study_plan){.folder = strdup(folder)};
  if (plan->folder == NULL || !find_keys(spec, plan))
    return no_memory(spec, err);
  enum gv_status status = spec->varies == 0 ? add_runs(spec, plan, NULL, 0, err) : GV_OK;
  for (size_t v = 0; v < spec->varies && status == GV_OK; v++) {
    size_t turns = 1;
    for (size_t l = 0; l < spec->vary[v].count && turns <= RUNS_MAX; l++)
      turns *= spec->vary[v].lines[l].count;
    for (size_t t = 0; t < turns && status == GV_OK; t++)
      status = add_runs(spec, plan, &spec->vary[v], t, err);
  }
  return status;
}

void gv_study_plan_clear(struct gv_study_plan *plan)
{
  for (size_t r = 0; r < plan->count; r++)
    planned_clear(&plan->runs[r]);
  free(plan->runs);
  free(plan->keys);
  free(plan->folder);
  *plan = (struct gv_study_plan){0};
}

/* ---- what is there ---- */

enum gv_run_state gv_study_state(const struct gv_study_plan *plan, const struct gv_planned *run)
{
  char *path = NULL, *config = NULL;
  enum gv_run_state state = GV_RUN_OPEN;
  if (asprintf(&path, "%s/%s/summary.json", plan->folder, run->folder) < 0)
    return state;
  json_t *summary = json_load_file(path, 0, NULL);
  if (json_is_false(json_object_get(summary, "interrupted")))
    state = GV_RUN_DONE;
  else if (asprintf(&config, "%s/%s/config.json", plan->folder, run->folder) > 0 && gv_is_file(config))
    state = GV_RUN_BEGUN;
  json_decref(summary);
  free(path);
  free(config);
  return state;
}

void gv_study_look(struct gv_study_plan *plan)
{
  for (size_t r = 0; r < plan->count; r++)
    plan->runs[r].state = gv_study_state(plan, &plan->runs[r]);
}

static json_t *describe(const struct gv_spec *spec, const struct gv_study_plan *plan)
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
  return json_pack("{s:o, s:o, s:o, s:o}", "name", gv_json_text(spec->name), "file", gv_json_text(spec->path),
                   "vary", keys, "runs", runs);
}

/* mkdir -p */
static enum gv_status make_folder(const char *path, struct gv_error *err)
{
  char *part = strdup(path);
  enum gv_status status = part != NULL ? GV_OK : gv_fail(err, GV_MEMORY, "no memory for %s", path);
  for (char *c = part; status == GV_OK && c != NULL;) {
    c = strchr(c + 1, '/');
    if (c != NULL)
      *c = '\0';
    if (mkdir(part, 0777) != 0 && errno != EEXIST)
      status = gv_fail(err, GV_SYSTEM, "%s: the folder cannot be made: %s; --out names another", path,
                       strerror(errno));
    if (c != NULL)
      *c = '/';
  }
  free(part);
  if (status == GV_OK && !gv_is_folder(path))
    status = gv_fail(err, GV_USAGE, "%s: that is a file; --out names another folder", path);
  return status;
}

enum gv_status gv_study_begin(const struct gv_spec *spec, const struct gv_study_plan *plan, struct gv_error *err)
{
  enum gv_status status = make_folder(plan->folder, err);
  struct gv_folder folder = {.path = plan->folder};
  if (status != GV_OK)
    return status;
  char *text = gv_json_finish(describe(spec, plan));
  status = gv_folder_write(&folder, "study.json", text, err);
  free(text);
  return status;
}
