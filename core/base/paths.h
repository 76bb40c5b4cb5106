/* paths.h - where the program, its plugins and its data lie: installed, relocated or in the build tree. */
#ifndef GV_BASE_PATHS_H
#define GV_BASE_PATHS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

/* A list of folders to search, in order. folders[own .. own + owned) were found beside the program itself, and
 * are taken as it is (plugins/search.h). */
struct gv_search {
  char **folders;
  size_t count, own, owned;
};

/* Adds a folder, or every folder of a ':'-separated list; false without memory. NULL and "" add nothing. */
bool gv_search_add(struct gv_search *search, const char *folders);
void gv_search_clear(struct gv_search *search);

/* Adds where this installation keeps `kind` ("models": below the plugin folder; others, as "datasets": below the
 * data folder): in the build tree when the running program, or the library that it embeds, stands in one; then
 * relative to that; then as configured. */
bool gv_search_add_installed(struct gv_search *search, const char *kind);

/* path <- the file that holds this code: the program, or libgrapevine.so where a program embeds it; false when it
 * cannot be found. */
bool gv_own_file(char path[PATH_MAX], bool *library);

/* "a, b, c", into text. Returns text. */
char *gv_search_text(const struct gv_search *search, char *text, size_t size);

bool gv_is_folder(const char *path);
bool gv_is_file(const char *path);

/* The folder of the grapevine.pc that says how to build against this installation or build tree, in memory of its
 * own; NULL when there is none. */
char *gv_path_pkg_config(void);

/* folder/name in memory of its own, or NULL without memory. */
char *gv_path_join(const char *folder, const char *name);

/* The same where temporary files go: $TMPDIR/name, or /tmp/name. */
char *gv_path_temporary(const char *name);

#endif
