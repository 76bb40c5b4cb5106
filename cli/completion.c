/* The tables of the program as functions of bash: commands, options and what they want, names and their options. */
#include "cli/completion.h"

#include <string.h>

#include "cli/cli.h"
#include "cli/page.h"
#include "core/base/named.h"
#include "run/bench/bench.h"

/* What options of free text want that no table has; of any command, or of one. Others want files. */
static const struct {
  const char *command, *key, *takes;
} wanted[] = {
    {NULL, "model", "model"},
    {NULL, "data", "data"},
    {NULL, "plugin-dir", "folder"},
    {NULL, "dir", "folder"},
    {NULL, "resume", "folder"},
    {NULL, "tensorboard", "folder"},
    {NULL, "pace", "=auto sync async"},
    {NULL, "straggler", "word"},
    {NULL, "shape", "word"},
    {NULL, "title", "word"},
    {NULL, "metrics", "word"},
    {NULL, "nodes", "word"},
    {NULL, "x", "=round epoch seconds simulated_seconds bytes"},
    {NULL, "y", "word"},
    {"train", "out", "folder"},
    {"study", "out", "folder"},
    {"train", "init", "file"},
};

static const char *takes(const struct gv_command *command, const struct gv_option *row)
{
  for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
    if (strcmp(wanted[i].key, row->key) == 0 &&
        (wanted[i].command == NULL || strcmp(wanted[i].command, command->name) == 0))
      return wanted[i].takes;
  for (size_t t = 0; gv_tables[t] != NULL; t++)
    if (strcmp(gv_tables[t]->kind, row->key) == 0)
      return gv_tables[t]->kind;
  return "file";
}

static void put_words(FILE *out, const char *words)  /* "a|b" as "a b" */
{
  for (; *words != '\0'; words++)
    fputc(*words == '|' ? ' ' : *words, out);
}

/* ---- commands ---- */

/* "train", "model new"; of the program itself nothing. */
static const char *spoken(const struct gv_command *command, char *text, size_t size)
{
  gv_command_title(command, text, size);
  const char *space = strchr(text, ' ');
  return space != NULL ? space + 1 : "";
}

static void put_keys(FILE *out, const struct gv_option *rows)
{
  for (; rows->key != NULL; rows++)
    fprintf(out, "--%s%s ", rows->key, rows->type == GV_OPTION_FLAG ? "" : "=");
}

static void put_command(FILE *out, const struct gv_command *command)
{
  char text[64];
  fprintf(out, "  '%s')\n    commands='", spoken(command, text, sizeof text));
  const struct gv_command *const *below = command->commands;
  for (; below != NULL && *below != NULL; below++)
    fprintf(out, "%s ", (*below)->name);
  fprintf(out, "'\n    options='");
  if (command->shared != NULL)
    put_keys(out, command->shared());
  put_keys(out, command->options);
  fprintf(out, "'\n    takes='%s' ;;\n", command->takes != NULL ? command->takes : "");
}

static void put_values(FILE *out, const struct gv_command *command, const struct gv_option *rows)
{
  char text[64];
  for (; rows->key != NULL; rows++) {
    bool number = rows->type == GV_OPTION_INT || rows->type == GV_OPTION_REAL || rows->type == GV_OPTION_LIST;
    if (rows->type == GV_OPTION_FLAG)
      continue;
    fprintf(out, "  '%s --%s') takes='", spoken(command, text, sizeof text), rows->key);
    if (rows->type == GV_OPTION_CHOICE || (number && rows->words != NULL))
      fputc('=', out), put_words(out, rows->words);
    else
      fputs(number ? "word" : takes(command, rows), out);
    fprintf(out, "' ;;\n");
  }
}

static void put_all_values(FILE *out, const struct gv_command *command)
{
  if (command->shared != NULL)
    put_values(out, command, command->shared());
  put_values(out, command, command->options);
}

static void each_command(FILE *out, void (*put)(FILE *out, const struct gv_command *command))
{
  put(out, &gv_program);
  for (const struct gv_command *const *c = gv_program.commands; *c != NULL; c++) {
    put(out, *c);
    for (const struct gv_command *const *below = (*c)->commands; below != NULL && *below != NULL; below++)
      put(out, *below);
  }
}

/* ---- names ---- */

static void put_names(FILE *out)  /* of each table, of the benchmarks, and, as "name", of all tables */
{
  fprintf(out, "  benchmark) words='all");
  for (const struct gv_benchmark *const *b = gv_benchmarks; *b != NULL; b++)
    fprintf(out, " %s", (*b)->name);
  fprintf(out, "' ;;\n");
  for (size_t t = 0; gv_tables[t] != NULL; t++) {
    fprintf(out, "  '%s') words='", gv_tables[t]->kind);
    for (size_t i = 0; gv_tables[t]->entries[i] != NULL; i++)
      fprintf(out, "%s ", gv_tables[t]->entries[i]->name);
    fprintf(out, "' ;;\n");
  }
  fprintf(out, "  name) words='");
  for (size_t t = 0; gv_tables[t] != NULL; t++)
    for (size_t i = 0; gv_tables[t]->entries[i] != NULL; i++)
      fprintf(out, "%s ", gv_tables[t]->entries[i]->name);
  fprintf(out, "' ;;\n");
}

static void put_options_of(FILE *out, const char *kind, const struct gv_named *entry)
{
  if (entry->options == NULL || entry->options[0].key == NULL)
    return;
  fprintf(out, "  '%s:%s') words='", kind, entry->name);
  for (const struct gv_option *row = entry->options; row->key != NULL; row++) {
    const char *words = row->type == GV_OPTION_FLAG ? "yes|no" : row->words != NULL ? row->words : "";
    fprintf(out, "%s=%s ", row->key, words);
  }
  fprintf(out, "' ;;\n");
}

static void put_all_options(FILE *out)
{
  for (size_t t = 0; gv_tables[t] != NULL; t++)
    for (size_t i = 0; gv_tables[t]->entries[i] != NULL; i++)
      put_options_of(out, gv_tables[t]->kind, gv_tables[t]->entries[i]);
}

void gv_completion_tables(FILE *out)
{
  fprintf(out, "# Made of the tables that the program reads itself; do not edit.\n"
               "# shellcheck shell=bash disable=SC2034\n"
               "_grapevine_command()\n{\n  case $1 in\n");
  each_command(out, put_command);
  fprintf(out, "  esac\n}\n_grapevine_value()\n{\n  case \"$1 $2\" in\n");
  each_command(out, put_all_values);
  fprintf(out, "  esac\n}\n_grapevine_names()\n{\n  case $1 in\n");
  put_names(out);
  fprintf(out, "  esac\n}\n_grapevine_keys()\n{\n  case $1 in\n");
  put_all_options(out);
  fprintf(out, "  esac\n}\n");
}
