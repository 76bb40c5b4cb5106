/* A process of its own for what may crash or hang; it speaks through a pipe. */
#include "cli/apart.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/crash.h"
#include "config.h"

#ifdef GV_COVERAGE
void __gcov_dump(void);
#endif

enum { RETURNED = -1 };  /* a kind of news: body is done */

/* How news goes through the pipe. A body that writes to descriptors which are not its own is told by the mark. */
struct parcel {
  uint64_t mark;
  struct gv_news news;
};

enum arrival { ENDED, ARRIVED, SPOILT };

static const uint64_t mark = 0x67726170652d6e65;

void gv_apart_say(int line, int kind, int value, const char *name, const char *text)
{
  struct parcel parcel = {.mark = mark, .news = {.kind = kind, .value = value}};
  snprintf(parcel.news.name, sizeof parcel.news.name, "%s", name);
  snprintf(parcel.news.text, sizeof parcel.news.text, "%s", text);
  while (write(line, &parcel, sizeof parcel) == -1 && errno == EINTR)  /* less than PIPE_BUF: whole or not at all */
    ;
}

static enum arrival read_news(int line, struct gv_news *news)
{
  struct parcel parcel;
  size_t got = 0;
  while (got < sizeof parcel) {
    ssize_t n = read(line, (char *)&parcel + got, sizeof parcel - got);
    if (n == 0 || (n == -1 && errno != EINTR))
      return ENDED;
    got += n > 0 ? (size_t)n : 0;
    if (got >= sizeof parcel.mark && parcel.mark != mark)
      return SPOILT;
  }
  *news = parcel.news;
  return ARRIVED;
}

/* Whether there is something to read, or the end, within so many seconds. */
static bool wait_for(int line, double seconds)
{
  struct pollfd one = {.fd = line, .events = POLLIN};
  int ready;
  do
    ready = poll(&one, 1, seconds < 2e6 ? (int)(seconds * 1e3) : -1);
  while (ready == -1 && errno == EINTR);
  return ready != 0;
}

static void describe(int how, char *end, size_t size)
{
  if (WIFSIGNALED(how))
    snprintf(end, size, "crashed: %s", strsignal(WTERMSIG(how)));
  else
    snprintf(end, size, "ended the process with exit status %d", WEXITSTATUS(how));
}

enum gv_status gv_apart(void (*body)(void *context, int line),
                        void (*hear)(void *context, const struct gv_news *news), void *context, double seconds,
                        char *end, size_t size, struct gv_error *err)
{
  int ends[2];
  if (pipe(ends) != 0)
    return gv_fail(err, GV_SYSTEM, "no pipe to a process of its own: %s", strerror(errno));
  pid_t parent = getpid();
  fflush(NULL);
  pid_t child = fork();
  if (child == -1) {
    int cause = errno;
    close(ends[0]);
    close(ends[1]);
    return gv_fail(err, GV_SYSTEM, "no process of its own: %s", strerror(cause));
  }
  if (child == 0) {
    close(ends[0]);
    gv_unwatch_crashes();
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent || dup2(STDERR_FILENO, STDOUT_FILENO) == -1)
      _exit(1);
    body(context, ends[1]);
    gv_apart_say(ends[1], RETURNED, 0, "", "");
#ifdef GV_COVERAGE
    __gcov_dump();  /* which _exit would leave out */
#endif
    _exit(0);
  }
  close(ends[1]);
  bool returned = false, silent = false;
  enum arrival arrival = ARRIVED;
  struct gv_news news;
  while (!returned && !(silent = !wait_for(ends[0], seconds)) &&
         (arrival = read_news(ends[0], &news)) == ARRIVED)
    if (news.kind == RETURNED)
      returned = true;
    else
      hear(context, &news);
  if (silent || arrival == SPOILT)
    kill(child, SIGKILL);
  close(ends[0]);
  int how;
  while (waitpid(child, &how, 0) == -1 && errno == EINTR)
    ;
  if (returned)
    end[0] = '\0';
  else if (silent)
    snprintf(end, size, "did not return within %.3g s", seconds);
  else if (arrival == SPOILT)
    snprintf(end, size, "wrote to a file descriptor that it had not opened");
  else
    describe(how, end, size);
  return GV_OK;
}
