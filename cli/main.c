/* grapevine: picks the subcommand. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/crash.h"
#include "config.h"
#include "core/base/named.h"

const struct gv_command *const gv_commands[] = {
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

void gv_print_commands(FILE *out, const struct gv_command *const *table)
{
  for (; *table != NULL; table++)
    fprintf(out, "  %-10s %s\n", (*table)->name, (*table)->summary);
}

static const char *command_name(const void *context, size_t i)
{
  const struct gv_command *const *table = context;
  return table[i] == NULL ? NULL : table[i]->name;
}

int gv_pick_command(const char *family, const struct gv_command *const *table, int argc, char **argv)
{
  for (size_t c = 0; table[c] != NULL; c++)
    if (strcmp(table[c]->name, argv[0]) == 0)
      return table[c]->run(argc, argv);
  struct gv_error error;
  const char *near = gv_nearest(argv[0], command_name, table);
  if (near != NULL)
    gv_fail(&error, GV_USAGE, "unknown command '%s'; did you mean '%s'? `%s --help` lists all", argv[0], near,
            family);
  else
    gv_fail(&error, GV_USAGE, "unknown command '%s'; `%s --help` lists all", argv[0], family);
  return gv_complain(&error);
}

static void print_usage(FILE *out)
{
  fprintf(out, "usage: grapevine COMMAND [ARGUMENTS]\n\n"
               "Decentralized training on one many-core host: n nodes, each a replica with its own data, agree by\n"
               "averaging with their neighbours.\n\n");
  gv_print_commands(out, gv_commands);
  fprintf(out, "\n`grapevine COMMAND --help` explains a command; `grapevine --version` prints the version.\n\n"
               "Example\n  grapevine train --nodes 16 --topology ring\n");
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
  return gv_pick_command("grapevine", gv_commands, argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
  hold_standard_streams();
  gv_watch_crashes();
  (void)signal(SIGXFSZ, SIG_IGN);  /* past a limit of file sizes a write fails and is reported, as on a full disk */
  int code = run(argc, argv);
  if (code == 0 && (fflush(stdout) != 0 || ferror(stdout))) {
    struct gv_error error;
    gv_fail(&error, GV_SYSTEM, "standard output cannot be written");
    code = gv_complain(&error);
  }
  return code;
}
