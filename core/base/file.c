/* Whole files: temporary name, sync, rename. */
#include "core/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum gv_status gv_file_begin(struct gv_new_file *file, const char *path, struct gv_error *err)
{
  *file = (struct gv_new_file){.path = strdup(path)};
  int why = ENOMEM;
  /* A name of this process; one that is taken was left by another of the same number. Not mkstemp, whose files
   * are the user's alone whatever the umask says. */
  for (int try = 0; file->path != NULL && file->stream == NULL && try < 1000; try++) {
    if (asprintf(&file->temporary, "%s.%ld-%d.tmp", path, (long)getpid(), try) < 0) {
      file->temporary = NULL;
      break;
    }
    file->stream = fopen(file->temporary, "wxe");
    if (file->stream != NULL)
      return GV_OK;
    why = errno;
    free(file->temporary);  /* not ours: abandon must not remove it */
    file->temporary = NULL;
    if (why != EEXIST)
      break;
  }
  gv_file_abandon(file);
  return gv_fail(err, GV_SYSTEM, "%s: cannot be written: %s", path, strerror(why));
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
