/* Known data sets, and opening whatever --data names. */
#include "datasets/known.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/paths.h"
#include "datasets/readers/readers.h"

static const struct gv_known digits = {
    .named = {.name = "digits", .summary = "1,797 handwritten digits of 8 x 8 pixels, 10 classes; built in"},
    .reader = &gv_reader_idx,
    .folders = (const char *const[]){NULL},
    .install = "it belongs to Grapevine: install it again",
};

static const struct gv_known fashion_mnist = {
    .named = {.name = "fashion-mnist", .summary = "70,000 pictures of clothes of 28 x 28 pixels, 10 classes"},
    .reader = &gv_reader_idx,
    .folders = (const char *const[]){"/usr/share/datasets/fashion-mnist", NULL},
    .install = "install Debian package dataset-fashion-mnist",
};

static const struct gv_known mnist = {
    .named = {.name = "mnist", .summary = "70,000 handwritten digits of 28 x 28 pixels, 10 classes"},
    .reader = &gv_reader_idx,
    .folders = (const char *const[]){NULL},
    .install = "put MNIST's four files in a folder mnist",
};

static const struct gv_known cifar_10 = {
    .named = {.name = "cifar-10", .summary = "60,000 colour pictures of 32 x 32 pixels, 10 classes"},
    .reader = &gv_reader_cifar,
    .folders = (const char *const[]){NULL},
    .install = "unpack its binary version as a folder cifar-10",
};

static const struct gv_known cifar_100 = {
    .named = {.name = "cifar-100", .summary = "60,000 colour pictures of 32 x 32 pixels, 100 classes"},
    .reader = &gv_reader_cifar,
    .folders = (const char *const[]){NULL},
    .install = "unpack its binary version as a folder cifar-100",
};

static const struct gv_named *const entries[] = {
    &digits.named,
    &fashion_mnist.named,
    &mnist.named,
    &cifar_10.named,
    &cifar_100.named,
    NULL,
};

const struct gv_table gv_known_table = {
    .kind = "data set", .summary = "data sets that are known by name", .entries = entries};

static const struct gv_named *find(const struct gv_table *table, const char *name)
{
  for (size_t i = 0; table->entries[i] != NULL; i++)
    if (strcmp(table->entries[i]->name, name) == 0)
      return table->entries[i];
  return NULL;
}

/* All folders in which a known set may lie: the user's, ours, its package's. False without memory. */
static bool add_folders(const struct gv_known *known, struct gv_search *search)
{
  struct gv_search parents = {0};
  bool added = gv_search_add(&parents, getenv("GRAPEVINE_DATA_PATH")) &&
               gv_search_add_installed(&parents, "datasets");
  for (size_t i = 0; i < parents.count && added; i++) {
    char *folder = gv_path_join(parents.folders[i], known->named.name);
    added = folder != NULL && gv_search_add(search, folder);
    free(folder);
  }
  for (size_t i = 0; known->folders[i] != NULL && added; i++)
    added = gv_search_add(search, known->folders[i]);
  gv_search_clear(&parents);
  return added;
}

enum gv_status gv_known_locate(const struct gv_known *known, char **path, struct gv_search *searched,
                               struct gv_error *err)
{
  struct gv_search search = {0};
  if (!add_folders(known, &search)) {
    gv_search_clear(&search);
    return gv_fail(err, GV_MEMORY, "data set %s: no memory", known->named.name);
  }
  size_t i = 0;
  while (i < search.count && !known->reader->recognizes(search.folders[i]))
    i++;
  *path = NULL;
  if (i < search.count) {
    *path = search.folders[i];
    search.folders[i] = search.folders[--search.count];
  }
  if (searched != NULL)
    *searched = search;
  else
    gv_search_clear(&search);
  return GV_OK;
}

static enum gv_status open_known(const struct gv_known *known, struct gv_dataset **out, struct gv_error *err)
{
  const char *name = known->named.name;
  struct gv_search search = {0};
  struct gv_dataset *dataset = NULL;
  char *own_name = strdup(name), *path = NULL, text[300];
  enum gv_status status = own_name != NULL ? gv_known_locate(known, &path, &search, err) :
                          gv_fail(err, GV_MEMORY, "data set %s: no memory", name);
  if (status == GV_OK && path == NULL)
    status = gv_fail(err, GV_INPUT, "data set %s is not here (looked in %s); %s, or name the folder above it in "
                     "GRAPEVINE_DATA_PATH", name, gv_search_text(&search, text, sizeof text), known->install);
  if (status == GV_OK)
    status = gv_reader_read(known->reader, path, &dataset, err);
  gv_search_clear(&search);
  free(path);
  if (status != GV_OK) {
    free(own_name);
    return status;
  }
  free(dataset->name);
  dataset->name = own_name;
  *out = dataset;
  return GV_OK;
}

/* Walks the known sets, then the readers. */
static const char *candidate(const void *context, size_t i)
{
  (void)context;
  const size_t known = sizeof entries / sizeof entries[0] - 1;
  const struct gv_named *named = i < known ? entries[i] : gv_reader_table.entries[i - known];
  return named == NULL ? NULL : named->name;
}

static size_t append_names(char *text, size_t size, const struct gv_table *table)
{
  size_t used = 0;
  text[0] = '\0';
  for (size_t i = 0; table->entries[i] != NULL && used < size; i++)
    used += (size_t)snprintf(text + used, size - used, "%s%s", i ? ", " : "", table->entries[i]->name);
  return used;
}

static enum gv_status fail_unknown(const char *spec, const char *name, struct gv_error *err)
{
  char known[120], readers[200], hint[120] = "";
  append_names(known, sizeof known, &gv_known_table);
  append_names(readers, sizeof readers, &gv_reader_table);
  const char *near = gv_nearest(name, candidate, NULL);
  if (near != NULL)
    snprintf(hint, sizeof hint, "did you mean '%s'? ", near);
  return gv_fail(err, GV_USAGE, "unknown data set '%s'; %saccepted: a name (%s), reader:key=value (%s), or a path "
                 "with a '/'", spec, hint, known, readers);
}

bool gv_dataset_is_plain(const char *name)
{
  char first[GV_NAME_MAX];
  snprintf(first, sizeof first, "%.*s", (int)strcspn(name, ":"), name);
  const struct gv_reader *reader = (const struct gv_reader *)find(&gv_reader_table, first);
  return find(&gv_known_table, name) != NULL || (reader != NULL && reader->recognizes == NULL);
}

enum gv_status gv_dataset_open(const char *spec, int nodes, struct gv_dataset **out, struct gv_error *err)
{
  char name[GV_NAME_MAX];
  snprintf(name, sizeof name, "%.*s", (int)strcspn(spec, ":"), spec);
  const struct gv_table *table = find(&gv_known_table, name) != NULL ? &gv_known_table
                                 : find(&gv_reader_table, name) != NULL ? &gv_reader_table : NULL;
  if (table == NULL && (strchr(spec, '/') != NULL || (spec[0] != '\0' && access(spec, F_OK) == 0))) {
    const struct gv_reader *reader = gv_reader_for(spec);
    char readers[200];
    append_names(readers, sizeof readers, &gv_reader_table);
    if (reader != NULL)
      return gv_reader_read(reader, spec, out, err);
    if (access(spec, F_OK) != 0)
      return gv_fail(err, GV_INPUT, "data '%s': there is no such file or folder", spec);
    return gv_fail(err, GV_INPUT, "data '%s': no reader recognizes what lies there; readers: %s", spec, readers);
  }
  if (table == NULL)
    return fail_unknown(spec, name, err);
  const struct gv_named *found = NULL;
  struct gv_options *options = NULL;
  enum gv_status status = gv_named_parse(table, spec, &found, &options, err);
  if (status == GV_OK && table == &gv_known_table)
    status = open_known((const struct gv_known *)found, out, err);
  else if (status == GV_OK)
    status = ((const struct gv_reader *)found)->read(options, nodes, out, err);
  gv_options_destroy(options);
  return status;
}
