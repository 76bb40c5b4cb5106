/* Memory that batches are gathered into. */
#include "core/engine/source.h"

#include "core/base/memory.h"

enum gv_status gv_buffer_place(struct gv_buffer *buffer, const struct gv_shape *shape, int32_t max_batch,
                               struct gv_error *err)
{
  size_t batch = (size_t)max_batch;
  const char *what = "a batch";
  enum gv_status status = gv_alloc_for(&buffer->x, batch * (size_t)shape->features, sizeof(float), what, err);
  if (status == GV_OK)
    status = gv_alloc_for(&buffer->row, (size_t)shape->features, sizeof(float), what, err);
  if (status == GV_OK && shape->classes > 0)
    status = gv_alloc_for(&buffer->labels, batch, sizeof(int32_t), what, err);
  if (status == GV_OK && shape->outputs > 0)
    status = gv_alloc_for(&buffer->targets, batch * (size_t)shape->outputs, sizeof(float), what, err);
  return status;
}

void gv_buffer_clear(struct gv_buffer *buffer)
{
  gv_free(buffer->x);
  gv_free(buffer->labels);
  gv_free(buffer->targets);
  gv_free(buffer->row);
  *buffer = (struct gv_buffer){0};
}
