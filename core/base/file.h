/* file.h - files that are either whole or not there: written without a name, synced, renamed. */
#ifndef GV_BASE_FILE_H
#define GV_BASE_FILE_H

#include <stdbool.h>
#include <stdio.h>

#include <grapevine/status.h>

struct gv_new_file {
  FILE *stream;      /* write here; errors are found by gv_file_commit */
  char *path, *temporary;
  int why;           /* the errno of a gv_file_put that failed; 0: none did */
  bool in_place;     /* a device, a pipe or a stream of the program: written at once, never replaced */
};

/* Opens a file that nobody sees before the commit. A link is followed; what is no regular file is opened itself. */
enum gv_status gv_file_begin(struct gv_new_file *file, const char *path, struct gv_error *err);

/* Writes values (count) of so many bytes to the stream, and keeps why that fails: what is larger than the stream's
 * buffer goes past it, and the stream keeps no reason. */
void gv_file_put(struct gv_new_file *file, const void *values, size_t width, size_t count);

/* The first half of a commit, which then has only to rename: flushes and syncs. A failure is one of the commit. */
enum gv_status gv_file_settle(struct gv_new_file *file, struct gv_error *err);

/* Flushes, syncs and renames to path; on failure path is as it was and the temporary file is gone. */
enum gv_status gv_file_commit(struct gv_new_file *file, struct gv_error *err);

/* Drops what was written. Safe after commit or a failed begin. */
void gv_file_abandon(struct gv_new_file *file);

/* Whether the file could be written now, for those who write it after long work. */
enum gv_status gv_file_try(const char *path, struct gv_error *err);

/* Writes all of `from`, from its beginning, as the file. */
enum gv_status gv_file_copy(FILE *from, const char *path, struct gv_error *err);

#endif
