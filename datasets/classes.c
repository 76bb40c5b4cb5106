/* Names of classes: a search tree of the C library, and the order that is theirs. */
#include "datasets/classes.h"

#include <errno.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A name in the tree, and where it stands. */
struct class_name {
  int32_t place;
  char name[];
};

static int compare(const void *a, const void *b)
{
  return strcmp(((const struct class_name *)a)->name, ((const struct class_name *)b)->name);
}

static enum gv_status add_room(struct gv_classes *classes)
{
  if (classes->count < classes->room)
    return GV_OK;
  int32_t room = classes->room > 0 ? 2 * classes->room : 16;
  char **names = realloc(classes->names, (size_t)room * sizeof *names);
  classes->names = names != NULL ? names : classes->names;
  int32_t *ids = realloc(classes->ids, (size_t)room * sizeof *ids);
  classes->ids = ids != NULL ? ids : classes->ids;
  if (names == NULL || ids == NULL)
    return GV_MEMORY;
  classes->room = room;
  return GV_OK;
}

enum gv_status gv_classes_number(struct gv_classes *classes, const char *name, int32_t *id, struct gv_error *err)
{
  size_t length = strlen(name);
  struct class_name *wanted = malloc(sizeof *wanted + length + 1);
  if (wanted == NULL || add_room(classes) != GV_OK) {
    free(wanted);
    return gv_fail(err, GV_MEMORY, "no memory for the names of classes");
  }
  memcpy(wanted->name, name, length + 1);
  wanted->place = classes->count;
  struct class_name *const *found = tfind(wanted, &classes->tree, compare);
  *id = -1;
  if (found != NULL) {
    *id = classes->ids[(*found)->place];
  } else if (!classes->settled && classes->count < GV_CLASSES_MAX) {
    if (tsearch(wanted, &classes->tree, compare) == NULL) {
      free(wanted);
      return gv_fail(err, GV_MEMORY, "no memory for the names of classes");
    }
    *id = classes->ids[classes->count] = classes->count;
    classes->names[classes->count++] = wanted->name;
    return GV_OK;
  }
  free(wanted);
  return GV_OK;
}

static bool whole_number(const char *text, long long *value)
{
  char *end;
  errno = 0;
  *value = strtoll(text, &end, 10);
  return errno == 0 && end != text && *end == '\0';
}

/* A name that is a number, and where it stands. */
struct number {
  long long value;
  int32_t place;
};

static int ascending(const void *a, const void *b)
{
  const struct number *x = a, *y = b;
  return x->value != y->value ? (x->value > y->value) - (x->value < y->value) : x->place - y->place;
}

enum gv_status gv_classes_settle(struct gv_classes *classes, int32_t *labels, int64_t n, struct gv_error *err)
{
  struct number *numbers = calloc((size_t)classes->count + 1, sizeof *numbers);
  if (numbers == NULL)
    return gv_fail(err, GV_MEMORY, "no memory for the names of classes");
  bool whole = true;
  for (int32_t c = 0; c < classes->count && whole; c++) {
    numbers[c].place = c;
    whole = whole_number(classes->names[c], &numbers[c].value);
  }
  if (whole) {
    qsort(numbers, (size_t)classes->count, sizeof *numbers, ascending);
    for (int32_t c = 0; c < classes->count; c++)
      classes->ids[numbers[c].place] = c;
    for (int64_t s = 0; s < n; s++)
      labels[s] = classes->ids[labels[s]];
  }
  classes->settled = true;
  free(numbers);
  return GV_OK;
}

enum gv_status gv_classes_names(const struct gv_classes *classes, char ***names, struct gv_error *err)
{
  char **list = calloc((size_t)classes->count + 1, sizeof *list);
  bool plain = true, failed = list == NULL;
  for (int32_t place = 0; place < classes->count && !failed; place++) {
    int32_t id = classes->ids[place];
    char number[16];
    snprintf(number, sizeof number, "%d", id);
    plain = plain && strcmp(number, classes->names[place]) == 0;
    list[id] = strdup(classes->names[place]);
    failed = list[id] == NULL;
  }
  if (plain || failed) {
    for (int32_t c = 0; list != NULL && c < classes->count; c++)
      free(list[c]);
    free(list);
    list = NULL;
  }
  *names = list;
  return failed ? gv_fail(err, GV_MEMORY, "no memory for the names of classes") : GV_OK;
}

void gv_classes_clear(struct gv_classes *classes)
{
  tdestroy(classes->tree, free);
  free(classes->names);
  free(classes->ids);
  *classes = (struct gv_classes){0};
}
