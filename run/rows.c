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
  enum gv_status status = GV_OK;
  if (rows->file == NULL && errno == ENOENT && *mode == 'r')
    status = gv_fail(err, GV_INPUT, "%s: it is missing; the run has its rows in it, and goes on there", rows->path);
  else if (rows->file == NULL)
    status = no_write(rows, errno, err);
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

/* rows->kept <- how many bytes are the first line and the rows up to round *last; -1: there is no whole first line.
 * *round <- of the last of them; -1: none. False: the first line is another. */
static bool kept_rows(struct gv_rows *rows, const uint64_t *last, long long *round)
{
  char *line = NULL;
  size_t size = 0;
  ssize_t length = getline(&line, &size, rows->file);
  /* a killed run may leave a part of it */
  bool begins = length <= 0 || strncmp(line, rows->header, (size_t)length) == 0;
  rows->kept = length > 0 && strcmp(line, rows->header) == 0 ? (long)length : -1;
  *round = -1;
  while (rows->kept > 0 && last != NULL && (length = getline(&line, &size, rows->file)) > 0 &&
         line[length - 1] == '\n' && strtoull(line, NULL, 10) <= *last) {
    rows->kept += (long)length;
    *round = (long long)strtoull(line, NULL, 10);
  }
  free(line);
  return begins;
}

enum gv_status gv_rows_reopen(const char *folder, const char *name, const char *header, const uint64_t *last,
                              struct gv_rows *rows, struct gv_error *err)
{
  enum gv_status status = open_rows(folder, name, header, last != NULL ? "r+e" : "a+e", rows, err);
  long long round;
  if (status != GV_OK)
    return status;
  rows->cuts = true;
  if (!kept_rows(rows, last, &round) || (rows->kept < 0 && last != NULL))
    status = gv_fail(err, GV_INPUT, "%s: its first line is not that of a run's %s", rows->path, name);
  else if (last != NULL && round < 0)
    status = gv_fail(err, GV_INPUT, "%s: it has no row; a run that goes on behind round %llu has that of it",
                     rows->path, (unsigned long long)*last);
  else if (last != NULL && (uint64_t)round != *last)
    status = gv_fail(err, GV_INPUT, "%s: after the row of round %lld there is none of round %llu, behind which the "
                     "run goes on", rows->path, round, (unsigned long long)*last);
  if (status != GV_OK)
    gv_rows_clear(rows);
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
