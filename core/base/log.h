/* log.h - lines for people, handed to whoever runs the library; without a sink they are dropped. */
#ifndef GV_BASE_LOG_H
#define GV_BASE_LOG_H

#include <stdarg.h>

#include <grapevine/status.h>

enum gv_log_level {
  GV_LOG_WARNING,  /* the run goes on, but not as the user may think */
  GV_LOG_DETAIL    /* what was found and chosen: --verbose */
};

/* Receives one line without a newline, from any thread, one call at a time. */
typedef void gv_log_sink(void *context, enum gv_log_level level, const char *line);

/* Sets the process-wide sink (NULL: none). Not to be called while a run is under way. */
void gv_log_set_sink(gv_log_sink *sink, void *context);

void gv_log(enum gv_log_level level, const char *format, ...) GV_PRINTF(2, 3);
void gv_log_v(enum gv_log_level level, const char *prefix, const char *format, va_list args);

#endif
