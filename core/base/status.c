/* Status codes, their texts, and the one place that formats an error line. */
#include <grapevine/status.h>

#include <stdarg.h>
#include <stdio.h>

#include "core/base/line.h"

const char *gv_status_text(enum gv_status status)
{
  switch (status) {
#define GV_STATUS_CASE(code, value, meaning, exit_status) \
  case code:                                              \
    return meaning;
    GV_STATUS_MAP(GV_STATUS_CASE)
#undef GV_STATUS_CASE
  }
  return "unknown status";
}

int gv_status_exit(enum gv_status status)
{
  switch (status) {
#define GV_STATUS_CASE(code, value, meaning, exit_status) \
  case code:                                              \
    return exit_status;
    GV_STATUS_MAP(GV_STATUS_CASE)
#undef GV_STATUS_CASE
  }
  return 1;
}

enum gv_status gv_fail(struct gv_error *err, enum gv_status status, const char *format, ...)
{
  if (err == NULL)
    return status;
  va_list args;
  va_start(args, format);
  vsnprintf(err->text, sizeof err->text, format, args);
  va_end(args);
  gv_line_only(err->text);
  err->status = status;
  return status;
}
