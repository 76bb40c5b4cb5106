/* reader.h - extension point: a reader turns a file or folder into a data set; or it makes one up.
 *
 * A reader is one file in readers/ with one const descriptor, declared in readers/readers.h, and its line in the
 * table of reader.c. Its option table has a row `path` whose default is "": that is what gv_dataset_open sets
 * when a path was given without a reader's name. One that makes its data up is in made/; it has no path, and its
 * samples are a pure function of its options and the number of nodes.
 */
#ifndef GV_DATASETS_READER_H
#define GV_DATASETS_READER_H

#include <stdbool.h>

#include "core/base/named.h"
#include "datasets/dataset.h"

struct gv_reader {
  struct gv_named named;

  /* Whether what lies at path, by names and first bytes, is for this reader. Cheap; need not be complete. NULL: the
   * data are made up. */
  bool (*recognizes)(const char *path);

  /* Reads and settles a data set. A size from a file is checked before memory of that size is taken: at most 64
   * bytes for a byte of (unpacked) content, and 1 MiB, as tests/fuzz holds it to. nodes: for what is made up a
   * node. */
  enum gv_status (*read)(const struct gv_options *options, int nodes, struct gv_dataset **out,
                         struct gv_error *err);
};

/* The readers, in the order in which they are asked. */
extern const struct gv_table gv_reader_table;

/* The first reader that recognizes path, or NULL. */
const struct gv_reader *gv_reader_for(const char *path);

/* Reads path with a reader at its default options. */
enum gv_status gv_reader_read(const struct gv_reader *reader, const char *path, struct gv_dataset **out,
                              struct gv_error *err);

#endif
