/* Trains one drawn configuration after another, each in a process of its own, and checks what must hold of all.
 * usage: soak [SECONDS [SEED [FIRST]]], SECONDS 0: configuration FIRST alone. Exit status 1: one did not hold. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <grapevine/status.h>

#include "tests/soak/soak.h"

static const char *const check_name[SOAK_CHECKS] = {
    [SOAK_REFUSAL] = "one line of refusal",   [SOAK_FINITE] = "finite",
    [SOAK_BITS] = "same bits, other workers", [SOAK_MEMORY] = "all given back",
    [SOAK_LEAKS] = "no leak",                 [SOAK_MEAN] = "mean kept",
    [SOAK_RESUME] = "same bits, resumed",     [SOAK_PROGRAM] = "program and library alike",
};

struct totals {
  long tried, trained, refused, diverged, failed;
  long checked[SOAK_CHECKS];
};

static double now(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *where)
{
  (void)status, (void)type, (void)where;
  return remove(path);
}

/* The text of environment variable `name`, or `other`. */
static const char *known(const char *name, const char *other)
{
  const char *text = getenv(name);
  return text != NULL ? text : other;
}

/* Whether the run was refused before it began. */
static bool is_refused(const struct soak_report *report)
{
  return report->status != GV_OK && report->status != GV_NUMERIC;
}

enum { ATTEMPTS = 8 };

/* The process that tries, again while what was drawn is refused; it ends here. */
static void be_tried(uint64_t seed, uint32_t index, const char *folder, const char *corpus,
                     struct soak_report *report)
{
  char path[SOAK_TEXT];
  snprintf(path, sizeof path, "%s/stderr", folder);
  int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
  if (file < 0 || dup2(file, 2) < 0)
    _exit(3);
  close(file);
  alarm((unsigned)atoi(known("GV_SOAK_LIMIT", "120")));
  soak_try(folder, report);
  for (uint32_t attempt = 1; attempt < ATTEMPTS && is_refused(report) && !report->failed; attempt++) {
    report->refused++;
    soak_draw(seed, index, attempt, folder, corpus, &report->config);
    soak_try(folder, report);
  }
  exit(0);
}

/* Tries one; what is wrong is in report->text. */
static void try_one(uint64_t seed, uint32_t index, const char *folder, struct soak_report *report)
{
  char corpus[SOAK_TEXT];
  snprintf(corpus, sizeof corpus, "%s/tests/fuzz/corpus", known("GV_SOURCE", "."));
  *report = (struct soak_report){0};
  if (mkdir(folder, 0777) != 0) {
    fprintf(stderr, "soak: %s: %s\n", folder, strerror(errno));
    exit(1);
  }
  soak_draw(seed, index, 0, folder, corpus, &report->config);
  fflush(NULL);
  pid_t child = fork();
  if (child == 0)
    be_tried(seed, index, folder, corpus, report);
  int ended;
  while (child < 0 || waitpid(child, &ended, 0) != child)
    if (errno != EINTR) {
      fprintf(stderr, "soak: no process: %s\n", strerror(errno));
      exit(1);
    }
  bool killed = WIFSIGNALED(ended);
  if (killed && WTERMSIG(ended) == SIGALRM)
    snprintf(report->text, sizeof report->text, "it took longer than %s s", known("GV_SOAK_LIMIT", "120"));
  else if (killed)
    snprintf(report->text, sizeof report->text, "killed by signal %d (%s)", WTERMSIG(ended),
             strsignal(WTERMSIG(ended)));
  else if (!report->failed && (ended != 0 || !report->done))
    snprintf(report->text, sizeof report->text, "the process ended with %d", WEXITSTATUS(ended));
  report->failed = report->failed || killed || ended != 0 || !report->done;
}

static void count(struct totals *totals, const struct soak_report *report)
{
  totals->tried += report->failed || !is_refused(report);
  totals->failed += report->failed;
  totals->trained += !report->failed && report->status == GV_OK;
  totals->diverged += !report->failed && report->status == GV_NUMERIC;
  totals->refused += report->refused + (!report->failed && is_refused(report));
  for (int i = 0; i < SOAK_CHECKS; i++)
    totals->checked[i] += report->checked[i];
}

static void show_failure(uint64_t seed, uint32_t index, const char *folder, const struct soak_report *report)
{
  const struct soak_config *config = &report->config;
  char command[SOAK_PAIRS_MAX * 64 + 4096];
  soak_command(config, command, sizeof command);
  printf("configuration %u of seed %llu failed: %s\n  %s --workers %d (and %d)\n"
         "  again: tests/soak/run.sh 0 %llu %u\n  its files: %s\n", index, (unsigned long long)seed, report->text,
         command, config->workers[0], config->workers[1], (unsigned long long)seed, index, folder);
}

static void show_totals(const struct totals *t, double seconds)
{
  printf("%ld configurations in %.0f s: %ld trained, %ld diverged, %ld failed; %ld were refused\n",
         t->tried + t->refused, seconds, t->trained, t->diverged, t->failed, t->refused);
  for (int i = 0; i < SOAK_CHECKS; i++)
    printf("  %-26s %ld\n", check_name[i], t->checked[i]);
}

/* A whole number of an argument, or the end. */
static unsigned long long number(int argc, char **argv, int i, unsigned long long other)
{
  char *end = NULL;
  unsigned long long value = i < argc ? strtoull(argv[i], &end, 10) : other;
  if (i < argc && (*argv[i] < '0' || *argv[i] > '9' || *end != '\0')) {
    fprintf(stderr, "soak: '%s': a whole number is accepted\nusage: soak [SECONDS [SEED [FIRST]]]\n", argv[i]);
    exit(2);
  }
  return value;
}

int main(int argc, char **argv)
{
  double seconds = (double)number(argc, argv, 1, 60), start = now();
  uint64_t seed = number(argc, argv, 2, (unsigned long long)time(NULL));
  uint32_t first = (uint32_t)number(argc, argv, 3, 0), index = first;
  char top[SOAK_TEXT / 4], folder[SOAK_TEXT / 2];
  struct totals totals = {0};
  struct soak_report *report =
      mmap(NULL, sizeof *report, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  snprintf(top, sizeof top, "%s/soak.XXXXXX", known("TMPDIR", "/tmp"));
  if (report == MAP_FAILED || mkdtemp(top) == NULL) {
    fprintf(stderr, "soak: %s: %s\n", top, strerror(errno));
    return 1;
  }
  bool shows = isatty(2);
  do {
    snprintf(folder, sizeof folder, "%s/%u", top, index);
    try_one(seed, index, folder, report);
    count(&totals, report);
    if (report->failed)
      show_failure(seed, index, folder, report);
    else if (seconds > 0)
      nftw(folder, remove_one, 32, FTW_DEPTH | FTW_PHYS);
    if (seconds == 0 && !report->failed)
      printf("its files: %s%s%s\n", folder, report->text[0] != '\0' ? "; it said: " : "", report->text);
    if (shows)
      fprintf(stderr, "\r\033[K%ld tried, %ld refused, %ld failed, %.0f of %.0f s", totals.tried, totals.refused,
              totals.failed, now() - start, seconds);
    index++;
  } while (now() - start < seconds);
  if (shows)
    fputc('\n', stderr);
  show_totals(&totals, now() - start);
  printf("seed %llu, from configuration %u\n", (unsigned long long)seed, first);
  if (totals.failed == 0 && seconds > 0)
    rmdir(top);
  return totals.failed > 0;
}
