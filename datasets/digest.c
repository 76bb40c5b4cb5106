/* The checksum of a data set. */
#include "datasets/digest.h"

#include <zlib.h>

static uLong add(uLong sum, const void *values, size_t count, size_t width)
{
  return values != NULL ? crc32_z(sum, values, count * width) : sum;
}

static uLong add_part(uLong sum, const struct gv_part *part, size_t features, size_t outputs)
{
  size_t samples = (size_t)part->samples;
  const struct gv_sparse *sparse = &part->sparse;
  sum = add(sum, &part->samples, 1, sizeof part->samples);
  sum = add(sum, part->bytes, samples * features, 1);
  sum = add(sum, part->floats, samples * features, sizeof *part->floats);
  if (sparse->first != NULL) {
    size_t values = (size_t)sparse->first[samples];
    sum = add(sum, sparse->first, samples + 1, sizeof *sparse->first);
    sum = add(sum, sparse->column, values, sizeof *sparse->column);
    sum = add(sum, sparse->value, values, sizeof *sparse->value);
  }
  sum = add(sum, part->labels, samples, sizeof *part->labels);
  sum = add(sum, part->targets, samples * outputs, sizeof *part->targets);
  return add(sum, part->groups, samples, sizeof *part->groups);
}

uint32_t gv_dataset_digest(const struct gv_dataset *dataset)
{
  size_t features = (size_t)dataset->shape.features, outputs = (size_t)dataset->shape.outputs;
  return (uint32_t)add_part(add_part(0, &dataset->train, features, outputs), &dataset->test, features, outputs);
}
