/* The table of readers, and reading a path without naming one. */
#include "datasets/reader.h"

#include <stdio.h>
#include <string.h>

#include "core/base/paths.h"
#include "datasets/input.h"
#include "datasets/made/made.h"
#include "datasets/readers/readers.h"

static const struct gv_named *const entries[] = {
    &gv_reader_idx.named,
    &gv_reader_cifar.named,
    &gv_reader_npz.named,
    &gv_reader_npy.named,
    &gv_reader_libsvm.named,  /* before csv, which looks less closely */
    &gv_reader_csv.named,
    &gv_made_blobs.named,
    &gv_made_synthetic.named,
    &gv_made_quadratic.named,
    &gv_made_logistic.named,
    NULL,
};

const struct gv_table gv_reader_table = {
    .kind = "reader",
    .summary = "how a file or folder becomes a data set, or how one is made up",
    .entries = entries};

bool gv_ends_in(const char *path, const char *ending)
{
  size_t length = strlen(path), end = strlen(ending);
  if (length > 3 && strcmp(path + length - 3, ".gz") == 0)
    length -= 3;
  return length > end && strncmp(path + length - end, ending, end) == 0;
}

size_t gv_first_bytes(const char *path, char *text, size_t size)
{
  struct gv_input input = {0};
  size_t got = 0;
  if (!gv_is_file(path) || gv_input_open(path, &input, NULL) != GV_OK ||
      gv_input_pull(&input, text, size - 1, &got, NULL) != GV_OK)
    got = 0;
  gv_input_close(&input);
  text[got] = '\0';
  return got;
}

const struct gv_reader *gv_reader_for(const char *path)
{
  for (size_t i = 0; entries[i] != NULL; i++) {
    const struct gv_reader *reader = (const struct gv_reader *)entries[i];
    if (reader->recognizes != NULL && reader->recognizes(path))
      return reader;
  }
  return NULL;
}

enum gv_status gv_reader_read(const struct gv_reader *reader, const char *path, struct gv_dataset **out,
                              struct gv_error *err)
{
  char owner[2 * GV_NAME_MAX];
  snprintf(owner, sizeof owner, "reader %s", reader->named.name);
  struct gv_options *options = NULL;
  enum gv_status status = gv_options_create(reader->named.options, owner, &options, err);
  if (status == GV_OK)
    status = gv_options_set(options, "path", path, err);
  if (status == GV_OK)
    status = reader->read(options, 1, out, err);
  gv_options_destroy(options);
  return status;
}
