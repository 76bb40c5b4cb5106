/* search.h - where model plugins are looked for, and which are there. */
#ifndef GV_PLUGINS_SEARCH_H
#define GV_PLUGINS_SEARCH_H

#include <stdbool.h>
#include <stddef.h>

#include <grapevine/status.h>

#include "core/base/paths.h"

/* Fills search, in this order: plugin_dir (what --plugin-dir says, ':'-separated, may be NULL), the environment's
 * GRAPEVINE_PLUGIN_PATH, the installed models. A plugin_dir that is no folder is an error, one of the environment
 * is passed over. The caller clears search, after a failure too. */
enum gv_status gv_plugin_search_fill(struct gv_search *search, const char *plugin_dir, struct gv_error *err);

struct gv_plugin_file {
  char *name;  /* of the model: the file's name without .so */
  char *path;
};

struct gv_plugin_list {
  struct gv_plugin_file *files;  /* sorted by name, each name once: the first folder wins */
  size_t count;
};

/* list <- the plugin files in the folders. Nothing is loaded, so a broken plugin is listed like any other;
 * folders that cannot be read are passed over. So is a folder or a file that others may change (trust.h), for a
 * plugin is code: a warning says so, once for each of them. Where others may change the program itself, whose check
 * this is, the folders found beside it are not asked. */
enum gv_status gv_plugin_list(const struct gv_search *search, struct gv_plugin_list *list, struct gv_error *err);
/* Whether a search passes over a file for its sake: the first of the folders, or file_name in them, that others may
 * change. why <- which, and why. */
bool gv_plugin_passed_over(const struct gv_search *search, const char *file_name, char *why, size_t size);
void gv_plugin_list_clear(struct gv_plugin_list *list);

#endif
