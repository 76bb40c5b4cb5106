/* Numbers and labels of text files. */
#include "datasets/rows.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool gv_text_number(const char *text, double *number)
{
  char *end;
  *number = strtod(text, &end);
  return end != text && *end == '\0' && fabs(*number) <= (double)FLT_MAX;  /* false for NaN too */
}

void gv_answers_start(struct gv_answers *answers, enum gv_task_kind kind)
{
  *answers = (struct gv_answers){.kind = kind, .items = {.size = 4}};
  _Static_assert(sizeof(int32_t) == 4 && sizeof(float) == 4, "one size serves both");
}

/* A number as it is written plainest, into plain: "+1", "1.0" and "01" are 1, and 0.10 is 0.1. Returns it, or text
 * that is no number. */
static const char *plain_number(const char *text, char *plain, size_t size)
{
  char *end;
  double number;
  errno = 0;
  long long whole = strtoll(text, &end, 10);
  if (end != text && *end == '\0' && errno != 0)
    return text;  /* beyond 64 bits: as doubles several would be one */
  if (end != text && *end == '\0') {
    snprintf(plain, size, "%lld", whole);  /* larger ones than a double tells apart */
    return plain;
  }
  if (strpbrk(text, "xX") != NULL || !gv_text_number(text, &number))  /* 0x1F is a word */
    return text;
  snprintf(plain, size, "%.15g", number + 0.0);
  if (strtod(plain, NULL) != number)
    snprintf(plain, size, "%.17g", number);
  return plain;
}

static enum gv_status add_class(struct gv_answers *answers, struct gv_classes *classes, const char *text,
                                const char *path, int64_t row, struct gv_error *err)
{
  int32_t id = 0;
  char plain[32];
  if (*text == '\0')
    return gv_fail(err, GV_INPUT, "%s: row %lld: the label is empty; accepted: a word or a number", path,
                   (long long)row);
  enum gv_status status = gv_classes_number(classes, plain_number(text, plain, sizeof plain), &id, err);
  if (status == GV_OK && id < 0 && classes->settled)
    return gv_fail(err, GV_INPUT, "%s: row %lld: the label '%.40s' is none of the %d of the training part", path,
                   (long long)row, text,
                   classes->count);
  if (status == GV_OK && id < 0)
    return gv_fail(err, GV_INPUT,
                   "%s: row %lld: '%.40s' would be class %d; accepted are up to %d classes. If these are "
                   "measured numbers, say so with target",
                   path, (long long)row, text, classes->count + 1, GV_CLASSES_MAX);
  if (status == GV_OK)
    ((int32_t *)answers->items.items)[answers->items.count++] = id;
  return status;
}

enum gv_status gv_answers_add(struct gv_answers *answers, struct gv_classes *classes, const char *text,
                              const char *path, int64_t row, struct gv_error *err)
{
  enum gv_status status = gv_grow_by(&answers->items, 1, "labels", err);
  if (status != GV_OK || answers->kind == GV_TASK_CLASSES)
    return status != GV_OK ? status : add_class(answers, classes, text, path, row, err);
  double number;
  if (!gv_text_number(text, &number))
    return gv_fail(err, GV_INPUT, "%s: row %lld: the target '%.40s' is no finite number", path, (long long)row,
                   text);
  ((float *)answers->items.items)[answers->items.count++] = (float)number;
  return GV_OK;
}

void gv_answers_give(struct gv_answers *answers, struct gv_part *part)
{
  if (answers->kind == GV_TASK_CLASSES)
    part->labels = answers->items.items;
  else
    part->targets = answers->items.items;
  answers->items = (struct gv_grow){.size = 4};
}
