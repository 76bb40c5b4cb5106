/* Reads the file of a study with libinih. */
#include "run/study/spec.h"

#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <grapevine/grapevine.h>

#include "core/base/nearest.h"
#include "core/base/option.h"
#include "run/study/collect.h"

enum { SEEDS_MAX = 10000, SECTION_MAX = 49 };  /* the library cuts longer names */

struct reading {
  struct gv_spec *spec;
  FILE *file;
  int line;           /* the last one read */
  bool goes_on;       /* it begins with a blank: it continues the key before it, where there is one */
  const struct gv_spec_section *section;  /* of the last key; NULL: none stands in this section yet */
  char key[GV_NAME_MAX];
  bool seeds;         /* were said */
  struct gv_options *options;  /* of a run, to try values on */
  struct gv_error *err;
  enum gv_status status;
};

static void refuse(struct reading *r, const char *format, ...) GV_PRINTF(2, 3);

static void refuse(struct reading *r, const char *format, ...)
{
  char text[GV_ERROR_TEXT];
  va_list args;
  if (r->status != GV_OK)
    return;
  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  r->status = gv_fail(r->err, GV_USAGE, "%s:%d: %s", r->spec->path, r->line, text);
}

static void no_memory(struct reading *r)
{
  if (r->status == GV_OK)
    r->status = gv_fail(r->err, GV_MEMORY, "%s: no memory to read it", r->spec->path);
}

/* ---- sections ---- */

static struct gv_spec_section *section_of(struct reading *r, const char *name)
{
  struct gv_spec *spec = r->spec;
  if (strcmp(name, "base") == 0)
    return &spec->base;
  if (strncmp(name, "vary", 4) != 0 || (name[4] != '\0' && name[4] != ' ')) {
    refuse(r, "section [%s] is not known; accepted are [base], [vary] and [vary NAME]", name);
    return NULL;
  }
  for (size_t v = 0; v < spec->varies; v++)
    if (strcmp(spec->vary[v].name, name) == 0)
      return &spec->vary[v];
  struct gv_spec_section *more = realloc(spec->vary, (spec->varies + 1) * sizeof *more);
  char *own = strdup(name);
  if (more != NULL)
    spec->vary = more;
  if (more == NULL || own == NULL) {
    free(own);
    no_memory(r);
    return NULL;
  }
  spec->vary[spec->varies] = (struct gv_spec_section){.name = own};
  return &spec->vary[spec->varies++];
}

/* Where a line begins a section, takes note of it: the library tells of none that has no keys. */
static void take_header(struct reading *r, const char *text)
{
  static const char mark[] = "\xef\xbb\xbf";  /* of UTF-8 */
  if (r->line == 1 && strncmp(text, mark, sizeof mark - 1) == 0)
    text += sizeof mark - 1;
  if (r->section == NULL)  /* else it continues a key */
    text += strspn(text, " \t");
  const char *end = *text == '[' ? strchr(text, ']') : NULL;
  if (end == NULL)
    return;
  char name[SECTION_MAX + 2];
  snprintf(name, sizeof name, "%.*s", (int)(end - text - 1), text + 1);
  if (strlen(name) > SECTION_MAX)
    refuse(r, "the section's name is longer than %d characters", SECTION_MAX);
  for (size_t v = 0; v < r->spec->varies; v++)
    if (strcmp(r->spec->vary[v].name, name) == 0)
      refuse(r, "[%s] is there twice; a second one has a name of its own, as in [vary two]", name);
  if (r->status == GV_OK)
    (void)section_of(r, name);
  r->section = NULL;
}

/* ---- what the library calls ---- */

/* As fgets; a line that does not fit is refused, as the library would cut it, and one with a byte that ends it. */
static char *read_line(char *text, int size, void *context)
{
  struct reading *r = context;
  int length = 0, c = 0;
  bool zero = false;
  while (r->status == GV_OK && c != '\n' && length < size - 1 && (c = getc(r->file)) != EOF) {
    text[length++] = (char)c;
    zero = zero || c == '\0';
  }
  text[length] = '\0';
  if (length == 0)
    return NULL;
  r->line++;
  if (zero)
    refuse(r, "there is a zero byte in the line; a text is wanted");
  r->goes_on = text[0] == ' ' || text[0] == '\t';
  if (strlen(text) == (size_t)size - 1 && text[size - 2] != '\n') {
    refuse(r, "the line is longer than %d characters; a list may go on in lines that begin with a blank", size - 2);
    return NULL;
  }
  take_header(r, text);
  return text;
}

static bool add_line(struct gv_spec_section *section, const char *key, int line)
{
  struct gv_spec_line *more = realloc(section->lines, (section->count + 1) * sizeof *more);
  if (more == NULL)
    return false;
  section->lines = more;
  section->lines[section->count] = (struct gv_spec_line){.key = strdup(key), .line = line};
  return section->lines[section->count++].key != NULL;
}

/* One value of a key: whether a run would take it. */
static void add_value(struct reading *r, struct gv_spec_line *to, const char *value, size_t length)
{
  struct gv_error why = {GV_OK, ""};
  while (length > 0 && isspace((unsigned char)*value)) {
    value++;
    length--;
  }
  while (length > 0 && isspace((unsigned char)value[length - 1]))
    length--;
  char **more = realloc(to->values, (to->count + 1) * sizeof *more), *own = strndup(value, length);
  if (more != NULL)
    to->values = more;
  if (more == NULL || own == NULL) {
    free(own);
    no_memory(r);
    return;
  }
  to->values[to->count++] = own;
  if (length == 0)
    refuse(r, "%s: a value is empty", to->key);
  for (size_t v = 0; v + 1 < to->count; v++)
    if (gv_option_same(gv_option_find(gv_run_options(), to->key), to->values[v], own))
      refuse(r, "%s: '%s' is there twice, first as '%s'", to->key, own, to->values[v]);
  enum gv_status status = r->status == GV_OK ? gv_options_set(r->options, to->key, own, &why) : GV_OK;
  if (status == GV_MEMORY)
    no_memory(r);
  else if (status != GV_OK)
    refuse(r, "%s", why.text);
}

/* "a | b | c" of [vary]; of [base] the whole is one. */
static void add_values(struct reading *r, struct gv_spec_line *to, const char *text, bool list)
{
  while (r->status == GV_OK) {
    size_t length = list ? strcspn(text, "|") : strlen(text);
    add_value(r, to, text, length);
    if (text[length] == '\0')
      return;
    text += length + 1;
    if (text[strspn(text, " \t")] == '\0')
      return;  /* it goes on in the next line */
  }
}

/* Keys of [base] that are the study's own. */
static bool take_own(struct reading *r, const char *key, const char *value)
{
  if (strcmp(key, "metrics") == 0 && gv_option_find(gv_run_options(), key) != NULL &&
      strcmp(value, "basic") != 0 && strcmp(value, "all") != 0) {
    struct gv_error why = {GV_OK, ""};
    if (r->spec->metrics != NULL)
      refuse(r, "metrics is there twice in [base]");
    else if (gv_figures_check(value, &why) != GV_OK)
      refuse(r, "%s", why.text);
    else if ((r->spec->metrics = strdup(value)) == NULL)
      no_memory(r);
    return true;
  }
  if (strcmp(key, "seeds") != 0)
    return false;
  if (r->seeds)
    refuse(r, "seeds is there twice in [base]");
  r->seeds = true;
  r->spec->seeds = gv_whole_number(value, 0);
  if (r->spec->seeds < 1 || r->spec->seeds > SEEDS_MAX)
    refuse(r, "seeds is '%.60s'; accepted: a whole number from 1 to %d", value, SEEDS_MAX);
  return true;
}

/* "nodes = 4": what was meant as a line of its own, in one that goes on. */
static bool is_setting(const char *text)
{
  char key[GV_NAME_MAX];
  size_t length = strcspn(text, "= \t");
  snprintf(key, sizeof key, "%.*s", (int)length, text);
  return text[length + strspn(text + length, " \t")] == '=' &&
         (strcmp(key, "seeds") == 0 || gv_option_find(gv_run_options(), key) != NULL);
}

/* What the library reads otherwise than it looks. */
static void check_look(struct reading *r, const struct gv_spec_section *section, const char *key, const char *value)
{
  bool same = r->section == section && strncmp(r->key, key, sizeof r->key - 1) == 0;
  r->goes_on = r->goes_on && same;
  if (r->goes_on && (section == &r->spec->base || is_setting(value)))
    refuse(r, "a line that begins with a blank continues the one before, %s; a key of its own begins at the margin",
           key);
  const char *hash = strchr(value, '#');
  if (hash != NULL && (hash == value || isspace((unsigned char)hash[-1])))
    refuse(r, "%s: '#' begins no comment behind a value; ';' does, after a blank", key);
  r->section = section;
  snprintf(r->key, sizeof r->key, "%s", key);
}

static int take_key(void *context, const char *name, const char *key, const char *value)
{
  struct reading *r = context;
  if (*name == '\0')
    refuse(r, "a key stands before any section; accepted are [base], [vary] and [vary NAME]");
  struct gv_spec_section *section = *name != '\0' ? section_of(r, name) : NULL;
  if (section != NULL)
    check_look(r, section, key, value);
  if (section == NULL || r->status != GV_OK || (section == &r->spec->base && take_own(r, key, value)))
    return 1;
  struct gv_spec_line *last = section->count > 0 ? &section->lines[section->count - 1] : NULL;
  bool list = section != &r->spec->base;
  if (r->goes_on && list && last != NULL && strcmp(last->key, key) == 0) {
    add_values(r, last, value, true);
    return 1;
  }
  for (size_t l = 0; l < section->count; l++)
    if (strcmp(section->lines[l].key, key) == 0)
      refuse(r, "%s is there twice in [%s], first in line %d", key, name, section->lines[l].line);
  if (strcmp(key, "out") == 0 || strcmp(key, "resume") == 0)
    refuse(r, "%s: every run of a study has a folder of its own in that of the study", key);
  if (strcmp(key, "seed") == 0 && list)
    refuse(r, "seed: `seeds = 5` in [base] takes so many of them, from `seed` in [base] on");
  if (r->status == GV_OK && !add_line(section, key, r->line))
    no_memory(r);
  if (r->status == GV_OK)
    add_values(r, &section->lines[section->count - 1], value, list);
  return 1;
}

/* ---- the file ---- */

static char *name_of(const char *path)
{
  const char *slash = strrchr(path, '/');
  const char *name = slash != NULL ? slash + 1 : path;
  size_t length = strlen(name);
  if (length > 4 && strcmp(name + length - 4, ".ini") == 0)
    length -= 4;
  return strndup(name, length);
}

enum gv_status gv_spec_read(const char *path, struct gv_spec *spec, struct gv_error *err)
{
  *spec = (struct gv_spec){.path = strdup(path), .name = name_of(path), .seeds = 1};
  struct reading r = {.spec = spec, .err = err};
  if (spec->path == NULL || spec->name == NULL)
    return gv_fail(err, GV_MEMORY, "%s: no memory to read it", path);
  r.status = gv_options_create(gv_run_options(), "train", &r.options, err);
  if (r.status != GV_OK)
    return r.status;
  r.file = fopen(path, "re");
  if (r.file == NULL)
    r.status = gv_fail(err, errno == ENOMEM ? GV_MEMORY : GV_USAGE, "%s: cannot be read: %s", path,
                       strerror(errno));
  int wrong = r.file != NULL ? ini_parse_stream(read_line, &r, take_key, &r) : 0;
  if (wrong != 0 && r.status == GV_OK) {
    r.line = wrong > 0 ? wrong : r.line;
    refuse(&r, "that is neither [SECTION] nor KEY = VALUE");
  }
  if (r.file != NULL && ferror(r.file) && r.status == GV_OK)
    r.status = gv_fail(err, GV_INPUT, "%s: cannot be read: %s", path, strerror(errno));
  if (r.file != NULL)
    fclose(r.file);
  gv_options_destroy(r.options);
  return r.status;
}

static void section_clear(struct gv_spec_section *section)
{
  for (size_t l = 0; l < section->count; l++) {
    for (size_t v = 0; v < section->lines[l].count; v++)
      free(section->lines[l].values[v]);
    free(section->lines[l].values);
    free(section->lines[l].key);
  }
  free(section->lines);
  free(section->name);
}

void gv_spec_clear(struct gv_spec *spec)
{
  section_clear(&spec->base);
  for (size_t v = 0; v < spec->varies; v++)
    section_clear(&spec->vary[v]);
  free(spec->vary);
  free(spec->path);
  free(spec->name);
  free(spec->metrics);
  *spec = (struct gv_spec){0};
}
