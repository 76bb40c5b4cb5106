/* spec.h - the file of a study: options that all runs share, lists of those that vary, how many seeds.
 *
 *   [base]                      options of `grapevine train`, key = value
 *   seeds = 5                   so many runs of each combination, from `seed` on [1]
 *   metrics = test_accuracy     columns of the table, joined by commas
 *
 *   [vary]                      key = a | b | c: every combination of them is run
 *   [vary NAME]                 further ones, a cross product of their own: the study is the union;
 *                               without keys it is [base] alone
 */
#ifndef GV_RUN_STUDY_SPEC_H
#define GV_RUN_STUDY_SPEC_H

#include <stddef.h>
#include <stdint.h>

#include <grapevine/status.h>

/* A line of the file. */
struct gv_spec_line {
  char *key;
  char **values;  /* (count) of [base] one; trimmed */
  size_t count;
  int line;
};

struct gv_spec_section {
  char *name;     /* "base", "vary", "vary two" */
  struct gv_spec_line *lines;
  size_t count;
};

struct gv_spec {
  char *path, *name;  /* name: of the file, without folder and .ini */
  struct gv_spec_section base;
  struct gv_spec_section *vary;  /* (varies), 0: one run a seed */
  size_t varies;
  int64_t seeds;
  char *metrics;      /* NULL: not said */
};

/* Reads the file and checks what can be checked line by line: sections, keys, values, repetitions. Errors name file
 * and line. The caller clears spec, after a failure too. */
enum gv_status gv_spec_read(const char *path, struct gv_spec *spec, struct gv_error *err);
void gv_spec_clear(struct gv_spec *spec);

#endif
