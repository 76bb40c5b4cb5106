/* Whole files: written without a name, synced, then named and renamed. */
#include "core/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/paths.h"

enum { LINKS = 40 };  /* that the system follows, one behind the other */

static const char *const no_write = "%s: cannot be written: %s";

/* The path's folder, "." without one. The caller frees it. */
static char *folder_of(const char *path)
{
  const char *slash = strrchr(path, '/');
  return slash == NULL ? strdup(".") : strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

/* Where a link leads that leads to nothing yet, or the path itself where it is no link. The caller frees it. */
static char *behind_links(const char *path)
{
  char *at = strdup(path), to[PATH_MAX];
  for (int i = 0; i < LINKS && at != NULL; i++) {
    ssize_t length = readlink(at, to, sizeof to - 1);
    if (length < 0)
      break;
    to[length] = '\0';
    char *folder = folder_of(at);
    free(at);
    at = to[0] == '/' ? strdup(to) : folder != NULL ? gv_path_join(folder, to) : NULL;
    free(folder);
  }
  return at;
}

/* A file of the path's folder that has no name until name_it: whatever ends the program, nothing is left of it.
 * -1 where the file system has none such, or /proc is missing, without which it could not be named. */
static int open_nameless(const char *path)
{
  char *folder = access("/proc/self/fd", X_OK) == 0 ? folder_of(path) : NULL;
  int fd = folder != NULL ? open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666) : -1;
  free(folder);
  return fd;
}

/* file->temporary <- a name of this process beside the path, made by opening it anew (nameless < 0) or by giving it
 * to the file without a name; of a long name it has the beginning. One that is taken was left by another process of
 * the same number. Not mkstemp, whose files are the user's alone whatever the umask says. Returns the open file, or
 * -1 with errno. */
static int name_it(struct gv_new_file *file, int nameless)
{
  char source[40];
  const char *slash = strrchr(file->path, '/'), *name = slash != NULL ? slash + 1 : file->path;
  int folder = (int)(name - file->path), most = folder + NAME_MAX - (int)sizeof ".2147483647-999.tmp";
  snprintf(source, sizeof source, "/proc/self/fd/%d", nameless);
  for (int try = 0; try < 1000; try++) {
    if (asprintf(&file->temporary, "%.*s.%ld-%d.tmp", most, file->path, (long)getpid(), try) < 0) {
      file->temporary = NULL;
      errno = ENOMEM;
      return -1;
    }
    /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): abandon frees the name */
    int fd = nameless < 0 ? open(file->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666) :
             linkat(AT_FDCWD, source, AT_FDCWD, file->temporary, AT_SYMLINK_FOLLOW) == 0 ? nameless : -1;
    if (fd >= 0)
      return fd;
    int why = errno;
    free(file->temporary);  /* not ours: abandon must not remove it */
    file->temporary = NULL;
    errno = why;
    if (why != EEXIST)
      return -1;
  }
  return -1;
}

/* The program's own stream which the file is, as /dev/stdout: to be written on from where it stands. -1: none. */
static int own_stream(const struct stat *at)
{
  struct stat own;
  for (int fd = 1; fd <= 2 && S_ISREG(at->st_mode); fd++)
    if (fstat(fd, &own) == 0 && own.st_dev == at->st_dev && own.st_ino == at->st_ino)
      return fd;
  return -1;
}

enum gv_status gv_file_begin(struct gv_new_file *file, const char *path, struct gv_error *err)
{
  struct stat at;
  bool there = stat(path, &at) == 0, may_be = there || errno == ENOENT;
  int own = there ? own_stream(&at) : -1, fd, why = errno;
  *file = (struct gv_new_file){.in_place = own >= 0 || (there && !S_ISREG(at.st_mode) && !S_ISDIR(at.st_mode))};
  /* behind a link, the file that it leads to is the one to replace */
  file->path = file->in_place ? strdup(path) : there ? realpath(path, NULL) : behind_links(path);
  if (file->path == NULL) {
    fd = -1;
  } else if (!may_be) {  /* as a name that is too long: nothing of it would be found before the end */
    fd = -1;
    errno = why;
  } else if (there && S_ISDIR(at.st_mode)) {
    fd = -1;
    errno = EISDIR;
  } else if (file->in_place) {
    fd = own >= 0 ? fcntl(own, F_DUPFD_CLOEXEC, 3) : open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC);
  } else {
    fd = open_nameless(file->path);
    if (fd < 0)
      fd = name_it(file, -1);
    if (fd >= 0 && there)
      (void)fchmod(fd, at.st_mode & 0777);  /* a file that was private stays so */
  }
  if (fd >= 0) {
    file->stream = fdopen(fd, "w");
    if (file->stream != NULL)
      return GV_OK;
  }
  why = errno;
  if (fd >= 0)
    close(fd);
  gv_file_abandon(file);
  return gv_fail(err, GV_SYSTEM, no_write, path, strerror(why));
}

enum gv_status gv_file_try(const char *path, struct gv_error *err)
{
  struct stat at;
  /* opening a pipe waits for its reader, and closing it tells the reader that all is said */
  if (stat(path, &at) == 0 && S_ISFIFO(at.st_mode))
    return access(path, W_OK) == 0 ? GV_OK : gv_fail(err, GV_SYSTEM, no_write, path, strerror(errno));
  struct gv_new_file file;
  enum gv_status status = gv_file_begin(&file, path, err);
  if (status == GV_OK)
    gv_file_abandon(&file);
  return status;
}

/* Makes the rename itself durable. Some file systems cannot sync a folder; the data is synced all the same. */
static void sync_folder(const char *path)
{
  char *folder = folder_of(path);
  int fd = folder != NULL ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
  if (fd >= 0) {
    (void)fsync(fd);
    close(fd);
  }
  free(folder);
}

void gv_file_put(struct gv_new_file *file, const void *values, size_t width, size_t count)
{
  errno = 0;
  if (fwrite(values, width, count, file->stream) < count && file->why == 0)
    file->why = errno;
}

static enum gv_status fail(struct gv_new_file *file, int why, struct gv_error *err)
{
  enum gv_status status =
      gv_fail(err, GV_SYSTEM, no_write, file->path, why != 0 ? strerror(why) : "a write failed");
  gv_file_abandon(file);
  return status;
}

/* Why a write failed that its stream keeps no reason of: a few more bytes into a file that goes anyway find it. */
static int why_again(const struct gv_new_file *file)
{
  static const char more[4096];
  int why = 0;
  for (int i = 0; i < 16 && why == 0 && !file->in_place; i++)
    if (write(fileno(file->stream), more, sizeof more) < 0)
      why = errno;
  return why;
}

enum gv_status gv_file_settle(struct gv_new_file *file, struct gv_error *err)
{
  errno = file->why;
  /* An earlier failed write left its bytes in the buffer: flushing first finds the reason again. */
  bool failed = file->why != 0 || fflush(file->stream) != 0 || ferror(file->stream) != 0 ||
                (!file->in_place && fsync(fileno(file->stream)) != 0) ||
                (!file->in_place && file->temporary == NULL && name_it(file, fileno(file->stream)) < 0);
  int why = failed && errno == 0 ? why_again(file) : errno;
  if (fclose(file->stream) != 0 && !failed) {
    failed = true;
    why = errno;
  }
  file->stream = NULL;
  return failed ? fail(file, why, err) : GV_OK;
}

enum gv_status gv_file_commit(struct gv_new_file *file, struct gv_error *err)
{
  enum gv_status status = file->stream != NULL ? gv_file_settle(file, err) : GV_OK;
  if (status != GV_OK)
    return status;
  if (!file->in_place) {
    if (rename(file->temporary, file->path) != 0)
      return fail(file, errno, err);
    sync_folder(file->path);
    free(file->temporary);
    file->temporary = NULL;
  }
  gv_file_abandon(file);
  return GV_OK;
}

void gv_file_abandon(struct gv_new_file *file)
{
  if (file->stream != NULL)
    fclose(file->stream);
  if (file->temporary != NULL)
    unlink(file->temporary);
  free(file->temporary);
  free(file->path);
  *file = (struct gv_new_file){0};
}

enum gv_status gv_file_copy(FILE *from, const char *path, struct gv_error *err)
{
  struct gv_new_file file;
  char part[16384];
  enum gv_status status = gv_file_begin(&file, path, err);
  if (status != GV_OK)
    return status;
  rewind(from);
  for (size_t got; file.why == 0 && (got = fread(part, 1, sizeof part, from)) > 0;)
    gv_file_put(&file, part, 1, got);
  if (!ferror(from))
    return gv_file_commit(&file, err);
  gv_file_abandon(&file);
  return gv_fail(err, GV_SYSTEM, "%s: its temporary file cannot be read", path);
}
