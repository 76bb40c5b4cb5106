/* folder.h - a run's folder: made once, never over another run; files that are whole or not there. */
#ifndef GV_RUN_FOLDER_H
#define GV_RUN_FOLDER_H

#include <stdbool.h>
#include <stdint.h>

#include <grapevine/evaluation.h>
#include <grapevine/status.h>

#include "run/rows.h"

#define GV_CHECKPOINT "checkpoint.safetensors"
#define GV_CHECKPOINT_PREVIOUS "checkpoint.previous.safetensors"

struct gv_folder {
  char *path;
  char *made;     /* made[i]: the first i characters of path name a folder that is new */
  struct gv_rows metrics;  /* metrics.csv, a row an evaluation */
  bool locked;    /* against other processes, by `lock`, a file descriptor */
  int lock;
};

/* Makes the folder, with its parents: `path`, or for "auto" runs/DATE-TIME. An existing folder is taken when it
 * holds no file of a run. Of several who want it at once one gets it. On failure nothing new is left. */
enum gv_status gv_folder_create(const char *path, struct gv_folder *folder, struct gv_error *err);

/* Begins metrics.csv; after config.json, which --resume needs. */
enum gv_status gv_folder_begin_metrics(struct gv_folder *folder, struct gv_error *err);

/* Takes the folder of a run that goes on, before anything in it is read. */
enum gv_status gv_folder_lock(const char *path, struct gv_folder *folder, struct gv_error *err);

/* Opens metrics.csv there, which keeps its rows up to round *last; NULL: none, it begins. */
enum gv_status gv_folder_reopen(struct gv_folder *folder, const uint64_t *last, struct gv_error *err);

void gv_folder_clear(struct gv_folder *folder);

/* Takes everything of a run that came to nothing back: its files, and the folders made for it; without memory, too.
 * Clears. */
void gv_folder_discard(struct gv_folder *folder);

/* The same of a run in another process, which has ended: the folder, where nothing else is in it. */
void gv_folder_erase(const char *path);

/* mkdir -p; made[i] <- whether the folder named by the first i characters of path is new. Returns 0 or an errno.
 * gv_folder_unmake removes those that are new and empty, the deepest first. Path is as it was afterwards. */
int gv_folder_make(char *path, char *made);
void gv_folder_unmake(char *path, const char *made);

/* Writes one whole file. */
enum gv_status gv_folder_write(const struct gv_folder *folder, const char *name, const char *text,
                               struct gv_error *err);

/* Removes a file, if it is there, of a folder that is locked. */
void gv_folder_remove(const struct gv_folder *folder, const char *name);

/* Appends a row to metrics.csv; values that do not exist are empty cells. */
enum gv_status gv_folder_add_metrics(struct gv_folder *folder, const struct gv_evaluation *evaluation,
                                     struct gv_error *err);

#endif
