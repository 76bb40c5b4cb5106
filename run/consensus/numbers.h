/* numbers.h - a table of numbers from a text file. */
#ifndef GV_RUN_CONSENSUS_NUMBERS_H
#define GV_RUN_CONSENSUS_NUMBERS_H

#include <stddef.h>

#include <grapevine/status.h>

struct gv_numbers {
  double *value;  /* (rows, columns) */
  size_t rows, columns;
};

/* A row a line, its numbers apart by spaces, tabs or one comma; empty lines and what follows a '#' are skipped.
 * Every row has as many numbers, each finite and at most 1e150 in size, so that its square is finite too. Errors
 * name the file and the line. */
enum gv_status gv_numbers_read(const char *path, struct gv_numbers *out, struct gv_error *err);
void gv_numbers_clear(struct gv_numbers *numbers);

#endif
