/* A handler for the signals of a crash. It may call only what is safe in one: write, and what reads memory. */
#include "cli/crash.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "cli/screen.h"
#include "core/base/calling.h"
#include "plugins/load.h"

#ifdef __has_feature
#define GV_HAS(feature) __has_feature(feature)
#else
#define GV_HAS(feature) 0
#endif
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__ || GV_HAS(address_sanitizer) || \
    GV_HAS(thread_sanitizer) || GV_HAS(memory_sanitizer)
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif

static const struct {
  int number;
  const char *text;
} crashes[] = {
    {SIGSEGV, "segmentation fault"},
    {SIGBUS, "bus error"},
    {SIGFPE, "arithmetic exception, as a division of integers by 0"},
    {SIGILL, "illegal instruction"},
    {SIGABRT, "aborted"},
};
enum { CRASHES = sizeof crashes / sizeof crashes[0], STACK = 64 * 1024, LINE = 1024 };

/* One thread says it, whatever the others do meanwhile: who reads the count has the word. */
static int word = -1;

/* ---- a line, piece by piece ---- */

struct line {
  char text[LINE];
  size_t used;
};

static void add(struct line *line, const char *text)
{
  for (; *text != '\0' && line->used + 1 < sizeof line->text; text++)
    line->text[line->used++] = *text;
}

static void add_number(struct line *line, uint64_t number)
{
  char digits[24], *first = digits + sizeof digits - 1;
  *first = '\0';
  do
    *--first = (char)('0' + number % 10);
  while ((number /= 10) > 0);
  add(line, first);
}

static void add_model(struct line *line, const char *crash)
{
  const struct gv_calling *at = &gv_calling;
  const char *file = gv_plugin_file(at->model);
  add(line, "model '");
  add(line, at->model->name);
  if (file != NULL) {
    add(line, "' (");
    add(line, file);
    add(line, ") crashed in its ");
  } else {
    add(line, "' crashed in its ");
  }
  add(line, at->function);
  if (at->node >= 0) {
    add(line, " on node ");
    add_number(line, (uint64_t)at->node);
    add(line, ", round ");
    add_number(line, at->round);
  }
  add(line, ": ");
  add(line, crash);
  add(line, "; `grapevine model check ");
  add(line, file != NULL ? file : at->model->name);
  add(line, "` finds out more");
}

static void add_plugin(struct line *line, const char *crash)
{
  add(line, "model plugin '");
  add(line, gv_calling.loading);
  add(line, "' crashed while it was loaded: ");
  add(line, crash);
  add(line, "; its file is damaged, or what it does at its start fails");
}

static void say(int number)
{
  struct line line = {.used = 0};
  const char *crash = "crash";
  for (int i = 0; i < CRASHES; i++)
    if (crashes[i].number == number)
      crash = crashes[i].text;
  add(&line, "grapevine: ");
  if (gv_calling.function != NULL) {
    add_model(&line, crash);
  } else if (gv_calling.loading != NULL) {
    add_plugin(&line, crash);
  } else {
    add(&line, "crashed: ");
    add(&line, crash);
    add(&line, "; no model was at work there, so it is Grapevine's own fault: please report it");
  }
  line.text[line.used++] = '\n';
  (void)!write(STDERR_FILENO, line.text, line.used);
}

static void on_crash(int number, siginfo_t *info, void *context)
{
  uint64_t count;
  (void)context;
  if (word != -1 && read(word, &count, sizeof count) == -1 && errno == EAGAIN)
    for (;;)
      pause();  /* another thread has the word, and ends the program */
  gv_screen_give_back();
  if (info->si_code > 0 || info->si_pid == getpid())  /* what others sent is no fault of this program's */
    say(number);
  signal(number, SIG_DFL);
  if (info->si_code <= 0)
    raise(number);  /* it was sent; delivered when the handler returns. Else the fault comes again, at its place */
}

/* A stack for the handler: a crash may be the end of the thread's own. */
static void give_stack(void)
{
  static _Thread_local void *own;  /* kept as long as the thread, which OpenMP keeps to the end */
  if (own != NULL || (own = malloc(STACK)) == NULL)
    return;
  const stack_t stack = {.ss_sp = own, .ss_size = STACK};
  (void)sigaltstack(&stack, NULL);
}

void gv_watch_crashes(void)
{
  if (SANITIZED)
    return;
  struct sigaction action = {.sa_sigaction = on_crash, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  sigemptyset(&action.sa_mask);
  for (int i = 0; i < CRASHES; i++)  /* the handler's own crash, as at a model's name that is gone, ends all */
    sigaddset(&action.sa_mask, crashes[i].number);
  word = eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC);
  give_stack();
  gv_calling_thread = give_stack;
  for (int i = 0; i < CRASHES; i++)
    sigaction(crashes[i].number, &action, NULL);
}

void gv_unwatch_crashes(void)
{
  for (int i = 0; i < CRASHES && !SANITIZED; i++)
    signal(crashes[i].number, SIG_DFL);
}
