/* load.h - opens a model plugin and checks that it is what it says, before anything of it is called. */
#ifndef GV_PLUGINS_LOAD_H
#define GV_PLUGINS_LOAD_H

#include <grapevine/model.h>
#include <grapevine/status.h>

#include "core/base/paths.h"

/* Loads a model by name, NAME.so in the folders of search, or by path: what holds a '/' or ends in .so is taken
 * as it is. *model is valid until the process ends, for a plugin is never unloaded. *path, unless path is NULL, is
 * the file it came from, the caller's to free. Loading the same file again gives the same descriptor. */
enum gv_status gv_plugin_load(const char *name_or_path, const struct gv_search *search,
                              const struct gv_model **model, char **path, struct gv_error *err);

/* The file that a loaded model came from, or NULL; valid until the process ends. For a signal handler, too. */
const char *gv_plugin_file(const struct gv_model *model);

/* Checks the descriptor of the plugin at path; the errors are gv_plugin_load's. */
enum gv_status gv_plugin_check(const struct gv_model *model, const char *path, struct gv_error *err);

#endif
