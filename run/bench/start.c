/* From the start of the program to the first round: loading, workers, memory, and the evaluation before round 0. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/spawn.h"
#include "run/bench/bench.h"
#include "run/run.h"

extern char **environ;

struct start {
  const char *data;
  double goal;
};

/* *seconds <- when the line is read from fd; 0: it never came. */
static void wait_for_line(int fd, const char *line, double begin, double *seconds)
{
  char text[512];
  FILE *stream = fdopen(fd, "r");
  *seconds = 0;
  while (stream != NULL && *seconds <= 0 && fgets(text, sizeof text, stream) != NULL)
    if (strstr(text, line) != NULL)
      *seconds = gv_seconds() - begin;
  if (stream != NULL)
    fclose(stream);
  else
    close(fd);
}

/* `grapevine train --verbose` says on standard error when its first round is next; then it is ended. */
static enum gv_status measure(struct gv_bench *bench, void *context, int way, double *seconds, struct gv_error *err)
{
  const struct start *start = context;
  char *folder = NULL;
  int ends[2];
  pid_t id = 0;
  (void)way;
  enum gv_status status = gv_bench_folder(&folder, err);
  if (status != GV_OK)
    return status;
  if (pipe2(ends, O_CLOEXEC) != 0) {
    gv_bench_remove(folder);
    return gv_fail(err, GV_SYSTEM, "no pipe to a program to be started");
  }
  const char *const arguments[] = {"grapevine", "train", "--verbose", "--data", start->data, "--out", folder, NULL};
  int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
  double begin = gv_seconds();
  const int streams[3] = {-1, null, ends[1]};
  int failure = null < 0 ? errno : gv_spawn(bench->program, arguments, environ, streams, false, &id);
  if (null >= 0)
    close(null);
  close(ends[1]);
  if (failure != 0) {
    close(ends[0]);
    status = gv_fail(err, GV_SYSTEM, "%s: cannot be started: %s", bench->program, strerror(failure));
  } else {
    wait_for_line(ends[0], GV_FIRST_ROUND_LINE, begin, seconds);
    kill(id, SIGKILL);
    (void)waitpid(id, NULL, 0);
    if (*seconds <= 0)  /* the terminal's Ctrl-C ends that program, too */
      status = gv_bench_stopped(bench, err);
    if (*seconds <= 0 && status == GV_OK)
      status =
          gv_fail(err, GV_SYSTEM, "%s train --data %s: it came to no first round", bench->program, start->data);
  }
  gv_bench_remove(folder);
  return status;
}

static enum gv_status compare(struct gv_bench *bench, const struct start *start, struct gv_error *err)
{
  struct gv_samples samples = {0};
  struct start copy = *start;
  char name[96];
  snprintf(name, sizeof name, "train --data %s", start->data);
  gv_bench_doing(bench, "%s", name);
  enum gv_status status = gv_samples_create(&samples, 1, bench->quick ? 3 : 9, err);
  if (status == GV_OK)
    status = gv_bench_alternate(bench, &samples, measure, &copy, err);
  if (status == GV_OK) {
    double seconds = gv_samples_median(&samples, 0);
    gv_bench_tell(bench, (struct gv_figure){.name = name, .value = seconds, .unit = "s", .limit = start->goal,
                                            .limit_name = "what it is to take at most",
                                            .share = start->goal / seconds,
                                            .spread = gv_samples_spread(&samples, 0)});
  }
  gv_samples_clear(&samples);
  return status;
}

static enum gv_status run(struct gv_bench *bench, struct gv_error *err)
{
  static const struct start digits = {"digits", 0.1}, fashion = {"fashion-mnist", 0.5};
  enum gv_status status = compare(bench, &digits, err);
  if (status == GV_OK && !bench->quick && strcmp(gv_bench_data(), fashion.data) == 0)
    status = compare(bench, &fashion, err);
  return status;
}

const struct gv_benchmark gv_benchmark_start = {
    .name = "start",
    .summary = "from the start of `grapevine train` to its first round",
    .run = run,
};
