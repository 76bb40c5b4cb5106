/* Reader "npy": NumPy arrays, a file for x and one for y. */
#include <stdlib.h>
#include <string.h>

#include "core/base/paths.h"
#include "core/base/memory.h"
#include "datasets/array.h"
#include "datasets/readers/readers.h"

static enum gv_status read_array(const char *path, struct gv_array *array, struct gv_error *err)
{
  struct gv_input input = {0};
  struct gv_grow bytes = {.size = 1};
  enum gv_status status = gv_input_open(path, &input, err);
  if (status == GV_OK)
    status = gv_input_all(&input, &bytes, err);
  if (status == GV_OK)
    status = gv_array_parse(path, &bytes, array, err);
  gv_free(bytes.items);
  gv_input_close(&input);
  return status;
}

static enum gv_status npy_read(const struct gv_options *options, int nodes, struct gv_dataset **out,
                               struct gv_error *err)
{
  (void)nodes;
  const char *path = gv_options_text(options, "path");
  const char *x = *path != '\0' ? path : gv_options_text(options, "x"), *y = gv_options_text(options, "y");
  const char *test_x = gv_options_text(options, "test-x"), *test_y = gv_options_text(options, "test-y");
  if (*x == '\0' || *y == '\0')
    return gv_fail(err, GV_USAGE, "reader npy: %s is ''; accepted: two files, as in npy:x=X.npy,y=Y.npy",
                   *x == '\0' ? "x" : "y");
  if ((*test_x == '\0') != (*test_y == '\0'))
    return gv_fail(err, GV_USAGE, "reader npy: %s is ''; a test part wants both test-x and test-y",
                   *test_x == '\0' ? "test-x" : "test-y");
  struct gv_arrays arrays = {0};
  enum gv_status status = read_array(x, &arrays.x, err);
  if (status == GV_OK)
    status = read_array(y, &arrays.y, err);
  if (status == GV_OK && *test_x != '\0')
    status = read_array(test_x, &arrays.test_x, err);
  if (status == GV_OK && *test_x != '\0')
    status = read_array(test_y, &arrays.test_y, err);
  if (status == GV_OK)
    status = gv_arrays_assemble(x, &arrays, gv_options_text(options, "layout"), out, err);
  gv_arrays_clear(&arrays);
  return status;
}

static bool npy_recognizes(const char *path)
{
  char text[8];
  return gv_first_bytes(path, text, sizeof text) >= 6 && memcmp(text, "\x93NUMPY", 6) == 0;
}

static const struct gv_option options[] = {
    {.key = "path", .type = GV_OPTION_TEXT, .value = "", .help = "the same as x"},
    {.key = "x", .type = GV_OPTION_TEXT, .value = "",
     .help = "file of features: (samples, features), (samples, height, width), or with channels"},
    {.key = "y", .type = GV_OPTION_TEXT, .value = "",
     .help = "file of labels, whole numbers from 0, or of targets, floats"},
    {.key = "test-x", .type = GV_OPTION_TEXT, .value = "", .help = "features of the test part"},
    {.key = "test-y", .type = GV_OPTION_TEXT, .value = "", .help = "labels or targets of the test part"},
    GV_ARRAY_LAYOUT,
    {.key = NULL},
};

const struct gv_reader gv_reader_npy = {
    .named = {.name = "npy", .summary = "NumPy arrays, a file for x and one for y", .options = options},
    .recognizes = npy_recognizes,
    .read = npy_read,
};
