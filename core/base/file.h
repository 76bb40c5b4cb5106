/* file.h - files that are either whole or not there: temporary name, sync, rename. */
#ifndef GV_BASE_FILE_H
#define GV_BASE_FILE_H

#include <stdio.h>

#include <grapevine/status.h>

struct gv_new_file {
  FILE *stream;      /* write here; errors are found by gv_file_commit */
  char *path, *temporary;
};

/* Opens a temporary file beside path. Nothing is seen under `path` before the commit. */
enum gv_status gv_file_begin(struct gv_new_file *file, const char *path, struct gv_error *err);

/* Flushes, syncs and renames to path; on failure path is as it was and the temporary file is gone. */
enum gv_status gv_file_commit(struct gv_new_file *file, struct gv_error *err);

/* Drops what was written. Safe after commit or a failed begin. */
void gv_file_abandon(struct gv_new_file *file);

#endif
