/* Reader "npz": NumPy archives, read through libzip. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

#include "core/base/memory.h"
#include "core/base/paths.h"
#include "datasets/array.h"
#include "datasets/readers/readers.h"

/* Names looked for when none is given, in this order. */
static const char *const usual[4][4] = {
    {"x_train", "X_train", "x", "X"}, {"y_train", "Y_train", "y", "Y"},
    {"x_test", "X_test", NULL, NULL}, {"y_test", "Y_test", NULL, NULL}};
static const char *const keys[4] = {"x", "y", "test-x", "test-y"};

/* What the archive is to hold at `name`: with .npy behind it or as it is. -1: it does not. */
static zip_int64_t locate(zip_t *archive, const char *name)
{
  char member[300];
  snprintf(member, sizeof member, "%s.npy", name);
  zip_int64_t index = zip_name_locate(archive, member, 0);
  return index >= 0 ? index : zip_name_locate(archive, name, 0);
}

static zip_int64_t find(zip_t *archive, const struct gv_options *options, int which, const char **name)
{
  const char *given = gv_options_text(options, keys[which]);
  zip_int64_t index = -1;
  *name = given;
  if (strcmp(given, "auto") != 0)
    return locate(archive, given);
  for (int u = 0; u < 4 && usual[which][u] != NULL && index < 0; u++) {
    *name = usual[which][u];
    index = locate(archive, *name);
  }
  return index;
}

/* All of a member; what is taken grows with what was there, whatever the archive promises. */
static enum gv_status read_member(zip_t *archive, zip_int64_t index, const char *called, struct gv_grow *bytes,
                                  struct gv_error *err)
{
  zip_file_t *member = zip_fopen_index(archive, (zip_uint64_t)index, 0);
  if (member == NULL)
    return gv_fail(err, GV_INPUT, "%s: cannot be read: %s", called, zip_strerror(archive));
  enum gv_status status;
  zip_int64_t got = 0;
  do {
    status = gv_grow_by(bytes, 1, called, err);
    if (status == GV_OK)
      got = zip_fread(member, (char *)bytes->items + bytes->count, bytes->room - bytes->count);
    if (status == GV_OK && got < 0)
      status = gv_fail(err, GV_INPUT, "%s: the compressed data are damaged or truncated (%s)", called,
                       zip_file_strerror(member));
    else if (status == GV_OK)
      bytes->count += (size_t)got;
  } while (status == GV_OK && got > 0);
  zip_fclose(member);
  return status;
}

static enum gv_status read_array(zip_t *archive, const char *path, const struct gv_options *options, int which,
                                 struct gv_array *array, struct gv_error *err)
{
  const char *name;
  char called[400];
  zip_int64_t index = find(archive, options, which, &name);
  bool given = strcmp(gv_options_text(options, keys[which]), "auto") != 0;
  if (index < 0 && which >= 2 && !given)
    return GV_OK;  /* no test part */
  if (index < 0 && given)
    return gv_fail(err, GV_INPUT, "%s: holds no array '%s', which %s names", path, name, keys[which]);
  if (index < 0)
    return gv_fail(err, GV_INPUT, "%s: holds none of the arrays %s, %s, %s and %s; the option %s names another",
                   path, usual[which][0], usual[which][1], usual[which][2], usual[which][3], keys[which]);
  snprintf(called, sizeof called, "%s: %s", path, name);
  struct gv_grow bytes = {.size = 1};
  enum gv_status status = read_member(archive, index, called, &bytes, err);
  if (status == GV_OK)
    status = gv_array_parse(called, &bytes, array, err);
  gv_free(bytes.items);
  return status;
}

static enum gv_status npz_read(const struct gv_options *options, int nodes, struct gv_dataset **out,
                               struct gv_error *err)
{
  (void)nodes;
  const char *path = gv_options_text(options, "path");
  int code = 0;
  if (*path == '\0')
    return gv_fail(err, GV_USAGE, "reader npz: path is ''; accepted: a file, as in npz:path=FILE");
  if (gv_is_folder(path))
    return gv_fail(err, GV_INPUT, "%s: is a folder; an .npz file is wanted", path);
  zip_t *archive = zip_open(path, ZIP_RDONLY, &code);
  if (archive == NULL) {
    zip_error_t why;
    zip_error_init_with_code(&why, code);
    enum gv_status status = gv_fail(err, code == ZIP_ER_OPEN || code == ZIP_ER_READ ? GV_SYSTEM : GV_INPUT,
                                    "%s: cannot be opened as an .npz file, which is a zip archive: %s", path,
                                    zip_error_strerror(&why));
    zip_error_fini(&why);
    return status;
  }
  struct gv_arrays arrays = {0};
  struct gv_array *const each[4] = {&arrays.x, &arrays.y, &arrays.test_x, &arrays.test_y};
  enum gv_status status = GV_OK;
  for (int which = 0; which < 4 && status == GV_OK; which++)
    status = read_array(archive, path, options, which, each[which], err);
  if (status == GV_OK && (arrays.test_x.data == NULL) != (arrays.test_y.data == NULL))
    status = gv_fail(err, GV_INPUT, "%s: holds a test part's %s without its %s", path,
                     arrays.test_x.data != NULL ? "x" : "y", arrays.test_x.data != NULL ? "y" : "x");
  if (status == GV_OK)
    status = gv_arrays_assemble(path, &arrays, gv_options_text(options, "layout"), out, err);
  gv_arrays_clear(&arrays);
  zip_discard(archive);
  return status;
}

static bool npz_recognizes(const char *path)
{
  char text[8];
  return gv_is_file(path) && (gv_ends_in(path, ".npz") ||
                              (gv_first_bytes(path, text, sizeof text) >= 4 && memcmp(text, "PK\3\4", 4) == 0));
}

static const struct gv_option options[] = {
    {.key = "path", .type = GV_OPTION_TEXT, .value = "", .help = "the archive"},
    {.key = "x", .type = GV_OPTION_TEXT, .value = "auto",
     .help = "name of the features in it; auto: x_train, X_train, x or X"},
    {.key = "y", .type = GV_OPTION_TEXT, .value = "auto",
     .help = "name of the labels (whole numbers from 0) or targets (floats); auto: y_train, Y_train, y or Y"},
    {.key = "test-x", .type = GV_OPTION_TEXT, .value = "auto",
     .help = "name of the test part's features; auto: x_test or X_test where it is there"},
    {.key = "test-y", .type = GV_OPTION_TEXT, .value = "auto",
     .help = "name of the test part's labels or targets; auto: y_test or Y_test where it is there"},
    GV_ARRAY_LAYOUT,
    {.key = NULL},
};

const struct gv_reader gv_reader_npz = {
    .named = {.name = "npz", .summary = "NumPy archives that hold x and y, or x_train, y_train, x_test, y_test",
              .options = options},
    .recognizes = npz_recognizes,
    .read = npz_read,
};
