/* The log: formats a line and hands it to the sink under a lock. Never called on a hot path. */
#include "core/base/log.h"

#include <pthread.h>
#include <stdio.h>

#include "core/base/line.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static gv_log_sink *current_sink;
static void *current_context;

void gv_log_set_sink(gv_log_sink *sink, void *context)
{
  pthread_mutex_lock(&lock);
  current_sink = sink;
  current_context = context;
  pthread_mutex_unlock(&lock);
}

void gv_log_v(enum gv_log_level level, const char *prefix, const char *format, va_list args)
{
  char line[1024];
  int used = snprintf(line, sizeof line, "%s", prefix);
  if (used < 0 || (size_t)used >= sizeof line)
    used = 0;
  vsnprintf(line + used, sizeof line - (size_t)used, format, args);
  gv_line_only(line);
  pthread_mutex_lock(&lock);
  if (current_sink != NULL)
    current_sink(current_context, level, line);
  pthread_mutex_unlock(&lock);
}

void gv_log(enum gv_log_level level, const char *format, ...)
{
  va_list args;
  va_start(args, format);
  gv_log_v(level, "", format, args);
  va_end(args);
}
