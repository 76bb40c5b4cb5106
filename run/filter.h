/* filter.h - programs that turn one file into another: Graphviz, gnuplot. */
#ifndef GV_RUN_FILTER_H
#define GV_RUN_FILTER_H

#include <stdio.h>

#include <grapevine/status.h>

/* Whether PATH has the program; else a line that names path, which it was to make, and the Debian package. */
enum gv_status gv_filter_check(const char *program, const char *package, const char *path, struct gv_error *err);

/* Runs arguments (ends with NULL) on `in`, from its beginning; what it makes becomes the file at path, which is as
 * it was when something fails. The error then has the last line that the program said. */
enum gv_status gv_filter_run(const char *const *arguments, FILE *in, const char *path, struct gv_error *err);

#endif
