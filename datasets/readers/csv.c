/* Reader "csv": tables of numbers with a column of labels, through libcsv. */
#include <csv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/log.h"
#include "core/base/memory.h"
#include "core/base/paths.h"
#include "datasets/readers/readers.h"
#include "datasets/rows.h"

enum { STEP = 1 << 16, LOOK = 4096 };  /* bytes handed to libcsv at a time; those looked at for a delimiter */

/* What the columns are: known once the first row is whole, and the same in the test file. */
struct columns {
  char **names;     /* (count): of a header; else what the first row holds */
  size_t count;
  bool header;
  bool *dropped;    /* (count) */
  size_t label;     /* the column of the label or target */
  size_t features;
};

/* One file as it is read. */
struct table {
  struct gv_input input;
  const struct gv_options *options;
  struct columns *columns;
  struct gv_classes *classes;
  struct gv_answers answers;
  struct gv_grow values;   /* float: (rows, features) */
  struct gv_grow first;    /* char *: the first row, until it is known what it is */
  bool started;            /* the first row was dealt with */
  bool is_test;            /* the columns are those of another file */
  int64_t row;             /* from 1, a header included, rows without any cell not */
  size_t cell;             /* in the row */
  enum gv_status status;   /* libcsv cannot be told to stop: after a failure nothing is looked at */
  struct gv_error *err;
};

static void columns_clear(struct columns *columns)
{
  for (size_t c = 0; c < columns->count; c++)
    free(columns->names[c]);
  gv_free(columns->names);
  gv_free(columns->dropped);
}

static void table_clear(struct table *table)
{
  gv_input_close(&table->input);
  gv_free(table->answers.items.items);
  gv_free(table->values.items);
  for (size_t c = 0; c < table->first.count; c++)
    free(((char **)table->first.items)[c]);
  gv_free(table->first.items);
}

/* ---- what the columns are ---- */

/* The column that a word names: by its header, or by its number from 1. */
static enum gv_status find_column(const struct table *table, const char *option, const char *word, size_t *column,
                                  struct gv_error *err)
{
  const struct columns *columns = table->columns;
  for (size_t c = 0; columns->header && c < columns->count; c++)
    if (strcmp(columns->names[c], word) == 0) {
      *column = c;
      return GV_OK;
    }
  char *end;
  long number = strtol(word, &end, 10);
  if (end != word && *end == '\0' && number >= 1 && (size_t)number <= columns->count) {
    *column = (size_t)number - 1;
    return GV_OK;
  }
  return gv_fail(err, GV_USAGE, "%s: %s=%s is no column; accepted: 1 to %zu%s%s", table->input.path, option, word,
                 columns->count, columns->header ? ", or a name of the header, as " : " (there is no header)",
                 columns->header ? columns->names[columns->count - 1] : "");
}

static enum gv_status find_columns(struct table *table, struct gv_error *err)
{
  struct columns *columns = table->columns;
  const char *label = gv_options_text(table->options, "label"), *target = gv_options_text(table->options, "target");
  columns->label = columns->count - 1;
  enum gv_status status = gv_alloc_for(&columns->dropped, columns->count, sizeof(bool), "columns", err);
  if (status == GV_OK && *target != '\0')
    status = find_column(table, "target", target, &columns->label, err);
  else if (status == GV_OK && strcmp(label, "last") != 0)
    status = find_column(table, "label", label, &columns->label, err);
  char *drop = strdup(gv_options_text(table->options, "drop")), *next = NULL;
  if (drop == NULL)
    return gv_fail(err, GV_MEMORY, "no memory for the columns");
  for (char *word = strtok_r(drop, "/", &next); word != NULL && status == GV_OK;
       word = strtok_r(NULL, "/", &next)) {
    size_t column = 0;
    status = find_column(table, "drop", word, &column, err);
    if (status == GV_OK)
      columns->dropped[column] = true;
  }
  free(drop);
  for (size_t c = 0; c < columns->count && status == GV_OK; c++)
    columns->features += c != columns->label && !columns->dropped[c];
  if (status == GV_OK && columns->dropped[columns->label])
    status = gv_fail(err, GV_USAGE, "%s: the column of the label is dropped too", table->input.path);
  if (status == GV_OK && columns->features == 0)
    status = gv_fail(err, GV_INPUT, "%s: row 1 has %zu column%s; at least one is wanted beside the label",
                     table->input.path, columns->count, columns->count == 1 ? "" : "s");
  return status;
}

/* ---- a row ---- */

static enum gv_status add_cell(struct table *table, size_t column, const char *text, struct gv_error *err)
{
  const struct columns *columns = table->columns;
  double number;
  if (column >= columns->count || columns->dropped[column])
    return GV_OK;  /* too many are refused at the row's end */
  if (column == columns->label)
    return gv_answers_add(&table->answers, table->classes, text, table->input.path, table->row, err);
  if (!gv_text_number(text, &number))
    return gv_fail(err, GV_INPUT, "%s: row %lld, column %zu%s%.40s%s: '%.40s' is no finite number%s",
                   table->input.path, (long long)table->row, column + 1, columns->header ? " (" : "",
                   columns->header ? columns->names[column] : "", columns->header ? ")" : "", text,
                   *text == '\0' ? "; a missing value has to be filled in first" :
                   "; drop= leaves columns of text out");
  enum gv_status status = gv_grow_by(&table->values, 1, "values", err);
  if (status == GV_OK)
    ((float *)table->values.items)[table->values.count++] = (float)number;
  return status;
}

static enum gv_status end_row(struct table *table, struct gv_error *err)
{
  size_t count = table->columns->count;
  if (table->cell == count)
    return GV_OK;
  return gv_fail(err, GV_INPUT, "%s: row %lld has %zu columns; %s has %zu", table->input.path,
                 (long long)table->row, table->cell, table->is_test ? "the training file" : "row 1", count);
}

/* A header: as the option says; else the row holds no number, as every sample does. */
static bool is_header(const struct gv_options *options, char *const *cells, size_t count)
{
  const char *header = gv_options_text(options, "header");
  bool numbers = false;
  for (size_t c = 0; c < count && !numbers; c++) {
    double number;
    numbers = gv_text_number(cells[c], &number);
  }
  return strcmp(header, "auto") == 0 ? !numbers : strcmp(header, "yes") == 0;
}

/* What pandas heads a table with whose columns have no names; a sample as well, so that is what it is taken for. */
static void warn_of_numbers(const struct table *table, char *const *cells, size_t count)
{
  if (strcmp(gv_options_text(table->options, "header"), "auto") != 0 || count < 3)
    return;
  for (size_t c = 0; c < count; c++) {
    char number[24];
    snprintf(number, sizeof number, "%zu", c);
    if (strcmp(cells[c], number) != 0)
      return;
  }
  gv_log(GV_LOG_WARNING, "%s: row 1 reads 0, 1, 2, ... and was taken for a sample; where it names the columns, say "
         "header=yes, else header=no", table->input.path);
}

/* The first row is whole: it names the columns, or is a sample like all others. */
static enum gv_status start(struct table *table, struct gv_error *err)
{
  struct columns *columns = table->columns;
  char **cells = table->first.items;
  enum gv_status status = GV_OK;
  table->started = true;
  table->is_test = columns->names != NULL;
  if (!table->is_test) {
    columns->names = cells;
    columns->count = table->first.count;
    table->first = (struct gv_grow){.size = sizeof(char *)};
    columns->header = is_header(table->options, cells, columns->count);
    if (!columns->header)
      warn_of_numbers(table, cells, columns->count);
    status = find_columns(table, err);
  } else if (columns->header) {
    for (size_t c = 0; c < table->first.count && c < columns->count && status == GV_OK; c++)
      if (strcmp(cells[c], columns->names[c]) != 0)
        status = gv_fail(err, GV_INPUT,
                         "%s: column %zu of the header is '%.40s'; in the training file it is '%.40s'",
                         table->input.path, c + 1, cells[c], columns->names[c]);
  }
  for (size_t c = 0; !columns->header && c < table->cell && status == GV_OK; c++)
    status = add_cell(table, c, cells[c], err);
  return status == GV_OK ? end_row(table, err) : status;
}

static void on_cell(void *text, size_t length, void *context)
{
  struct table *table = context;
  if (table->status != GV_OK)
    return;
  const char *cell = text != NULL ? text : "";  /* libcsv ends it with a zero */
  if (table->cell == 0)
    table->row++;
  if (strlen(cell) != length) {
    table->status = gv_fail(table->err, GV_INPUT, "%s: row %lld has a zero byte; a text file is wanted",
                            table->input.path, (long long)table->row);
  } else if (table->started) {
    table->status = add_cell(table, table->cell, cell, table->err);
  } else {
    table->status = gv_grow_by(&table->first, 1, "columns", table->err);
    char *copy = table->status == GV_OK ? strdup(cell) : NULL;
    if (copy != NULL)
      ((char **)table->first.items)[table->first.count++] = copy;
    else if (table->status == GV_OK)
      table->status = gv_fail(table->err, GV_MEMORY, "no memory for the columns");
  }
  table->cell++;
}

static void on_row(int end, void *context)
{
  (void)end;
  struct table *table = context;
  if (table->status == GV_OK)
    table->status = table->started ? end_row(table, table->err) : start(table, table->err);
  table->cell = 0;
}

/* ---- a file ---- */

/* The option's, else the one that row 1 has most of: tab, semicolon or comma. */
static char delimiter_of(const struct table *table, const char *text, size_t size)
{
  static const struct { const char *word; char delimiter; } kinds[] = {
      {"comma", ','}, {"semicolon", ';'}, {"tab", '\t'}, {"space", ' '}};
  const char *word = gv_options_text(table->options, "delimiter");
  for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
    if (strcmp(kinds[k].word, word) == 0)
      return kinds[k].delimiter;
  char best = ',';
  size_t most = 0;
  for (size_t k = 0; k < 3; k++) {
    size_t count = 0;
    for (size_t i = 0; i < size && text[i] != '\n'; i++)
      count += text[i] == kinds[k].delimiter;
    if (count > most) {
      most = count;
      best = kinds[k].delimiter;
    }
  }
  return best;
}

static int is_blank(unsigned char c)
{
  return c == ' ';  /* libcsv would take a tab for a blank beside a cell, and lose empty cells of TSV */
}

static enum gv_status parse(struct table *table, struct csv_parser *parser, struct gv_error *err)
{
  char *text = NULL;
  size_t got = 0;
  bool first = true;
  enum gv_status status = gv_alloc_for(&text, STEP, 1, "a part of the file", err);
  while (status == GV_OK) {
    status = gv_input_pull(&table->input, text, STEP, &got, err);
    if (status != GV_OK || got == 0)
      break;
    size_t from = first && got >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;  /* a mark of UTF-8 */
    if (first)
      csv_set_delim(parser, (unsigned char)delimiter_of(table, text + from, got - from < LOOK ? got - from : LOOK));
    if (first && csv_get_delim(parser) != ' ')
      csv_set_space_func(parser, is_blank);
    first = false;
    if (csv_parse(parser, text + from, got - from, on_cell, on_row, table) != got - from && table->status == GV_OK)
      table->status = gv_fail(err, csv_error(parser) == CSV_ENOMEM ? GV_MEMORY : GV_INPUT, "%s: row %lld: %s",
                              table->input.path, (long long)table->row + (table->cell == 0),
                              csv_error(parser) == CSV_EPARSE
                                  ? "a quote stands within a cell; quotes surround a whole cell"
                                  : csv_strerror(csv_error(parser)));
    status = table->status;
  }
  if (status == GV_OK && csv_fini(parser, on_cell, on_row, table) != 0)
    status = gv_fail(err, GV_INPUT, "%s: the file ends within quotes that row %lld opens", table->input.path,
                     (long long)table->row + (table->cell == 0));
  gv_free(text);
  return status == GV_OK ? table->status : status;
}

static enum gv_status read_table(const char *path, struct table *table, struct gv_error *err)
{
  struct csv_parser parser;
  table->err = err;
  enum gv_status status = gv_input_open(path, &table->input, err);
  if (status != GV_OK)
    return status;
  if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL) != 0)
    return gv_fail(err, GV_MEMORY, "%s: no memory to read it", path);
  csv_set_blk_size(&parser, LOOK);
  status = parse(table, &parser, err);
  csv_free(&parser);
  if (status == GV_OK && table->answers.items.count == 0)
    status = gv_fail(err, GV_INPUT, "%s: the file has no %s", path,
                     table->row == 0 ? "rows; a row is a sample" : "samples, only a header");
  if (status == GV_OK && table->answers.items.count > INT32_MAX)
    status = gv_fail(err, GV_INPUT, "%s: %zu samples; accepted are up to %d", path, table->answers.items.count,
                     INT32_MAX);
  return status;
}

static void give(struct table *table, struct gv_part *part)
{
  part->samples = (int64_t)table->answers.items.count;
  gv_answers_give(&table->answers, part);
  part->floats = table->values.items;
  table->values.items = NULL;
}

static enum gv_status assemble(const char *path, struct table table[2], const struct columns *columns,
                               const struct gv_classes *classes, struct gv_dataset **out, struct gv_error *err)
{
  struct gv_dataset *dataset = NULL;
  enum gv_status status = gv_dataset_create(path, &dataset, err);
  if (status != GV_OK)
    return status;
  bool is_target = table[0].answers.kind == GV_TASK_NUMBERS;
  dataset->shape = (struct gv_shape){.channels = 1, .height = 1, .width = (int32_t)columns->features,
                                     .classes = is_target ? 0 : classes->count, .outputs = is_target};
  if (!is_target)
    status = gv_classes_names(classes, &dataset->class_names, err);
  if (status == GV_OK) {
    give(&table[0], &dataset->train);
    if (table[1].answers.items.count > 0)
      give(&table[1], &dataset->test);
  }
  return gv_dataset_finish(status, dataset, out, err);
}

static enum gv_status csv_read(const struct gv_options *options, int nodes, struct gv_dataset **out,
                               struct gv_error *err)
{
  (void)nodes;
  const char *path = gv_options_text(options, "path"), *test = gv_options_text(options, "test");
  bool target = *gv_options_text(options, "target") != '\0';
  if (path[0] == '\0')
    return gv_fail(err, GV_USAGE, "reader csv: path is ''; accepted: a file, as in csv:path=FILE");
  if (target && gv_options_given(options, "label"))
    return gv_fail(err, GV_USAGE, "reader csv: label=%s and target=%s; a label is a class, a target a number: give "
                   "one", gv_options_text(options, "label"), gv_options_text(options, "target"));
  struct columns columns = {0};
  struct gv_classes classes = {0};
  struct table table[2];
  for (int p = 0; p < 2; p++) {
    table[p] = (struct table){.options = options, .columns = &columns, .classes = &classes,
                              .values = {.size = sizeof(float)}, .first = {.size = sizeof(char *)}};
    gv_answers_start(&table[p].answers, target ? GV_TASK_NUMBERS : GV_TASK_CLASSES);
  }
  enum gv_status status = read_table(path, &table[0], err);
  if (status == GV_OK && !target)
    status = gv_classes_settle(&classes, table[0].answers.items.items, (int64_t)table[0].answers.items.count, err);
  if (status == GV_OK && test[0] != '\0')
    status = read_table(test, &table[1], err);
  if (status == GV_OK)
    status = assemble(path, table, &columns, &classes, out, err);
  table_clear(&table[0]);
  table_clear(&table[1]);
  columns_clear(&columns);
  gv_classes_clear(&classes);
  return status;
}

/* By its name, or a first line of text with a delimiter in it. */
static bool csv_recognizes(const char *path)
{
  char text[LOOK];
  if (!gv_is_file(path) || gv_ends_in(path, ".csv") || gv_ends_in(path, ".tsv"))
    return gv_is_file(path);
  size_t got = gv_first_bytes(path, text, sizeof text), line = strcspn(text, "\n");
  return got > 0 && strlen(text) == got && strcspn(text, ",;\t") < line;
}

static const struct gv_option options[] = {
    {.key = "path", .type = GV_OPTION_TEXT, .value = "",
     .help = "file of training samples, a row each; plain or .gz"},
    {.key = "test", .type = GV_OPTION_TEXT, .value = "", .help = "file of test samples, with the same columns"},
    {.key = "label", .type = GV_OPTION_TEXT, .value = "last",
     .help = "column of the class, by the name in the header or its number from 1"},
    {.key = "target", .type = GV_OPTION_TEXT, .value = "",
     .help = "column of a number to be predicted, in place of a class"},
    {.key = "drop", .type = GV_OPTION_TEXT, .value = "", .help = "columns to leave out, joined by '/'"},
    {.key = "header", .type = GV_OPTION_CHOICE, .value = "auto", .words = "auto|yes|no",
     .help = "whether row 1 names the columns; auto: when no cell of it is a number"},
    {.key = "delimiter", .type = GV_OPTION_CHOICE, .value = "auto", .words = "auto|comma|semicolon|tab|space",
     .help = "between cells; auto: what row 1 has most of"},
    {.key = NULL},
};

const struct gv_reader gv_reader_csv = {
    .named = {.name = "csv",
              .summary = "CSV and TSV tables of numbers with a column of labels",
              .options = options},
    .recognizes = csv_recognizes,
    .read = csv_read,
};
