/* rows.h - a CSV file of a run that grows by a row, or some, an evaluation; its first column is the round. */
#ifndef GV_RUN_ROWS_H
#define GV_RUN_ROWS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <grapevine/status.h>

/* All zero: none. */
struct gv_rows {
  FILE *file;          /* to write rows to, between begin and end */
  char *path;
  const char *header;  /* the first line, with its end */
  bool cuts;           /* `kept` bytes stay when the next row comes; < 0: none, the file begins anew */
  long kept;
};

/* A new file folder/name, which must not be there. header outlives the rows. */
enum gv_status gv_rows_create(const char *folder, const char *name, const char *header, struct gv_rows *rows,
                              struct gv_error *err);

/* Goes on with the file there, behind its rows up to round *last, which must be there; NULL: behind none, and a
 * file that is missing is made. One that begins otherwise is not the run's, and refused. What is cut off stays
 * until the first row comes: until then the run may turn out not to go on. */
enum gv_status gv_rows_reopen(const char *folder, const char *name, const char *header, const uint64_t *last,
                              struct gv_rows *rows, struct gv_error *err);

/* Before rows are written, and after: then they are handed to the system. */
enum gv_status gv_rows_begin(struct gv_rows *rows, struct gv_error *err);
enum gv_status gv_rows_end(struct gv_rows *rows, struct gv_error *err);

/* The rows so far survive the machine. */
enum gv_status gv_rows_sync(struct gv_rows *rows, struct gv_error *err);

void gv_rows_clear(struct gv_rows *rows);

#endif
