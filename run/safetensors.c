/* Writes tensors as safetensors: any, and a model's. */
#include "run/safetensors.h"

#include <endian.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "run/json.h"

/* The header, padded with spaces so that the values begin on 8 bytes; NULL without memory. */
static char *header_text(const struct gv_stored *tensors, size_t count, const struct gv_metadata *metadata,
                         size_t about)
{
  json_t *header = json_object(), *texts = json_object();
  json_int_t first = 0;
  int failed = header == NULL;
  for (size_t i = 0; i < about; i++)
    failed |= json_object_set_new(texts, metadata[i].key, gv_json_text(metadata[i].value));
  failed |= json_object_set_new(header, "__metadata__", texts);
  for (size_t t = 0; t < count; t++) {
    const struct gv_tensor *tensor = &tensors[t].tensor;
    json_int_t bytes = tensors[t].width;
    for (int32_t r = 0; r < tensor->rank; r++)
      bytes *= tensor->shape[r];
    json_t *entry = json_pack("{s:s, s:o, s:[I, I]}", "dtype", tensors[t].width == 4 ? "F32" : "F64", "shape",
                              gv_json_shape(tensor), "data_offsets", first, first + bytes);
    failed |= json_object_set_new(header, tensor->name, entry);
    first += bytes;
  }
  char *text = failed ? NULL : gv_json_dump(header, JSON_COMPACT);
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

enum gv_status gv_safetensors_begin(struct gv_new_file *file, const char *path, const struct gv_stored *tensors,
                                    size_t count, const struct gv_metadata *metadata, size_t about,
                                    struct gv_error *err)
{
  char *header = header_text(tensors, count, metadata, about);
  if (header == NULL)
    return gv_fail(err, GV_MEMORY, "%s: no memory for its header", path);
  enum gv_status status = gv_file_begin(file, path, err);
  if (status == GV_OK) {
    uint64_t length = htole64((uint64_t)strlen(header));
    gv_file_put(file, &length, sizeof length, 1);
    gv_file_put(file, header, 1, strlen(header));
  }
  free(header);
  return status;
}

void gv_safetensors_put(struct gv_new_file *file, const void *values, size_t count, int width)
{
#if __BYTE_ORDER == __LITTLE_ENDIAN
  gv_file_put(file, values, (size_t)width, count);
#else
  for (size_t i = 0; i < count; i++)
    for (int b = width - 1; b >= 0; b--)
      fputc(((const unsigned char *)values)[i * (size_t)width + (size_t)b], file->stream);
#endif
}

static void put_tensor(struct gv_new_file *file, const struct gv_placed *placed, const float *w)
{
  w += placed->first;
  if (!placed->tensor.transposed) {
    gv_safetensors_put(file, w, (size_t)placed->count, 4);
    return;
  }
  int64_t rows = placed->tensor.shape[0], columns = placed->tensor.shape[1];  /* canonical; w has [columns, rows] */
  for (int64_t r = 0; r < rows; r++)
    for (int64_t c = 0; c < columns; c++)
      gv_safetensors_put(file, &w[c * rows + r], 1, 4);
}

enum gv_status gv_safetensors_write(const char *path, const struct gv_plan *plan, const float *w,
                                    const struct gv_metadata *metadata, size_t count, struct gv_error *err)
{
  struct gv_stored *tensors = NULL;
  struct gv_new_file file;
  enum gv_status status = gv_alloc_for(&tensors, plan->count, sizeof *tensors, "the tensors' names", err);
  for (size_t t = 0; t < plan->count && status == GV_OK; t++)
    tensors[t] = (struct gv_stored){.tensor = plan->tensors[t].tensor, .width = 4};
  if (status == GV_OK)
    status = gv_safetensors_begin(&file, path, tensors, plan->count, metadata, count, err);
  gv_free(tensors);
  if (status != GV_OK)
    return status;
  for (size_t t = 0; t < plan->count; t++)
    put_tensor(&file, &plan->tensors[t], w);
  return gv_file_commit(&file, err);
}
