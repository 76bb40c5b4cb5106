/* apart.h - runs a function in a process of its own, so that its crash or its silence is only news. */
#ifndef GV_CLI_APART_H
#define GV_CLI_APART_H

#include <stdbool.h>
#include <stddef.h>

#include <grapevine/status.h>

/* What the process says; kind and value are the caller's own. */
struct gv_news {
  int kind, value;
  char name[96], text[GV_ERROR_TEXT];
};

/* To be called in the process, with what body was given. Takes no memory. */
void gv_apart_say(int line, int kind, int value, const char *name, const char *text);

/* Forks; there, runs body(context, line) and ends, its standard output being standard error; here, hands all that
 * it says to hear(context, news) until it ends. end <- "" when body returned, else how the process ended instead:
 * "crashed: Segmentation fault", "did not return within 60 s" (nothing was heard for so long), "ended the process
 * with exit status 3", "wrote to a file descriptor that it had not opened". The caller must not have entered an
 * OpenMP region before. */
enum gv_status gv_apart(void (*body)(void *context, int line),
                        void (*hear)(void *context, const struct gv_news *news), void *context, double seconds,
                        char *end, size_t size, struct gv_error *err);

#endif
