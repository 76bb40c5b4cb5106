/* completion.h - the tables of the program as functions of bash, which completion.bash asks. */
#ifndef GV_CLI_COMPLETION_H
#define GV_CLI_COMPLETION_H

#include <stdio.h>

/* Writes the functions
 *   _grapevine_command COMMAND         commands=, options= ("--key" or "--key=", which wants a value), takes=
 *   _grapevine_value COMMAND --key     takes= what the option wants
 *   _grapevine_names KIND              words= the names of a table
 *   _grapevine_keys KIND:NAME          words= "key=" or "key=word|word", what may follow the name and a colon
 * COMMAND as in "model new"; takes: the kind of a table; "model", "data", "file", "folder"; "word", of which
 * nothing is known; or "=word word", these. A function says nothing of what it does not know. */
void gv_completion_tables(FILE *out);

#endif
