/* The page of a command: what --help prints. manual.c makes man pages of the same. */
#include <string.h>

#include "cli/cli.h"
#include "cli/page.h"
#include "core/base/option.h"

enum { WIDTH = 100 };  /* columns of a page */

char *gv_command_title(const struct gv_command *command, char *text, size_t size)
{
  if (command == &gv_program)
    snprintf(text, size, "%s", command->name);
  else if (command->within == NULL)
    snprintf(text, size, "%s %s", gv_program.name, command->name);
  else
    snprintf(text, size, "%s %s %s", gv_program.name, command->within, command->name);
  return text;
}

char *gv_option_text(const struct gv_option *row, bool dashes, char *text, size_t size)
{
  char accepts[300];
  bool bare = row->type == GV_OPTION_FLAG && dashes;  /* a switch: it takes no value */
  size_t used = (size_t)snprintf(text, size, "%s", row->help);
  if (row->type != GV_OPTION_TEXT && !bare && used < size)
    used += (size_t)snprintf(text + used, size - used, "; %s", gv_option_accepts(row, accepts, sizeof accepts));
  if (!bare && row->value[0] != '\0' && used < size)
    snprintf(text + used, size - used, " [%s]", row->value);
  return text;
}

void gv_print_wrapped(FILE *out, const char *text, size_t at, size_t width)
{
  for (size_t column = at; *text != '\0';) {
    size_t word = strcspn(text, " ");
    if (column > at && column + 1 + word > width) {
      fprintf(out, "\n%*s", (int)at, "");
      column = at;
    }
    column += (size_t)fprintf(out, "%s%.*s", column > at ? " " : "", (int)word, text);
    text += word;
    text += strspn(text, " ");
  }
  fputc('\n', out);
}

void gv_print_options(FILE *out, const struct gv_option *rows, bool dashes)
{
  size_t width = 0;
  for (const struct gv_option *row = rows; row->key != NULL; row++)
    if (strlen(row->key) > width)
      width = strlen(row->key);
  for (const struct gv_option *row = rows; row->key != NULL; row++) {
    char text[1024];
    int column = fprintf(out, "  %s%-*s  ", dashes ? "--" : "", (int)width, row->key);
    gv_print_wrapped(out, gv_option_text(row, dashes, text, sizeof text), (size_t)column, WIDTH);
  }
}

const char *gv_paragraph_next(const char *prose, char *text, size_t size, bool *as_it_stands)
{
  if (prose == NULL || *prose == '\0')
    return NULL;
  const char *end = strstr(prose, "\n\n");
  size_t length = end != NULL ? (size_t)(end - prose) : strlen(prose);
  snprintf(text, size, "%.*s", (int)length, prose);
  *as_it_stands = *prose == ' ';
  return end != NULL ? end + 2 : prose + length;
}

static void print_prose(FILE *out, const char *prose)
{
  char text[GV_PARAGRAPH_MAX];
  bool as_it_stands;
  while ((prose = gv_paragraph_next(prose, text, sizeof text, &as_it_stands)) != NULL) {
    if (as_it_stands)
      fprintf(out, "%s\n", text);
    else
      gv_print_wrapped(out, text, 0, WIDTH);
    if (*prose != '\0')
      fputc('\n', out);
  }
}

static void print_commands(FILE *out, const struct gv_command *const *table)
{
  for (; *table != NULL; table++)
    fprintf(out, "  %-10s %s\n", (*table)->name, (*table)->summary);
}

/* Lines of text, each behind what comes before the first of them and, in as many columns, before the others. */
static void print_lines(FILE *out, const char *first, const char *other, const char *lines)
{
  for (const char *before = first; *lines != '\0'; before = other) {
    size_t length = strcspn(lines, "\n");
    fprintf(out, "%s%.*s\n", before, (int)length, lines);
    lines += length + (lines[length] == '\n');
  }
}

void gv_print_page(FILE *out, const struct gv_command *command)
{
  char title[64], first[80], other[80];
  gv_command_title(command, title, sizeof title);
  snprintf(first, sizeof first, "usage: %s ", title);
  snprintf(other, sizeof other, "       %s ", title);
  print_lines(out, first, other, command->arguments);
  fputc('\n', out);
  print_prose(out, command->about);
  fputc('\n', out);
  if (command->commands != NULL) {
    print_commands(out, command->commands);
    fputc('\n', out);
  }
  if (command->listing != NULL) {
    command->listing(out);
    fputc('\n', out);
  }
  if (command->shared != NULL) {
    gv_print_options(out, command->shared(), true);
    fputc('\n', out);
  }
  gv_print_options(out, command->options, true);
  if (command->notes != NULL) {
    fputc('\n', out);
    print_prose(out, command->notes);
  }
  fprintf(out, "\n%s\n", strchr(command->examples, '\n') != NULL ? "Examples" : "Example");
  print_lines(out, "  ", "  ", command->examples);
}
