/* readers.h - the descriptors of all readers of files, one file each, for the table of reader.c. */
#ifndef GV_DATASETS_READERS_READERS_H
#define GV_DATASETS_READERS_READERS_H

#include "datasets/reader.h"

extern const struct gv_reader gv_reader_idx;
extern const struct gv_reader gv_reader_cifar;
extern const struct gv_reader gv_reader_npz;
extern const struct gv_reader gv_reader_npy;
extern const struct gv_reader gv_reader_csv;
extern const struct gv_reader gv_reader_libsvm;

/* For readers: whether a file's name ends so, or so with .gz behind it. */
bool gv_ends_in(const char *path, const char *ending);

/* For readers: text <- the first bytes of a file, unpacked, and a zero. Returns how many; 0: it cannot be read. */
size_t gv_first_bytes(const char *path, char *text, size_t size);

#endif
