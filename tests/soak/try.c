/* Runs one configuration several times and compares: what must hold of every run there is. */
#include <dirent.h>
#include <endian.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run/run.h"
#include "tests/soak/outside.h"
#include "tests/soak/soak.h"

/* What a run came to. */
struct outcome {
  struct gv_error error;
  bool async, kept;
  char folder[SOAK_TEXT];
};

/* The first thing that is wrong; later ones may follow from it. */
static bool wrong(struct soak_report *report, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool wrong(struct soak_report *report, const char *format, ...)
{
  va_list args;
  va_start(args, format);
  if (!report->failed)
    vsnprintf(report->text, sizeof report->text, format, args);
  va_end(args);
  report->failed = true;
  return false;
}

/* ---- runs ---- */

struct stopping {
  struct gv_run *run;
  uint64_t round;  /* stops at the first evaluation from this one on */
};

static void stop_there(void *context, const struct gv_result *result)
{
  struct stopping *stopping = context;
  if (result->last.round >= stopping->round)
    gv_run_stop(stopping->run);
}

enum { WHOLE = -1 };

/* Trains in a folder of this name. stop_at: the round it is stopped at, or WHOLE. */
static void train(const struct soak_config *config, int workers, const char *folder, const char *name, long stop_at,
                  struct outcome *outcome)
{
  struct gv_run *run = NULL;
  char number[16];
  snprintf(outcome->folder, sizeof outcome->folder, "%s/%s", folder, name);
  snprintf(number, sizeof number, "%d", workers);
  outcome->error = (struct gv_error){GV_OK, ""};
  enum gv_status status = gv_run_create(&run, &outcome->error);
  for (int i = 0; i < config->count && status == GV_OK; i++)
    status = gv_run_set(run, config->pair[i].key, config->pair[i].value, &outcome->error);
  if (status == GV_OK)
    status = gv_run_set(run, "workers", number, &outcome->error);
  if (status == GV_OK)
    status = gv_run_set(run, "out", outcome->folder, &outcome->error);
  struct stopping stopping = {.run = run, .round = (uint64_t)stop_at};
  if (status == GV_OK && stop_at != WHOLE)
    gv_run_watch(run, &(struct gv_watcher){.context = &stopping, .evaluated = stop_there});
  if (status == GV_OK)
    (void)gv_run_train(run, &outcome->error);  /* which says how it went */
  outcome->async = run != NULL && run->async;
  outcome->kept = run != NULL && gv_run_result(run)->kept;
  gv_run_destroy(run);
}

static void go_on(const char *folder, const char *name, struct outcome *outcome)
{
  struct gv_run *run = NULL;
  snprintf(outcome->folder, sizeof outcome->folder, "%s/%s", folder, name);
  outcome->error = (struct gv_error){GV_OK, ""};
  enum gv_status status = gv_run_create(&run, &outcome->error);
  if (status == GV_OK)
    status = gv_run_set(run, "resume", outcome->folder, &outcome->error);
  if (status == GV_OK)
    (void)gv_run_train(run, &outcome->error);
  gv_run_destroy(run);
}

/* ---- what they left ---- */

/* Whether two runs ended alike. */
static bool compare(const struct outcome *a, const struct outcome *b, const char *what, struct soak_report *report)
{
  if (a->error.status != b->error.status || strcmp(a->error.text, b->error.text) != 0)
    return wrong(report, "%s: it ended with '%s' (%s), and else with '%s' (%s)", what, b->error.text,
                 gv_status_text(b->error.status), a->error.text, gv_status_text(a->error.status));
  if (a->error.status == GV_OK && !soak_same_file(a->folder, b->folder, "model.safetensors"))
    return wrong(report, "%s: model.safetensors differs: %s, %s", what, a->folder, b->folder);
  return true;
}

/* Whether every cell of a file of rows is empty or a finite number. */
static bool check_rows(const char *folder, const char *name, struct soak_report *report)
{
  char path[2 * SOAK_TEXT], *line = NULL;
  size_t size = 0;
  long rows = 0;
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "r");
  if (file == NULL)
    return wrong(report, "%s: it is missing", path);
  bool good = getline(&line, &size, file) > 0;
  for (; good && getline(&line, &size, file) > 0; rows++)
    for (char *rest = line, *cell; good && (cell = strsep(&rest, ",\n")) != NULL;) {
      char *end;
      good = isfinite(strtod(cell, &end)) && *end == '\0';
    }
  free(line);
  fclose(file);
  return good && rows > 0 ? true : wrong(report, "%s: row %ld is not of finite numbers", path, rows);
}

/* Whether all values of the model are finite: floats, after the header and its length. */
static bool check_model(const char *folder, struct soak_report *report)
{
  char path[2 * SOAK_TEXT];
  uint64_t header;
  float w[1024];
  size_t got = 0;
  long count = 0, bad = -1;
  snprintf(path, sizeof path, "%s/model.safetensors", folder);
  FILE *file = fopen(path, "rb");
  if (file == NULL)
    return wrong(report, "%s: it is missing", path);
  bool good = fread(&header, sizeof header, 1, file) == 1 && fseek(file, (long)le64toh(header), SEEK_CUR) == 0;
  for (; good && bad < 0 && (got = fread(w, sizeof *w, sizeof w / sizeof *w, file)) > 0; count += (long)got)
    for (size_t i = 0; i < got && bad < 0; i++)
      bad = isfinite(w[i]) ? -1 : count + (long)i;
  fclose(file);
  if (!good || count == 0)
    return wrong(report, "%s: it holds no model", path);
  return bad < 0 || wrong(report, "%s: value %ld is not finite", path, bad);
}

static bool check_refusal(const struct outcome *o, struct soak_report *report)
{
  report->checked[SOAK_REFUSAL]++;
  const char *text = o->error.text;
  size_t length = strlen(text);
  if (length == 0 || length >= GV_ERROR_TEXT - 1)
    return wrong(report, "a refusal of %zu characters: '%s'", length, text);
  for (const char *c = text; *c != '\0'; c++)
    if ((unsigned char)*c < ' ' || *c == 127)
      return wrong(report, "a refusal with a character %d: '%s'", *c, text);
  if (o->error.status != GV_USAGE && o->error.status != GV_INPUT && o->error.status != GV_MODEL)
    return wrong(report, "refused with '%s' (%s)", text, gv_status_text(o->error.status));
  if (access(o->folder, F_OK) == 0)
    return wrong(report, "%s: it was refused with '%s', and its folder is there", o->folder, text);
  return true;
}

static bool check_finite(const struct soak_config *config, const struct outcome *o, struct soak_report *report)
{
  const char *each = soak_value(config, "nodes-csv");
  report->checked[SOAK_FINITE]++;
  return check_rows(o->folder, "metrics.csv", report) && check_model(o->folder, report) &&
         (each == NULL || strcmp(each, "yes") != 0 || check_rows(o->folder, "nodes.csv", report));
}

/* ---- what is checked of some runs ---- */

static void check_mean(const struct soak_config *config, const char *folder, struct soak_report *report)
{
  struct outcome o;
  long rounds;
  soak_watch_mean(true);
  train(config, config->workers[0], folder, "mean", WHOLE, &o);
  soak_watch_mean(false);
  double error = soak_mean_error(&rounds);
  report->checked[SOAK_MEAN] += rounds > 0;
  if (o.error.status != GV_OK && o.error.status != GV_NUMERIC)
    wrong(report, "without gradients: '%s'", o.error.text);
  if (!(error <= 1))
    wrong(report, "without gradients the mean of the nodes moved: %.3g times what rounding may do in %ld rounds",
          error, rounds);
}

static void check_resume(const struct soak_config *config, const char *folder, const struct outcome *first,
                         struct soak_report *report)
{
  struct outcome o;
  train(config, config->workers[1], folder, "stopped", 1, &o);
  if (o.error.status == GV_OK)  /* its last evaluation was its first: nothing was left to stop */
    return;
  if (o.error.status != GV_INTERRUPTED) {
    wrong(report, "stopped: '%s' (%s)", o.error.text, gv_status_text(o.error.status));
    return;
  }
  if (!o.kept)  /* --checkpoint-every never */
    return;
  report->checked[SOAK_RESUME]++;
  go_on(folder, "stopped", &o);
  compare(first, &o, "stopped and resumed", report);
}

/* A heap that grows with every run by what the first ones did not need. */
static void check_leaks(const struct soak_config *config, const char *folder, struct soak_report *report)
{
  enum { TIMES = 4 };
  size_t used[TIMES];
  report->checked[SOAK_LEAKS]++;
  for (int i = 0; i < TIMES; i++) {
    char name[16];
    struct outcome o;
    snprintf(name, sizeof name, "again%d", i);
    train(config, config->workers[0], folder, name, WHOLE, &o);
    used[i] = soak_heap();
  }
  bool grows = true;
  for (int i = 1; i < TIMES; i++)
    grows = grows && used[i] > used[i - 1];
  if (grows)
    wrong(report, "the same run takes more of the heap each time: %zu, %zu, %zu, %zu bytes", used[0], used[1],
          used[2], used[3]);
  if (soak_leaks())
    wrong(report, "the sanitizer found a leak");
}

static void check_program(const struct soak_config *config, const char *folder, const struct outcome *first,
                          struct soak_report *report)
{
  struct outcome o = {.error = {GV_OK, ""}};
  char said[SOAK_TEXT * 2];
  int lines;
  snprintf(o.folder, sizeof o.folder, "%s/program", folder);
  int code = soak_program(config, o.folder, folder, said, sizeof said, &lines);
  if (code < 0)
    return;
  report->checked[SOAK_PROGRAM]++;
  if (code != gv_status_exit(first->error.status))
    wrong(report, "the program ended with %d: '%s'; the library: '%s'", code, said, first->error.text);
  else if (code != 0 && (lines != 1 || strstr(said, first->error.text) == NULL))
    wrong(report, "the program said %d lines: '%s'; the library: '%s'", lines, said, first->error.text);
  else if (code == 0 && lines != 0)
    wrong(report, "the program said '%s'", said);
  else if (code == 0)
    compare(first, &o, "the program", report);
}

void soak_try(const char *folder, struct soak_report *report)
{
  const struct soak_config *config = &report->config;
  struct outcome first, second;
  train(config, config->workers[0], folder, "first", WHOLE, &first);
  report->status = (int)first.error.status;
  report->done = false;
  snprintf(report->text, sizeof report->text, "%s", first.error.text);
  bool trained = first.error.status == GV_OK, diverged = first.error.status == GV_NUMERIC;
  if (trained)
    check_finite(config, &first, report);
  else if (!diverged)
    check_refusal(&first, report);
  int open = soak_descriptors();
  report->checked[SOAK_MEMORY]++;
  train(config, config->workers[1], folder, "second", WHOLE, &second);
  if (!first.async) {
    report->checked[SOAK_BITS]++;
    snprintf(second.folder, sizeof second.folder, "%s/second", folder);
    compare(&first, &second, "other workers", report);
  }
  if (trained && !first.async && config->lots % 2 == 0)
    check_mean(config, folder, report);
  if (trained && !first.async && config->lots / 2 % 3 == 0)
    check_resume(config, folder, &first, report);
  if ((trained || config->lots % 5 == 0) && config->lots / 6 % 6 == 0)
    check_leaks(config, folder, report);
  if (!first.async && config->lots / 36 % 6 == 0)
    check_program(config, folder, &first, report);
  if (soak_blocks() != 0)
    wrong(report, "%ld blocks of memory were not given back", soak_blocks());
  if (soak_descriptors() != open)
    wrong(report, "%d descriptors are open after the first run, %d after more", open, soak_descriptors());
  report->done = true;
}
