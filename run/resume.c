/* --resume: takes a run up where its folder says; its options are those it was begun with. */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/log.h"
#include "run/json.h"
#include "run/run.h"

/* What a call says for itself: where it works, not what it comes to. */
static const char *const own_keys[] = {"resume", "out", "workers", "bind"};
/* What it may say otherwise than the run did so far; if it does not, the run's own go on. */
static const char *const free_keys[] = {"plugin-dir", "checkpoint-every", "tensorboard"};

static bool is_own(const char *key)
{
  for (size_t i = 0; i < sizeof own_keys / sizeof own_keys[0]; i++)
    if (strcmp(key, own_keys[i]) == 0)
      return true;
  return false;
}

static bool is_free(const char *key)
{
  for (size_t i = 0; i < sizeof free_keys / sizeof free_keys[0]; i++)
    if (strcmp(key, free_keys[i]) == 0)
      return true;
  return is_own(key);
}

/* *file <- the newest checkpoint in the folder, or, without it, the one before; NULL where there is none. */
static enum gv_status find_newest(const char *folder, char **file, struct gv_error *err)
{
  char *newest = gv_path_join(folder, GV_CHECKPOINT), *previous = gv_path_join(folder, GV_CHECKPOINT_PREVIOUS);
  enum gv_status status = GV_OK;
  if (newest == NULL || previous == NULL) {
    status = gv_fail(err, GV_MEMORY, "no memory to resume %s", folder);
  } else if (gv_is_file(newest)) {
    *file = newest;
    newest = NULL;
  } else if (gv_is_file(previous)) {
    gv_log(GV_LOG_WARNING, "resume %s: there is no %s; it goes on from the one before it, %s", folder,
           GV_CHECKPOINT, GV_CHECKPOINT_PREVIOUS);
    *file = previous;
    previous = NULL;
  }
  free(newest);
  free(previous);
  return status;
}

/* *folder, *file <- the run's folder and, where that is what `path` names, its checkpoint, else NULL. */
static enum gv_status find(const char *path, char **folder, char **file, struct gv_error *err)
{
  size_t length = strlen(path);
  while (length > 1 && path[length - 1] == '/')
    length--;
  *folder = strndup(path, length);
  if (*folder == NULL)
    return gv_fail(err, GV_MEMORY, "no memory to resume %s", path);
  if (gv_is_folder(path))
    return GV_OK;
  if (!gv_is_file(path))
    return gv_fail(err, GV_INPUT, "resume %s: there is no such folder; name that of a run", path);
  *file = strdup(path);
  if (*file == NULL)
    return gv_fail(err, GV_MEMORY, "no memory to resume %s", path);
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
  if (path == NULL)
    return gv_fail(err, GV_MEMORY, "no memory to resume %s", folder);
  if (gv_is_file(path)) {
    json_t *config = gv_json_load_file(path, &why);
    *options = json_incref(json_object_get(config, "options"));
    if (config == NULL && errno == ENOMEM)
      status = gv_fail(err, GV_MEMORY, "%s: no memory to read it", path);
    else if (!json_is_object(*options))
      status = gv_fail(err, GV_INPUT, "%s: %s", path, config == NULL ? why.text : "it has no options");
    json_decref(config);
  }
  free(path);
  return status;
}

/* A finished run is not begun again; checkpoints that it died too early to take away go. */
static enum gv_status check_unfinished(const struct gv_run *run, struct gv_error *err)
{
  json_t *summary;
  enum gv_status status = gv_json_read(run->resumes, "summary.json", &summary, err);
  if (status == GV_OK && json_is_false(json_object_get(summary, "interrupted"))) {
    gv_checkpoint_remove(run);
    status = gv_fail(err, GV_USAGE, "resume %s: the run is finished; its figures are in its summary.json",
                     run->resumes);
  }
  json_decref(summary);
  return status;
}

static enum gv_status check_text(const json_t *value, const char *from, const char *key, struct gv_error *err)
{
  return json_is_string(value) ? GV_OK
                               : gv_fail(err, GV_INPUT, "%s: its option '%.64s' is no text", from, key);
}

/* The two places that have a run's options say the same; the file may have more, of a later version. */
static enum gv_status compare(const json_t *saved, const json_t *config, const char *file, struct gv_error *err)
{
  const char *key;
  json_t *value;
  json_object_foreach((json_t *)config, key, value) {
    const json_t *other = json_object_get(saved, key);
    if (other == NULL)
      return gv_fail(err, GV_INPUT, "%s: it has no option '%.64s', which config.json beside it has: it is damaged, "
                     "or belongs to another run", file, key);
    enum gv_status status = check_text(other, file, key, err);
    if (status == GV_OK)
      status = check_text(value, "config.json", key, err);
    if (status != GV_OK)
      return status;
    if (!is_free(key) && !json_equal(value, other))
      return gv_fail(err, GV_INPUT, "%s: it was saved by a run with %.64s '%.100s', and config.json beside it says "
                     "'%.100s': it belongs to another run", file, key, json_string_value(other),
                     json_string_value(value));
  }
  return GV_OK;
}

/* Whether a text is what was saved of an option: bytes that are not UTF-8 have become others there. */
static bool is_saved_as(const char *text, const json_t *value)
{
  json_t *written = gv_json_text(text);
  bool same = written != NULL && json_equal(written, value);
  json_decref(written);
  return same;
}

static enum gv_status take_option(struct gv_run *run, const char *from, const char *key, const json_t *value,
                                  struct gv_error *err)
{
  struct gv_error why = {GV_OK, ""};
  const char *text = json_string_value(value), *here = gv_options_text(run->options, key);
  enum gv_status status = check_text(value, from, key, err);
  bool given = gv_options_given(run->options, key);
  if (status != GV_OK || is_own(key) || (given && is_free(key)))
    return status;
  const struct gv_option *row = gv_option_find(gv_run_options(), key);
  bool saved = row != NULL && is_saved_as(here, value), same = saved || gv_option_same(row, here, text);
  if (!same && given)
    return gv_fail(err, GV_USAGE, "%s %s: the run in %s has %.100s; it goes on as it was begun, leave --%s out",
                   key, here, from, text, key);
  if (!saved && gv_options_set(run->options, key, text, &why) != GV_OK)
    return gv_fail(err, GV_INPUT, "%s: %s", from, why.text);
  return GV_OK;
}

static enum gv_status open_checkpoint(struct gv_run *run, const char *file, struct gv_error *err)
{
  struct gv_error why = {GV_OK, ""};
  return gv_checkpoint_open(file, &run->checkpoint, &why) == GV_OK ? GV_OK
                                                                   : gv_checkpoint_refuse(run, &why, err);
}

/* The run's options, and what is open of its checkpoint; the folder is its own by now. */
static enum gv_status take_up(struct gv_run *run, const char *file, struct gv_error *err)
{
  const char *folder = run->resumes, *key;
  json_t *config = NULL, *value;
  enum gv_status status = read_config(folder, &config, err);
  if (status == GV_OK && file == NULL && config == NULL)
    status = gv_fail(err, GV_INPUT, "resume %s: there is neither a %s nor a config.json; no run was begun there",
                     folder, GV_CHECKPOINT);
  if (status == GV_OK && file != NULL)
    status = open_checkpoint(run, file, err);
  if (status == GV_OK && file != NULL && config != NULL)
    status = compare(run->checkpoint.options, config, file, err);
  if (status == GV_OK)
    json_object_foreach(file != NULL ? run->checkpoint.options : config, key, value) {
      status = take_option(run, file != NULL ? file : folder, key, value, err);
      if (status != GV_OK)
        break;
    }
  json_decref(config);
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
    status = gv_folder_lock(run->resumes, &run->folder, err);
  if (status == GV_OK)
    status = check_unfinished(run, err);
  if (status == GV_OK && file == NULL)
    status = find_newest(run->resumes, &file, err);
  if (status == GV_OK)
    status = take_up(run, file, err);
  free(file);
  return status;
}
