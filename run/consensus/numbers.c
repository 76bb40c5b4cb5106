/* Reads tables of numbers. */
#include "run/consensus/numbers.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reading {
  const char *path;
  size_t line, room;
  struct gv_numbers *out;
};

static const char blank[] = " \t\r\n";

static enum gv_status add(struct reading *r, double value, size_t at, struct gv_error *err)
{
  if (at == r->room) {
    size_t room = r->room > 0 ? 2 * r->room : 1024;
    double *more = realloc(r->out->value, room * sizeof *more);
    if (more == NULL)
      return gv_fail(err, GV_MEMORY, "%s: no memory for its %zu numbers", r->path, room);
    r->out->value = more;
    r->room = room;
  }
  r->out->value[at] = value;
  return GV_OK;
}

static enum gv_status read_row(struct reading *r, char *text, struct gv_error *err)
{
  size_t columns = 0, before = r->out->rows * r->out->columns;
  bool comma = false;
  text[strcspn(text, "#")] = '\0';
  text += strspn(text, blank);
  while (*text != '\0' || comma) {
    char *end = text;
    size_t length = strcspn(text, " \t\r\n,");
    double value = strtod(text, &end);
    if (end == text || end != text + length)
      return gv_fail(err, GV_INPUT, "%s, line %zu: '%.*s' is no number", r->path, r->line,
                     length < 40 ? (int)length : 40, text);
    if (!(fabs(value) <= 1e150))
      return gv_fail(err, GV_INPUT, "%s, line %zu: a number is %.*s; accepted are -1e150 to 1e150", r->path,
                     r->line, length < 40 ? (int)length : 40, text);
    enum gv_status status = add(r, value, before + columns++, err);
    if (status != GV_OK)
      return status;
    text = end + strspn(end, blank);
    comma = *text == ',';
    text += comma;
    text += strspn(text, blank);
  }
  if (columns == 0)
    return GV_OK;
  if (r->out->rows > 0 && columns != r->out->columns)
    return gv_fail(err, GV_INPUT, "%s, line %zu: a row of %zu number%s, where those before have %zu", r->path,
                   r->line, columns, columns == 1 ? "" : "s", r->out->columns);
  r->out->columns = columns;
  r->out->rows++;
  return GV_OK;
}

enum gv_status gv_numbers_read(const char *path, struct gv_numbers *out, struct gv_error *err)
{
  FILE *file = fopen(path, "re");
  if (file == NULL)
    return gv_fail(err, GV_INPUT, "%s: cannot be read: %s", path, strerror(errno));
  struct gv_numbers found = {0};
  struct reading r = {.path = path, .out = &found};
  enum gv_status status = GV_OK;
  char *text = NULL;
  size_t room = 0;
  ssize_t length;
  errno = 0;
  while (status == GV_OK && (length = getline(&text, &room, file)) >= 0) {
    r.line++;
    if (strlen(text) != (size_t)length)
      status = gv_fail(err, GV_INPUT, "%s, line %zu: a zero byte: this is no text", path, r.line);
    else
      status = read_row(&r, text, err);
  }
  if (status == GV_OK && !feof(file))
    status = gv_fail(err, GV_INPUT, "%s: cannot be read: %s", path, strerror(errno));
  free(text);
  fclose(file);
  if (status == GV_OK && found.rows == 0)
    status = gv_fail(err, GV_INPUT, "%s: there are no numbers in it", path);
  if (status != GV_OK)
    gv_numbers_clear(&found);
  else
    *out = found;
  return status;
}

void gv_numbers_clear(struct gv_numbers *numbers)
{
  free(numbers->value);
  *numbers = (struct gv_numbers){0};
}
