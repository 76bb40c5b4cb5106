/* What data that are made up share. */
#include "datasets/made/made.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"

int gv_made_nodes(const struct gv_options *options, int nodes)
{
  return gv_options_is_word(options, "nodes") ? nodes : (int)gv_options_int(options, "nodes");
}

/* The specification with every value, from which the same data can be made again. */
static char *name_of(const char *reader, const struct gv_options *options, int nodes)
{
  static const char automatic[] = "nodes=auto";
  char *values = gv_options_format(options), *name = NULL;
  char *at = values != NULL ? strstr(values, automatic) : NULL;
  int printed = -1;
  if (at != NULL)
    printed = asprintf(&name, "%s:%.*snodes=%d%s", reader, (int)(at - values), values, nodes,
                       at + strlen(automatic));
  else if (values != NULL)
    printed = asprintf(&name, "%s:%s", reader, values);
  free(values);
  return printed < 0 ? NULL : name;
}

enum gv_status gv_made_create(const char *reader, const struct gv_options *options, int nodes,
                              struct gv_dataset **out, struct gv_error *err)
{
  char *name = name_of(reader, options, nodes);
  struct gv_dataset *dataset = NULL;
  if (name == NULL)
    return gv_fail(err, GV_MEMORY, "data set %s: no memory", reader);
  enum gv_status status = gv_dataset_create("made up", &dataset, err);
  if (status != GV_OK) {
    free(name);
    return status;
  }
  free(dataset->name);
  dataset->name = name;
  *out = dataset;
  return GV_OK;
}

enum gv_status gv_made_part(struct gv_part *part, int64_t samples, int64_t features, int32_t outputs, bool grouped,
                            struct gv_error *err)
{
  static const char what[] = "samples that are made up";
  size_t values = 0, n = (size_t)samples;
  if (__builtin_mul_overflow(n, (size_t)features, &values) || samples > INT32_MAX)
    return gv_fail(err, GV_USAGE, "%lld samples of %lld values; accepted are up to 2^31-1 samples",
                   (long long)samples, (long long)features);
  part->samples = samples;
  enum gv_status status = gv_alloc_for(&part->floats, values, sizeof(float), what, err);
  if (status == GV_OK && outputs > 0)
    status = gv_alloc_for(&part->targets, n * (size_t)outputs, sizeof(float), what, err);
  else if (status == GV_OK)
    status = gv_alloc_for(&part->labels, n, sizeof(int32_t), what, err);
  if (status == GV_OK && grouped)
    status = gv_alloc_for(&part->groups, n, sizeof(int32_t), what, err);
  return status;
}

struct gv_stream gv_made_stream(const struct gv_options *options, uint32_t number, uint32_t purpose)
{
  struct gv_stream stream;
  gv_stream_start(&stream, (uint64_t)gv_options_int(options, "seed"), GV_RANDOM_DATA, number, purpose);
  return stream;
}
