/* grapevine model: picks what to do with models. */
#include <string.h>

#include "cli/cli.h"

static const struct gv_command *const commands[] = {
    &gv_command_model_list,
    &gv_command_model_show,
    &gv_command_model_check,
    &gv_command_model_new,
    NULL,
};

static void print_usage(FILE *out)
{
  fprintf(out, "usage: grapevine model COMMAND [ARGUMENTS]\n\n"
               "Models are plugins: shared objects NAME.so, of which a run trains one.\n\n");
  gv_print_commands(out, commands);
  fprintf(out, "\n`grapevine model COMMAND --help` explains a command.\n\n"
               "Example\n  grapevine model show logreg\n");
}

static int run_model(int argc, char **argv)
{
  if (argc < 2) {
    print_usage(stderr);
    return 2;
  }
  if (strcmp(argv[1], "--help") == 0) {
    print_usage(stdout);
    return 0;
  }
  return gv_pick_command("grapevine model", commands, argc - 1, argv + 1);
}

const struct gv_command gv_command_model = {
    .name = "model",
    .arguments = "COMMAND [ARGUMENTS]",
    .summary = "list models, show what one is made of, check one, begin one of your own",
    .run = run_model,
};
