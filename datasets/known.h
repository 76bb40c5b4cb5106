/* known.h - data sets that are known by name: what they are, where they are looked for, how to get them. */
#ifndef GV_DATASETS_KNOWN_H
#define GV_DATASETS_KNOWN_H

#include "core/base/paths.h"
#include "datasets/reader.h"

struct gv_known {
  struct gv_named named;
  const struct gv_reader *reader;
  const char *const *folders;  /* where a package puts it, absolute; ends with NULL */
  const char *install;         /* what to do when it is found nowhere */
};

extern const struct gv_table gv_known_table;

/* *path <- the folder where it is, for the caller to free, or NULL: nowhere. searched (may be NULL) <- the folders
 * where it is not, to be cleared. */
enum gv_status gv_known_locate(const struct gv_known *known, char **path, struct gv_search *searched,
                               struct gv_error *err);

#endif
