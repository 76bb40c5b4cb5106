/* Long options from an option table, through getopt_long. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include <grapevine/model.h>

#include "cli/cli.h"
#include "cli/page.h"
#include "core/base/named.h"
#include "core/base/option.h"

static const char *row_key(const void *context, size_t i)
{
  return ((const struct gv_option *)context)[i].key;
}

static enum gv_status unknown(const char *argument, const struct gv_option *rows, struct gv_error *err)
{
  char word[GV_NAME_MAX];
  size_t dashes = strspn(argument, "-"), length = strcspn(argument + dashes, "=");
  snprintf(word, sizeof word, "%.*s", (int)(length < sizeof word ? length : sizeof word - 1), argument + dashes);
  const char *near = gv_nearest(word, row_key, rows), *written = dashes == 1 ? "-" : "--";
  if (dashes == 1 && length == 1)
    return gv_fail(err, GV_USAGE, "unknown option '-%s'; options are whole words: --help lists them", word);
  if (near != NULL)
    return gv_fail(err, GV_USAGE, "unknown option '%s%s'; did you mean '--%s'? --help lists all", written, word,
                   near);
  return gv_fail(err, GV_USAGE, "unknown option '%s%s'; --help lists all", written, word);
}

/* Whether the argument is --key or --key=...: getopt_long would also take a beginning of it, which another option
 * of a later version may share. */
static bool is_whole_word(const char *argument, const char *key)
{
  size_t length = strlen(key);
  return strncmp(argument, "--", 2) == 0 && strncmp(argument + 2, key, length) == 0 &&
         (argument[2 + length] == '\0' || argument[2 + length] == '=');
}

static enum gv_status refuse(const char *argument, const struct gv_option *rows, struct gv_error *err)
{
  for (const struct gv_option *row = rows; row->key != NULL; row++)
    if (is_whole_word(argument, row->key))
      return gv_fail(err, GV_USAGE, "option '--%s' takes no value", row->key);
  return unknown(argument, rows, err);
}

enum gv_status gv_arguments(int argc, char **argv, const struct gv_option *rows, void *context,
                            enum gv_status (*set)(void *context, const char *key, const char *value,
                                                  struct gv_error *err),
                            struct gv_error *err)
{
  size_t count = 0;
  while (rows[count].key != NULL)
    count++;
  struct option *table = calloc(count + 1, sizeof *table);
  if (table == NULL)
    return gv_fail(err, GV_MEMORY, "no memory for the options");
  for (size_t i = 0; i < count; i++)
    table[i] = (struct option){.name = rows[i].key,
                               .has_arg = rows[i].type == GV_OPTION_FLAG ? no_argument : required_argument,
                               .val = 256 + (int)i};  /* apart: getopt_long takes options of one value for one */
  enum gv_status status = GV_OK;
  opterr = 0;
  optind = 1;
  while (status == GV_OK) {
    int index = -1, at = optind;
    int got = getopt_long(argc, argv, "+:", table, &index);  /* +: stops at what is no option, and moves nothing */
    if (got == -1)
      break;
    if (got == '?')
      status = refuse(argv[at], rows, err);
    else if (index >= 0 && !is_whole_word(argv[at], rows[index].key))
      status = unknown(argv[at], rows, err);
    else if (got == ':')
      status = gv_fail(err, GV_USAGE, "option '%s' wants a value", argv[at]);
    else
      status = set(context, rows[index].key, optarg != NULL ? optarg : "yes", err);
  }
  if (status == GV_OK && optind < argc)
    status = gv_fail(err, GV_USAGE, "'%s' is no option; options begin with '--'", argv[optind]);
  free(table);
  return status;
}

struct gv_option *gv_command_options(const struct gv_command *command, struct gv_error *err)
{
  const struct gv_option *shared = command->shared();
  size_t before = 0, own = 0;
  while (shared[before].key != NULL)
    before++;
  while (command->options[own].key != NULL)
    own++;
  struct gv_option *rows = calloc(before + own + 1, sizeof *rows);
  if (rows == NULL) {
    gv_fail(err, GV_MEMORY, "no memory for the options");
    return NULL;
  }
  memcpy(rows, shared, before * sizeof *rows);
  memcpy(rows + before, command->options, (own + 1) * sizeof *rows);
  return rows;
}

static enum gv_status set_option(void *context, const char *key, const char *value, struct gv_error *err)
{
  return gv_options_set(context, key, value, err);
}

/* Whether the argument is an option whose value is the next one. */
static bool wants_next(const char *argument, const struct gv_option *rows)
{
  for (; rows->key != NULL; rows++)
    if (is_whole_word(argument, rows->key))
      return rows->type != GV_OPTION_FLAG && strchr(argument, '=') == NULL;
  return false;
}

enum gv_status gv_arguments_word(int argc, char **argv, const struct gv_option *rows, const char **word,
                                 struct gv_options **options, struct gv_error *err)
{
  struct gv_options *read = NULL;
  char **rest = calloc((size_t)argc + 1, sizeof *rest);
  const char *found = NULL;
  int count = 0;
  if (rest == NULL)
    return gv_fail(err, GV_MEMORY, "no memory for the options");
  for (int i = 0; i < argc; i++) {
    if (i > 0 && found == NULL && argv[i][0] != '-') {
      found = argv[i];
      continue;
    }
    rest[count++] = argv[i];
    if (i > 0 && i + 1 < argc && wants_next(argv[i], rows))
      rest[count++] = argv[++i];
  }
  enum gv_status status = gv_options_create(rows, argv[0], &read, err);
  if (status == GV_OK)
    status = gv_arguments(count, rest, rows, read, set_option, err);
  free(rest);
  if (status != GV_OK) {
    gv_options_destroy(read);
    return status;
  }
  *word = found;
  *options = read;
  return GV_OK;
}

int gv_run_word(int argc, char **argv, const struct gv_command *command, const char *wanted,
                enum gv_status (*act)(const char *word, const struct gv_options *options, struct gv_error *err))
{
  struct gv_error error = {GV_OK, ""};
  struct gv_options *options = NULL;
  const char *word = NULL;
  gv_show_log(false);
  enum gv_status status = gv_arguments_word(argc, argv, command->options, &word, &options, &error);
  if (status == GV_OK && gv_options_flag(options, "help"))
    gv_print_page(stdout, command);
  else if (status == GV_OK && word == NULL && wanted != NULL)
    status = gv_fail(&error, GV_USAGE, "%s %s", argv[0], wanted);
  else if (status == GV_OK)
    status = act(word, options, &error);
  gv_options_destroy(options);
  return status == GV_OK ? 0 : gv_complain(&error);
}

int gv_run_words(int argc, char **argv, const struct gv_command *command, const char *wanted,
                 enum gv_status (*act)(const char *const *words, size_t count, const struct gv_options *options,
                                       struct gv_error *err))
{
  static char out[] = "--out";
  struct gv_error error = {GV_OK, ""};
  struct gv_options *options = NULL;
  char **rest = calloc((size_t)argc + 1, sizeof *rest);
  const char **words = calloc((size_t)argc + 1, sizeof *words);
  size_t found = 0;
  int count = 0;
  gv_show_log(false);
  enum gv_status status = rest != NULL && words != NULL
                              ? gv_options_create(command->options, argv[0], &options, &error)
                              : gv_fail(&error, GV_MEMORY, "no memory for the options");
  for (int i = 0; i < argc && status == GV_OK; i++) {
    char *argument = strcmp(argv[i], "-o") == 0 ? out : argv[i];
    if (i > 0 && argument[0] != '-') {
      words[found++] = argument;
      continue;
    }
    rest[count++] = argument;
    if (i > 0 && i + 1 < argc && wants_next(argument, command->options))
      rest[count++] = argv[++i];
  }
  if (status == GV_OK)
    status = gv_arguments(count, rest, command->options, options, set_option, &error);
  if (status == GV_OK && gv_options_flag(options, "help"))
    gv_print_page(stdout, command);
  else if (status == GV_OK && found == 0)
    status = gv_fail(&error, GV_USAGE, "%s: %s", argv[0], wanted);
  else if (status == GV_OK)
    status = act(words, found, options, &error);
  gv_options_destroy(options);
  free(rest);
  free(words);
  return status == GV_OK ? 0 : gv_complain(&error);
}

int gv_run_plain(int argc, char **argv, const struct gv_command *command, const char *instead,
                 enum gv_status (*act)(const struct gv_options *options, struct gv_error *err))
{
  struct gv_error error = {GV_OK, ""};
  struct gv_options *options = NULL;
  const char *word = NULL;
  gv_show_log(false);
  enum gv_status status = gv_arguments_word(argc, argv, command->options, &word, &options, &error);
  if (status == GV_OK && word != NULL)
    status = gv_fail(&error, GV_USAGE, "%s takes no name, and was given '%s': %s", argv[0], word, instead);
  if (status == GV_OK && gv_options_flag(options, "help"))
    gv_print_page(stdout, command);
  else if (status == GV_OK)
    status = act(options, &error);
  gv_options_destroy(options);
  return status == GV_OK ? 0 : gv_complain(&error);
}

enum gv_status gv_read_sizes(const char *owner, const char *text, int *sizes, int most, int *count,
                             struct gv_error *err)
{
  *count = 0;
  for (const char *c = text;; c++) {
    char *end = NULL;
    errno = 0;
    long long n = *c >= '0' && *c <= '9' ? strtoll(c, &end, 10) : 0;
    if (n < 2 || n > 1000000 || errno != 0 || (*end != ',' && *end != '\0') || *count == most)
      return gv_fail(err, GV_USAGE, "%s: nodes is '%s'; accepted: up to %d whole numbers from 2 to 1000000, "
                     "joined by commas", owner, text, most);
    sizes[(*count)++] = (int)n;
    c = end;
    if (*c == '\0')
      return GV_OK;
  }
}

enum gv_status gv_read_shape(const char *owner, const char *text, struct gv_shape *shape, struct gv_error *err)
{
  int64_t sides[3], product = 1;
  int count = 0;
  bool good = true;
  for (const char *c = text; good; c++) {
    char *end = NULL;
    errno = 0;
    sides[count] = *c >= '0' && *c <= '9' ? strtoll(c, &end, 10) : 0;
    good = sides[count] >= 1 && errno == 0 && sides[count] <= INT32_MAX / product;
    if (!good)
      break;
    product *= sides[count++];
    c = end;
    if (*c == '\0')
      break;
    good = *c == 'x' && count < 3;
  }
  if (!good || count == 2)
    return gv_fail(err, GV_USAGE, "%s: shape is '%s'; accepted: CxHxW, three whole numbers of at least 1, or one "
                   "number of features; %d features at most", owner, text, INT32_MAX);
  *shape = (struct gv_shape){.features = product,
                             .channels = count == 3 ? (int32_t)sides[0] : 1,
                             .height = count == 3 ? (int32_t)sides[1] : 1,
                             .width = (int32_t)sides[count - 1]};
  return GV_OK;
}
