/* Finds or makes a run's folder for event files. */
#include "run/board.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/paths.h"
#include "run/folder.h"

enum { NUMBERS = 10000 };

static const char owner[] = "run_folder.txt";

static enum gv_status no_memory(struct gv_error *err)
{
  return gv_fail(err, GV_MEMORY, "no memory for the name of a folder for events");
}

static bool is_fresh(const struct gv_board *board)
{
  return board->made[strlen(board->folder)];
}

/* whole: the run's folder from the root. */
static enum gv_status sign(const struct gv_board *board, const char *whole, struct gv_error *err)
{
  char *path = gv_path_join(board->folder, owner);
  if (path == NULL)
    return no_memory(err);
  FILE *file = fopen(path, "we");
  bool good = file != NULL && fprintf(file, "%s\n", whole) >= 0;
  if (file != NULL)
    good = fclose(file) == 0 && good;
  enum gv_status status =
      good ? GV_OK : gv_fail(err, GV_SYSTEM, "tensorboard: %s: cannot be written: %s", path, strerror(errno));
  free(path);
  return status;
}

/* Whether the folder is that of the run; one without a name in it is somebody else's. */
static bool is_own(const struct gv_board *board, const char *whole)
{
  size_t length = strlen(whole);
  char *path = gv_path_join(board->folder, owner), *text = malloc(length + 2);
  FILE *file = path != NULL && text != NULL ? fopen(path, "re") : NULL;
  bool own = file != NULL && fread(text, 1, length + 2, file) == length + 1 && text[length] == '\n' &&
             memcmp(text, whole, length) == 0;
  if (file != NULL)
    fclose(file);
  free(path);
  free(text);
  return own;
}

/* tensorboard/NAME-number, there or made. */
static enum gv_status enter(const char *tensorboard, const char *name, int number, struct gv_board *board,
                            struct gv_error *err)
{
  char *numbered = NULL;
  *board = (struct gv_board){0};
  if (asprintf(&numbered, number > 1 ? "%s-%d" : "%s", name, number) < 0)
    return no_memory(err);
  board->folder = gv_path_join(tensorboard, numbered);
  free(numbered);
  if (board->folder != NULL)
    board->made = calloc(strlen(board->folder) + 1, 1);
  if (board->made == NULL)
    return no_memory(err);
  int why = gv_folder_make(board->folder, board->made);
  return why == 0 ? GV_OK : gv_fail(err, GV_SYSTEM, "tensorboard %s: the folder %s cannot be made: %s", tensorboard,
                                    board->folder, strerror(why));
}

enum gv_status gv_board_open(const char *tensorboard, const char *run_folder, struct gv_board *board,
                             struct gv_error *err)
{
  char *whole = realpath(run_folder, NULL);  /* "." has a name too */
  struct gv_board found = {0};
  bool there = false;
  enum gv_status status = whole != NULL ? GV_OK : no_memory(err);
  for (int number = 1; status == GV_OK && !there && number < NUMBERS; number++) {
    gv_board_clear(&found);
    status = enter(tensorboard, strrchr(whole, '/') + 1, number, &found, err);
    there = status == GV_OK && (is_fresh(&found) || is_own(&found, whole));
  }
  if (status == GV_OK && !there)
    status = gv_fail(err, GV_SYSTEM, "tensorboard %s: there are %d folders of other runs up to %s; name another "
                     "folder", tensorboard, NUMBERS - 1, found.folder);
  else if (status == GV_OK && is_fresh(&found))
    status = sign(&found, whole, err);
  free(whole);
  if (status != GV_OK) {
    gv_board_discard(&found);
    return status;
  }
  *board = found;
  return GV_OK;
}

void gv_board_clear(struct gv_board *board)
{
  free(board->folder);
  free(board->made);
  *board = (struct gv_board){0};
}

void gv_board_discard(struct gv_board *board)
{
  if (board->made != NULL && is_fresh(board)) {
    char *path = gv_path_join(board->folder, owner);
    if (path != NULL)
      (void)unlink(path);
    free(path);
  }
  if (board->made != NULL)
    gv_folder_unmake(board->folder, board->made);
  gv_board_clear(board);
}
