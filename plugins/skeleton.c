/* Fills in the files of plugins/skeleton/ and writes them, all or none. */
#include "plugins/skeleton.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/base/nearest.h"
#include "core/base/paths.h"

static const char *const sources[] = {"model.c", "Makefile", "README.md"};  /* the first is written as NAME.c */

enum { FILES = sizeof sources / sizeof sources[0] };

enum gv_status gv_skeleton_check_name(const char *name, struct gv_error *err)
{
  static const char accepted[] = "abcdefghijklmnopqrstuvwxyz0123456789-_";
  size_t length = strlen(name);
  if (name[0] >= 'a' && name[0] <= 'z' && strspn(name, accepted) == length && length < GV_NAME_MAX)
    return GV_OK;
  return gv_fail(err, GV_USAGE,
                 "'%.80s' cannot name a model; accepted are lower-case letters, digits, '-' and '_', a letter "
                 "first, %d characters at most", name, GV_NAME_MAX - 1);
}

static enum gv_status no_memory(const struct gv_skeleton *skeleton, struct gv_error *err)
{
  return gv_fail(err, GV_MEMORY, "%s: no memory to write a model", skeleton->folder);
}

/* The path of file i in the model's folder; NULL without memory. */
static char *path_of(const struct gv_skeleton *skeleton, int i)
{
  char own[GV_NAME_MAX + 2];
  snprintf(own, sizeof own, "%s.c", skeleton->name);
  return gv_path_join(skeleton->folder, i == 0 ? own : sources[i]);
}

/* What stands for the word that text begins with; *length <- the word's. NULL when it begins with none. */
static const char *meaning(const struct gv_skeleton *skeleton, const char *text, size_t *length)
{
  const struct {
    const char *word, *meaning;
  } words[] = {{"@NAME@", skeleton->name}, {"@MAKE@", skeleton->make}, {"@GRAPEVINE@", skeleton->grapevine}};
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
    *length = strlen(words[i].word);
    if (strncmp(text, words[i].word, *length) == 0)
      return words[i].meaning;
  }
  return NULL;
}

/* Copies the stream `from` to `to`, with the words filled in; false when it cannot be read. */
static bool fill_in(const struct gv_skeleton *skeleton, FILE *from, FILE *to)
{
  char line[512];
  while (fgets(line, sizeof line, from) != NULL)
    for (const char *c = line; *c != '\0';) {
      size_t length;
      const char *filled = meaning(skeleton, c, &length);
      if (filled != NULL) {
        fputs(filled, to);
        c += length;
      } else {
        fputc(*c++, to);
      }
    }
  return ferror(from) == 0;
}

/* Writes file i beside its final place; gv_file_commit shows it. */
static enum gv_status prepare(const struct gv_skeleton *skeleton, const struct gv_search *search, int i,
                              struct gv_new_file *file, struct gv_error *err)
{
  FILE *from = NULL;
  for (size_t k = 0; k < search->count && from == NULL; k++) {
    char *path = gv_path_join(search->folders[k], sources[i]);
    from = path != NULL ? fopen(path, "re") : NULL;
    free(path);
  }
  if (from == NULL) {
    char folders[300];
    gv_search_text(search, folders, sizeof folders);
    return gv_fail(err, GV_INPUT, "%s, of which new models are made, is missing here (looked in %s)", sources[i],
                   search->count > 0 ? folders : "no folder");
  }
  char *path = path_of(skeleton, i);
  enum gv_status status = path != NULL ? gv_file_begin(file, path, err) : no_memory(skeleton, err);
  if (status == GV_OK && !fill_in(skeleton, from, file->stream))
    status = gv_fail(err, GV_SYSTEM, "%s: what it is made of cannot be read", path);
  free(path);
  fclose(from);
  return status;
}

static enum gv_status write_all(const struct gv_skeleton *skeleton, const struct gv_search *search,
                                struct gv_error *err)
{
  struct gv_new_file files[FILES] = {0};
  enum gv_status status = GV_OK;
  int shown = 0;
  for (int i = 0; i < FILES && status == GV_OK; i++)
    status = prepare(skeleton, search, i, &files[i], err);
  for (; shown < FILES && status == GV_OK; shown += status == GV_OK)
    status = gv_file_commit(&files[shown], err);
  for (int i = 0; i < FILES; i++)
    gv_file_abandon(&files[i]);
  for (int i = 0; i < shown && status != GV_OK; i++) {
    char *path = path_of(skeleton, i);
    if (path != NULL)
      unlink(path);
    free(path);
  }
  return status;
}

static enum gv_status refuse_taken(const struct gv_skeleton *skeleton, struct gv_error *err)
{
  enum gv_status status = GV_OK;
  for (int i = 0; i < FILES && status == GV_OK; i++) {
    struct stat st;
    char *path = path_of(skeleton, i);
    if (path == NULL)
      status = no_memory(skeleton, err);
    else if (lstat(path, &st) == 0)
      status = gv_fail(err, GV_USAGE, "%s is there already, and nothing is overwritten; give another folder with "
                       "--dir", path);
    free(path);
  }
  return status;
}

enum gv_status gv_skeleton_write(const struct gv_skeleton *skeleton, struct gv_error *err)
{
  struct gv_search search = {0};
  enum gv_status status = gv_skeleton_check_name(skeleton->name, err);
  if (status == GV_OK)
    status = refuse_taken(skeleton, err);
  if (status == GV_OK && !gv_search_add_installed(&search, "skeleton"))
    status = no_memory(skeleton, err);
  bool made = status == GV_OK && mkdir(skeleton->folder, 0777) == 0;
  int why = errno;
  if (status == GV_OK && !made && !(why == EEXIST && gv_is_folder(skeleton->folder)))
    status = gv_fail(err, GV_SYSTEM, "%s: the folder cannot be made: %s", skeleton->folder, strerror(why));
  if (status == GV_OK)
    status = write_all(skeleton, &search, err);
  if (status != GV_OK && made)
    (void)rmdir(skeleton->folder);
  gv_search_clear(&search);
  return status;
}
