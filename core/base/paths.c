/* Finds installed, relocated and build-tree folders from the running program's own place. */
#include "core/base/paths.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool gv_is_folder(const char *path)
{
  struct stat st;
  return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool gv_is_file(const char *path)
{
  struct stat st;
  return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

char *gv_path_join(const char *folder, const char *name)
{
  char *path;
  size_t length = strlen(folder);
  const char *slash = length > 0 && folder[length - 1] == '/' ? "" : "/";
  return asprintf(&path, "%s%s%s", folder, slash, name) < 0 ? NULL : path;
}

static bool add_one(struct gv_search *search, const char *folder, size_t length)
{
  if (length == 0)
    return true;
  for (size_t i = 0; i < search->count; i++)
    if (strlen(search->folders[i]) == length && strncmp(search->folders[i], folder, length) == 0)
      return true;
  char **more = realloc(search->folders, (search->count + 1) * sizeof *more);
  if (more == NULL)
    return false;
  search->folders = more;
  more[search->count] = strndup(folder, length);
  return more[search->count] != NULL && ++search->count > 0;
}

bool gv_search_add(struct gv_search *search, const char *folders)
{
  bool added = true;
  while (added && folders != NULL && *folders != '\0') {
    size_t length = strcspn(folders, ":");
    added = add_one(search, folders, length);
    folders += length + (folders[length] == ':');
  }
  return added;
}

void gv_search_clear(struct gv_search *search)
{
  for (size_t i = 0; i < search->count; i++)
    free(search->folders[i]);
  free(search->folders);
  *search = (struct gv_search){0};
}

/* Adds base + "/" + tail when that is a folder. */
static bool add_if_there(struct gv_search *search, const char *base, const char *tail)
{
  char *path = gv_path_join(base, tail);
  bool added = path != NULL && (!gv_is_folder(path) || add_one(search, path, strlen(path)));
  free(path);
  return added;
}

bool gv_search_add_installed(struct gv_search *search, const char *kind)
{
  bool models = strcmp(kind, "models") == 0;
  const char *installed = models ? GV_PKGLIBDIR : GV_PKGDATADIR;
  char self[PATH_MAX], tail[PATH_MAX];
  ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
  bool added = true;
  if (length > 0) {
    self[length] = '\0';
    char *slash = strrchr(self, '/');
    *slash = '\0';
    /* In the build tree libtool leaves plugins in .libs; data is made or linked beside the program. */
    if (snprintf(tail, sizeof tail, models ? "%s/.libs" : "%s", kind) < (int)sizeof tail)
      added = add_if_there(search, self, tail);
    size_t prefix = strlen(GV_PREFIX);
    if (added && strncmp(installed, GV_PREFIX "/", prefix + 1) == 0 &&
        snprintf(tail, sizeof tail, "..%s/%s", installed + prefix, kind) < (int)sizeof tail)
      added = add_if_there(search, self, tail);
  }
  return added && add_if_there(search, installed, kind);
}

char *gv_search_text(const struct gv_search *search, char *text, size_t size)
{
  size_t used = 0;
  text[0] = '\0';
  for (size_t i = 0; i < search->count && used < size; i++)
    used += (size_t)snprintf(text + used, size - used, "%s%s", i ? ", " : "", search->folders[i]);
  return text;
}
