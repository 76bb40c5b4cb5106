/* Folders of plugins, and the .so files in them. */
#include "plugins/search.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/log.h"
#include "plugins/trust.h"

enum { WHY = 320 };

static enum gv_status no_memory(struct gv_error *err)
{
  return gv_fail(err, GV_MEMORY, "no memory for the list of model plugins");
}

enum gv_status gv_plugin_search_fill(struct gv_search *search, const char *plugin_dir, struct gv_error *err)
{
  size_t first = search->count;
  if (!gv_search_add(search, plugin_dir))
    return no_memory(err);
  for (size_t i = first; i < search->count; i++)
    if (!gv_is_folder(search->folders[i]))
      return gv_fail(err, GV_USAGE,
                     "--plugin-dir: '%s' is not a folder; give the folders that hold NAME.so, joined by ':'",
                     search->folders[i]);
  if (!gv_search_add(search, getenv("GRAPEVINE_PLUGIN_PATH")) || !gv_search_add_installed(search, "models"))
    return no_memory(err);
  char self[PATH_MAX], why[WHY];
  bool library;
  if (gv_own_file(self, &library) && gv_trusted(self, why, sizeof why))
    search->owned = 0;  /* nobody else could change the program, so its models are asked as all are */
  return GV_OK;
}

static int by_name(const void *a, const void *b)
{
  return strcmp(((const struct gv_plugin_file *)a)->name, ((const struct gv_plugin_file *)b)->name);
}

/* Whether what is there, of that kind, may be used; says once for each that may not why it is passed over. */
static bool usable(const char *kind, const char *path)
{
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  static struct gv_search said;
  char why[WHY];
  if (gv_trusted(path, why, sizeof why))
    return true;
  pthread_mutex_lock(&lock);
  size_t before = said.count;
  if (gv_search_add(&said, path) && said.count > before)
    gv_log(GV_LOG_WARNING, "the model plugin%s %.200s is passed over: %s; a model named by its path, "
           "FOLDER/NAME.so, is loaded from anywhere", kind, path, why);
  pthread_mutex_unlock(&lock);
  return false;
}

/* Whether the i-th folder lies beside a program that others may change as well, and is as good as that. */
static bool own(const struct gv_search *search, size_t i)
{
  return i >= search->own && i - search->own < search->owned;
}

/* Adds folder/file when it is a plugin's file and its name is new; false without memory. */
static bool add_file(struct gv_plugin_list *list, const char *folder, const char *file, bool asked)
{
  size_t length = strlen(file);
  if (length <= 3 || strcmp(file + length - 3, ".so") != 0)
    return true;
  for (size_t i = 0; i < list->count; i++)
    if (strncmp(list->files[i].name, file, length - 3) == 0 && list->files[i].name[length - 3] == '\0')
      return true;
  struct gv_plugin_file *more = realloc(list->files, (list->count + 1) * sizeof *more);
  if (more == NULL)
    return false;
  list->files = more;
  struct gv_plugin_file entry = {.name = strndup(file, length - 3), .path = gv_path_join(folder, file)};
  bool taken = entry.name != NULL && entry.path != NULL;
  if (taken && gv_is_file(entry.path) && (!asked || usable("", entry.path))) {
    list->files[list->count++] = entry;
  } else {
    free(entry.name);
    free(entry.path);
  }
  return taken;
}

enum gv_status gv_plugin_list(const struct gv_search *search, struct gv_plugin_list *list, struct gv_error *err)
{
  struct gv_plugin_list found = {0};
  bool room = true;
  for (size_t i = 0; i < search->count && room; i++) {
    errno = 0;
    bool there = gv_is_folder(search->folders[i]), asked = !own(search, i);
    DIR *folder =
        there && (!asked || usable(" folder", search->folders[i])) ? opendir(search->folders[i]) : NULL;
    for (struct dirent *entry; room && folder != NULL && (entry = readdir(folder)) != NULL;)
      room = add_file(&found, search->folders[i], entry->d_name, asked);
    if (folder != NULL)
      closedir(folder);
    else if (there && errno == ENOMEM)
      room = false;
  }
  if (!room) {
    gv_plugin_list_clear(&found);
    return no_memory(err);
  }
  if (found.count > 0)
    qsort(found.files, found.count, sizeof *found.files, by_name);
  *list = found;
  return GV_OK;
}

bool gv_plugin_passed_over(const struct gv_search *search, const char *file_name, char *why, size_t size)
{
  for (size_t i = 0; i < search->count; i++) {
    if (own(search, i))
      continue;
    if (gv_is_folder(search->folders[i]) && !gv_trusted(search->folders[i], why, size))
      return true;
    char *path = gv_path_join(search->folders[i], file_name);
    bool passed = path != NULL && gv_is_file(path) && !gv_trusted(path, why, size);
    free(path);
    if (passed)
      return true;
  }
  return false;
}

void gv_plugin_list_clear(struct gv_plugin_list *list)
{
  for (size_t i = 0; i < list->count; i++) {
    free(list->files[i].name);
    free(list->files[i].path);
  }
  free(list->files);
  *list = (struct gv_plugin_list){0};
}
