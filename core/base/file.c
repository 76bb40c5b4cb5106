/* Whole files: temporary name, sync, rename. */
#include "core/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum gv_status gv_file_begin(struct gv_new_file *file, const char *path, struct gv_error *err)
{
  *file = (struct gv_new_file){.path = strdup(path)};
  if (file->path == NULL || asprintf(&file->temporary, "%s.XXXXXX", path) < 0) {
    file->temporary = NULL;
    gv_file_abandon(file);
    return gv_fail(err, GV_MEMORY, "%s: no memory to write it", path);
  }
  int fd = mkstemp(file->temporary);
  if (fd < 0) {
    int why = errno;
    free(file->temporary);  /* no such file: abandon must not remove it */
    file->temporary = NULL;
    gv_file_abandon(file);
    return gv_fail(err, GV_SYSTEM, "%s: cannot be written: %s", path, strerror(why));
  }
  mode_t mask = umask(0);
  umask(mask);
  file->stream = fdopen(fd, "w");
  if (fchmod(fd, 0666 & ~mask) != 0 || file->stream == NULL) {
    int why = errno;
    if (file->stream == NULL)
      close(fd);
    gv_file_abandon(file);
    return gv_fail(err, GV_SYSTEM, "%s: cannot be written: %s", path, strerror(why));
  }
  return GV_OK;
}

/* Makes the rename itself durable. Some file systems cannot sync a folder; the data is synced all the same. */
static void sync_folder(const char *path)
{
  char *folder = strdup(path);
  if (folder == NULL)
    return;
  char *slash = strrchr(folder, '/');
  if (slash != NULL)
    slash[slash == folder] = '\0';
  int fd = open(slash != NULL ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd >= 0) {
    (void)fsync(fd);
    close(fd);
  }
  free(folder);
}

enum gv_status gv_file_commit(struct gv_new_file *file, struct gv_error *err)
{
  errno = 0;
  /* An earlier failed write left its bytes in the buffer: flushing first finds the reason again. */
  bool failed = fflush(file->stream) != 0 || ferror(file->stream) != 0 || fsync(fileno(file->stream)) != 0;
  int why = errno;
  if (fclose(file->stream) != 0 && !failed) {
    failed = true;
    why = errno;
  }
  file->stream = NULL;
  if (!failed && rename(file->temporary, file->path) != 0) {
    failed = true;
    why = errno;
  }
  enum gv_status status = GV_OK;
  if (failed) {
    status = gv_fail(err, GV_SYSTEM, "%s: cannot be written: %s", file->path,
                     why != 0 ? strerror(why) : "a write failed");
  } else {
    sync_folder(file->path);
    free(file->temporary);
    file->temporary = NULL;
  }
  gv_file_abandon(file);
  return status;
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
