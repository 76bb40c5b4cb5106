/* Words of command lines that are printed to be typed as they stand. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "core/base/paths.h"

char *gv_shell_word(const char *text)
{
  static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=:,./@%";
  char *word = malloc(4 * strlen(text) + 3), *end = word;
  if (word == NULL || (*text != '\0' && strspn(text, plain) == strlen(text)))
    return word != NULL ? strcpy(word, text) : NULL;
  *end++ = '\'';
  for (const char *c = text; *c != '\0'; c++)
    end = *c == '\'' ? stpcpy(end, "'\\''") : (*end = *c, end + 1);
  strcpy(end, "'");
  return word;
}

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

char *gv_program_word(void)
{
  struct stat self;
  if (stat("/proc/self/exe", &self) != 0 || shell_finds(&self))
    return strdup("grapevine");
  char *path = realpath("/proc/self/exe", NULL), *word = path != NULL ? gv_shell_word(path) : NULL;
  free(path);
  return word;
}
