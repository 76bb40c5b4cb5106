/* data.h - what tests of data share: the built-in digits, files, buffers. */
#ifndef GV_TESTS_DATA_H
#define GV_TESTS_DATA_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/memory.h"
#include "datasets/dataset.h"
#include "tests/scratch.h"
#include "tests/suite.h"

/* Where the program finds the built-in data before it is installed. */
static inline void use_source_data(void)
{
  const char *source = getenv("GV_SOURCE");
  ck_assert_msg(source != NULL, "GV_SOURCE is not set; run by make check");
  char path[4096];
  snprintf(path, sizeof path, "%s/datasets", source);
  ck_assert_int_eq(setenv("GRAPEVINE_DATA_PATH", path, 1), 0);
}

static inline struct gv_dataset *open_digits(void)
{
  struct gv_dataset *dataset = NULL;
  use_source_data();
  assert_ok(gv_dataset_open("digits", 8, &dataset, err));
  return dataset;
}

/* Writes bytes as folder/name; *path (at least 300 bytes) <- where. */
static inline void put_file(const struct folder *folder, const char *name, const void *bytes, size_t size,
                            char *path)
{
  snprintf(path, 300, "%s/%s", folder->path, name);
  FILE *file = fopen(path, "wb");
  ck_assert_ptr_nonnull(file);
  ck_assert_uint_eq(fwrite(bytes, 1, size, file), size);
  ck_assert_int_eq(fclose(file), 0);
}

#endif
