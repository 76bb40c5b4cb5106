/* Lookup of "name:key=value,..." in a table. */
#include "core/base/named.h"

#include <stdio.h>
#include <string.h>

enum gv_status gv_spec_split(const char *kind, const char *spec, char name[GV_NAME_MAX], const char **rest,
                             struct gv_error *err)
{
  size_t length = strcspn(spec, ":");
  if (length == 0)
    return gv_fail(err, GV_USAGE, "%s '%s': no name before the options; write name:key=value,key=value", kind, spec);
  if (length >= GV_NAME_MAX)
    return gv_fail(err, GV_USAGE, "%s '%.40s...': a name has fewer than %d characters", kind, spec, GV_NAME_MAX);
  memcpy(name, spec, length);
  name[length] = '\0';
  *rest = spec[length] == ':' ? spec + length + 1 : spec + length;
  return GV_OK;
}

static const char *entry_name(const void *context, size_t i)
{
  const struct gv_table *table = context;
  return table->entries[i] == NULL ? NULL : table->entries[i]->name;
}

enum gv_status gv_named_parse(const struct gv_table *table, const char *spec, const struct gv_named **found,
                              struct gv_options **options, struct gv_error *err)
{
  char name[GV_NAME_MAX];
  const char *rest = NULL;
  enum gv_status status = gv_spec_split(table->kind, spec, name, &rest, err);
  if (status != GV_OK)
    return status;
  size_t i = 0;
  while (table->entries[i] != NULL && strcmp(table->entries[i]->name, name) != 0)
    i++;
  if (table->entries[i] == NULL) {
    const char *near = gv_nearest(name, entry_name, table);
    char names[400] = "";
    size_t used = 0;
    for (i = 0; table->entries[i] != NULL && used < sizeof names; i++)
      used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", i ? ", " : "", table->entries[i]->name);
    if (near != NULL)
      return gv_fail(err, GV_USAGE, "unknown %s '%s'; did you mean '%s'? (%s)", table->kind, name, near, names);
    return gv_fail(err, GV_USAGE, "unknown %s '%s'; known: %s", table->kind, name, names);
  }
  char owner[2 * GV_NAME_MAX];
  snprintf(owner, sizeof owner, "%s %s", table->kind, name);
  struct gv_options *parsed;
  status = gv_options_create(table->entries[i]->options, owner, &parsed, err);
  if (status != GV_OK)
    return status;
  status = gv_options_parse(parsed, rest, err);
  if (status != GV_OK) {
    gv_options_destroy(parsed);
    return status;
  }
  *found = table->entries[i];
  *options = parsed;
  return GV_OK;
}
