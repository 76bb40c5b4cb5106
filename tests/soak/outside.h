/* outside.h - what the soak sees of a run from outside: its files, the process, the program. */
#ifndef GV_TESTS_SOAK_OUTSIDE_H
#define GV_TESTS_SOAK_OUTSIDE_H

#include <stddef.h>

#include "tests/soak/soak.h"

/* Whether both folders have this file, with the same bytes. */
bool soak_same_file(const char *a, const char *b, const char *name);

int soak_descriptors(void);  /* that are open */
size_t soak_heap(void);      /* bytes of it that are taken; 0 where a sanitizer has another */
bool soak_leaks(void);       /* what the leak sanitizer says; false without one */

/* Runs the program with a configuration. Returns its exit status; -1: no program is known (GV_BUILD), or it cannot
 * be started. said <- its standard error without warnings, lines <- how many lines that is. out: its --out; folder:
 * for a file. */
int soak_program(const struct soak_config *config, const char *out, const char *folder, char *said, size_t size,
                 int *lines);

#endif
