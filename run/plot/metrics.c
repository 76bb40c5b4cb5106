/* metrics.csv, by libcsv. */
#include "run/plot/metrics.h"

#include <csv.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS_MAX = 1000, PIECE = 65536 };

static const size_t values_max = (size_t)1 << 28;

struct reading {
  struct gv_metrics_table *table;
  const char *path;
  size_t column, row;   /* of the next cell; row 0: the names */
  struct gv_error *err;
  enum gv_status status;
};

static void fail(struct reading *r, enum gv_status status, const char *what)
{
  if (r->status == GV_OK)
    r->status = gv_fail(r->err, status, "%s: line %zu: %s", r->path, r->row + 1, what);
}

static void add_name(struct reading *r, const char *text)
{
  struct gv_metrics_table *t = r->table;
  char **more = NULL;
  if (r->column >= COLUMNS_MAX)
    fail(r, GV_INPUT, "more columns than a run writes");
  else if ((more = realloc(t->name, (t->columns + 1) * sizeof *more)) == NULL)
    fail(r, GV_MEMORY, "no memory");
  if (more == NULL)
    return;
  t->name = more;
  t->name[t->columns] = strdup(text);
  if (t->name[t->columns++] == NULL)
    fail(r, GV_MEMORY, "no memory");
}

static void on_cell(void *cell, size_t length, void *context)
{
  struct reading *r = context;
  struct gv_metrics_table *t = r->table;
  const char *text = cell;
  char *end = NULL;
  (void)length;
  if (r->status != GV_OK)
    return;
  if (r->row == 0) {
    add_name(r, text);
    r->column++;
    return;
  }
  size_t at = (r->row - 1) * t->columns + r->column;
  if (r->column++ >= t->columns) {
    fail(r, GV_INPUT, "more cells than there are names in the first line");
    return;
  }
  if (at >= t->room) {
    size_t room = t->room < 1024 ? 1024 : 2 * t->room;
    double *more = room <= values_max ? realloc(t->value, room * sizeof *more) : NULL;
    if (more == NULL) {
      fail(r, GV_MEMORY, "no memory for so many rows");
      return;
    }
    t->value = more;
    t->room = room;
  }
  t->value[at] = *text != '\0' ? strtod(text, &end) : NAN;
  if (end != NULL && *end != '\0')
    fail(r, GV_INPUT, "a cell is no number");
}

static void on_row(int end, void *context)
{
  struct reading *r = context;
  (void)end;
  if (r->row > 0 && r->status == GV_OK) {
    if (r->column == r->table->columns)
      r->table->rows++;
    else
      fail(r, GV_INPUT, "fewer cells than there are names in the first line");
  }
  r->row++;
  r->column = 0;
}

enum gv_status gv_metrics_read(const char *path, struct gv_metrics_table *table, struct gv_error *err)
{
  struct reading r = {.table = table, .path = path, .err = err};
  struct csv_parser parser;
  char piece[PIECE];
  *table = (struct gv_metrics_table){0};
  FILE *file = fopen(path, "re");
  if (file == NULL)
    return gv_fail(err, GV_INPUT, "%s: cannot be read: %s", path, strerror(errno));
  if (csv_init(&parser, CSV_APPEND_NULL) != 0) {
    fclose(file);
    return gv_fail(err, GV_MEMORY, "%s: no memory to read it", path);
  }
  for (size_t got; r.status == GV_OK && (got = fread(piece, 1, sizeof piece, file)) > 0;)
    if (csv_parse(&parser, piece, got, on_cell, on_row, &r) != got)
      fail(&r, GV_INPUT, csv_strerror(csv_error(&parser)));
  if (r.status == GV_OK && ferror(file))
    r.status = gv_fail(err, GV_INPUT, "%s: cannot be read: %s", path, strerror(errno));
  csv_free(&parser);  /* what is left of a row without its end is dropped */
  fclose(file);
  if (r.status == GV_OK && table->columns == 0)
    r.status = gv_fail(err, GV_INPUT, "%s: it is empty", path);
  if (r.status != GV_OK)
    gv_metrics_clear(table);
  return r.status;
}

void gv_metrics_clear(struct gv_metrics_table *table)
{
  for (size_t c = 0; c < table->columns; c++)
    free(table->name[c]);
  free(table->name);
  free(table->value);
  *table = (struct gv_metrics_table){0};
}

long gv_metrics_column(const struct gv_metrics_table *table, const char *name)
{
  for (size_t c = 0; c < table->columns; c++)
    if (strcmp(table->name[c], name) == 0)
      return (long)c;
  return -1;
}
