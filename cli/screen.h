/* screen.h - what is drawn in place on the terminal on standard error: a line of progress, or a picture that takes
 * the whole screen, which is given back however the program ends. One at a time. */
#ifndef GV_CLI_SCREEN_H
#define GV_CLI_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

#include <grapevine/status.h>

/* Why standard error cannot show a picture, nor a line in place; NULL: it can. */
const char *gv_screen_obstacle(void);

/* From begin to end the screen is the picture's; what stood there comes back. */
void gv_screen_begin(void);
void gv_screen_end(void);

/* Draws the frame, lines that each end with '\n' and are narrower than the screen. In the background nothing. */
void gv_screen_show(const char *frame);

/* Draws a line of progress in place, cut off where the terminal ends; there is no obstacle. It stands
 * until something is said, or until it is taken away, which does nothing where none stands. */
void gv_screen_line(const char *format, ...) GV_PRINTF(1, 2);
void gv_screen_no_line(void);

/* Writes a line on standard error, below what stands there, with or without a picture; any thread. `kept`: it is
 * what gv_screen_said returns from now on. */
void gv_screen_say(const char *line, bool kept);

/* text <- the last line that is kept, since begin; "": none was. */
void gv_screen_said(char *text, size_t size);

/* The screen is as it was, until the next frame or line. Safe in a signal handler. */
void gv_screen_give_back(void);

#endif
