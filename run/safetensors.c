/* Writes a model as safetensors. */
#include "run/safetensors.h"

#include <endian.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/file.h"
#include "run/json.h"

/* The header, padded with spaces so that the values begin on 8 bytes; NULL without memory. */
static char *header_text(const struct gv_plan *plan, const struct gv_metadata *metadata, size_t count)
{
  json_t *header = json_object(), *about = json_object();
  int failed = header == NULL;
  for (size_t i = 0; i < count; i++)
    failed |= json_object_set_new(about, metadata[i].key, gv_json_text(metadata[i].value));
  failed |= json_object_set_new(header, "__metadata__", about);
  for (size_t t = 0; t < plan->count; t++) {
    const struct gv_placed *placed = &plan->tensors[t];
    json_t *entry = json_pack("{s:s, s:o, s:[I, I]}", "dtype", "F32", "shape", gv_json_shape(&placed->tensor),
                              "data_offsets", (json_int_t)(placed->first * 4),
                              (json_int_t)((placed->first + placed->count) * 4));
    failed |= json_object_set_new(header, placed->tensor.name, entry);
  }
  char *text = failed ? NULL : json_dumps(header, JSON_COMPACT);
  json_decref(header);
  if (text == NULL)
    return NULL;
  size_t length = strlen(text), padded = (length + 7) / 8 * 8;
  char *whole = malloc(padded + 1);
  if (whole != NULL) {
    memset(whole, ' ', padded);
    memcpy(whole, text, length);
    whole[padded] = '\0';
  }
  free(text);
  return whole;
}

static void put_float(FILE *out, float value)
{
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  bits = htole32(bits);
  fwrite(&bits, sizeof bits, 1, out);
}

static void put_tensor(FILE *out, const struct gv_placed *placed, const float *w)
{
  w += placed->first;
  if (!placed->tensor.transposed) {
#if __BYTE_ORDER == __LITTLE_ENDIAN
    fwrite(w, sizeof *w, (size_t)placed->count, out);
#else
    for (int64_t i = 0; i < placed->count; i++)
      put_float(out, w[i]);
#endif
    return;
  }
  int64_t rows = placed->tensor.shape[0], columns = placed->tensor.shape[1];  /* canonical; w has [columns, rows] */
  for (int64_t r = 0; r < rows; r++)
    for (int64_t c = 0; c < columns; c++)
      put_float(out, w[c * rows + r]);
}

enum gv_status gv_safetensors_write(const char *path, const struct gv_plan *plan, const float *w,
                                    const struct gv_metadata *metadata, size_t count, struct gv_error *err)
{
  char *header = header_text(plan, metadata, count);
  if (header == NULL)
    return gv_fail(err, GV_MEMORY, "%s: no memory for its header", path);
  struct gv_new_file file;
  enum gv_status status = gv_file_begin(&file, path, err);
  if (status == GV_OK) {
    uint64_t length = htole64((uint64_t)strlen(header));
    fwrite(&length, sizeof length, 1, file.stream);
    fputs(header, file.stream);
    for (size_t t = 0; t < plan->count; t++)
      put_tensor(file.stream, &plan->tensors[t], w);
    status = gv_file_commit(&file, err);
  }
  free(header);
  return status;
}
