/* edge_file.h - edges of n nodes from a text file: an edge list, or a sparse matrix in Matrix Market form. */
#ifndef GV_GRAPH_TOPOLOGIES_EDGE_FILE_H
#define GV_GRAPH_TOPOLOGIES_EDGE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <grapevine/status.h>

struct gv_entry {
  int32_t to, from;  /* both below nodes; may be the same */
  int64_t line;      /* of the file, from 1 */
  double weight;     /* finite; without meaning when the file has no weights */
};

struct gv_edge_file {
  struct gv_entry *entry;
  size_t count, room;
  bool weighted;   /* every entry has a weight, else none has */
  bool market;     /* Matrix Market, told by its banner */
  bool symmetric;  /* its banner says so: the entries stand for both directions */
};

/* Entries in the order of the file, `line` by line. Errors name path, line and node, and are GV_INPUT. */
enum gv_status gv_edge_file_read(const char *path, int nodes, struct gv_edge_file *out, struct gv_error *err);
void gv_edge_file_destroy(struct gv_edge_file *file);

#endif
