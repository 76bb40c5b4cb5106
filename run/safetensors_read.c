/* Reads safetensors: any, and a model's; nothing that stands in the file is believed before it is checked. */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run/json.h"
#include "run/safetensors.h"

enum {
  HEADER_MAX = 100000000,  /* bytes: the format's own limit */
  PIECE = 8192             /* values read at a time */
};

struct gv_safetensors {
  char *path;
  int fd;
  json_t *header;
  uint64_t values, size;  /* where the values begin, and their bytes */
};

/* One tensor of the header, checked. */
struct entry {
  int width;              /* bytes of a value: 4 or 8 */
  uint64_t first, count;  /* bytes from the beginning of the values; values */
};

/* ---- the header ---- */

/* A file that somebody cuts short meanwhile is an error here, where a mapped one would be a signal. */
static enum gv_status read_at(const struct gv_safetensors *file, uint64_t offset, void *to, size_t bytes,
                              struct gv_error *err)
{
  for (size_t done = 0; done < bytes;) {
    ssize_t got = pread(file->fd, (char *)to + done, bytes - done, (off_t)(offset + done));
    if (got == 0)
      return gv_fail(err, GV_INPUT, "%s: it became shorter while it was read", file->path);
    if (got < 0 && errno != EINTR)
      return gv_fail(err, GV_SYSTEM, "%s: cannot be read: %s", file->path, strerror(errno));
    done += got > 0 ? (size_t)got : 0;
  }
  return GV_OK;
}

static bool is_size(const json_t *value)
{
  return json_is_integer(value) && json_integer_value(value) >= 0;
}

/* Checks what the header says of a tensor. Counts and offsets fit in 63 bits, for so JSON has them. */
static enum gv_status check_entry(const struct gv_safetensors *file, const char *name, const json_t *value,
                                  struct entry *entry, struct gv_error *err)
{
  const char *dtype = json_string_value(json_object_get(value, "dtype"));
  const json_t *shape = json_object_get(value, "shape"), *offsets = json_object_get(value, "data_offsets");
  const json_t *begin = json_array_get(offsets, 0), *end = json_array_get(offsets, 1);
  bool good = dtype != NULL && json_is_array(shape) && json_array_size(offsets) == 2 && is_size(begin) &&
              is_size(end);
  for (size_t i = 0; i < json_array_size(shape) && good; i++)
    good = is_size(json_array_get(shape, i));
  if (!good)
    return gv_fail(err, GV_INPUT,
                   "%s: tensor '%.64s': its entry in the header is not {\"dtype\": TEXT, \"shape\": [SIZES], "
                   "\"data_offsets\": [BEGIN, END]}", file->path, name);
  entry->width = strcmp(dtype, "F32") == 0 ? 4 : strcmp(dtype, "F64") == 0 ? 8 : 0;
  if (entry->width == 0)
    return gv_fail(err, GV_INPUT, "%s: tensor '%.64s' is of type %.16s; accepted are F32 and F64", file->path,
                   name, dtype);
  uint64_t first = (uint64_t)json_integer_value(begin), behind = (uint64_t)json_integer_value(end);
  if (first > behind || behind > file->size)
    return gv_fail(err, GV_INPUT,
                   "%s: tensor '%.64s': its bytes are said to be %llu to %llu, and the file has %llu of values; "
                   "it is cut short or damaged", file->path, name, (unsigned long long)first,
                   (unsigned long long)behind, (unsigned long long)file->size);
  uint64_t count = 1, bytes;
  bool fits = true;
  for (size_t i = 0; i < json_array_size(shape); i++)
    fits &= !__builtin_mul_overflow(count, (uint64_t)json_integer_value(json_array_get(shape, i)), &count);
  fits &= !__builtin_mul_overflow(count, (uint64_t)entry->width, &bytes);
  if (!fits || bytes != behind - first)
    return gv_fail(err, GV_INPUT, "%s: tensor '%.64s': its %llu bytes are not what its shape and type %s take",
                   file->path, name, (unsigned long long)(behind - first), dtype);
  entry->first = first;
  entry->count = count;
  return GV_OK;
}

static enum gv_status check_metadata(const struct gv_safetensors *file, const json_t *metadata,
                                     struct gv_error *err)
{
  const char *key;
  json_t *value;
  if (!json_is_object(metadata))
    return gv_fail(err, GV_INPUT, "%s: its __metadata__ is no JSON object", file->path);
  json_object_foreach((json_t *)metadata, key, value) {
    if (!json_is_string(value))
      return gv_fail(err, GV_INPUT, "%s: its metadata '%.64s' is no text", file->path, key);
  }
  return GV_OK;
}

/* Where the bytes of a tensor lie. */
struct extent {
  uint64_t first, behind;
  const char *name;
};

static int by_first(const void *a, const void *b)
{
  const struct extent *left = a, *right = b;
  return (left->first > right->first) - (left->first < right->first);
}

/* Every byte belongs to one tensor. Sorts the extents (count), none of which is empty. */
static enum gv_status check_extents(const struct gv_safetensors *file, struct extent *extents, size_t count,
                                    struct gv_error *err)
{
  uint64_t taken = 0;
  qsort(extents, count, sizeof *extents, by_first);
  for (size_t i = 0; i < count; i++) {
    if (i > 0 && extents[i].first < extents[i - 1].behind)
      return gv_fail(err, GV_INPUT, "%s: tensor '%.64s' shares bytes with another", file->path, extents[i].name);
    taken += extents[i].behind - extents[i].first;
  }
  if (taken < file->size)
    return gv_fail(err, GV_INPUT, "%s: %llu bytes of its values belong to no tensor", file->path,
                   (unsigned long long)(file->size - taken));
  return GV_OK;
}

static enum gv_status check_header(const struct gv_safetensors *file, struct gv_error *err)
{
  const char *name;
  json_t *value;
  size_t count = 0;
  enum gv_status status = GV_OK;
  struct extent *extents = malloc((json_object_size(file->header) + 1) * sizeof *extents);
  if (extents == NULL)
    return gv_fail(err, GV_MEMORY, "%s: no memory for its header", file->path);
  json_object_foreach(file->header, name, value) {
    struct entry entry = {0};
    bool about = strcmp(name, "__metadata__") == 0;
    status = about ? check_metadata(file, value, err) : check_entry(file, name, value, &entry, err);
    if (status != GV_OK)
      break;
    if (entry.count > 0)
      extents[count++] = (struct extent){entry.first, entry.first + entry.count * (uint64_t)entry.width, name};
  }
  if (status == GV_OK)
    status = check_extents(file, extents, count, err);
  free(extents);
  return status;
}

static enum gv_status read_header(struct gv_safetensors *file, uint64_t size, struct gv_error *err)
{
  uint64_t length = 0;
  if (size < sizeof length)
    return gv_fail(err, GV_INPUT,
                   "%s: %llu bytes; a safetensors file begins with 8 that say how long its header is", file->path,
                   (unsigned long long)size);
  enum gv_status status = read_at(file, 0, &length, sizeof length, err);
  if (status != GV_OK)
    return status;
  length = le64toh(length);
  if (length > HEADER_MAX || length > size - sizeof length)
    return gv_fail(err, GV_INPUT,
                   "%s: its header is said to have %llu bytes, of %llu that follow and %d that are accepted; it is "
                   "cut short, or no safetensors file", file->path, (unsigned long long)length,
                   (unsigned long long)(size - sizeof length), HEADER_MAX);
  char *text = malloc((size_t)length + 1);
  if (text == NULL)
    return gv_fail(err, GV_MEMORY, "%s: no memory for its header", file->path);
  status = read_at(file, sizeof length, text, (size_t)length, err);
  if (status == GV_OK) {
    json_error_t why;
    file->header = gv_json_load(text, (size_t)length, &why);
    if (file->header == NULL && errno == ENOMEM)
      status = gv_fail(err, GV_MEMORY, "%s: no memory for its header", file->path);
    else if (file->header == NULL)
      status = gv_fail(err, GV_INPUT, "%s: its header is no JSON: %s", file->path, why.text);
    else if (!json_is_object(file->header))
      status = gv_fail(err, GV_INPUT, "%s: its header is no JSON object", file->path);
  }
  free(text);
  file->values = sizeof length + length;
  file->size = size - file->values;
  return status == GV_OK ? check_header(file, err) : status;
}

enum gv_status gv_safetensors_open(const char *path, struct gv_safetensors **out, struct gv_error *err)
{
  struct gv_safetensors *file = calloc(1, sizeof *file);
  char *copy = strdup(path);
  if (file == NULL || copy == NULL) {
    free(file);
    free(copy);
    return gv_fail(err, GV_MEMORY, "%s: no memory to read it", path);
  }
  file->path = copy;
  file->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);  /* a pipe does not hold us up */
  struct stat st;
  enum gv_status status = GV_OK;
  if (file->fd < 0 || fstat(file->fd, &st) != 0)
    status = gv_fail(err, GV_INPUT, "%s: cannot be read: %s", path, strerror(errno));
  else if (!S_ISREG(st.st_mode))
    status = gv_fail(err, GV_INPUT, "%s: that is no file; name a model's, as in %s/model.safetensors", path, path);
  else
    status = read_header(file, (uint64_t)st.st_size, err);
  if (status == GV_OK)
    *out = file;
  else
    gv_safetensors_close(file);
  return status;
}

void gv_safetensors_close(struct gv_safetensors *file)
{
  if (file == NULL)
    return;
  if (file->fd >= 0)
    close(file->fd);
  json_decref(file->header);
  free(file->path);
  free(file);
}

const char *gv_safetensors_metadata(const struct gv_safetensors *file, const char *key)
{
  return json_string_value(json_object_get(json_object_get(file->header, "__metadata__"), key));
}

/* ---- the values ---- */

/* "weight, bias, ...": the tensors of the file, as many as there is room for. */
static void list_tensors(const struct gv_safetensors *file, char *text, size_t size)
{
  const char *name;
  json_t *value;
  size_t used = 0;
  snprintf(text, size, "no tensor at all");
  json_object_foreach(file->header, name, value) {
    if (strcmp(name, "__metadata__") == 0 || used >= size)
      continue;
    bool room = used + strlen(name) + 6 < size;
    used += (size_t)snprintf(text + used, size - used, "%s%s", used > 0 ? ", " : "", room ? name : "...");
    if (!room)
      break;
  }
}

/* Whether the tensor is in the file in this shape. `whose`: "the model" has it so. */
static enum gv_status check_tensor(const struct gv_safetensors *file, const struct gv_tensor *tensor,
                                   const char *whose, struct gv_error *err)
{
  enum gv_status status = GV_OK;
  const json_t *entry = json_object_get(file->header, tensor->name), *found = json_object_get(entry, "shape");
  json_t *wanted = gv_json_shape(tensor);
  char *found_text = gv_json_dump(found, 0), *wanted_text = gv_json_dump(wanted, 0), all[200];
  if (wanted_text == NULL || (found != NULL && found_text == NULL)) {
    status = gv_fail(err, GV_MEMORY, "%s: no memory to read it", file->path);
  } else if (entry == NULL) {
    list_tensors(file, all, sizeof all);
    status = gv_fail(err, GV_INPUT, "%s: there is no tensor '%.64s' of shape %s, which %s has; found: %s",
                     file->path, tensor->name, wanted_text, whose, all);
  } else if (!json_equal(found, wanted)) {
    status = gv_fail(err, GV_INPUT, "%s: tensor '%.64s' has the shape %.100s; for %s it is %s", file->path,
                     tensor->name, found_text, whose, wanted_text);
  }
  free(found_text);
  free(wanted_text);
  json_decref(wanted);
  return status;
}

/* Every tensor is there, and nothing else. tensor_of(tensors, t): the t-th of count. */
static enum gv_status check_all(const struct gv_safetensors *file,
                                const struct gv_tensor *(*tensor_of)(const void *tensors, size_t t),
                                const void *tensors, size_t count, const char *whose, struct gv_error *err)
{
  const char *name;
  json_t *value;
  for (size_t t = 0; t < count; t++) {
    enum gv_status status = check_tensor(file, tensor_of(tensors, t), whose, err);
    if (status != GV_OK)
      return status;
  }
  json_object_foreach(file->header, name, value) {
    size_t t = 0;
    while (t < count && strcmp(tensor_of(tensors, t)->name, name) != 0)
      t++;
    if (t == count && strcmp(name, "__metadata__") != 0)
      return gv_fail(err, GV_INPUT, "%s: it has a tensor '%.64s', which %s has not", file->path, name, whose);
  }
  return GV_OK;
}

static const struct gv_tensor *placed_tensor(const void *tensors, size_t t)
{
  return &((const struct gv_placed *)tensors)[t].tensor;
}

static const struct gv_tensor *stored_tensor(const void *tensors, size_t t)
{
  return &((const struct gv_stored *)tensors)[t].tensor;
}

enum gv_status gv_safetensors_expect(const struct gv_safetensors *file, const struct gv_stored *tensors,
                                     size_t count, struct gv_error *err)
{
  struct entry entry;
  enum gv_status status = check_all(file, stored_tensor, tensors, count, "this run", err);
  for (size_t t = 0; t < count && status == GV_OK; t++) {
    const char *name = tensors[t].tensor.name;
    status = check_entry(file, name, json_object_get(file->header, name), &entry, err);
    if (status == GV_OK && entry.width != tensors[t].width)
      status = gv_fail(err, GV_INPUT, "%s: tensor '%.64s' has values of %d bytes; for this run they have %d",
                       file->path, name, entry.width, tensors[t].width);
  }
  return status;
}

enum gv_status gv_safetensors_get(const struct gv_safetensors *file, const struct gv_stored *stored, int64_t first,
                                  int64_t count, void *values, struct gv_error *err)
{
  struct entry entry;
  const char *name = stored->tensor.name;
  enum gv_status status = check_entry(file, name, json_object_get(file->header, name), &entry, err);
  if (status != GV_OK)
    return status;
  size_t width = (size_t)stored->width;
  uint64_t offset = file->values + entry.first + (uint64_t)first * width;
  status = read_at(file, offset, values, (size_t)count * width, err);
#if __BYTE_ORDER == __BIG_ENDIAN
  unsigned char *bytes = values;
  for (size_t i = 0; i < (size_t)count && status == GV_OK; i++)
    for (size_t b = 0; b < width / 2; b++) {
      unsigned char low = bytes[i * width + b];
      bytes[i * width + b] = bytes[(i + 1) * width - 1 - b];
      bytes[(i + 1) * width - 1 - b] = low;
    }
#endif
  return status;
}

static double decode(const unsigned char *bytes, int width)
{
  if (width == 8) {
    uint64_t bits;
    double value;
    memcpy(&bits, bytes, sizeof bits);
    bits = le64toh(bits);
    memcpy(&value, &bits, sizeof value);
    return value;
  }
  uint32_t bits;
  float value;
  memcpy(&bits, bytes, sizeof bits);
  bits = le32toh(bits);
  memcpy(&value, &bits, sizeof value);
  return (double)value;
}

static enum gv_status read_tensor(const struct gv_safetensors *file, const struct gv_placed *placed,
                                  unsigned char *piece, float *w, struct gv_error *err)
{
  struct entry entry;
  const char *name = placed->tensor.name;
  int64_t rows = placed->tensor.shape[0], columns = placed->tensor.shape[1];
  enum gv_status status = check_entry(file, name, json_object_get(file->header, name), &entry, err);
  w += placed->first;
  for (int64_t lo = 0; lo < placed->count && status == GV_OK; lo += PIECE) {
    int64_t n = placed->count - lo < PIECE ? placed->count - lo : PIECE;
    uint64_t offset = file->values + entry.first + (uint64_t)(lo * entry.width);
    status = read_at(file, offset, piece, (size_t)(n * entry.width), err);
    for (int64_t i = 0; i < n && status == GV_OK; i++) {
      double value = decode(piece + i * entry.width, entry.width);
      int64_t at = lo + i;
      if (placed->tensor.transposed)
        at = at % columns * rows + at / columns;
      w[at] = (float)value;
      if (!isfinite(w[at]))
        status = gv_fail(err, GV_INPUT, "%s: tensor '%.64s': value %lld is %g, which is no finite float",
                         file->path, name, (long long)(lo + i), value);
    }
  }
  return status;
}

enum gv_status gv_safetensors_read(const struct gv_safetensors *file, const struct gv_plan *plan, float *w,
                                   struct gv_error *err)
{
  unsigned char *piece = malloc((size_t)PIECE * 8);
  enum gv_status status = gv_fail(err, GV_MEMORY, "%s: no memory to read it", file->path);
  if (piece != NULL)
    status = check_all(file, placed_tensor, plan->tensors, plan->count, "the model", err);
  for (size_t t = 0; t < plan->count && status == GV_OK; t++)
    status = read_tensor(file, &plan->tensors[t], piece, w, err);
  free(piece);
  return status;
}
