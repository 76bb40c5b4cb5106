/* page.h - what a command's page is made of: --help, man page and completion read it here. */
#ifndef GV_CLI_PAGE_H
#define GV_CLI_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct gv_command;
struct gv_option;

enum { GV_PARAGRAPH_MAX = 2048 };

/* The program as a command: its page is that of `grapevine --help`. */
extern const struct gv_command gv_program;

/* How the command is called, "grapevine model new", into text. Returns text. */
char *gv_command_title(const struct gv_command *command, char *text, size_t size);

/* What is said of an option: its help, what it accepts, "[default]", into text; with `dashes` as an option of the
 * command line, where a switch has no value. Returns text. */
char *gv_option_text(const struct gv_option *row, bool dashes, char *text, size_t size);

/* text <- the next paragraph of prose, without the empty line behind it; *as_it_stands: it begins with a space, and
 * its lines are not to be filled. Returns what follows; NULL: there is no more. */
const char *gv_paragraph_next(const char *prose, char *text, size_t size, bool *as_it_stands);

/* The whole page. */
void gv_print_page(FILE *out, const struct gv_command *command);

#endif
