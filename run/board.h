/* board.h - which folder below the one that TensorBoard is shown is a run's own.
 *
 * TensorBoard draws a folder as a curve, by its name. A run's is NAME, the last part of the run's own folder; where
 * that belongs to another run, NAME-2, NAME-3, ... Whose it is, run_folder.txt in it says.
 */
#ifndef GV_RUN_BOARD_H
#define GV_RUN_BOARD_H

#include <grapevine/status.h>

struct gv_board {
  char *folder;  /* for the run's event files */
  char *made;    /* as gv_folder_make fills it, for `folder` */
};

/* Finds the folder that is the run's already, or makes one, below `tensorboard`; run_folder is there. On failure
 * nothing new is left. */
enum gv_status gv_board_open(const char *tensorboard, const char *run_folder, struct gv_board *board,
                             struct gv_error *err);

void gv_board_clear(struct gv_board *board);    /* safe on a zero struct */
void gv_board_discard(struct gv_board *board);  /* and takes back what was made, where nothing else stands in it */

#endif
