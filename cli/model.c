/* grapevine model: what there is to do with a model plugin. */
#include <string.h>

#include "cli/cli.h"

static int run_model(int argc, char **argv)
{
  struct gv_error error;
  if (argc > 1 && strcmp(argv[1], "check") == 0)
    return gv_command_model_check.run(argc - 1, argv + 1);
  if (argc > 1 && strcmp(argv[1], "--help") == 0) {
    printf("usage: grapevine model check ...\n\nExample\n  grapevine model check ./svm.so\n");
    return 0;
  }
  gv_fail(&error, GV_USAGE, "model does: check; `grapevine model check --help` explains it");
  return gv_complain(&error);
}

const struct gv_command gv_command_model = {
    .name = "model",
    .arguments = "check ...",
    .summary = "check a model plugin",
    .run = run_model,
};
