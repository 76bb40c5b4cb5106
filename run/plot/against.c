/* Tells a number that varies from the text around it. */
#include "run/plot/against.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What ends a part of "name:key=value,key=value+name". */
static const char parts[] = ":=,+";

static size_t same_beginning(const char *a, const char *b)
{
  size_t same = 0;
  while (a[same] != '\0' && a[same] == b[same])
    same++;
  return same;
}

static double number_at(const char *text, const char **end)
{
  char *rest;
  double number = strtod(text, &rest);
  *end = rest;
  return rest > text && strcspn(text, parts) == (size_t)(rest - text) ? number : NAN;
}

enum gv_status gv_against_find(const char *key, const char *const *values, size_t count, struct gv_against *against,
                               struct gv_error *err)
{
  size_t before = strlen(values[0]), other_than_first = 0;
  const char *first, *other;
  *against = (struct gv_against){NULL, 0};
  for (size_t i = 1; i < count; i++) {
    size_t same = same_beginning(values[0], values[i]);
    other_than_first = strcmp(values[0], values[i]) != 0 ? i : other_than_first;
    before = same < before ? same : before;
  }
  if (other_than_first == 0 && count > 1)
    return gv_fail(err, GV_USAGE, "x is '%s', which is '%s' in every run", key, values[0]);
  while (before > 0 && strchr(parts, values[0][before - 1]) == NULL)
    before--;
  double number = number_at(values[0] + before, &first);
  for (size_t i = 0; i < count; i++)
    if (!isfinite(number) || !isfinite(number_at(values[i] + before, &other)) || strcmp(first, other) != 0)
      return gv_fail(err, GV_USAGE, "x is '%s', whose values '%s' and '%s' are not one text with another number",
                     key, values[0], values[i > 0 ? i : other_than_first]);
  against->before = before;
  if (asprintf(&against->label, before > 0 ? "%s %.*s" : "%s", key, (int)before - 1, values[0]) < 0) {
    against->label = NULL;
    return gv_fail(err, GV_MEMORY, "no memory for the curves");
  }
  return GV_OK;
}

void gv_against_clear(struct gv_against *against)
{
  free(against->label);
  *against = (struct gv_against){NULL, 0};
}

double gv_against_number(const struct gv_against *against, const char *value)
{
  return strtod(value + against->before, NULL);
}
