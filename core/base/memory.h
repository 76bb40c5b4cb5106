/* memory.h - zeroed, aligned memory. */
#ifndef GV_BASE_MEMORY_H
#define GV_BASE_MEMORY_H

#include <stddef.h>

#include <grapevine/status.h>

#define GV_CACHE_LINE 64

/* Padding that keeps two nodes' hot words apart: adjacent-line prefetch pulls lines in pairs. */
#define GV_APART 128

/* count * size zeroed bytes, aligned to GV_APART; NULL when there are none or the product overflows.
 * Large blocks come from fresh pages, so whoever touches them first places them. Free with gv_free. */
void *gv_alloc(size_t count, size_t size);
void gv_free(void *memory);

/* gv_alloc that explains itself: "no memory for 3.2 GiB of WHAT". out is the address of a pointer to any type. */
enum gv_status gv_alloc_for(void *out, size_t count, size_t size, const char *what, struct gv_error *err);

/* Slice `part` of `parts` of n floats, all but the last in whole cache lines: first .. end-1, none when first >=
 * end. */
void gv_slice(size_t n, int part, int parts, size_t *first, size_t *end);

/* Three digits and the unit (units), of which each is `step` times the one before, into text. Returns text. */
char *gv_units_text(double x, double step, const char *const *unit, size_t units, char *text, size_t size);

/* "12 bytes", "427 KiB", "1.21 GiB", into text (at least 16 bytes). Returns text. */
char *gv_bytes_text(double bytes, char *text, size_t size);

#endif
