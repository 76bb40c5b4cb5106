/* skeleton.h - writes the folder that a model of one's own begins with: a plugin, its makefile, a note. */
#ifndef GV_PLUGINS_SKELETON_H
#define GV_PLUGINS_SKELETON_H

#include <grapevine/status.h>

struct gv_skeleton {
  const char *name;       /* of the model: lower-case letters, digits, '-' and '_', a letter first */
  const char *folder;     /* made when it is not there; its parent must be */
  const char *make;       /* for the note: the shell command that builds, run in the folder */
  const char *grapevine;  /* for the note: the program, as a shell finds it */
};

/* Refuses a name that is not one of a model. */
enum gv_status gv_skeleton_check_name(const char *name, struct gv_error *err);

/* Writes NAME.c, Makefile and README.md. Refuses a folder that holds one of them; writes all three, or leaves the
 * folder, if there was one, as it was. */
enum gv_status gv_skeleton_write(const struct gv_skeleton *skeleton, struct gv_error *err);

#endif
