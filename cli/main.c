/* grapevine: picks the subcommand. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "config.h"
#include "core/base/named.h"

const struct gv_command *const gv_commands[] = {
    &gv_command_train,
    &gv_command_eval,
    &gv_command_help,
    NULL,
};

static void print_usage(FILE *out)
{
  fprintf(out, "usage: grapevine COMMAND [ARGUMENTS]\n\n"
               "Decentralized training on one many-core host: n nodes, each a replica with its own data, agree by\n"
               "averaging with their neighbours.\n\n");
  for (size_t c = 0; gv_commands[c] != NULL; c++)
    fprintf(out, "  %-8s %s\n", gv_commands[c]->name, gv_commands[c]->summary);
  fprintf(out, "\n`grapevine COMMAND --help` explains a command; `grapevine --version` prints the version.\n\n"
               "Example\n  grapevine train --nodes 16 --topology ring\n");
}

static const char *command_name(const void *context, size_t i)
{
  (void)context;
  return gv_commands[i] == NULL ? NULL : gv_commands[i]->name;
}

/* Where the caller closed a standard stream, the next file opened would take its number and receive what is
 * printed. These stand-ins can be neither read nor written, so printing fails and is reported. */
static void hold_standard_streams(void)
{
  for (int fd = 0; fd <= 2; fd++)
    if (fcntl(fd, F_GETFD) == -1 && errno == EBADF)
      (void)open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY);
}

static int run(int argc, char **argv)
{
  if (argc < 2) {
    print_usage(stderr);
    return 2;
  }
  if (strcmp(argv[1], "--help") == 0) {
    print_usage(stdout);
    return 0;
  }
  if (strcmp(argv[1], "--version") == 0) {
    printf("grapevine %s\n", PACKAGE_VERSION);
    return 0;
  }
  for (size_t c = 0; gv_commands[c] != NULL; c++)
    if (strcmp(gv_commands[c]->name, argv[1]) == 0)
      return gv_commands[c]->run(argc - 1, argv + 1);
  struct gv_error error;
  const char *near = gv_nearest(argv[1], command_name, NULL);
  if (near != NULL)
    gv_fail(&error, GV_USAGE, "unknown command '%s'; did you mean '%s'? `grapevine --help` lists all", argv[1],
            near);
  else
    gv_fail(&error, GV_USAGE, "unknown command '%s'; `grapevine --help` lists all", argv[1]);
  return gv_complain(&error);
}

int main(int argc, char **argv)
{
  hold_standard_streams();
  int code = run(argc, argv);
  if (code == 0 && (fflush(stdout) != 0 || ferror(stdout))) {
    struct gv_error error;
    gv_fail(&error, GV_SYSTEM, "standard output cannot be written");
    code = gv_complain(&error);
  }
  return code;
}
