/* input.h - files that readers read, plain or gzip: pulled with every failure said in one line. */
#ifndef GV_DATASETS_INPUT_H
#define GV_DATASETS_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zlib.h>

#include <grapevine/status.h>

struct gv_input {
  char *path;
  gzFile stream;    /* zlib reads plain files too */
  bool plain;       /* not compressed, and a regular file: `size` is what it holds */
  uint64_t size;    /* bytes on disk */
  char *line;       /* what gv_input_line keeps */
  size_t line_room, line_have, line_at;
  bool line_end;
};

/* Memory that grows with what is put there, twice as large each time. */
struct gv_grow {
  void *items;   /* gv_alloc; the taker's */
  size_t count, room, size;  /* size: bytes of an item, set before */
};

/* Room for `more` items behind the first count. what: as in "no memory for 3 GiB of WHAT". */
enum gv_status gv_grow_by(struct gv_grow *grow, size_t more, const char *what, struct gv_error *err);

/* Whether folder/name is a file, or folder/name.gz; also where there is no memory. */
bool gv_input_there(const char *folder, const char *name);

/* *path (free) <- which of them is; NULL: neither. */
enum gv_status gv_input_find(const char *folder, const char *name, char **path, struct gv_error *err);

/* Refuses folders. A zeroed input may be closed. */
enum gv_status gv_input_open(const char *path, struct gv_input *input, struct gv_error *err);
void gv_input_close(struct gv_input *input);

/* Reads up to size bytes; *got is less only at the end of the file. */
enum gv_status gv_input_pull(struct gv_input *input, void *to, size_t size, size_t *got, struct gv_error *err);

/* *out (gv_alloc) <- the `bytes` (>= 1) that must be all that is left of the file after `header` bytes, which
 * promise that; promise is said when it is not so. A plain file's size is compared before memory is taken; what a
 * compressed one holds is not known before it is read, so its buffer grows with what was really there. */
enum gv_status gv_input_rest(struct gv_input *input, uint64_t header, uint64_t bytes, const char *promise,
                             void *out, struct gv_error *err);

/* out <- all that is left of the file; out->size is 1. What was read is there after a failure too. */
enum gv_status gv_input_all(struct gv_input *input, struct gv_grow *out, struct gv_error *err);

/* *line <- the next line without its end, of *length bytes and a zero, valid until the next call; NULL at the
 * end. */
enum gv_status gv_input_line(struct gv_input *input, char **line, size_t *length, struct gv_error *err);

#endif
