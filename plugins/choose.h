/* choose.h - a model as the command line writes it, NAME or FILE with options: loaded, its options read. */
#ifndef GV_PLUGINS_CHOOSE_H
#define GV_PLUGINS_CHOOSE_H

#include <grapevine/model.h>
#include <grapevine/status.h>

#include "core/base/option.h"
#include "core/base/paths.h"

/* Loads what spec, "NAME:key=value,..." or "FOLDER/NAME.so:key=value,...", names, as gv_plugin_load does, and sets
 * its options. *model is valid until the process ends; *path, its file, is the caller's to free, *options to
 * destroy. All three are set only on success. */
enum gv_status gv_plugin_choose(const char *spec, const struct gv_search *search, const struct gv_model **model,
                                char **path, struct gv_options **options, struct gv_error *err);

#endif
