/* grapevine: the program. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>

#include "cli/cli.h"
#include "cli/crash.h"
#include "cli/page.h"

/* Where the caller closed a standard stream, the next file opened would take its number and receive what is
 * printed. These stand-ins can be neither read nor written, so printing fails and is reported. */
static void hold_standard_streams(void)
{
  for (int fd = 0; fd <= 2; fd++)
    if (fcntl(fd, F_GETFD) == -1 && errno == EBADF)
      (void)open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY);
}

int main(int argc, char **argv)
{
  gv_mend_environment();
  hold_standard_streams();
  gv_watch_crashes();
  (void)signal(SIGXFSZ, SIG_IGN);  /* past a limit of file sizes a write fails and is reported, as on a full disk */
  int code = gv_program.run(argc, argv);
  if (code == 0 && (fflush(stdout) != 0 || ferror(stdout))) {
    struct gv_error error;
    gv_fail(&error, GV_SYSTEM, "standard output cannot be written");
    code = gv_complain(&error);
  }
  return code;
}
