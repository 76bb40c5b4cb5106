/* NumPy's format: a short text in a header, then the elements. */
#include "datasets/array.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"

/* The header's text: a Python dictionary of three fixed keys. */
struct scan {
  const char *at, *end;
};

static void skip(struct scan *s)
{
  while (s->at < s->end && (*s->at == ' ' || *s->at == '\n'))
    s->at++;
}

static bool take(struct scan *s, char c)
{
  skip(s);
  if (s->at >= s->end || *s->at != c)
    return false;
  s->at++;
  return true;
}

/* A text in quotes, into word. */
static bool take_word(struct scan *s, char *word, size_t size)
{
  size_t n = 0;
  skip(s);
  if (s->at >= s->end || (*s->at != '\'' && *s->at != '"'))
    return false;
  char quote = *s->at++;
  while (s->at < s->end && *s->at != quote && n + 1 < size)
    word[n++] = *s->at++;
  word[n] = '\0';
  return take(s, quote);
}

static bool take_number(struct scan *s, int64_t *number)
{
  int64_t n = 0;
  skip(s);
  const char *start = s->at;
  for (; s->at < s->end && *s->at >= '0' && *s->at <= '9'; s->at++)
    if (__builtin_mul_overflow(n, 10, &n) || __builtin_add_overflow(n, *s->at - '0', &n))
      return false;
  *number = n;
  return s->at > start;
}

static bool take_shape(struct scan *s, struct gv_array *array)
{
  if (!take(s, '('))
    return false;
  for (array->rank = 0; !take(s, ')'); array->rank++) {
    if (array->rank == GV_ARRAY_RANK || (array->rank > 0 && !take(s, ',')))
      return false;
    if (array->rank > 0 && take(s, ')'))
      return true;
    if (!take_number(s, &array->shape[array->rank]))
      return false;
  }
  return true;
}

/* What the text says: descr is the type, fortran whether the first dimension is the fastest. */
struct said {
  char descr[16];
  char fortran[8];
  int keys;
};

static bool take_flag(struct scan *s, char *word, size_t size)
{
  size_t n = 0;
  skip(s);
  while (s->at < s->end && *s->at >= 'A' && *s->at <= 'z' && n + 1 < size)
    word[n++] = *s->at++;
  word[n] = '\0';
  return strcmp(word, "True") == 0 || strcmp(word, "False") == 0;
}

static bool parse_text(struct scan *s, struct gv_array *array, struct said *said)
{
  char key[16];
  if (!take(s, '{'))
    return false;
  while (!take(s, '}')) {
    if (said->keys > 0 && !take(s, ','))
      return false;
    if (take(s, '}'))
      break;
    bool ok = take_word(s, key, sizeof key) && take(s, ':');
    if (ok && strcmp(key, "descr") == 0)
      ok = take_word(s, said->descr, sizeof said->descr);
    else if (ok && strcmp(key, "fortran_order") == 0)
      ok = take_flag(s, said->fortran, sizeof said->fortran);
    else
      ok = ok && strcmp(key, "shape") == 0 && take_shape(s, array);
    if (!ok)
      return false;
    said->keys++;
  }
  return said->keys == 3 && said->descr[0] != '\0' && said->fortran[0] != '\0';
}

static enum gv_status check_type(const char *called, const struct said *said, struct gv_array *array,
                                 struct gv_error *err)
{
  static const char *const types[] = {"|u1", "|i1", "|b1", "<u2", "<i2", "<u4", "<i4", "<u8", "<i8", "<f4", "<f8"};
  for (size_t t = 0; t < sizeof types / sizeof types[0]; t++)
    if (strcmp(types[t], said->descr) == 0) {
      array->kind = said->descr[1];
      array->size = said->descr[2] - '0';
      return GV_OK;
    }
  return gv_fail(err, GV_INPUT,
                 "%s: elements of type '%s'; accepted are little-endian whole numbers (u1 to i8), b1, "
                 "f4 and f8",
                 called, said->descr);
}

/* "float32 (100, 28, 28)", for errors. */
static const char *shape_text(const struct gv_array *array, char *text, size_t size)
{
  size_t used = (size_t)snprintf(text, size, "(");
  for (int r = 0; r < array->rank && used < size; r++)
    used += (size_t)snprintf(text + used, size - used, "%s%" PRId64, r > 0 ? ", " : "", array->shape[r]);
  if (used < size)
    snprintf(text + used, size - used, ")");
  return text;
}

enum gv_status gv_array_parse(const char *called, struct gv_grow *bytes, struct gv_array *array,
                              struct gv_error *err)
{
  static const unsigned char magic[6] = {0x93, 'N', 'U', 'M', 'P', 'Y'};
  const uint8_t *b = bytes->items;
  size_t count = bytes->count;
  if (count < 10 || memcmp(b, magic, sizeof magic) != 0)
    return gv_fail(err, GV_INPUT, "%s: is no array: a .npy file starts with \\x93NUMPY and has 10 bytes or more",
                   called);
  if (b[6] < 1 || b[6] > 3)
    return gv_fail(err, GV_INPUT, "%s: version %d of the .npy format; accepted: 1 to 3", called, b[6]);
  size_t before = b[6] == 1 ? 10 : 12;
  size_t length = (size_t)b[8] | (size_t)b[9] << 8;
  if (b[6] > 1 && count >= 12)
    length |= (size_t)b[10] << 16 | (size_t)b[11] << 24;
  if (count < before || length > count - before)
    return gv_fail(err, GV_INPUT, "%s: its header is to have %zu bytes; the file ends before", called, length);
  struct scan scan = {.at = (const char *)b + before, .end = (const char *)b + before + length};
  struct said said = {0};
  struct gv_array read = {0};
  if (!parse_text(&scan, &read, &said))
    return gv_fail(err, GV_INPUT,
                   "%s: its header is none of an array of numbers (descr, fortran_order and shape, up "
                   "to %d dimensions)",
                   called, GV_ARRAY_RANK);
  enum gv_status status = check_type(called, &said, &read, err);
  if (status != GV_OK)
    return status;
  if (strcmp(said.fortran, "True") == 0 && read.rank > 1)
    return gv_fail(err, GV_INPUT, "%s: its order is Fortran's; save it with numpy.ascontiguousarray", called);
  char shape[200];
  size_t left = count - before - length, wanted = 0;
  bool fits = true;
  read.count = 1;
  for (int r = 0; r < read.rank && fits; r++)
    fits = !__builtin_mul_overflow(read.count, read.shape[r], &read.count);
  fits = fits && !__builtin_mul_overflow((size_t)read.count, (size_t)read.size, &wanted);
  if (!fits || wanted != left)
    return gv_fail(err, GV_INPUT, "%s: %zu bytes follow its header, which promises %s elements of %d bytes", called,
                   left, shape_text(&read, shape, sizeof shape), read.size);
  read.called = strdup(called);
  if (read.called == NULL)
    return gv_fail(err, GV_MEMORY, "%s: no memory", called);
  memmove(bytes->items, b + before + length, left);
  read.data = bytes->items;
  bytes->items = NULL;
  *array = read;
  return GV_OK;
}

void gv_array_clear(struct gv_array *array)
{
  free(array->called);
  gv_free(array->data);
  *array = (struct gv_array){0};
}

void gv_arrays_clear(struct gv_arrays *arrays)
{
  gv_array_clear(&arrays->x);
  gv_array_clear(&arrays->y);
  gv_array_clear(&arrays->test_x);
  gv_array_clear(&arrays->test_y);
}
