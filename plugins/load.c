/* Finds NAME.so, opens it for good, and refuses what does not fit this build. */
#include "plugins/load.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "core/base/calling.h"
#include "core/base/named.h"
#include "core/base/option.h"
#include "plugins/search.h"

/* "NAME" of ".../NAME.so" into name; returns false when the file is not called so. */
static bool name_of_file(const char *path, char *name, size_t size)
{
  const char *slash = strrchr(path, '/');
  const char *file = slash != NULL ? slash + 1 : path;
  size_t length = strlen(file);
  if (length <= 3 || strcmp(file + length - 3, ".so") != 0 || length - 3 >= size)
    return false;
  memcpy(name, file, length - 3);
  name[length - 3] = '\0';
  return true;
}

static bool one_line(const char *text)
{
  return text != NULL && *text != '\0' && strpbrk(text, "\n\r") == NULL;
}

enum gv_status gv_plugin_check(const struct gv_model *model, const char *path, struct gv_error *err)
{
  if (model->abi != GV_MODEL_ABI)
    return gv_fail(err, GV_INPUT,
                   "model plugin '%s' has plugin interface %u, this Grapevine has %d; rebuild it against this "
                   "Grapevine's model.h", path, model->abi, GV_MODEL_ABI);
  if (model->size != sizeof *model)
    return gv_fail(err, GV_INPUT,
                   "model plugin '%s': its struct gv_model has %u bytes, ours has %zu; set .size = sizeof(struct "
                   "gv_model) and rebuild it against this Grapevine's model.h", path, model->size, sizeof *model);
  char name[GV_NAME_MAX];
  if (!name_of_file(path, name, sizeof name))
    return gv_fail(err, GV_INPUT,
                   "model plugin '%s': the file must be called NAME.so, NAME of 1 to %d characters", path,
                   GV_NAME_MAX - 1);
  if (model->name == NULL)
    return gv_fail(err, GV_INPUT, "model plugin '%s' has no name; set .name = \"%s\"", path, name);
  if (strcmp(model->name, name) != 0)
    return gv_fail(err, GV_INPUT,
                   "model plugin '%s' calls itself '%.64s'; rename the file to %.64s.so or set .name = \"%s\"",
                   path, model->name, model->name, name);
  if (!one_line(model->summary))
    return gv_fail(err, GV_INPUT, "model plugin '%s' has no summary of one line; set .summary", path);
  const struct {
    const char *name;
    bool there;
  } needed[] = {
      {"plan", model->plan != NULL},
      {"create", model->create != NULL},
      {"gradient", model->gradient != NULL},
      {"evaluate", model->evaluate != NULL},
  };
  for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
    if (!needed[i].there)
      return gv_fail(err, GV_INPUT, "model plugin '%s' has no function '%s'; set .%s", path, needed[i].name,
                     needed[i].name);
  struct gv_options *options;
  struct gv_error cause;
  enum gv_status status = gv_options_create(model->options, "its option table", &options, &cause);
  if (status == GV_MEMORY)
    return gv_fail(err, status, "%s", cause.text);
  if (status != GV_OK)
    return gv_fail(err, GV_INPUT, "model plugin '%s': %s", path, cause.text);
  gv_options_destroy(options);
  return GV_OK;
}

static enum gv_status open_file(const char *path, const struct gv_model **model, struct gv_error *err)
{
  /* Bound now, so that a missing function is found here and not in a round; local, so that two plugins may use the
     same names; for good, because threads and thread keys of its libraries outlive any unloading. */
  void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (handle == NULL) {
    const char *cause = dlerror();
    size_t length = strlen(path);
    if (cause == NULL)
      cause = "the loader does not say why";
    else if (strncmp(cause, path, length) == 0 && cause[length] == ':')
      cause += length + 1 + (cause[length + 1] == ' ');
    return gv_fail(err, GV_INPUT, "model plugin '%s' cannot be loaded: %s", path, cause);
  }
  const struct gv_model *found = dlsym(handle, "grapevine_model");
  if (found == NULL)
    return gv_fail(err, GV_INPUT,
                   "model plugin '%s' is a shared object without 'grapevine_model'; define const struct gv_model "
                   "grapevine_model, with a C name and not static", path);
  enum gv_status status = gv_plugin_check(found, path, err);
  if (status == GV_OK)
    *model = found;
  return status;
}

static const char *file_name(const void *context, size_t i)
{
  const struct gv_plugin_list *list = context;
  return i < list->count ? list->files[i].name : NULL;
}

/* Built-in models that this build left out, and why. */
static const struct {
  const char *name, *why;
} left_out[] = {
#ifndef HAVE_DNNL
    {"cnn", "; it needs oneDNN (Debian package libdnnl-dev), which this Grapevine was built without"},
#endif
    {NULL, NULL},
};

static enum gv_status not_found(const char *name, const struct gv_search *search, const struct gv_plugin_list *list,
                                struct gv_error *err)
{
  char near[GV_NAME_MAX + 64] = "", folders[300] = "no folder";
  const char *nearest = gv_nearest(name, file_name, list);
  size_t out = 0;
  while (left_out[out].name != NULL && strcmp(left_out[out].name, name) != 0)
    out++;
  if (left_out[out].name != NULL)
    snprintf(near, sizeof near, "%s", left_out[out].why);
  else if (nearest != NULL)
    snprintf(near, sizeof near, "; did you mean '%.*s'?", GV_NAME_MAX, nearest);
  if (search->count > 0)
    gv_search_text(search, folders, sizeof folders);
  char file[GV_NAME_MAX + 4], why[320];
  snprintf(file, sizeof file, "%.*s.so", GV_NAME_MAX - 1, name);
  if (gv_plugin_passed_over(search, file, why, sizeof why))
    return gv_fail(err, GV_USAGE, "unknown model '%.64s'%s (what others may change is passed over: %s)", name, near,
                   why);
  return gv_fail(err, GV_USAGE, "unknown model '%.64s'%s (looked for %.64s.so in %s; --plugin-dir adds a folder)",
                 name, near, name, folders);
}

/* *path <- the file that name_or_path stands for, with a '/' in it: without one the loader would search. */
static enum gv_status find(const char *name_or_path, const struct gv_search *search, char **path,
                           struct gv_error *err)
{
  size_t length = strlen(name_or_path);
  bool slash = strchr(name_or_path, '/') != NULL;
  if (length == 0)
    return gv_fail(err, GV_USAGE, "the model's name is empty; give a name or the path of a plugin, NAME.so");
  if (slash || (length > 3 && strcmp(name_or_path + length - 3, ".so") == 0)) {
    if (!gv_is_file(name_or_path))
      return gv_fail(err, GV_USAGE, "model plugin '%s': there is no such file", name_or_path);
    *path = slash ? strdup(name_or_path) : gv_path_join(".", name_or_path);
    return *path != NULL ? GV_OK : gv_fail(err, GV_MEMORY, "model plugin '%s': no memory", name_or_path);
  }
  struct gv_plugin_list list;
  enum gv_status status = gv_plugin_list(search, &list, err);
  if (status != GV_OK)
    return status;
  size_t i = 0;
  while (i < list.count && strcmp(list.files[i].name, name_or_path) != 0)
    i++;
  if (i < list.count) {
    *path = list.files[i].path;
    list.files[i].path = NULL;
  } else {
    status = not_found(name_or_path, search, &list, err);
  }
  gv_plugin_list_clear(&list);
  return status;
}

/* What was loaded, for good as the plugins themselves. */
struct loaded {
  const struct gv_model *model;
  struct loaded *next;
  char path[];
};

static struct loaded *volatile all_loaded;

const char *gv_plugin_file(const struct gv_model *model)
{
  for (const struct loaded *one = all_loaded; one != NULL; one = one->next)
    if (one->model == model)
      return one->path;
  return NULL;
}

static enum gv_status remember(const struct gv_model *model, const char *path, struct gv_error *err)
{
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  size_t size = strlen(path) + 1;
  enum gv_status status = GV_OK;
  pthread_mutex_lock(&lock);
  struct loaded *one = gv_plugin_file(model) == NULL ? malloc(sizeof *one + size) : NULL;
  if (one != NULL) {
    one->model = model;
    one->next = all_loaded;
    memcpy(one->path, path, size);
    all_loaded = one;
  } else if (gv_plugin_file(model) == NULL) {
    status = gv_fail(err, GV_MEMORY, "model plugin '%s': no memory", path);
  }
  pthread_mutex_unlock(&lock);
  return status;
}

enum gv_status gv_plugin_load(const char *name_or_path, const struct gv_search *search,
                              const struct gv_model **model, char **path, struct gv_error *err)
{
  char *file = NULL;
  const struct gv_model *found = NULL;
  enum gv_status status = find(name_or_path, search, &file, err);
  if (status == GV_OK) {
    gv_calling.loading = file;
    status = open_file(file, &found, err);
    gv_calling.loading = NULL;
  }
  if (status == GV_OK)
    status = remember(found, file, err);
  if (status == GV_OK) {
    *model = found;
    if (path != NULL) {
      *path = file;
      file = NULL;
    }
  }
  free(file);
  return status;
}
