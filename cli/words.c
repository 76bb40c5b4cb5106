/* This program, in command lines that are printed to be typed as they stand, and that it runs itself. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "core/base/paths.h"
#include "core/base/shell.h"

/* The first file called grapevine in the folders of PATH, which is what a shell takes. */
static bool shell_finds(const struct stat *self)
{
  struct gv_search search = {0};
  bool same = false, found = false;
  if (!gv_search_add(&search, getenv("PATH")))
    return false;
  for (size_t i = 0; i < search.count && !found; i++) {
    struct stat st;
    char *path = gv_path_join(search.folders[i], "grapevine");
    found = path != NULL && gv_is_file(path) && access(path, X_OK) == 0 && stat(path, &st) == 0;
    same = found && search.folders[i][0] == '/' && st.st_dev == self->st_dev && st.st_ino == self->st_ino;
    free(path);
  }
  gv_search_clear(&search);
  return same;
}

enum gv_status gv_program_path(const char *why, char *path, size_t size, struct gv_error *err)
{
  ssize_t length = readlink("/proc/self/exe", path, size);
  if (length <= 0 || (size_t)length >= size)
    return gv_fail(err, GV_SYSTEM, "/proc/self/exe cannot be read: it says which program %s", why);
  path[length] = '\0';
  return GV_OK;
}

char *gv_program_word(void)
{
  struct stat self;
  if (stat("/proc/self/exe", &self) != 0 || shell_finds(&self))
    return strdup("grapevine");
  char *path = realpath("/proc/self/exe", NULL), *word = path != NULL ? gv_shell_word(path) : NULL;
  free(path);
  return word;
}
