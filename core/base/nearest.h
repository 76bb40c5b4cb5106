/* nearest.h - the name that a mistyped one was meant to be. */
#ifndef GV_BASE_NEAREST_H
#define GV_BASE_NEAREST_H

#include <stddef.h>

/* Longest name of anything that has one, its end included. */
#define GV_NAME_MAX 64

/* The candidate nearest to word by edit distance, or that begins with it; NULL when none is near.
 * candidates is walked by next(context, i), which returns NULL at the end. */
const char *gv_nearest(const char *word, const char *(*next)(const void *context, size_t i), const void *context);

#endif
