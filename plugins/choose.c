/* From "NAME:key=value" to a loaded model and its options. */
#include "plugins/choose.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/named.h"
#include "plugins/load.h"

enum gv_status gv_plugin_choose(const char *spec, const struct gv_search *search, const struct gv_model **model,
                                char **path, struct gv_options **options, struct gv_error *err)
{
  char name[PATH_MAX];
  size_t length = strcspn(spec, ":");
  if (length == 0 || length >= sizeof name)
    return gv_fail(err, GV_USAGE, "model '%.40s': write NAME, or NAME:key=value,key=value", spec);
  memcpy(name, spec, length);
  name[length] = '\0';
  const struct gv_model *found = NULL;
  char *file = NULL, owner[2 * GV_NAME_MAX];
  struct gv_options *read = NULL;
  enum gv_status status = gv_plugin_load(name, search, &found, &file, err);
  if (status == GV_OK) {
    snprintf(owner, sizeof owner, "model %s", found->name);
    status = gv_options_create(found->options, owner, &read, err);
  }
  if (status == GV_OK)
    status = gv_options_parse(read, spec[length] == ':' ? spec + length + 1 : "", err);
  if (status != GV_OK) {
    gv_options_destroy(read);
    free(file);
    return status;
  }
  *model = found;
  *path = file;
  *options = read;
  return GV_OK;
}
