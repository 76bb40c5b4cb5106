/* named.h - tables of named things with options: topologies, algorithms, splits, readers and so on. */
#ifndef GV_BASE_NAMED_H
#define GV_BASE_NAMED_H

#include <stddef.h>

#include "core/base/nearest.h"
#include "core/base/option.h"

/* The first member of every descriptor, so that one lookup, one help page and one conformance test serve all. */
struct gv_named {
  const char *name;                 /* the field's standard term, lower case, joined by '-' */
  const char *summary;              /* half a line */
  const struct gv_option *options;  /* ends with a NULL key; NULL: none */
};

/* A table: `kind` as in "--topology"; entries end with NULL. */
struct gv_table {
  const char *kind;
  const char *summary;
  const struct gv_named *const *entries;
};

/* Cuts "name:options" in two. *rest points into spec, at the options or at its end. */
enum gv_status gv_spec_split(const char *kind, const char *spec, char name[GV_NAME_MAX], const char **rest,
                             struct gv_error *err);

/* Finds "name:key=value,..." in a table and parses its options. *options is the caller's to destroy. */
enum gv_status gv_named_parse(const struct gv_table *table, const char *spec, const struct gv_named **found,
                              struct gv_options **options, struct gv_error *err);

#endif
