/* safetensors.h - writes tensors in the safetensors format, which PyTorch and others read.
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

#endif
