/* Runs gnuplot: a script with its data goes in, a picture comes out. */
#include "run/chart.h"

#include <errno.h>
#include <math.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/file.h"

enum { POINTS = 2000 };  /* of a curve: more are finer than a picture */

static const struct { const char *ending, *terminal; } kinds[] = {
    {".svg", "svg size 900,600 font 'sans-serif,14' background rgb 'white' dynamic"},
    {".png", "pngcairo size 1350,900 fontscale 1.5 linewidth 1.5"},
    {".pdf", "pdfcairo size 18cm,12cm font ',12'"},
};

static const char *terminal_of(const char *path)
{
  size_t length = strlen(path);
  for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
    if (length > 4 && strcasecmp(path + length - 4, kinds[k].ending) == 0)
      return kinds[k].terminal;
  return NULL;
}

static bool is_there(const char *program)
{
  const char *path = getenv("PATH");
  char file[4096];
  while (path != NULL && *path != '\0') {
    int length = (int)strcspn(path, ":");
    if (snprintf(file, sizeof file, "%.*s/%s", length, path, program) < (int)sizeof file && access(file, X_OK) == 0)
      return true;
    path += length;
    path += *path == ':';
  }
  return false;
}

enum gv_status gv_chart_check(const char *path, struct gv_error *err)
{
  if (terminal_of(path) == NULL)
    return gv_fail(err, GV_USAGE, "plot '%s': accepted are names that end in .svg, .png and .pdf", path);
  if (!is_there("gnuplot"))
    return gv_fail(err, GV_SYSTEM, "plot %s: there is no program gnuplot to draw it: Debian package gnuplot-nox",
                   path);
  return GV_OK;
}

/* ---- the script ---- */

/* In gnuplot's single quotes, where nothing but a quote means anything. */
static void quote(FILE *out, const char *text)
{
  fputc('\'', out);
  for (; *text != '\0'; text++)
    if (*text == '\'')
      fputs("''", out);
    else
      fputc(*text == '\n' ? ' ' : *text, out);
  fputc('\'', out);
}

static void put_text(FILE *out, const char *what, const char *text)
{
  fprintf(out, "set %s ", what);
  quote(out, text);
  fputs(" noenhanced\n", out);
}

static void put_point(FILE *out, const struct gv_chart *p, const struct gv_chart_curve *c, size_t i)
{
  double y = c->y[i];
  if (isfinite(y) && !(c->thin && p->log_y && y < p->y_least))
    fprintf(out, "%zu %.9g\n", i, p->log_y && !(y > p->y_least) ? p->y_least : y);
}

/* Of a long curve the least and the largest value of every stretch: a line through them looks the same. */
static void put_data(FILE *out, const struct gv_chart *p, const struct gv_chart_curve *c, size_t number)
{
  size_t step = c->count > POINTS ? 2 * (c->count / POINTS + 1) : 1;
  fprintf(out, "$c%zu << EOD\n", number);
  for (size_t i = 0; i < c->count; i += step) {
    size_t end = c->count - i < step ? c->count : i + step, low = i, high = i;
    for (size_t j = i; j < end; j++) {
      if (c->y[j] < c->y[low] || !isfinite(c->y[low]))
        low = j;
      if (c->y[j] > c->y[high] || !isfinite(c->y[high]))
        high = j;
    }
    put_point(out, p, c, low < high ? low : high);
    if (low != high)
      put_point(out, p, c, low < high ? high : low);
  }
  fputs("EOD\n", out);
}

static bool has_points(const struct gv_chart_curve *c)
{
  for (size_t i = 0; i < c->count; i++)
    if (isfinite(c->y[i]))
      return true;
  return false;
}

static void put_script(FILE *out, const struct gv_chart *p, const char *path)
{
  /* Told apart also by who sees no red or green (Okabe and Ito), dark enough for lines. */
  static const char *const colours[] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#000000",
                                        "#e69f00", "#56b4e9", "#7f5f00", "#7a2fb0", "#808080"};
  size_t all = sizeof colours / sizeof colours[0], drawn = 0;
  fprintf(out, "set terminal %s\nset encoding utf8\n", terminal_of(path));
  put_text(out, "title", p->title);
  put_text(out, "xlabel", p->x_label);
  put_text(out, "ylabel", p->y_label);
  fputs("set grid back linecolor rgb '#dddddd' linetype 1 linewidth 0.5\nset border 3\nset tics nomirror\n"
        "set key outside right top vertical Left reverse samplen 2 noenhanced\n",
        out);
  if (p->log_y)
    fputs("set logscale y\nset format y '10^{%T}'\nunset mytics\n", out);
  for (size_t c = 0; c < p->curves; c++)
    put_data(out, p, &p->curve[c], c);
  for (size_t c = 0; c < p->curves; c++) {
    const struct gv_chart_curve *curve = &p->curve[c];
    if (!has_points(curve))
      continue;
    fprintf(out, "%s $c%zu with lines linecolor rgb '%s' linewidth %s dashtype %s ", drawn++ == 0 ? "plot" : ",", c,
            colours[(size_t)curve->colour % all], curve->thin ? "1" : "2", curve->thin ? "2" : "1");
    if (curve->title != NULL) {
      fputs("title ", out);
      quote(out, curve->title);
    } else {
      fputs("notitle", out);
    }
  }
  fputs("\n", out);
}

/* ---- the program ---- */

extern char **environ;

/* Its exit status or, when it could not be started or did not end by itself, -1 with errno. */
static int run_gnuplot(int in, int out, int complaints)
{
  static const char *const arguments[] = {"gnuplot", "-d", "-", NULL};  /* -d: without the user's own settings */
  posix_spawn_file_actions_t actions;
  pid_t id = 0;
  int state = 0;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, complaints, STDERR_FILENO);
  errno = posix_spawnp(&id, arguments[0], &actions, NULL, (char *const *)(uintptr_t)arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (errno != 0)
    return -1;
  while (waitpid(id, &state, 0) < 0)
    if (errno != EINTR)
      return -1;
  errno = EINTR;
  return WIFEXITED(state) ? WEXITSTATUS(state) : -1;
}

/* The last line that says something, as gnuplot shows the place of a mistake before it. */
static void read_complaint(FILE *from, char *text, size_t size)
{
  char line[256];
  snprintf(text, size, "it says nothing");
  rewind(from);
  while (fgets(line, sizeof line, from) != NULL) {
    line[strcspn(line, "\n")] = '\0';
    if (line[strspn(line, " ^")] != '\0')
      snprintf(text, size, "%s", line + strspn(line, " "));
  }
}

enum gv_status gv_chart_draw(const struct gv_chart *chart, const char *path, struct gv_error *err)
{
  struct gv_new_file file = {0};
  FILE *script = NULL, *complaints = NULL;
  enum gv_status status = gv_chart_check(path, err);
  if (status == GV_OK)
    status = gv_file_begin(&file, path, err);
  if (status == GV_OK) {
    script = tmpfile();
    complaints = tmpfile();
    if (script != NULL)
      put_script(script, chart, path);
    if (script == NULL || complaints == NULL || fflush(script) != 0 || fseek(script, 0, SEEK_SET) != 0)
      status = gv_fail(err, GV_SYSTEM, "%s: no temporary file for gnuplot: %s", path, strerror(errno));
  }
  if (status == GV_OK) {
    char text[256];
    int code = run_gnuplot(fileno(script), fileno(file.stream), fileno(complaints));
    if (code == -1) {
      status = gv_fail(err, GV_SYSTEM, "%s: gnuplot: %s", path, strerror(errno));
    } else if (code != 0 || lseek(fileno(file.stream), 0, SEEK_END) == 0) {
      read_complaint(complaints, text, sizeof text);
      status = gv_fail(err, GV_SYSTEM, "%s: gnuplot drew nothing: %s", path, text);
    }
  }
  if (script != NULL)
    fclose(script);
  if (complaints != NULL)
    fclose(complaints);
  if (status == GV_OK)
    status = gv_file_commit(&file, err);
  gv_file_abandon(&file);
  return status;
}
