/* The alternate screen of a terminal: entered, redrawn, left, also where a signal stops or ends the program. And
 * the line of progress of those who need no more. */
#include "cli/screen.h"

#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

/* Saves the screen and the cursor; no cursor; what is too long is cut off, not wrapped. */
static const char enter[] = "\033[?1049h\033[?25l\033[?7l";
/* The other way; cleared first for terminals that have no second screen. */
static const char leave[] = "\033[0m\033[H\033[J\033[?7h\033[?25h\033[?1049l";
/* To the beginning of the line, which is cleared. */
static const char again[] = "\r\033[K";

static const int deadly[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGQUIT};
enum { DEADLY = sizeof deadly / sizeof deadly[0] };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;  /* of what follows, but in signal handlers */
static bool begun;
static volatile sig_atomic_t held;    /* the terminal shows its second screen */
static volatile sig_atomic_t stands;  /* an unfinished line does */
static char said[256];
static struct sigaction before[DEADLY], before_stop, before_continue;

const char *gv_screen_obstacle(void)
{
  const char *term = getenv("TERM");
  if (!isatty(STDERR_FILENO))
    return "standard error is no terminal";
  return term == NULL || *term == '\0' || strcmp(term, "dumb") == 0 ? "TERM names no terminal that can be redrawn"
                                                                    : NULL;
}

void gv_screen_give_back(void)
{
  if (held)
    (void)!write(STDERR_FILENO, leave, sizeof leave - 1);
  else if (stands)
    (void)!write(STDERR_FILENO, again, sizeof again - 1);
  held = stands = 0;
}

/* ---- signals ---- */

/* Who had the signal before is told what came, and from whom. */
static void on_deadly(int number, siginfo_t *info, void *context)
{
  gv_screen_give_back();
  for (int k = 0; k < DEADLY; k++)
    if (deadly[k] == number && (before[k].sa_flags & SA_SIGINFO) != 0) {
      before[k].sa_sigaction(number, info, context);  /* what another thread's has set is not to be undone */
    } else if (deadly[k] == number) {
      sigaction(number, &before[k], NULL);
      raise(number);  /* delivered when the handler returns */
    }
}

static void on_stop(int number);

static void watch_stop(void)
{
  struct sigaction action = {.sa_handler = on_stop, .sa_flags = SA_RESTART};
  sigemptyset(&action.sa_mask);
  sigaction(SIGTSTP, &action, NULL);
}

static void on_stop(int number)
{
  gv_screen_give_back();
  sigaction(number, &before_stop, NULL);
  raise(number);
}

/* The next frame takes the screen again. */
static void on_continue(int number)
{
  (void)number;
  watch_stop();
}

static void watch(void)
{
  struct sigaction action = {.sa_sigaction = on_deadly, .sa_flags = SA_SIGINFO | SA_ONSTACK},
                   back = {.sa_handler = on_continue, .sa_flags = SA_RESTART};
  sigemptyset(&action.sa_mask);
  for (int k = 0; k < DEADLY; k++)
    sigaddset(&action.sa_mask, deadly[k]);
  sigemptyset(&back.sa_mask);
  for (int k = 0; k < DEADLY; k++)
    sigaction(deadly[k], &action, &before[k]);
  sigaction(SIGTSTP, NULL, &before_stop);
  sigaction(SIGCONT, NULL, &before_continue);
  if (before_stop.sa_handler != SIG_DFL)  /* a shell without job control has it ignored */
    return;
  sigaction(SIGCONT, &back, NULL);
  watch_stop();
}

static void unwatch(void)
{
  for (int k = 0; k < DEADLY; k++)
    sigaction(deadly[k], &before[k], NULL);
  sigaction(SIGTSTP, &before_stop, NULL);
  sigaction(SIGCONT, &before_continue, NULL);
}

/* ---- the screen ---- */

/* Written to by a job in the background, the screen would be the shell's. */
static bool in_background(void)
{
  pid_t front = tcgetpgrp(STDERR_FILENO);
  return front > 0 && front != getpgrp();
}

void gv_screen_begin(void)
{
  pthread_mutex_lock(&lock);
  begun = true;
  said[0] = '\0';
  pthread_mutex_unlock(&lock);
  watch();
}

void gv_screen_end(void)
{
  if (!begun)
    return;
  pthread_mutex_lock(&lock);
  gv_screen_give_back();
  begun = false;
  pthread_mutex_unlock(&lock);
  unwatch();
}

void gv_screen_show(const char *frame)
{
  char *text = NULL;
  size_t size = 0;
  FILE *out = begun && !in_background() ? open_memstream(&text, &size) : NULL;
  if (out == NULL)
    return;
  fputs("\033[H", out);
  for (const char *c = frame; *c != '\0'; c++)
    if (*c != '\n')
      fputc(*c, out);
    else
      fputs(c[1] != '\0' ? "\033[K\n" : "\033[K", out);
  fputs("\033[J\033[H", out);  /* what is typed meanwhile is drawn over */
  if (fclose(out) == 0) {
    pthread_mutex_lock(&lock);
    if (!held) {
      held = 1;
      fputs(enter, stderr);
    }
    fwrite(text, 1, size, stderr);
    pthread_mutex_unlock(&lock);
  }
  free(text);
}

void gv_screen_line(const char *format, ...)
{
  char line[512];
  va_list args;
  va_start(args, format);
  vsnprintf(line, sizeof line, format, args);
  va_end(args);
  pthread_mutex_lock(&lock);
  stands = 1;
  fprintf(stderr, "%s%.*s", again, gv_columns(stderr) - 1, line);
  pthread_mutex_unlock(&lock);
}

void gv_screen_no_line(void)
{
  pthread_mutex_lock(&lock);
  if (stands)
    gv_screen_give_back();
  pthread_mutex_unlock(&lock);
}

void gv_screen_say(const char *line, bool kept)
{
  pthread_mutex_lock(&lock);
  gv_screen_give_back();
  fprintf(stderr, "%s\n", line);
  if (kept)
    snprintf(said, sizeof said, "%s", line);
  pthread_mutex_unlock(&lock);
}

void gv_screen_said(char *text, size_t size)
{
  pthread_mutex_lock(&lock);
  snprintf(text, size, "%s", said);
  pthread_mutex_unlock(&lock);
}
