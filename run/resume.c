/* --resume: takes a run up where its folder says; its options are those it was begun with. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/log.h"
#include "run/run.h"

/* Where and how fast a run is worked on, not what it comes to. */
static const char *const free_keys[] = {"resume", "out", "workers", "bind", "plugin-dir", "checkpoint-every",
                                        "tensorboard"};

static bool is_free(const char *key)
{
  for (size_t i = 0; i < sizeof free_keys / sizeof free_keys[0]; i++)
    if (strcmp(key, free_keys[i]) == 0)
      return true;
  return false;
}

/* *folder, *file <- the run's folder and its checkpoint, NULL where there is none; `path` is one of the two. */
static enum gv_status find(const char *path, char **folder, char **file, struct gv_error *err)
{
  size_t length = strlen(path);
  while (length > 1 && path[length - 1] == '/')
    length--;
  *folder = strndup(path, length);
  *file = gv_path_join(path, GV_CHECKPOINT);
  if (*folder == NULL || *file == NULL)
    return gv_fail(err, GV_MEMORY, "no memory to resume %s", path);
  if (gv_is_folder(path)) {
    if (gv_is_file(*file))
      return GV_OK;
    free(*file);
    *file = NULL;
    return GV_OK;
  }
  if (!gv_is_file(path))
    return gv_fail(err, GV_INPUT, "resume %s: there is no such folder; name that of a run", path);
  strcpy(*file, *folder);
  char *slash = strrchr(*folder, '/');
  if (slash == NULL)
    strcpy(*folder, ".");
  else
    slash[slash == *folder] = '\0';
  return GV_OK;
}

/* The options in config.json; *options <- NULL where there is no such file. */
static enum gv_status read_config(const char *folder, json_t **options, struct gv_error *err)
{
  enum gv_status status = GV_OK;
  char *path = gv_path_join(folder, "config.json");
  json_error_t why;
  *options = NULL;
  if (path != NULL && gv_is_file(path)) {
    json_t *config = json_load_file(path, JSON_REJECT_DUPLICATES, &why);
    *options = json_incref(json_object_get(config, "options"));
    if (!json_is_object(*options))
      status = gv_fail(err, GV_INPUT, "%s: %s", path, config == NULL ? why.text : "it has no options");
    json_decref(config);
  }
  free(path);
  return status;
}

static void remove_from(const char *folder, const char *name)
{
  char *path = gv_path_join(folder, name);
  if (path != NULL)
    (void)unlink(path);
  free(path);
}

/* A finished run is not begun again; checkpoints that it died too early to take away go. */
static enum gv_status check_unfinished(const char *folder, struct gv_error *err)
{
  enum gv_status status = GV_OK;
  char *path = gv_path_join(folder, "summary.json");
  json_t *summary = path != NULL ? json_load_file(path, 0, NULL) : NULL;
  if (json_is_false(json_object_get(summary, "interrupted"))) {
    remove_from(folder, GV_CHECKPOINT);
    remove_from(folder, GV_CHECKPOINT_PREVIOUS);
    status = gv_fail(err, GV_USAGE, "resume %s: the run is finished; its figures are in its summary.json",
                     folder);
  }
  json_decref(summary);
  free(path);
  return status;
}

/* The two places that have a run's options say the same. */
static enum gv_status compare(const json_t *saved, const json_t *config, const char *file, struct gv_error *err)
{
  const char *key;
  json_t *value;
  json_object_foreach((json_t *)saved, key, value) {
    const json_t *other = json_object_get(config, key);
    if (!is_free(key) && other != NULL && !json_equal(value, other))
      return gv_fail(err, GV_INPUT, "%s: it was saved by a run with %.64s '%.100s', and config.json beside it says "
                     "'%.100s': it belongs to another run", file, key, json_string_value(value),
                     json_string_value(other));
  }
  return GV_OK;
}

static enum gv_status take_option(struct gv_run *run, const char *from, const char *key, const json_t *value,
                                  struct gv_error *err)
{
  struct gv_error why = {GV_OK, ""};
  const char *text = json_string_value(value), *here = gv_options_text(run->options, key);
  if (is_free(key))
    return GV_OK;
  if (text == NULL)
    return gv_fail(err, GV_INPUT, "%s: its option '%.64s' is no text", from, key);
  bool same = gv_option_find(gv_run_options(), key) != NULL && strcmp(text, here) == 0;
  if (!same && gv_options_given(run->options, key))
    return gv_fail(err, GV_USAGE, "%s %s: the run in %s has %.100s; it goes on as it was begun, leave --%s out",
                   key, here, from, text, key);
  if (!same && gv_options_set(run->options, key, text, &why) != GV_OK)
    return gv_fail(err, GV_INPUT, "%s: %s", from, why.text);
  return GV_OK;
}

/* The run's options, and what is open of its checkpoint. */
static enum gv_status take_up(struct gv_run *run, const char *folder, const char *file, struct gv_error *err)
{
  json_t *config = NULL;
  const char *key;
  json_t *value;
  enum gv_status status = check_unfinished(folder, err);
  if (status == GV_OK)
    status = read_config(folder, &config, err);
  if (status == GV_OK && file == NULL && config == NULL)
    status = gv_fail(err, GV_INPUT, "resume %s: there is neither a %s nor a config.json; no run was begun there",
                     folder, GV_CHECKPOINT);
  if (status == GV_OK && file != NULL)
    status = gv_checkpoint_open(file, &run->checkpoint, err);
  if (status == GV_OK && file != NULL && config != NULL)
    status = compare(run->checkpoint.options, config, file, err);
  if (status == GV_OK)
    json_object_foreach(file != NULL ? run->checkpoint.options : config, key, value) {
      status = take_option(run, file != NULL ? file : folder, key, value, err);
      if (status != GV_OK)
        break;
    }
  json_decref(config);
  if (status == GV_OK && file == NULL)
    gv_log(GV_LOG_WARNING, "resume %s: it was stopped before its first checkpoint, and begins anew", folder);
  return status;
}

enum gv_status gv_run_take_up(struct gv_run *run, struct gv_error *err)
{
  const char *path = gv_options_text(run->options, "resume");
  char *file = NULL;
  if (*path == '\0')
    return gv_options_given(run->options, "resume") ? gv_fail(err, GV_USAGE, "resume: the folder's name is empty")
                                                    : GV_OK;
  if (gv_options_given(run->options, "out"))
    return gv_fail(err, GV_USAGE, "out %s: a run that is resumed goes on in its own folder; leave --out out",
                   gv_options_text(run->options, "out"));
  enum gv_status status = find(path, &run->resumes, &file, err);
  if (status == GV_OK)
    status = take_up(run, run->resumes, file, err);
  free(file);
  return status;
}
