/* classes.h - class labels that are texts: numbered as they come, ordered when they are whole numbers. */
#ifndef GV_DATASETS_CLASSES_H
#define GV_DATASETS_CLASSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <grapevine/status.h>

enum { GV_CLASSES_MAX = 65536 };

struct gv_classes {
  void *tree;     /* of tsearch */
  char **names;   /* (count), in first-seen order */
  int32_t *ids;   /* (count): number of each name; its place until they are settled */
  int32_t count, room;
  bool settled;
};

/* *id <- the number of a name, which a set that is not settled takes in; -1: a settled set has it not, or a new one
 * would be one too many. */
enum gv_status gv_classes_number(struct gv_classes *classes, const char *name, int32_t *id, struct gv_error *err);

/* Fixes the numbers, and changes labels (n) to them: whole numbers ascend, other names stay in first-seen order. */
enum gv_status gv_classes_settle(struct gv_classes *classes, int32_t *labels, int64_t n, struct gv_error *err);

/* *names (count) <- the names by number, the taker's to free each and all; NULL where class c is named "c". */
enum gv_status gv_classes_names(const struct gv_classes *classes, char ***names, struct gv_error *err);

void gv_classes_clear(struct gv_classes *classes);

#endif
