/* image.h - the shared object that an address lies in: its file, and whether its writable data have changed. */
#ifndef GV_PLUGINS_IMAGE_H
#define GV_PLUGINS_IMAGE_H

#include <stddef.h>

#include <grapevine/status.h>

struct gv_image;

/* *image <- the object that holds the address, with a copy of its writable data; NULL when that is the program
 * itself, or nothing known. */
enum gv_status gv_image_take(const void *address, struct gv_image **image, struct gv_error *err);
void gv_image_free(struct gv_image *image);

/* The first byte that is no longer as it was, or NULL. No other thread may write them meanwhile. */
const void *gv_image_changed(const struct gv_image *image);

/* "its global variable 'calls'", or where it lies in the file, into text. Returns text. */
const char *gv_image_name(const struct gv_image *image, const void *address, char *text, size_t size);

#endif
