/* grapevine model: picks what to do with models. */
#include "cli/cli.h"

static const struct gv_command *const commands[] = {
    &gv_command_model_list,
    &gv_command_model_show,
    &gv_command_model_check,
    &gv_command_model_new,
    NULL,
};

static int run_model(int argc, char **argv)
{
  return gv_run_family(argc, argv, &gv_command_model);
}

const struct gv_command gv_command_model = {
    .name = "model",
    .arguments = "COMMAND [ARGUMENTS]",
    .summary = "list models, show what one is made of, check one, begin one of your own",
    .about = "Models are plugins: shared objects NAME.so, of which a run trains one.",
    .commands = commands,
    .options = gv_help_alone,
    .notes = "`grapevine model COMMAND --help` explains a command.",
    .examples = "grapevine model show logreg",
    .run = run_model,
};
