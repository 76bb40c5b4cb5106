/* The commands, and which of them the arguments name. */
#include <string.h>

#include "cli/cli.h"
#include "cli/page.h"
#include "config.h"
#include "core/base/named.h"

static const struct gv_command *const commands[] = {
    &gv_command_train,
    &gv_command_study,
    &gv_command_plot,
    &gv_command_report,
    &gv_command_eval,
    &gv_command_data,
    &gv_command_split,
    &gv_command_model,
    &gv_command_topology,
    &gv_command_consensus,
    &gv_command_cost,
    &gv_command_bench,
    &gv_command_help,
    NULL,
};

const struct gv_option gv_help_alone[] = {
    {.key = "help", .type = GV_OPTION_FLAG, .value = "no", .help = "this page"},
    {.key = NULL},
};

static const char *command_name(const void *context, size_t i)
{
  const struct gv_command *const *table = context;
  return table[i] == NULL ? NULL : table[i]->name;
}

const struct gv_command *gv_command_find(const struct gv_command *const *table, const char *name)
{
  for (; *table != NULL; table++)
    if (strcmp((*table)->name, name) == 0)
      return *table;
  return NULL;
}

int gv_run_family(int argc, char **argv, const struct gv_command *family)
{
  struct gv_error error;
  char title[64];
  if (argc < 2) {
    gv_print_page(stderr, family);
    return 2;
  }
  if (strcmp(argv[1], "--help") == 0) {
    gv_print_page(stdout, family);
    return 0;
  }
  const struct gv_command *command = gv_command_find(family->commands, argv[1]);
  if (command != NULL)
    return command->run(argc - 1, argv + 1);
  gv_command_title(family, title, sizeof title);
  const char *near = gv_nearest(argv[1], command_name, family->commands);
  if (near != NULL)
    gv_fail(&error, GV_USAGE, "unknown command '%s'; did you mean '%s'? `%s --help` lists all", argv[1], near,
            title);
  else
    gv_fail(&error, GV_USAGE, "unknown command '%s'; `%s --help` lists all", argv[1], title);
  return gv_complain(&error);
}

static const struct gv_option rows[] = {
    {.key = "version", .type = GV_OPTION_FLAG, .value = "no", .help = "which version this is"},
    {.key = "help", .type = GV_OPTION_FLAG, .value = "no", .help = "this page"},
    {.key = NULL},
};

static int run_program(int argc, char **argv)
{
  if (argc >= 2 && strcmp(argv[1], "--version") == 0) {
    printf("grapevine %s\n", PACKAGE_VERSION);
    return 0;
  }
  return gv_run_family(argc, argv, &gv_program);
}

const struct gv_command gv_program = {
    .name = "grapevine",
    .arguments = "COMMAND [ARGUMENTS]",
    .summary = "decentralized training on one many-core host",
    .about = "Decentralized training on one many-core host: n nodes, each a replica with its own data, agree by "
             "averaging with their neighbours.",
    .commands = commands,
    .options = rows,
    .notes = "`grapevine COMMAND --help` explains a command.",
    .examples = "grapevine train --nodes 16 --topology ring",
    .run = run_program,
};
