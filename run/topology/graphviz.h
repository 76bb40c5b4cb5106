/* graphviz.h - Graphviz's programs, which turn DOT into pictures. */
#ifndef GV_RUN_TOPOLOGY_GRAPHVIZ_H
#define GV_RUN_TOPOLOGY_GRAPHVIZ_H

#include <stdio.h>

#include <grapevine/status.h>

/* Runs `program` (looked for in PATH) with up to two arguments (NULL: fewer) on dot, from its beginning, and writes
 * what it makes to out. Its failure is one line that names path, the picture; a missing program's names the Debian
 * package. */
enum gv_status gv_graphviz(const char *program, const char *first, const char *second, FILE *dot, FILE *out,
                           const char *path, struct gv_error *err);

#endif
