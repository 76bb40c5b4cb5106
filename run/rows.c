/* CSV files that grow, and go on where a run is resumed. */
#include "run/rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/paths.h"

static enum gv_status no_write(const struct gv_rows *rows, int why, struct gv_error *err)
{
  return gv_fail(err, GV_SYSTEM, "%s: cannot be written: %s", rows->path, strerror(why));
}

static enum gv_status open_rows(const char *folder, const char *name, const char *header, const char *mode,
                                struct gv_rows *rows, struct gv_error *err)
{
  *rows = (struct gv_rows){.path = gv_path_join(folder, name), .header = header};
  if (rows->path == NULL)
    return gv_fail(err, GV_MEMORY, "no memory to write %s", name);
  rows->file = fopen(rows->path, mode);
  enum gv_status status = rows->file != NULL ? GV_OK : no_write(rows, errno, err);
  if (status != GV_OK)
    gv_rows_clear(rows);
  return status;
}

enum gv_status gv_rows_create(const char *folder, const char *name, const char *header, struct gv_rows *rows,
                              struct gv_error *err)
{
  enum gv_status status = open_rows(folder, name, header, "wxe", rows, err);
  if (status == GV_OK)
    fputs(header, rows->file);
  return status;
}

/* How many bytes are the first line and the rows up to round *last; -1: the first line is another. */
static long kept_rows(const struct gv_rows *rows, const uint64_t *last)
{
  char *line = NULL;
  size_t size = 0;
  long kept = -1;
  ssize_t length = getline(&line, &size, rows->file);
  if (length > 0 && strcmp(line, rows->header) == 0)
    kept = (long)length;
  while (kept > 0 && last != NULL && (length = getline(&line, &size, rows->file)) > 0 && line[length - 1] == '\n' &&
         strtoull(line, NULL, 10) <= *last)
    kept += (long)length;
  free(line);
  return kept;
}

enum gv_status gv_rows_reopen(const char *folder, const char *name, const char *header, const uint64_t *last,
                              struct gv_rows *rows, struct gv_error *err)
{
  enum gv_status status = open_rows(folder, name, header, "a+e", rows, err);
  if (status != GV_OK)
    return status;
  rows->cuts = true;
  rows->kept = kept_rows(rows, last);
  if (rows->kept < 0 && last != NULL) {
    status = gv_fail(err, GV_INPUT, "%s: its first line is not that of a run's %s", rows->path, name);
    gv_rows_clear(rows);
  }
  return status;
}

enum gv_status gv_rows_begin(struct gv_rows *rows, struct gv_error *err)
{
  if (!rows->cuts)
    return GV_OK;
  bool anew = rows->kept < 0;
  if (ftruncate(fileno(rows->file), anew ? 0 : rows->kept) != 0 || fseek(rows->file, 0, SEEK_END) != 0 ||
      (anew && fputs(rows->header, rows->file) < 0))
    return no_write(rows, errno, err);
  rows->cuts = false;
  return GV_OK;
}

enum gv_status gv_rows_end(struct gv_rows *rows, struct gv_error *err)
{
  return fflush(rows->file) == 0 && !ferror(rows->file) ? GV_OK : no_write(rows, errno, err);
}

enum gv_status gv_rows_sync(struct gv_rows *rows, struct gv_error *err)
{
  return rows->file == NULL || (fflush(rows->file) == 0 && (fdatasync(fileno(rows->file)) == 0 || errno == EINVAL))
             ? GV_OK
             : no_write(rows, errno, err);
}

void gv_rows_clear(struct gv_rows *rows)
{
  if (rows->file != NULL)
    fclose(rows->file);
  free(rows->path);
  *rows = (struct gv_rows){0};
}
