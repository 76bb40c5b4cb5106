/* status.h - what a function of Grapevine returns, and the one line that explains it.
 *
 * Every fallible function returns an enum gv_status and takes, last, a struct gv_error that may be
 * NULL. On failure the function that first knows the cause writes one line there, naming the file,
 * option, node or plugin, what was found and what is accepted; callers pass it on unchanged.
 * No function of the library prints or exits. Reentrant: an error belongs to the thread that passed it.
 */
#ifndef GRAPEVINE_STATUS_H
#define GRAPEVINE_STATUS_H

#ifdef __cplusplus
extern "C" {
#endif

/* code, value, meaning, exit status of the program */
#define GV_STATUS_MAP(X)                                                      \
  X(GV_OK, 0, "success", 0)                                                   \
  X(GV_USAGE, 1, "an option, a name or a value is not accepted", 2)           \
  X(GV_INPUT, 2, "a file, a data set or a plugin is not what it should be", 1) \
  X(GV_SYSTEM, 3, "the operating system refused", 1)                          \
  X(GV_MEMORY, 4, "out of memory", 1)                                         \
  X(GV_NUMERIC, 5, "a value is not finite", 1)                                \
  X(GV_MODEL, 6, "a function of a model plugin failed", 1)                    \
  X(GV_INTERRUPTED, 7, "stopped on request", 130)

/* What a function returns: the codes above. */
enum gv_status {
#define GV_STATUS_ENUM(code, value, meaning, exit_status) code = value,
  GV_STATUS_MAP(GV_STATUS_ENUM)
#undef GV_STATUS_ENUM
};

#define GV_ERROR_TEXT 640  /* bytes of a line, its end counted */

/* Why something failed. */
struct gv_error {
  enum gv_status status;     /* GV_OK while nothing failed */
  char text[GV_ERROR_TEXT];  /* one line, no newline, always terminated */
};

/* GV_PRINTF: the compiler checks arguments as those of printf. GV_API: seen from outside the library. */
#if defined(__GNUC__)
#define GV_PRINTF(text, first) __attribute__((__format__(__printf__, text, first)))
#define GV_API __attribute__((visibility("default")))
#else
#define GV_PRINTF(text, first)
#define GV_API
#endif

/* The meaning of a code, a constant string; never NULL. */
GV_API const char *gv_status_text(enum gv_status status);

/* The exit status a program should end with for this code: 0, 1, 2 (usage) or 130 (interrupted). */
GV_API int gv_status_exit(enum gv_status status);

/* Writes the line into err (which may be NULL) and returns status. Line breaks in arguments become spaces. */
GV_API enum gv_status gv_fail(struct gv_error *err, enum gv_status status, const char *format, ...)
    GV_PRINTF(3, 4);

#ifdef __cplusplus
}
#endif
#endif
