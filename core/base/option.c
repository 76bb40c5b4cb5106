/* Option tables: defaults, parsing, range checks, nearest keys, printing. */
#include "core/base/option.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/nearest.h"

struct value {
  char *text;  /* as written */
  int64_t whole;
  double real;
  int64_t *items;
  size_t count;
  bool is_word, given;
};

struct gv_options {
  const struct gv_option *rows;
  struct value *values;  /* one a row */
  size_t count;
  char owner[2 * GV_NAME_MAX];
};

static const struct gv_option no_rows[] = {{.key = NULL}};

static bool in_words(const char *words, const char *text)
{
  size_t length = strlen(text);
  for (const char *word = words; word != NULL && *word != '\0';) {
    size_t n = strcspn(word, "|");
    if (n == length && strncmp(word, text, n) == 0)
      return true;
    word += n + (word[n] == '|');
  }
  return false;
}

static void append_words(char *text, size_t size, const char *words)
{
  size_t used = strlen(text);
  for (const char *word = words; *word != '\0' && used < size;) {
    size_t n = strcspn(word, "|");
    const char *join = word == words ? "" : word[n] == '\0' ? " or " : ", ";
    used += (size_t)snprintf(text + used, size - used, "%s'%.*s'", join, (int)n, word);
    word += n + (word[n] == '|');
  }
}

char *gv_option_accepts(const struct gv_option *row, char *text, size_t size)
{
  bool bounded = row->min != 0 || row->max != 0;
  bool open = bounded && row->max == INFINITY;
  const char *noun = row->type == GV_OPTION_REAL ? "a number" : "a whole number";
  if (row->type == GV_OPTION_LIST)
    noun = "whole numbers joined by '-', each";
  switch (row->type) {
  case GV_OPTION_INT:
  case GV_OPTION_REAL:
  case GV_OPTION_LIST:
    if (open)
      snprintf(text, size, "%s of at least %.16g", noun, row->min);
    else if (bounded)
      snprintf(text, size, "%s from %.16g to %.16g", noun, row->min, row->max);
    else
      snprintf(text, size, "%s", noun);
    if (row->words != NULL) {
      size_t used = strlen(text);
      snprintf(text + used, size - used, ", or ");
      append_words(text, size, row->words);
    }
    return text;
  case GV_OPTION_FLAG:
    snprintf(text, size, "'yes' or 'no'");
    return text;
  case GV_OPTION_CHOICE:
    text[0] = '\0';
    append_words(text, size, row->words);
    return text;
  case GV_OPTION_TEXT:
    break;
  }
  snprintf(text, size, "a text");
  return text;
}

static bool in_range(const struct gv_option *row, double x)
{
  return (row->min == 0 && row->max == 0) || (x >= row->min && x <= row->max);
}

/* As whole numbers: a double holds those up to 2^53, and rounds what is above to one that may be within. */
static bool whole_in_range(const struct gv_option *row, int64_t x)
{
  bool above = row->min < -0x1p63 || (row->min < 0x1p63 && x >= (int64_t)ceil(row->min));
  bool below = row->max >= 0x1p63 || (row->max >= -0x1p63 && x <= (int64_t)floor(row->max));
  return (row->min == 0 && row->max == 0) || (above && below);
}

/* Whole numbers may be written 1e6: what strtoll does not take whole, strtod may, if it is integral. */
static bool read_whole(const char *text, char **end, int64_t *out)
{
  errno = 0;
  long long whole = strtoll(text, end, 10);
  bool fits = errno == 0 && *end != text;
  if (**end == 'e' || **end == 'E') {
    double real = strtod(text, end);
    fits = fits && real == floor(real) && fabs(real) <= 0x1p53;
    whole = fits ? (long long)real : 0;
  }
  *out = whole;
  return fits;
}

/* Makes room for the value and its text; false without memory. */
static bool make_room(const struct gv_option *row, const char *text, struct value *value)
{
  size_t room = 1;
  for (const char *c = text; *c != '\0'; c++)
    room += *c == '-';
  value->text = strdup(text);
  if (row->type == GV_OPTION_LIST)
    value->items = calloc(room, sizeof *value->items);
  return value->text != NULL && (row->type != GV_OPTION_LIST || value->items != NULL);
}

static bool read_list(const struct gv_option *row, const char *text, struct value *value)
{
  for (const char *c = text;;) {
    char *end;
    if (*c < '0' || *c > '9' || !read_whole(c, &end, &value->items[value->count]))
      return false;
    if (!whole_in_range(row, value->items[value->count]))
      return false;
    value->count++;
    if (*end == '\0')
      return true;
    if (*end != '-')
      return false;
    c = end + 1;
  }
}

static bool read_value(const struct gv_option *row, const char *text, struct value *value)
{
  char *end;
  switch (row->type) {
  case GV_OPTION_INT:
    if (in_words(row->words, text))
      return value->is_word = true;
    if (!read_whole(text, &end, &value->whole) || *end != '\0')
      return false;
    value->real = (double)value->whole;
    return whole_in_range(row, value->whole);
  case GV_OPTION_REAL:
    if (in_words(row->words, text))
      return value->is_word = true;
    value->real = strtod(text, &end);
    return end != text && *end == '\0' && isfinite(value->real) && in_range(row, value->real);
  case GV_OPTION_FLAG:
    value->whole = strcmp(text, "yes") == 0;
    return value->whole || strcmp(text, "no") == 0;
  case GV_OPTION_CHOICE:
    return in_words(row->words, text);
  case GV_OPTION_LIST:
    if (in_words(row->words, text))
      return value->is_word = true;
    return read_list(row, text, value);
  case GV_OPTION_TEXT:
    return true;
  }
  return false;
}

static void value_clear(struct value *value)
{
  free(value->text);
  free(value->items);
  *value = (struct value){0};
}

static const char *row_key(const void *context, size_t i)
{
  return ((const struct gv_option *)context)[i].key;
}

enum gv_status gv_options_set(struct gv_options *options, const char *key, const char *value, struct gv_error *err)
{
  const struct gv_option *row = gv_option_find(options->rows, key);
  if (row == NULL) {
    const char *near = gv_nearest(key, row_key, options->rows);
    if (options->count == 0)
      return gv_fail(err, GV_USAGE, "%s: unknown option '%s'; it has no options", options->owner, key);
    if (near != NULL)
      return gv_fail(err, GV_USAGE, "%s: unknown option '%s'; did you mean '%s'?", options->owner, key, near);
    char keys[400] = "";
    size_t used = 0;
    for (size_t i = 0; i < options->count && used < sizeof keys; i++)
      used += (size_t)snprintf(keys + used, sizeof keys - used, "%s%s", i ? ", " : "", options->rows[i].key);
    return gv_fail(err, GV_USAGE, "%s: unknown option '%s'; known: %s", options->owner, key, keys);
  }
  struct value fresh = {.given = true};
  if (!make_room(row, value, &fresh)) {
    value_clear(&fresh);
    return gv_fail(err, GV_MEMORY, "%s: no memory for option %s", options->owner, key);
  }
  if (!read_value(row, value, &fresh)) {
    value_clear(&fresh);
    char accepts[300];
    return gv_fail(err, GV_USAGE, "%s: %s is '%s'; accepted: %s", options->owner, key, value,
                   gv_option_accepts(row, accepts, sizeof accepts));
  }
  struct value *slot = &options->values[row - options->rows];
  value_clear(slot);
  *slot = fresh;
  return GV_OK;
}

enum gv_status gv_options_create(const struct gv_option *rows, const char *owner, struct gv_options **out,
                                 struct gv_error *err)
{
  struct gv_options *options = calloc(1, sizeof *options);
  if (options == NULL)
    return gv_fail(err, GV_MEMORY, "%s: no memory for options", owner);
  options->rows = rows != NULL ? rows : no_rows;
  snprintf(options->owner, sizeof options->owner, "%s", owner);
  while (options->rows[options->count].key != NULL)
    options->count++;
  options->values = calloc(options->count + 1, sizeof *options->values);
  enum gv_status status = GV_OK;
  if (options->values == NULL)
    status = gv_fail(err, GV_MEMORY, "%s: no memory for options", owner);
  for (size_t i = 0; i < options->count && status == GV_OK; i++) {
    const struct gv_option *row = &options->rows[i];
    if (row->value == NULL || row->help == NULL || (row->type == GV_OPTION_CHOICE && row->words == NULL) ||
        gv_option_find(options->rows, row->key) != row) {
      status = gv_fail(err, GV_INPUT,
                       "%s: the row of option '%s' is not valid; each key once, with a default, a help text and, "
                       "for a choice, its words", owner, row->key);
      break;
    }
    status = gv_options_set(options, row->key, row->value, err);
    options->values[i].given = false;
  }
  if (status != GV_OK) {
    gv_options_destroy(options);
    return status;
  }
  *out = options;
  return GV_OK;
}

void gv_options_destroy(struct gv_options *options)
{
  if (options == NULL)
    return;
  for (size_t i = 0; i < options->count && options->values != NULL; i++)
    value_clear(&options->values[i]);
  free(options->values);
  free(options);
}

enum gv_status gv_options_parse(struct gv_options *options, const char *text, struct gv_error *err)
{
  enum gv_status status = GV_OK;
  while (text != NULL && *text != '\0' && status == GV_OK) {
    size_t length = strcspn(text, ",");
    char *pair = strndup(text, length);
    if (pair == NULL)
      return gv_fail(err, GV_MEMORY, "%s: no memory for options", options->owner);
    char *equals = strchr(pair, '=');
    if (equals == NULL || equals == pair) {
      status = gv_fail(err, GV_USAGE, "%s: '%s' is no key=value", options->owner, pair);
    } else {
      *equals = '\0';
      status = gv_options_set(options, pair, equals + 1, err);
    }
    free(pair);
    text += length;
    if (*text == ',' && *++text == '\0' && status == GV_OK)
      status = gv_fail(err, GV_USAGE, "%s: nothing follows the last comma", options->owner);
  }
  return status;
}

const struct gv_option *gv_option_find(const struct gv_option *rows, const char *key)
{
  for (; rows->key != NULL; rows++)
    if (strcmp(rows->key, key) == 0)
      return rows;
  return NULL;
}

int64_t gv_whole_number(const char *text, int64_t otherwise)
{
  char *end;
  int64_t whole;
  return read_whole(text, &end, &whole) && *end == '\0' ? whole : otherwise;
}

const char *gv_option_plain(const struct gv_option *row, const char *value, char *text, size_t size)
{
  char *end, plain[32];
  if (row->type != GV_OPTION_INT && row->type != GV_OPTION_REAL)
    return value;
  double number = strtod(value, &end);
  if (end == value || *end != '\0' || !isfinite(number))
    return value;
  for (int digits = 15; digits <= 17; digits++) {  /* the fewest that are this number */
    snprintf(plain, sizeof plain, "%.*g", digits, number);
    if (strtod(plain, NULL) == number)
      break;
  }
  snprintf(text, size, "%s", plain);
  return text;
}

bool gv_option_same(const struct gv_option *row, const char *a, const char *b)
{
  char one[32], other[32];
  return strcmp(a, b) == 0 ||
         (row != NULL && strcmp(gv_option_plain(row, a, one, sizeof one),
                                gv_option_plain(row, b, other, sizeof other)) == 0);
}

static const struct value *find(const struct gv_options *options, const char *key)
{
  static const struct value none = {0};
  const struct gv_option *row = gv_option_find(options->rows, key);
  return row == NULL ? &none : &options->values[row - options->rows];
}

int64_t gv_options_int(const struct gv_options *options, const char *key)
{
  return find(options, key)->whole;
}

double gv_options_real(const struct gv_options *options, const char *key)
{
  return find(options, key)->real;
}

bool gv_options_flag(const struct gv_options *options, const char *key)
{
  return find(options, key)->whole != 0;
}

const char *gv_options_text(const struct gv_options *options, const char *key)
{
  const char *text = find(options, key)->text;
  return text != NULL ? text : "";
}

size_t gv_options_list(const struct gv_options *options, const char *key, const int64_t **items)
{
  const struct value *value = find(options, key);
  *items = value->items;
  return value->count;
}

bool gv_options_is_word(const struct gv_options *options, const char *key)
{
  return find(options, key)->is_word;
}

bool gv_options_given(const struct gv_options *options, const char *key)
{
  return find(options, key)->given;
}

const struct gv_option *gv_options_rows(const struct gv_options *options)
{
  return options->rows;
}

char *gv_options_format(const struct gv_options *options)
{
  size_t size = 1;
  for (size_t i = 0; i < options->count; i++)
    size += strlen(options->rows[i].key) + strlen(options->values[i].text) + 2;
  char *text = malloc(size);
  if (text == NULL)
    return NULL;
  size_t used = 0;
  text[0] = '\0';
  for (size_t i = 0; i < options->count; i++)
    used += (size_t)snprintf(text + used, size - used, "%s%s=%s", i ? "," : "", options->rows[i].key,
                             options->values[i].text);
  return text;
}
