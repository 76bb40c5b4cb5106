/* rows.h - what readers of text share: samples that come a row at a time, and labels that are classes or
 * numbers. */
#ifndef GV_DATASETS_ROWS_H
#define GV_DATASETS_ROWS_H

#include "datasets/classes.h"
#include "datasets/dataset.h"
#include "datasets/input.h"

/* How what stands for a label is read. */
enum gv_task_kind {
  GV_TASK_CLASSES,
  GV_TASK_NUMBERS  /* targets */
};

/* The labels of one file; a class until they are settled is its first-seen place. */
struct gv_answers {
  enum gv_task_kind kind;
  struct gv_grow items;  /* of int32_t or float */
};

void gv_answers_start(struct gv_answers *answers, enum gv_task_kind kind);

/* Adds one; path and row are for the error. */
enum gv_status gv_answers_add(struct gv_answers *answers, struct gv_classes *classes, const char *text,
                              const char *path, int64_t row, struct gv_error *err);

/* part->labels or targets <- the answers, whose memory it takes. */
void gv_answers_give(struct gv_answers *answers, struct gv_part *part);

/* A finite number that is all of text, within what a float holds. */
bool gv_text_number(const char *text, double *number);

#endif
