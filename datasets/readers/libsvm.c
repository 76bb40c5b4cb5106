/* Reader "libsvm": LIBSVM's and SVMlight's text format, label index:value ..., kept sparse. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/paths.h"
#include "datasets/readers/readers.h"
#include "datasets/rows.h"

enum { LOOK = 4096 };  /* bytes looked at to recognize it */

static const char space[] = " \t\f\v";

/* One file as it is read. */
struct text {
  struct gv_input input;
  int64_t row;                          /* lines, counted from 1, as an editor does */
  struct gv_answers answers;
  struct gv_grow first, column, value;  /* int64_t, int32_t, float */
  int32_t base;                         /* of the lowest index: 1, or 0 */
  int64_t features;                     /* one more than the largest index */
};

static void text_clear(struct text *text)
{
  gv_input_close(&text->input);
  gv_free(text->answers.items.items);
  gv_free(text->first.items);
  gv_free(text->column.items);
  gv_free(text->value.items);
}

static const char *where(const struct text *text, char *line, size_t size)
{
  snprintf(line, size, "%s: row %lld", text->input.path, (long long)text->row);
  return line;
}

static enum gv_status note_row(struct text *text, struct gv_error *err)
{
  enum gv_status status = gv_grow_by(&text->first, 1, "rows", err);
  if (status == GV_OK)
    ((int64_t *)text->first.items)[text->first.count++] = (int64_t)text->column.count;
  return status;
}

/* One "index:value"; *last is the index before it. */
static enum gv_status add_value(struct text *text, char *word, int64_t *last, struct gv_error *err)
{
  char place[300], *end;
  double value = 0;
  errno = 0;
  long long index = strtoll(word, &end, 10);
  if (end == word || *end != ':' || errno != 0)
    return gv_fail(err, GV_INPUT, "%s: '%.40s' where index:value is wanted, as in 3:0.5",
                   where(text, place, sizeof place), word);
  if (index < text->base)
    return gv_fail(err, GV_INPUT, "%s: index %lld; indices count from %d%s", where(text, place, sizeof place),
                   index, text->base, index == 0 ? " (from 0 with the option zero-based=yes)" : "");
  if (index > INT32_MAX - 1)
    return gv_fail(err, GV_INPUT, "%s: index %lld; accepted are up to %d", where(text, place, sizeof place), index,
                   INT32_MAX - 1);
  if (index <= *last)
    return gv_fail(err, GV_INPUT, "%s: index %lld stands behind %lld; indices ascend in a row",
                   where(text, place, sizeof place), index, (long long)*last);
  if (!gv_text_number(end + 1, &value))
    return gv_fail(err, GV_INPUT, "%s: the value '%.40s' of index %lld is no finite number",
                   where(text, place, sizeof place), end + 1, index);
  *last = index;
  text->features = index - text->base >= text->features ? index - text->base + 1 : text->features;
  if (value == 0)
    return GV_OK;
  enum gv_status status = gv_grow_by(&text->column, 1, "values", err);
  if (status == GV_OK)
    status = gv_grow_by(&text->value, 1, "values", err);
  if (status != GV_OK)
    return status;
  ((int32_t *)text->column.items)[text->column.count++] = (int32_t)(index - text->base);
  ((float *)text->value.items)[text->value.count++] = (float)value;
  return GV_OK;
}

static enum gv_status add_row(struct text *text, char *line, struct gv_classes *classes, struct gv_error *err)
{
  char place[300], *next = NULL;
  char *word = strtok_r(line, space, &next);
  double number;
  if (word == NULL)
    return GV_OK;
  if (!gv_text_number(word, &number))
    return gv_fail(err, GV_INPUT, "%s: the label '%.40s' is no number; a row is: label index:value index:value ...",
                   where(text, place, sizeof place), word);
  enum gv_status status = gv_answers_add(&text->answers, classes, word, text->input.path, text->row, err);
  int64_t last = -1;
  for (word = strtok_r(NULL, space, &next); word != NULL && status == GV_OK; word = strtok_r(NULL, space, &next))
    if (strncmp(word, "qid:", 4) != 0)  /* of SVMlight's rankings; it is no feature */
      status = add_value(text, word, &last, err);
  return status == GV_OK ? note_row(text, err) : status;
}

static enum gv_status read_text(const char *path, struct gv_classes *classes, struct text *text,
                                struct gv_error *err)
{
  char *line = NULL;
  size_t length = 0;
  enum gv_status status = gv_input_open(path, &text->input, err);
  if (status == GV_OK)
    status = note_row(text, err);
  while (status == GV_OK) {
    status = gv_input_line(&text->input, &line, &length, err);
    if (status != GV_OK || line == NULL)
      break;
    text->row++;
    if (strlen(line) != length)
      return gv_fail(err, GV_INPUT, "%s: row %lld has a zero byte; a text file is wanted", path,
                     (long long)text->row);
    char *comment = strchr(line, '#');
    if (comment != NULL)
      *comment = '\0';
    status = add_row(text, line, classes, err);
  }
  if (status == GV_OK)  /* lists are there, also where all rows are empty */
    status = gv_grow_by(&text->column, 1, "values", err);
  if (status == GV_OK)
    status = gv_grow_by(&text->value, 1, "values", err);
  if (status == GV_OK && text->answers.items.count == 0)
    return gv_fail(err, GV_INPUT, "%s: the file has no samples; a row is: label index:value index:value ...", path);
  if (status == GV_OK && text->answers.items.count > INT32_MAX)
    return gv_fail(err, GV_INPUT, "%s: %zu samples; accepted are up to %d", path, text->answers.items.count,
                   INT32_MAX);
  return status;
}

static void give(struct text *text, struct gv_part *part)
{
  part->samples = (int64_t)text->answers.items.count;
  gv_answers_give(&text->answers, part);
  part->sparse = (struct gv_sparse){
      .first = text->first.items, .column = text->column.items, .value = text->value.items};
  text->first.items = text->column.items = text->value.items = NULL;
}

static enum gv_status assemble(const char *path, struct text text[2], struct gv_classes *classes, int64_t features,
                               struct gv_dataset **out, struct gv_error *err)
{
  struct gv_dataset *dataset = NULL;
  enum gv_status status = gv_dataset_create(path, &dataset, err);
  if (status != GV_OK)
    return status;
  for (int p = 0; p < 2; p++) {
    if (features > 0 && text[p].features > features)
      status = gv_fail(err, GV_INPUT, "%s: its largest index says %lld features; accepted by features=%lld: up to "
                       "%lld", text[p].input.path, (long long)text[p].features, (long long)features,
                       (long long)features);
    dataset->shape.width = text[p].features > dataset->shape.width ? (int32_t)text[p].features
                                                                   : dataset->shape.width;
  }
  if (features > 0)
    dataset->shape.width = (int32_t)features;
  if (status == GV_OK && dataset->shape.width < 1)
    status = gv_fail(err, GV_INPUT, "%s: no row has a feature; a row is: label index:value index:value ...", path);
  dataset->shape.channels = dataset->shape.height = 1;
  if (status == GV_OK && text[0].answers.kind == GV_TASK_CLASSES) {
    dataset->shape.classes = classes->count;
    status = gv_classes_names(classes, &dataset->class_names, err);
  }
  if (status == GV_OK) {
    dataset->shape.outputs = text[0].answers.kind == GV_TASK_NUMBERS;
    give(&text[0], &dataset->train);
    if (text[1].answers.items.count > 0)
      give(&text[1], &dataset->test);
  }
  return gv_dataset_finish(status, dataset, out, err);
}

static enum gv_status libsvm_read(const struct gv_options *options, int nodes, struct gv_dataset **out,
                                  struct gv_error *err)
{
  (void)nodes;
  const char *path = gv_options_text(options, "path"), *test = gv_options_text(options, "test");
  enum gv_task_kind kind = gv_options_flag(options, "target") ? GV_TASK_NUMBERS : GV_TASK_CLASSES;
  int64_t features = gv_options_is_word(options, "features") ? 0 : gv_options_int(options, "features");
  if (path[0] == '\0')
    return gv_fail(err, GV_USAGE, "reader libsvm: path is ''; accepted: a file, as in libsvm:path=FILE");
  struct text text[2];
  struct gv_classes classes = {0};
  for (int p = 0; p < 2; p++) {
    text[p] = (struct text){.base = gv_options_flag(options, "zero-based") ? 0 : 1,
                            .first = {.size = sizeof(int64_t)},
                            .column = {.size = sizeof(int32_t)},
                            .value = {.size = sizeof(float)}};
    gv_answers_start(&text[p].answers, kind);
  }
  enum gv_status status = read_text(path, &classes, &text[0], err);
  if (status == GV_OK && kind == GV_TASK_CLASSES)
    status = gv_classes_settle(&classes, text[0].answers.items.items, (int64_t)text[0].answers.items.count, err);
  if (status == GV_OK && test[0] != '\0')
    status = read_text(test, &classes, &text[1], err);
  if (status == GV_OK)
    status = assemble(path, text, &classes, features, out, err);
  text_clear(&text[0]);
  text_clear(&text[1]);
  gv_classes_clear(&classes);
  return status;
}

/* Whether a line, which it cuts up, is a number and then words index:value, one at least. */
static bool is_row(char *line)
{
  char *next = NULL;
  double number;
  bool pairs = false;
  char *word = strtok_r(line, space, &next);
  if (word == NULL || !gv_text_number(word, &number))
    return false;
  while ((word = strtok_r(NULL, space, &next)) != NULL) {
    if (strncmp(word, "qid:", 4) == 0)
      continue;
    if (word[strspn(word, "0123456789")] != ':' || *word == ':' || !gv_text_number(strchr(word, ':') + 1, &number))
      return false;
    pairs = true;
  }
  return pairs;
}

/* By its name, or a first row that is a sample; of what is longer than the look, the last word may be cut. */
static bool libsvm_recognizes(const char *path)
{
  char text[LOOK];
  if (!gv_is_file(path) || gv_ends_in(path, ".csv") || gv_ends_in(path, ".tsv"))
    return false;
  if (gv_ends_in(path, ".libsvm") || gv_ends_in(path, ".svm") || gv_ends_in(path, ".svmlight"))
    return true;
  size_t got = gv_first_bytes(path, text, sizeof text);
  if (strlen(text) != got)
    return false;
  for (char *line = text, *end; *line != '\0'; line = end) {
    size_t length = strcspn(line, "\r\n");
    end = line + length + (line[length] != '\0');
    if (line[length] == '\0' && got == sizeof text - 1)
      while (length > 0 && strchr(space, line[length - 1]) == NULL)
        length--;
    line[length] = '\0';
    line[strcspn(line, "#")] = '\0';
    if (line[strspn(line, space)] != '\0')
      return is_row(line);
  }
  return false;
}

static const struct gv_option options[] = {
    {.key = "path", .type = GV_OPTION_TEXT, .value = "", .help = "file of training samples, plain or .gz"},
    {.key = "test", .type = GV_OPTION_TEXT, .value = "", .help = "file of test samples"},
    {.key = "target", .type = GV_OPTION_FLAG, .value = "no",
     .help = "yes: labels are numbers to be predicted, not classes"},
    {.key = "zero-based", .type = GV_OPTION_FLAG, .value = "no", .help = "yes: indices count from 0, not from 1"},
    {.key = "features", .type = GV_OPTION_INT, .value = "auto", .min = 1, .max = 2147483646, .words = "auto",
     .help = "how many; auto: up to the largest index"},
    {.key = NULL},
};

const struct gv_reader gv_reader_libsvm = {
    .named = {.name = "libsvm", .summary = "sparse text, label index:value ... (LIBSVM, SVMlight)",
              .options = options},
    .recognizes = libsvm_recognizes,
    .read = libsvm_read,
};
