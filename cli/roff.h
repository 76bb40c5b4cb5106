/* roff.h - a command's page as a man page. */
#ifndef GV_CLI_ROFF_H
#define GV_CLI_ROFF_H

#include <stddef.h>
#include <stdio.h>

struct gv_command;

/* "grapevine-model-new" into text, cut where it is too long. Returns its length. */
size_t gv_page_name(const struct gv_command *command, char *text, size_t size);

/* The page. `above`: the command that it stands under; NULL: it is the program. */
void gv_roff_page(FILE *out, const struct gv_command *command, const struct gv_command *above);

#endif
