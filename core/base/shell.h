/* shell.h - words of command lines that are printed to be typed as they stand. */
#ifndef GV_BASE_SHELL_H
#define GV_BASE_SHELL_H

/* The text as one word of a shell, in memory of its own; NULL without memory. */
char *gv_shell_word(const char *text);

#endif
