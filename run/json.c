/* Any bytes as a JSON string, a tensor's shape as a list, numbers, and the text of it all. */
#include "run/json.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/paths.h"

/* Whether Jansson was refused memory on this thread since the last dump: then what it made may lack a part, for
 * not every call that puts one in is looked at. */
static _Thread_local bool starved;

static void *noting(size_t size)
{
  void *memory = malloc(size);
  starved = starved || memory == NULL;
  return memory;
}

__attribute__((constructor)) static void note_refusals(void)
{
  json_set_alloc_funcs(noting, free);
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

enum gv_status gv_json_read(const char *folder, const char *name, json_t **value, struct gv_error *err)
{
  char *path = gv_path_join(folder, name);
  errno = path != NULL ? 0 : ENOMEM;
  *value = path != NULL ? json_load_file(path, 0, NULL) : NULL;
  bool refused = *value == NULL && errno == ENOMEM;
  free(path);
  starved = starved && !refused;  /* it is said */
  return refused ? gv_fail(err, GV_MEMORY, "no memory for %.200s/%.40s", folder, name) : GV_OK;
}

enum gv_status gv_json_parse(const char *text, json_t **value, struct gv_error *err)
{
  errno = 0;
  *value = text != NULL ? json_loads(text, 0, NULL) : NULL;
  if (*value != NULL || errno != ENOMEM)
    return GV_OK;
  starved = false;
  return gv_fail(err, GV_MEMORY, "no memory for what a file says in JSON");
}
