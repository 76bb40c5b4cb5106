/* Lookup of "name:key=value,..." in a table, with the nearest name for a mistyped one. */
#include "core/base/named.h"

#include <stdio.h>
#include <string.h>

static size_t edit_distance(const char *a, const char *b)
{
  size_t row[GV_NAME_MAX + 1];
  size_t n = strnlen(b, GV_NAME_MAX);
  for (size_t j = 0; j <= n; j++)
    row[j] = j;
  for (size_t i = 1; a[i - 1] != '\0' && i <= GV_NAME_MAX; i++) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= n; j++) {
      size_t above = row[j], best = diagonal + (a[i - 1] != b[j - 1]);
      if (above + 1 < best)
        best = above + 1;
      if (row[j - 1] + 1 < best)
        best = row[j - 1] + 1;
      diagonal = above;
      row[j] = best;
    }
  }
  return row[n];
}

const char *gv_nearest(const char *word, const char *(*next)(const void *context, size_t i), const void *context)
{
  const char *nearest = NULL, *candidate;
  size_t length = strlen(word), best = length / 3 + 2;  /* further than this is another word */
  for (size_t i = 0; (candidate = next(context, i)) != NULL; i++) {
    size_t distance = edit_distance(word, candidate);
    if (length >= 3 && strncmp(word, candidate, length) == 0)
      distance = 1;  /* a beginning of it */
    if (distance < best) {
      best = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

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
