/* stack.h - the size of a thread's stack, as OMP_STACKSIZE says it. */
#ifndef GV_BASE_STACK_H
#define GV_BASE_STACK_H

#include <stddef.h>

/* Bytes of a text like "512" (KiB), "64k" or "4 M"; 0: none is given (NULL), or the text is no size. "-1B" is
 * one, the largest: OpenMP takes it, and asks for as much. */
size_t gv_stack_size(const char *text);

#endif
