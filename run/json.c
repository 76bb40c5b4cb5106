/* Any bytes as a JSON string, a tensor's shape as a list, numbers, and the text of it all. */
#include "run/json.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/paths.h"

/* Whether Jansson was refused memory on this thread since the last dump: then what it made may lack a part, for
 * not every call that puts one in is looked at. */
static _Thread_local bool starved;

/* Memory for what is refused first while a text is read; after that the text seems to end. For Jansson (2.14) reads
 * on where what it has of a string cannot grow, and then trips over what is missing. */
static _Thread_local struct {
  char *bytes;  /* NULL: nothing is read */
  size_t size;
  bool taken;
} spare;

static void *taking(size_t size)
{
  void *memory = malloc(size);
  if (memory != NULL)
    return memory;
  starved = true;
  if (spare.bytes == NULL || spare.taken || size > spare.size)
    return NULL;
  spare.taken = true;
  return spare.bytes;
}

static void giving(void *memory)
{
  if (memory != spare.bytes)
    free(memory);
}

__attribute__((constructor)) static void watch_memory(void)
{
  json_set_alloc_funcs(taking, giving);
}

char *gv_json_dump(const json_t *value, size_t flags)
{
  size_t size = value != NULL && !starved ? json_dumpb(value, NULL, 0, flags) : 0;
  char *text = size > 0 ? malloc(size + 1) : NULL;
  if (text != NULL && json_dumpb(value, text, size, flags) == size && !starved) {
    text[size] = '\0';
    return text;
  }
  free(text);
  starved = false;
  return NULL;
}

json_t *gv_json_text(const char *bytes)
{
  static const char stand_in[] = "\xef\xbf\xbd";
  json_t *whole = json_string(bytes);
  if (whole != NULL)
    return whole;
  char *text = malloc(3 * strlen(bytes) + 1), *end = text;
  for (const char *c = bytes; text != NULL && *c != '\0';) {
    json_t *one = NULL;
    size_t length = 0;
    while (one == NULL && length < 4 && c[length] != '\0')  /* jansson knows what a character is */
      one = json_stringn(c, ++length);
    if (one != NULL) {
      memcpy(end, c, length);
      end += length;
      c += length;
    } else {
      memcpy(end, stand_in, 3);
      end += 3;
      c++;
    }
    json_decref(one);
  }
  if (text == NULL)
    return NULL;
  *end = '\0';
  whole = json_string(text);
  free(text);
  return whole;
}

json_t *gv_json_shape(const struct gv_tensor *tensor)
{
  json_t *shape = json_array();
  int failed = shape == NULL;
  for (int32_t r = 0; r < tensor->rank; r++)
    failed |= json_array_append_new(shape, json_integer(tensor->shape[r]));
  if (failed) {
    json_decref(shape);
    return NULL;
  }
  return shape;
}

json_t *gv_json_number(double x)
{
  return isfinite(x) ? json_real(x) : json_null();
}

json_t *gv_json_counts(const int64_t *counts, int64_t n)
{
  json_t *list = json_array();
  for (int64_t i = 0; i < n; i++)
    json_array_append_new(list, json_integer(counts[i]));
  return list;
}

json_t *gv_json_names(char *const *names, int64_t n)
{
  json_t *list = names != NULL ? json_array() : json_null();
  for (int64_t i = 0; names != NULL && i < n; i++)
    json_array_append_new(list, gv_json_text(names[i]));
  return list;
}

char *gv_json_finish(json_t *value)
{
  char *text = gv_json_dump(value, JSON_INDENT(2) | JSON_REAL_PRECISION(12));
  json_decref(value);
  return text;
}

/* ---- reading ---- */

struct source {
  FILE *file;            /* or */
  const char *at, *end;
};

/* A byte at a time, so that nothing is read once memory was refused. */
static size_t next_byte(void *buffer, size_t size, void *context)
{
  struct source *source = context;
  (void)size;
  if (starved || (source->file == NULL && source->at == source->end))
    return 0;
  int c = source->file != NULL ? getc(source->file) : (unsigned char)*source->at++;
  *(char *)buffer = (char)c;
  return c != EOF;
}

/* Of so many bytes. NULL with errno ENOMEM: no memory; with another, also 0: it is none. */
static json_t *load(struct source *source, size_t size, json_error_t *why)
{
  bool before = starved;
  json_t *value = NULL;
  spare.size = 2 * size + 32;  /* a string's room doubles, from 16 bytes */
  spare.taken = starved = false;
  spare.bytes = malloc(spare.size);
  if (spare.bytes != NULL)
    value = json_load_callback(next_byte, source, JSON_REJECT_DUPLICATES, why);
  bool refused = spare.bytes == NULL || starved;
  if (refused) {
    json_decref(value);
    value = NULL;
  }
  free(spare.bytes);
  spare.bytes = NULL;
  starved = before;
  errno = refused ? ENOMEM : 0;
  return value;
}

json_t *gv_json_load(const char *text, size_t size, json_error_t *why)
{
  return load(&(struct source){.at = text, .end = text + size}, size, why);
}

json_t *gv_json_load_file(const char *path, json_error_t *why)
{
  struct source source = {.file = fopen(path, "re")};
  struct stat st;
  json_t *value = NULL;
  if (source.file != NULL && fstat(fileno(source.file), &st) == 0)
    value = load(&source, st.st_size > 0 ? (size_t)st.st_size : 0, why);
  else if (why != NULL)
    snprintf(why->text, sizeof why->text, "cannot be read: %s", strerror(errno));
  int number = errno;
  if (source.file != NULL)
    fclose(source.file);
  errno = number;
  return value;
}

enum gv_status gv_json_read(const char *folder, const char *name, json_t **value, struct gv_error *err)
{
  char *path = gv_path_join(folder, name);
  *value = path != NULL ? gv_json_load_file(path, NULL) : NULL;
  bool refused = path == NULL || (*value == NULL && errno == ENOMEM);
  free(path);
  return refused ? gv_fail(err, GV_MEMORY, "no memory for %.200s/%.40s", folder, name) : GV_OK;
}

enum gv_status gv_json_parse(const char *text, json_t **value, struct gv_error *err)
{
  *value = text != NULL ? gv_json_load(text, strlen(text), NULL) : NULL;
  return text == NULL || *value != NULL || errno != ENOMEM
             ? GV_OK
             : gv_fail(err, GV_MEMORY, "no memory for what a file says in JSON");
}
