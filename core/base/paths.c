/* Finds installed, relocated and build-tree folders from the running program's own place. */
#include "core/base/paths.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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

char *gv_path_temporary(const char *name)
{
  const char *base = getenv("TMPDIR");
  return gv_path_join(base != NULL && *base != '\0' ? base : "/tmp", name);
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

bool gv_own_file(char path[PATH_MAX], bool *library)
{
  static const char here;
  Dl_info object;
  *library = dladdr(&here, &object) != 0 && object.dli_fname != NULL &&
             strstr(object.dli_fname, "/libgrapevine.so") != NULL;
  return realpath(*library ? object.dli_fname : "/proc/self/exe", path) != NULL;
}

/* The folder of that file. */
static bool own_folder(char folder[PATH_MAX], bool *library)
{
  if (!gv_own_file(folder, library))
    return false;
  *strrchr(folder, '/') = '\0';
  return true;
}

/* Takes tail off the end of path; false, and path as it was, when it does not end so. */
static bool cut(char *path, const char *tail)
{
  size_t length = strlen(path), cut = strlen(tail);
  if (length < cut || strcmp(path + length - cut, tail) != 0)
    return false;
  path[length - cut] = '\0';
  return true;
}

/* What follows the prefix in an installed folder; NULL when it lies elsewhere. */
static const char *below_prefix(const char *folder)
{
  size_t prefix = strlen(GV_PREFIX);
  return strncmp(folder, GV_PREFIX "/", prefix + 1) == 0 ? folder + prefix : NULL;
}

/* path, our own folder, becomes where `installed` lies when the whole prefix was moved; false when it lies outside
 * the prefix or the name is too long. */
static bool follow(char path[PATH_MAX], bool library, const char *installed)
{
  const char *home = below_prefix(library ? GV_LIBDIR : GV_BINDIR), *sought = below_prefix(installed);
  if (home == NULL || sought == NULL || !cut(path, home))
    return false;
  size_t length = strlen(path);
  return (size_t)snprintf(path + length, PATH_MAX - length, "%s", sought) < PATH_MAX - length;
}

bool gv_search_add_installed(struct gv_search *search, const char *kind)
{
  bool models = strcmp(kind, "models") == 0, library, added = true;
  const char *installed = models ? GV_PKGLIBDIR : GV_PKGDATADIR;
  char self[PATH_MAX], tail[PATH_MAX];
  search->own = search->count;
  if (own_folder(self, &library)) {
    /* In the build tree libtool leaves plugins and libraries in .libs; data is linked beside the program. */
    cut(self, "/.libs");
    if (snprintf(tail, sizeof tail, models ? "%s/.libs" : "%s", kind) < (int)sizeof tail)
      added = add_if_there(search, self, tail);
    if (added && follow(self, library, installed))
      added = add_if_there(search, self, kind);
  }
  search->owned = search->count - search->own;
  return added && add_if_there(search, installed, kind);
}

/* A copy of folder when it holds the file. */
static char *holder(const char *folder, const char *file)
{
  char *path = gv_path_join(folder, file);
  char *held = path != NULL && gv_is_file(path) ? strdup(folder) : NULL;
  free(path);
  return held;
}

char *gv_path_pkg_config(void)
{
  static const char installed[] = GV_LIBDIR "/pkgconfig", file[] = "grapevine.pc";
  char self[PATH_MAX], *found = NULL;
  bool library;
  if (own_folder(self, &library)) {
    cut(self, "/.libs");
    found = holder(self, "grapevine-uninstalled.pc");
    if (found == NULL && follow(self, library, installed))
      found = holder(self, file);
  }
  return found != NULL ? found : holder(installed, file);
}

char *gv_search_text(const struct gv_search *search, char *text, size_t size)
{
  size_t used = 0;
  text[0] = '\0';
  for (size_t i = 0; i < search->count && used < size; i++)
    used += (size_t)snprintf(text + used, size - used, "%s%s", i ? ", " : "", search->folders[i]);
  return text;
}
