/* Multiplies the lists of a study out, and names the folders of its runs. */
#include "run/study/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <grapevine/grapevine.h>

#include "core/base/option.h"
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

static const struct gv_option *row_of(const char *key)
{
  return gv_option_find(gv_run_options(), key);
}

static const char *default_of(const char *key)
{
  return row_of(key)->value;
}

/* Whether every setting of a is that of b, given or by default. */
static bool agrees(const struct gv_planned *a, const struct gv_planned *b)
{
  bool same = true;
  for (size_t s = 0; s < a->count && same; s++) {
    const struct gv_option *row = row_of(a->settings[s].key);
    const char *other = gv_planned_setting(b, row->key);
    same = gv_option_same(row, other != NULL ? other : row->value, a->settings[s].value);
  }
  return same;
}

bool gv_plan_counts(const struct gv_study_plan *plan, const char *key)
{
  for (size_t k = 0; k < plan->varied; k++)
    if (strcmp(plan->keys[k], key) == 0)
      return true;
  return !gv_run_option_is_apart(key) || strcmp(key, "metrics") == 0;
}

/* A number made of all settings that count and are not the default, whatever their order and look in the file. */
static uint32_t number_of(const struct gv_study_plan *plan, const struct gv_planned *run)
{
  uLong mark = crc32(0, NULL, 0);
  for (size_t s = 0; s < run->count; s++) {  /* with their ends, so that no two lists read alike */
    const struct gv_option *row = row_of(run->settings[s].key);
    char text[32];
    const char *value = gv_option_plain(row, run->settings[s].value, text, sizeof text);
    if (gv_option_same(row, value, row->value) || !gv_plan_counts(plan, row->key))
      continue;
    mark = crc32(mark, (const Bytef *)row->key, (uInt)strlen(row->key) + 1);
    mark = crc32(mark, (const Bytef *)value, (uInt)strlen(value) + 1);
  }
  return (uint32_t)mark;
}

/* "ring-8-s1-3fa9c210". What follows the values finds it again when other keys vary. */
static char *folder_of(const struct gv_study_plan *plan, const struct gv_planned *run)
{
  char slug[SLUG + 1], *folder = NULL;
  unsigned mark = (unsigned)crc32(number_of(plan, run), (const Bytef *)&run->seed, sizeof run->seed);
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
  if (asprintf(&folder, "%ss%llu-%08x", slug, (unsigned long long)run->seed, mark) < 0)
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

/* Keeps them in the order of their keys: what is made of them needs no memory to sort them. */
static bool set(struct gv_planned *run, const char *key, const char *value)
{
  size_t s = 0;
  while (s < run->count && strcmp(run->settings[s].key, key) < 0)
    s++;
  if (s == run->count || strcmp(run->settings[s].key, key) != 0) {
    struct gv_setting *more = realloc(run->settings, (run->count + 1) * sizeof *more);
    if (more == NULL)
      return false;
    run->settings = more;
    memmove(more + s + 1, more + s, (run->count++ - s) * sizeof *more);
  }
  run->settings[s] = (struct gv_setting){key, value};
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
  return (uint64_t)gv_whole_number(text, 0);
}

/* Where the first runs of combinations are, by their numbers: an open table, at most half full. */
struct seen {
  size_t *first;  /* (size) one more than the index; 0: free */
  size_t size;    /* a power of two */
};

/* The place of a combination in the table: free, or with one that agrees. */
static size_t *place_of(const struct seen *seen, const struct gv_study_plan *plan, const struct gv_planned *run)
{
  size_t at = number_of(plan, run) & (seen->size - 1);
  while (seen->first[at] != 0) {
    const struct gv_planned *other = &plan->runs[seen->first[at] - 1];
    if (agrees(other, run) && agrees(run, other))
      break;
    at = (at + 1) & (seen->size - 1);
  }
  return &seen->first[at];
}

/* A run for each seed of the combination, unless another section had it. */
static enum gv_status add_runs(const struct gv_spec *spec, struct gv_study_plan *plan, struct seen *seen,
                               const struct gv_spec_section *section, size_t turn, struct gv_error *err)
{
  for (int64_t s = 0; s < spec->seeds; s++) {
    struct gv_planned run = {.seed = first_seed(spec) + (uint64_t)s, .group = plan->groups};
    struct gv_planned *more = realloc(plan->runs, (plan->count + 1) * sizeof *more);
    plan->runs = more != NULL ? more : plan->runs;
    if (more == NULL || !combine(spec, section, turn, &run) || !name_values(plan, &run) ||
        (run.folder = folder_of(plan, &run)) == NULL) {
      planned_clear(&run);
      return no_memory(spec, err);
    }
    size_t *place = s == 0 ? place_of(seen, plan, &run) : NULL;
    if (place != NULL && *place != 0) {
      planned_clear(&run);
      return GV_OK;
    }
    plan->runs[plan->count++] = run;
    if (place != NULL)
      *place = plan->count;
  }
  plan->groups++;
  return GV_OK;
}

/* Before anything is multiplied out. *combinations <- of all sections, those that are there twice too. */
static enum gv_status measure(const struct gv_spec *spec, size_t *combinations, struct gv_error *err)
{
  double all = spec->varies == 0;
  for (size_t v = 0; v < spec->varies; v++) {
    const struct gv_spec_section *section = &spec->vary[v];
    char product[200] = "1";
    double turns = 1;
    for (size_t l = 0, used = 0; l < section->count; l++) {
      turns *= (double)section->lines[l].count;
      if (used < sizeof product)
        used += (size_t)snprintf(product + used, sizeof product - used, "%s%zu", l > 0 ? " x " : "",
                                 section->lines[l].count);
    }
    all += turns;
    if (all * (double)spec->seeds > RUNS_MAX)
      return gv_fail(err, GV_USAGE, "%s: [%s]: %s combinations for %lld seed%s make %.12g runs%s; accepted are up "
                     "to %d", spec->path, section->name, product, (long long)spec->seeds,
                     spec->seeds == 1 ? "" : "s", all * (double)spec->seeds,
                     v > 0 ? " with those of the sections before" : "", RUNS_MAX);
  }
  *combinations = (size_t)all;
  return GV_OK;
}

enum gv_status gv_plan_study(const struct gv_spec *spec, const char *folder, struct gv_study_plan *plan,
                             struct gv_error *err)
{
  size_t combinations = 0;
  struct seen seen = {.size = 2};
  *plan = (struct gv_study_plan){.spec = spec, .folder = strdup(folder)};
  enum gv_status status = measure(spec, &combinations, err);
  if (status != GV_OK)
    return status;
  while (seen.size < 2 * combinations)
    seen.size *= 2;
  seen.first = calloc(seen.size, sizeof *seen.first);
  if (plan->folder == NULL || seen.first == NULL || !find_keys(spec, plan))
    status = no_memory(spec, err);
  if (spec->varies == 0 && status == GV_OK)
    status = add_runs(spec, plan, &seen, NULL, 0, err);
  for (size_t v = 0; v < spec->varies && status == GV_OK; v++) {
    size_t turns = 1;
    for (size_t l = 0; l < spec->vary[v].count; l++)
      turns *= spec->vary[v].lines[l].count;
    for (size_t t = 0; t < turns && status == GV_OK; t++)
      status = add_runs(spec, plan, &seen, &spec->vary[v], t, err);
  }
  free(seen.first);
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
