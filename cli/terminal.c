/* What is said on a terminal: errors, log lines, short numbers and times, colour. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/screen.h"
#include "core/base/line.h"
#include "core/base/log.h"
#include "core/base/memory.h"
#include "run/json.h"

bool gv_colour(FILE *stream)
{
  const char *no_colour = getenv("NO_COLOR"), *term = getenv("TERM");
  return isatty(fileno(stream)) && (no_colour == NULL || *no_colour == '\0') && term != NULL && *term != '\0' &&
         strcmp(term, "dumb") != 0;
}

bool gv_utf8(void)
{
  static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
  const char *locale = NULL;
  for (size_t k = 0; k < sizeof names / sizeof names[0] && (locale == NULL || *locale == '\0'); k++)
    locale = getenv(names[k]);
  return locale != NULL && (strcasestr(locale, "utf-8") != NULL || strcasestr(locale, "utf8") != NULL);
}

int gv_columns(FILE *stream)
{
  struct winsize size;
  return ioctl(fileno(stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 116;
}

void gv_window(FILE *stream, int *columns, int *rows)
{
  struct winsize size;
  bool known = ioctl(fileno(stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0;
  *columns = known ? size.ws_col : 80;
  *rows = known ? size.ws_row : 24;
}

enum gv_status gv_print_json(struct json_t *page, struct gv_error *err)
{
  if (page == NULL)
    return gv_fail(err, GV_MEMORY, "no memory for the figures");
  char *text = gv_json_dump(page, JSON_INDENT(2));
  json_decref(page);
  if (text == NULL)
    return gv_fail(err, GV_MEMORY, "no memory for the figures");
  puts(text);
  free(text);
  return GV_OK;
}

int gv_complain(const struct gv_error *error)
{
  bool colour = gv_colour(stderr);
  fprintf(stderr, "grapevine: %serror:%s %s\n", colour ? "\033[31m" : "", colour ? "\033[0m" : "", error->text);
  return gv_status_exit(error->status);
}

static void show_line(void *context, enum gv_log_level level, const char *line)
{
  const bool *verbose = context;
  if (level == GV_LOG_DETAIL && !*verbose)
    return;
  char text[1100];
  snprintf(text, sizeof text, "grapevine: %s%s", level == GV_LOG_WARNING ? "warning: " : "", line);
  gv_screen_say(text, level == GV_LOG_WARNING);
}

void gv_show_log(bool verbose)
{
  static bool wanted;
  wanted = verbose;
  gv_log_set_sink(show_line, &wanted);
}

char *gv_short_number(double x, char *text, size_t size)
{
  static const char *const unit[] = {"", " k", " M", " G", " T"};
  return gv_units_text(x, 1000, unit, sizeof unit / sizeof unit[0], text, size);
}

char *gv_short_time(double seconds, char *text, size_t size)
{
  if (!(seconds >= 0) || seconds > 1e9)
    snprintf(text, size, "?");
  else if (seconds < 0.9995e-3)
    snprintf(text, size, "%.3g us", 1e6 * seconds);
  else if (seconds < 0.9995)
    snprintf(text, size, seconds < 0.00995 ? "%.1f ms" : "%.0f ms", 1000 * seconds);
  else if (seconds < 9.95)
    snprintf(text, size, "%.1f s", seconds);
  else if (seconds < 60)
    snprintf(text, size, "%.0f s", seconds);
  else if (seconds < 3600)
    snprintf(text, size, "%d min %d s", (int)seconds / 60, (int)seconds % 60);
  else
    snprintf(text, size, "%d h %d min", (int)(seconds / 3600), (int)(seconds / 60) % 60);
  return text;
}

int gv_text_width(const char *text)
{
  int width = 0;
  for (; *text != '\0'; text++) {
    if (*text == '\033')
      while (*text != 'm' && text[1] != '\0')
        text++;
    else
      width += ((unsigned char)*text & 0xc0) != 0x80;
  }
  return width;
}

char *gv_text_cell(const char *text, int most, char *cell, size_t size)
{
  int length = snprintf(cell, size, "%s", text);
  gv_line_only(cell);
  if (gv_text_width(cell) > most || length >= (int)size)
    for (char *end = cell; *end != '\0'; end++)
      if (((unsigned char)*end & 0xc0) != 0x80 && most-- == 0) {
        *end = '\0';
        break;
      }
  return cell;
}
