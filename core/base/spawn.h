/* spawn.h - starts other programs. */
#ifndef GV_BASE_SPAWN_H
#define GV_BASE_SPAWN_H

#include <stdbool.h>
#include <sys/types.h>

/* *id <- a process of the program, looked for in PATH where its name has no slash. streams: (3) descriptors that it
 * has as standard input, output and errors; -1: this program's own. apart: in a process group of its own. arguments
 * and variables (its environment) end with NULL, and stay the caller's. 0, or an errno: then nothing was started.
 * On any thread. */
int gv_spawn(const char *program, const char *const *arguments, char *const *variables, const int *streams,
             bool apart, pid_t *id);

#endif
