/* A command's page as a man page, in the macros of man(7) that groff and mandoc both have. */
#include "cli/roff.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/page.h"
#include "config.h"
#include "core/base/option.h"

enum { LINE = 78 };  /* columns of a line to be filled */

/* ---- text ---- */

/* One character so that it is printed as it is, and can be copied from the page to a shell. */
static const char *escaped(char c, char plain[2])
{
  switch (c) {
  case '\\': return "\\e";
  case '-': return "\\-";
  case '\'': return "\\(aq";
  case '`': return "\\(ga";
  case '^': return "\\(ha";
  case '~': return "\\(ti";
  case '"': return "\\(dq";
  default: break;
  }
  plain[0] = c;
  plain[1] = '\0';
  return plain;
}

static void put_some(FILE *out, const char *text, size_t length)
{
  char plain[2];
  for (size_t i = 0; i < length; i++)
    fputs(escaped(text[i], plain), out);
}

static void put(FILE *out, const char *text)
{
  put_some(out, text, strlen(text));
}

/* A word into line, escaped; what stands between backquotes is bold. Returns its length. */
static size_t make_word(const char *word, size_t length, bool *bold, char *line, size_t size)
{
  char plain[2];
  size_t used = 0;
  line[0] = '\0';
  for (size_t i = 0; i < length && used < size; i++) {
    *bold = *bold != (word[i] == '`');
    const char *text = word[i] != '`' ? escaped(word[i], plain) : *bold ? "\\fB" : "\\fR";
    used += (size_t)snprintf(line + used, size - used, "%s", text);
  }
  return used;
}

/* Text to be filled. A sentence begins a line, and lines are short, as mandoc's lint wants them. */
static void put_prose(FILE *out, const char *text)
{
  bool bold = false;
  for (size_t column = 0; *text != '\0';) {
    char word[256];
    size_t length = strcspn(text, " "), used = make_word(text, length, &bold, word, sizeof word);
    if (column > 0 && column + 1 + used > LINE) {
      fputc('\n', out);
      column = 0;
    }
    if (column > 0)
      fputc(' ', out);
    else if (word[0] == '.')
      fputs("\\&", out);
    fputs(word, out);
    column += used + 1;
    if (length > 0 && text[length - 1] == '.' && text[length] != '\0') {
      fputc('\n', out);
      column = 0;
    }
    text += length;
    text += strspn(text, " ");
  }
  fputc('\n', out);
}

/* Lines that stand as they are written, but for so many spaces before each. */
static void put_lines(FILE *out, const char *text, size_t indent)
{
  fprintf(out, ".RS 4\n.nf\n");
  for (const char *line = text; *line != '\0';) {
    size_t length = strcspn(line, "\n"), skip = strspn(line, " ");
    skip = skip < indent ? skip : indent;
    if (line[skip] == '.')
      fputs("\\&", out);
    put_some(out, line + skip, length - skip);
    fputs(length > 0 ? "\n" : ".sp\n", out);
    line += length + (line[length] == '\n');
  }
  fprintf(out, ".fi\n.RE\n");
}

/* Right behind a heading, which begins the first paragraph. */
static void put_paragraphs(FILE *out, const char *prose)
{
  char text[GV_PARAGRAPH_MAX];
  bool as_it_stands, first = true;
  for (; (prose = gv_paragraph_next(prose, text, sizeof text, &as_it_stands)) != NULL; first = false) {
    fputs(first ? "" : ".PP\n", out);
    if (as_it_stands)
      put_lines(out, text, 2);
    else
      put_prose(out, text);
  }
}

/* ---- sections ---- */

static const char *value_name(const struct gv_option *row)
{
  switch (row->type) {
  case GV_OPTION_INT:
  case GV_OPTION_REAL: return "NUMBER";
  case GV_OPTION_FLAG: return "";
  case GV_OPTION_CHOICE: return "WORD";
  case GV_OPTION_TEXT:
  case GV_OPTION_LIST: break;
  }
  return "VALUE";
}

static void put_options(FILE *out, const struct gv_option *rows)
{
  char text[1024];
  for (const struct gv_option *row = rows; row->key != NULL; row++) {
    fputs(".TP\n\\fB\\-\\-", out);
    put(out, row->key);
    fputs("\\fR", out);
    if (*value_name(row) != '\0')
      fprintf(out, " \\fI%s\\fR", value_name(row));
    fputc('\n', out);
    put_prose(out, gv_option_text(row, true, text, sizeof text));
  }
}

static void put_synopsis(FILE *out, const struct gv_command *command)
{
  char title[64];
  const char *lines = command->arguments;
  fputs(".SH SYNOPSIS\n", out);
  while (*lines != '\0') {
    size_t length = strcspn(lines, "\n");
    if (lines != command->arguments)
      fputs(".br\n", out);
    fputs("\\fB", out);
    put(out, gv_command_title(command, title, sizeof title));
    fputs("\\fR ", out);
    put_some(out, lines, length);
    fputc('\n', out);
    lines += length + (lines[length] == '\n');
  }
}

static void put_commands(FILE *out, const struct gv_command *const *commands)
{
  fputs(".SH COMMANDS\n", out);
  for (; *commands != NULL; commands++) {
    fputs(".TP\n\\fB", out);
    put(out, (*commands)->name);
    fputs("\\fR\n", out);
    put_prose(out, (*commands)->summary);
  }
}

static void put_listing(FILE *out, const struct gv_command *command)
{
  char *text = NULL;
  size_t size = 0;
  FILE *memory = open_memstream(&text, &size);
  if (memory == NULL)
    return;
  command->listing(memory);
  if (fclose(memory) == 0) {
    fputs(".SH NAMES\n", out);
    put_lines(out, text, 0);
  }
  free(text);
}

static bool has_option(const struct gv_command *command, const char *key)
{
  return gv_option_find(command->options, key) != NULL ||
         (command->shared != NULL && gv_option_find(command->shared(), key) != NULL);
}

/* ---- what surrounds a command ---- */

struct item {
  const char *name, *text;
};

static void put_items(FILE *out, const struct item *item, bool file)
{
  fputs(".TP\n", out);
  fputs(file ? "\\fI" : "\\fB", out);
  put(out, item->name);
  fputs("\\fR\n", out);
  put_prose(out, item->text);
}

static const struct item of_run[] = {
    {"runs/DATE-TIME/config.json", "every option of a run as it was used, and what was found where"},
    {"runs/DATE-TIME/metrics.csv", "a row an evaluation"},
    {"runs/DATE-TIME/summary.json", "what the run came to"},
    {"runs/DATE-TIME/model.safetensors", "the mean model of the nodes, which `grapevine eval` reads"},
};
static const struct item of_study = {
    "runs/NAME/summary.csv", "the table of the study NAME.ini; the folders of its runs lie beside it"};
static const struct item plugins_folder = {GV_PKGLIBDIR "/models", "model plugins, NAME.so"};
static const struct item data_folder = {GV_PKGDATADIR "/datasets", "the data that come with Grapevine"};

static const struct item plugin_path = {
    "GRAPEVINE_PLUGIN_PATH", "folders of model plugins, joined by ':', looked into behind those of --plugin-dir"};
static const struct item data_path = {
    "GRAPEVINE_DATA_PATH", "folders with data sets that are known by name, joined by ':', looked into first"};
static const struct item no_color = {"NO_COLOR", "if it is set, nothing is coloured on a terminal"};

static void put_files(FILE *out, const struct gv_command *command)
{
  bool program = command == &gv_program, models = program || has_option(command, "plugin-dir");
  bool data = program || has_option(command, "data"), trains = program || command == &gv_command_train;
  bool study = program || command == &gv_command_study;
  if (!models && !data && !trains && !study)
    return;
  fputs(".SH FILES\n", out);
  for (size_t i = 0; trains && i < sizeof of_run / sizeof of_run[0]; i++)
    put_items(out, &of_run[i], true);
  if (study)
    put_items(out, &of_study, true);
  if (models)
    put_items(out, &plugins_folder, true);
  if (data)
    put_items(out, &data_folder, true);
}

static void put_environment(FILE *out, const struct gv_command *command)
{
  bool program = command == &gv_program || command == &gv_command_study || command == &gv_command_help;
  fputs(".SH ENVIRONMENT\n", out);
  if (program || has_option(command, "plugin-dir"))
    put_items(out, &plugin_path, false);
  if (program || has_option(command, "data"))
    put_items(out, &data_path, false);
  put_items(out, &no_color, false);
}

static void put_exit_status(FILE *out)
{
  static const struct item statuses[] = {
      {"0", "success"},
      {"1", "a file, the data, a plugin or the system is not as it should be, or a value is not finite; one line "
            "on standard error says what"},
      {"2", "an option, a name or a value is not accepted"},
      {"130", "stopped by a signal, in good order"},
  };
  fputs(".SH EXIT STATUS\n", out);
  for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++)
    put_items(out, &statuses[i], false);
}

static void put_reference(FILE *out, const struct gv_command *command, bool *first)
{
  char name[64];
  gv_page_name(command, name, sizeof name);
  fprintf(out, "%s.BR ", *first ? "" : " ,\n");
  put(out, name);
  fputs(" (1)", out);
  *first = false;
}

static void put_see_also(FILE *out, const struct gv_command *command, const struct gv_command *above)
{
  bool first = true;
  fputs(".SH SEE ALSO\n", out);
  if (above != NULL)
    put_reference(out, above, &first);
  const struct gv_command *family = command->commands != NULL || above == NULL ? command : above;
  for (const struct gv_command *const *others = family->commands; others != NULL && *others != NULL; others++)
    if (*others != command)
      put_reference(out, *others, &first);
  fputc('\n', out);
}

/* ---- the page ---- */

size_t gv_page_name(const struct gv_command *command, char *text, size_t size)
{
  gv_command_title(command, text, size);
  for (char *c = text; *c != '\0'; c++)
    *c = *c == ' ' ? '-' : *c;
  return strlen(text);
}

static void put_heading(FILE *out, const struct gv_command *command)
{
  char name[64];
  gv_page_name(command, name, sizeof name);
  fputs(".\\\" Made of the tables that the program reads itself; do not edit.\n.TH ", out);
  for (char *c = name; *c != '\0'; c++)
    *c = (char)toupper((unsigned char)*c);
  put(out, name);
  fprintf(out, " 1 \"%s\" \"Grapevine %s\" \"User Commands\"\n.SH NAME\n", GV_RELEASED, PACKAGE_VERSION);
  gv_page_name(command, name, sizeof name);
  put(out, name);
  fputs(" \\-\n", out);
  put_prose(out, command->summary);
}

void gv_roff_page(FILE *out, const struct gv_command *command, const struct gv_command *above)
{
  put_heading(out, command);
  put_synopsis(out, command);
  fputs(".SH DESCRIPTION\n", out);
  put_paragraphs(out, command->about);
  if (command->commands != NULL)
    put_commands(out, command->commands);
  if (command->listing != NULL)
    put_listing(out, command);
  fputs(".SH OPTIONS\n", out);
  if (command->shared != NULL)
    put_options(out, command->shared());
  put_options(out, command->options);
  if (command->notes != NULL) {
    fputs(".SH NOTES\n", out);
    put_paragraphs(out, command->notes);
  }
  fputs(".SH EXAMPLES\n", out);
  put_lines(out, command->examples, 0);
  put_files(out, command);
  put_environment(out, command);
  put_exit_status(out);
  put_see_also(out, command, above);
}
