/* Ctrl-C, SIGTERM and SIGHUP: the first asks a command to stop, a later one ends the program. */
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/screen.h"
#include "core/base/clock.h"
#include "run/study/child.h"

static bool (*volatile ask)(void *context);
static void *volatile asked;

static void end_by(int number)
{
  gv_screen_give_back();
  signal(number, SIG_DFL);
  raise(number);  /* delivered when the handler returns */
}

/* One that comes a second or more after the first, to a tenth, ends the program at once; not sooner, for `timeout`
 * and batch systems send theirs to the process and to its group, which is twice. */
static void on_signal(int number)
{
  enum { SECOND = 10 };
  static volatile sig_atomic_t asked_at;  /* in tenths of a second, never 0 once asked */
  if (gettid() != getpid()) {  /* a thread of a library: the main thread may be ending the run just now */
    (void)tgkill(getpid(), getpid(), number);
    return;
  }
  sig_atomic_t now = (sig_atomic_t)(SECOND * gv_seconds()) + 1;
  void *context = asked;
  if (asked_at != 0 && now >= asked_at + SECOND)
    end_by(number);
  else if (asked_at == 0)
    asked_at = now;
  if (context != NULL && !ask(context))
    end_by(number);
}

void gv_watch_signals(bool (*stop)(void *context), void *context)
{
  struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART}, before;
  ask = stop;
  asked = context;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
  if (sigaction(SIGHUP, NULL, &before) == 0 && before.sa_handler != SIG_IGN)  /* nohup has it ignored */
    sigaction(SIGHUP, &action, NULL);
}

void gv_unwatch_signals(void)
{
  asked = NULL;
}

void gv_end_with_study(void)
{
  const char *study = getenv(GV_STUDY_VARIABLE);
  if (study == NULL)
    return;
  (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != (pid_t)strtol(study, NULL, 10))  /* it was gone before that was said */
    raise(SIGTERM);
  (void)unsetenv(GV_STUDY_VARIABLE);
}
