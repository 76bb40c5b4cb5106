/* safetensors.h - writes and reads tensors in the safetensors format, which PyTorch and others share.
 *
 * A file is 8 bytes of header length (little endian), a JSON header with name, dtype, shape and offsets of
 * every tensor, and the values one after another, row-major.
 */
#ifndef GV_RUN_SAFETENSORS_H
#define GV_RUN_SAFETENSORS_H

#include <stddef.h>
#include <stdint.h>

#include <grapevine/status.h>

#include "core/base/file.h"
#include "plugins/plan.h"

struct gv_metadata {
  const char *key, *value;
};

/* A tensor as a file has it, row-major. */
struct gv_stored {
  struct gv_tensor tensor;
  int width;  /* bytes of a value: 4, F32, or 8, F64 */
};

/* Begins a file with a header of these tensors (count); then their values follow, in order, by gv_safetensors_put,
 * and gv_file_commit, or gv_file_abandon. metadata (about) goes into the header. */
enum gv_status gv_safetensors_begin(struct gv_new_file *file, const char *path, const struct gv_stored *tensors,
                                    size_t count, const struct gv_metadata *metadata, size_t about,
                                    struct gv_error *err);

/* values (count), each of so many bytes. What goes wrong is found by the commit. */
void gv_safetensors_put(struct gv_new_file *file, const void *values, size_t count, int width);

/* Writes the flat vector w (plan->parameters) as the plan's tensors, in canonical shape, to path: whole or not at
 * all. metadata (count) goes into the header. */
enum gv_status gv_safetensors_write(const char *path, const struct gv_plan *plan, const float *w,
                                    const struct gv_metadata *metadata, size_t count, struct gv_error *err);

/* A file open for reading. */
struct gv_safetensors;

/* Opens a file and checks its header: sizes before memory is taken for them, every offset, every type (F32 and F64
 * are accepted). No value is read yet. */
enum gv_status gv_safetensors_open(const char *path, struct gv_safetensors **out, struct gv_error *err);
void gv_safetensors_close(struct gv_safetensors *file);  /* NULL is fine */

/* What the metadata say under this key, the file's until it is closed; NULL: nothing. */
const char *gv_safetensors_metadata(const struct gv_safetensors *file, const char *key);

/* Whether the file has just these tensors (count), each of that type and shape. */
enum gv_status gv_safetensors_expect(const struct gv_safetensors *file, const struct gv_stored *tensors,
                                     size_t count, struct gv_error *err);

/* values (count) <- those of a tensor that gv_safetensors_expect has seen, from its element `first` on; any
 * thread. */
enum gv_status gv_safetensors_get(const struct gv_safetensors *file, const struct gv_stored *stored, int64_t first,
                                  int64_t count, void *values, struct gv_error *err);

/* w (plan->parameters) <- the values of the file, which holds just the plan's tensors in canonical shape; F64 is
 * rounded to float. Values that are not finite are refused. w is not to be used after a failure. */
enum gv_status gv_safetensors_read(const struct gv_safetensors *file, const struct gv_plan *plan, float *w,
                                   struct gv_error *err);

#endif
