/* safetensors.h - writes and reads tensors in the safetensors format, which PyTorch and others share.
 *
 * A file is 8 bytes of header length (little endian), a JSON header with name, dtype, shape and offsets of
 * every tensor, and the values one after another, row-major.
 */
#ifndef GV_RUN_SAFETENSORS_H
#define GV_RUN_SAFETENSORS_H

#include <stddef.h>

#include <grapevine/status.h>

#include "plugins/plan.h"

struct gv_metadata {
  const char *key, *value;
};

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

/* w (plan->parameters) <- the values of the file, which holds just the plan's tensors in canonical shape; F64 is
 * rounded to float. Values that are not finite are refused. w is not to be used after a failure. */
enum gv_status gv_safetensors_read(const struct gv_safetensors *file, const struct gv_plan *plan, float *w,
                                   struct gv_error *err);

#endif
