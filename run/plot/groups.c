/* Finds runs, and what tells them apart. */
#include "run/plot/groups.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <grapevine/grapevine.h>

#include "core/base/option.h"
#include "core/base/paths.h"
#include "run/json.h"
#include "run/run.h"

enum { RUNS_MAX = 20000 };

const char *gv_shown_option(const struct gv_shown_run *run, const char *key)
{
  return json_string_value(json_object_get(json_object_get(run->config, "options"), key));
}

bool gv_shown_is_finished(const struct gv_shown_run *run)
{
  return json_is_false(json_object_get(run->summary, "interrupted"));
}

/* ---- finding ---- */

/* Whether it has something in it: what is just being made has not. */
static bool has(const char *folder, const char *name)
{
  struct stat about;
  int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  bool there = fd >= 0 && fstatat(fd, name, &about, 0) == 0 && S_ISREG(about.st_mode) && about.st_size > 0;
  if (fd >= 0)
    close(fd);
  return there;
}

static enum gv_status add_run(struct gv_groups *groups, const char *folder, struct gv_error *err)
{
  struct gv_shown_run run = {.folder = strdup(folder)};
  struct gv_shown_run *more = NULL;
  char *path = gv_path_join(folder, "metrics.csv");
  enum gv_status status = gv_json_read(folder, "config.json", &run.config, err);
  if (status == GV_OK)
    status = gv_json_read(folder, "summary.json", &run.summary, err);
  if (status != GV_OK)
    ;
  else if (groups->count == RUNS_MAX)
    status = gv_fail(err, GV_USAGE, "more than %d runs", RUNS_MAX);
  else if (!json_is_object(json_object_get(run.config, "options")))
    status = gv_fail(err, GV_INPUT, "%s/config.json: it has no options of a run", folder);
  else if (run.folder == NULL || path == NULL)
    status = gv_fail(err, GV_MEMORY, "no memory for the runs");
  if (status == GV_OK)
    status = gv_metrics_read(path, &run.metrics, err);
  if (status == GV_OK) {
    more = realloc(groups->runs, (groups->count + 1) * sizeof *more);
    if (more == NULL)
      status = gv_fail(err, GV_MEMORY, "no memory for the runs");
  }
  free(path);
  if (status != GV_OK) {
    gv_metrics_clear(&run.metrics);
    json_decref(run.config);
    json_decref(run.summary);
    free(run.folder);
    return status;
  }
  groups->runs = more;
  groups->runs[groups->count++] = run;
  return GV_OK;
}

/* The runs of a study, as study.json lists them; those that are not there yet are counted. */
static enum gv_status add_study(struct gv_groups *groups, const char *folder, const json_t *study,
                                struct gv_error *err)
{
  size_t i;
  const json_t *entry;
  enum gv_status status = GV_OK;
  json_array_foreach(json_object_get(study, "runs"), i, entry) {
    const char *name = json_string_value(json_object_get(entry, "folder"));
    char *path = name != NULL && strchr(name, '/') == NULL ? gv_path_join(folder, name) : NULL;
    if (path == NULL)
      status = gv_fail(err, GV_INPUT, "%s/study.json: a run in it has no folder", folder);
    else if (!has(path, "config.json") || !has(path, "metrics.csv"))
      groups->skipped++;
    else
      status = add_run(groups, path, err);
    free(path);
    if (status != GV_OK)
      return status;
  }
  return GV_OK;
}

static int is_visible(const struct dirent *entry)
{
  return entry->d_name[0] != '.';
}

static enum gv_status add_below(struct gv_groups *groups, const char *folder, struct gv_error *err)
{
  struct dirent **names = NULL;
  int count = scandir(folder, &names, is_visible, alphasort);
  size_t before = groups->count;
  enum gv_status status =
      count >= 0 || errno != ENOMEM ? GV_OK : gv_fail(err, GV_MEMORY, "%s: no memory to look into it", folder);
  for (int i = 0; i < count; i++) {
    char *path = gv_path_join(folder, names[i]->d_name);
    if (path == NULL && status == GV_OK)
      status = gv_fail(err, GV_MEMORY, "%s: no memory to look into it", folder);
    if (status == GV_OK && has(path, "config.json") && has(path, "metrics.csv"))
      status = add_run(groups, path, err);
    free(path);
    free(names[i]);
  }
  free(names);
  if (status == GV_OK && groups->count == before)
    status = gv_fail(err, GV_INPUT, "%s: there is no run in it, nor in a folder below", folder);
  return status;
}

static enum gv_status add_path(struct gv_groups *groups, const char *path, struct gv_error *err)
{
  if (!gv_is_folder(path))
    return gv_fail(err, GV_INPUT, "%s: there is no such folder; name that of a run or of a study", path);
  json_t *study = NULL;
  enum gv_status status = gv_json_read(path, "study.json", &study, err);
  if (status != GV_OK)
    return status;
  status = study != NULL              ? add_study(groups, path, study, err)
           : has(path, "config.json") ? add_run(groups, path, err)
                                      : add_below(groups, path, err);
  json_decref(study);
  return status;
}

/* ---- telling apart ---- */

const char *gv_shown_value(const struct gv_shown_run *run, const char *key)
{
  const char *text = gv_shown_option(run, key);
  return text != NULL ? text : gv_option_find(gv_run_options(), key)->value;
}

static bool agree(const struct gv_shown_run *a, const struct gv_shown_run *b, const char *key)
{
  return gv_option_same(gv_option_find(gv_run_options(), key), gv_shown_value(a, key), gv_shown_value(b, key));
}

/* Whether an option is the one that curves stand over, or each value of that has one of this. */
static bool goes_along(const struct gv_groups *groups, const char *key)
{
  const char *against = groups->against;
  for (size_t r = 0; r < groups->count && against != NULL && strcmp(key, against) != 0; r++) {
    size_t first = 0;
    while (!agree(&groups->runs[first], &groups->runs[r], against))
      first++;
    if (!agree(&groups->runs[first], &groups->runs[r], key))
      return false;
  }
  return against != NULL;
}

/* Finds the options that tell groups apart: those that vary, and are part of the experiment. */
static bool find_keys(struct gv_groups *groups)
{
  bool good = true;
  for (const struct gv_option *row = gv_run_options(); row->key != NULL && good; row++) {
    bool varies = false;
    for (size_t r = 1; r < groups->count && !varies && !gv_run_option_is_apart(row->key); r++)
      varies = !agree(&groups->runs[r], &groups->runs[0], row->key);
    if (!varies || goes_along(groups, row->key))
      continue;
    char **more = realloc(groups->keys, (groups->varied + 1) * sizeof *more);
    good = more != NULL && (more[groups->varied] = strdup(row->key)) != NULL;
    groups->keys = more != NULL ? more : groups->keys;
    groups->varied += good;
  }
  return good;
}

static bool same(const struct gv_groups *groups, const struct gv_shown_run *a, const struct gv_shown_run *b)
{
  bool equal = true;
  for (size_t k = 0; k < groups->varied && equal; k++)
    equal = agree(a, b, groups->keys[k]);
  return equal;
}

static const struct gv_shown_run *first_of(const struct gv_groups *groups, size_t group)
{
  size_t r = 0;
  while (groups->runs[r].group != group)
    r++;
  return &groups->runs[r];
}

/* What varies, "ring, 16"; of one group its folder, of several folders "mean". */
static char *label_of(const struct gv_groups *groups, size_t group)
{
  char text[240] = "";
  const struct gv_shown_run *run = first_of(groups, group);
  for (size_t k = 0, used = 0; k < groups->varied && used < sizeof text; k++) {
    const char *value = gv_shown_value(run, groups->keys[k]);
    used +=
        (size_t)snprintf(text + used, sizeof text - used, "%s%s", k > 0 ? ", " : "", *value != '\0' ? value : "-");
  }
  if (groups->varied == 0)
    snprintf(text, sizeof text, "%.200s", *groups->title != '\0' ? groups->title : "mean");
  return strdup(text);
}

static const char *last_part(const char *path)
{
  const char *end = path + strlen(path);
  while (end > path + 1 && end[-1] == '/')
    end--;
  while (end > path && end[-1] != '/')
    end--;
  return end;
}

/* Runs that are the same in all keys go together, in the order in which they are met. */
static void gather(struct gv_groups *groups)
{
  for (size_t r = 0; r < groups->count; r++) {
    size_t other = 0;
    while (other < r && !same(groups, &groups->runs[other], &groups->runs[r]))
      other++;
    groups->runs[r].group = other < r ? groups->runs[other].group : groups->groups++;
  }
}

enum gv_status gv_groups_read(const char *const *paths, size_t count, const char *against, struct gv_groups *groups,
                              struct gv_error *err)
{
  enum gv_status status = GV_OK;
  *groups = (struct gv_groups){.title = count == 1 ? strdup(last_part(paths[0])) : strdup(""), .against = against};
  for (size_t p = 0; p < count && status == GV_OK; p++)
    status = add_path(groups, paths[p], err);
  if (status == GV_OK && groups->count == 0)
    status = gv_fail(err, GV_INPUT, "%s: none of its runs has begun", paths[0]);
  if (status != GV_OK)
    return status;
  bool good = groups->title != NULL && find_keys(groups);
  if (good) {
    groups->title[strcspn(groups->title, "/")] = '\0';
    gather(groups);
    groups->label = calloc(groups->groups, sizeof *groups->label);
    good = groups->label != NULL;
  }
  for (size_t g = 0; g < groups->groups && good; g++)
    good = (groups->label[g] = label_of(groups, g)) != NULL;
  return good ? GV_OK : gv_fail(err, GV_MEMORY, "no memory for the runs");
}

void gv_groups_clear(struct gv_groups *groups)
{
  for (size_t r = 0; r < groups->count; r++) {
    gv_metrics_clear(&groups->runs[r].metrics);
    json_decref(groups->runs[r].config);
    json_decref(groups->runs[r].summary);
    free(groups->runs[r].folder);
  }
  for (size_t g = 0; g < groups->groups && groups->label != NULL; g++)
    free(groups->label[g]);
  for (size_t k = 0; k < groups->varied; k++)
    free(groups->keys[k]);
  free(groups->runs);
  free(groups->label);
  free(groups->keys);
  free(groups->title);
  *groups = (struct gv_groups){0};
}
