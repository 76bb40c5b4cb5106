/* Writes the script, with its data, from which gnuplot draws. */
#include "run/chart.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "run/filter.h"

enum {
  POINTS = 2000,  /* of a curve: more are finer than a picture */
  MARKS = 9,      /* on a curve */
};

/* Told apart also by who sees no red or green (Okabe and Ito), dark enough for lines; in grey by what follows. */
static const char *const colours[] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#000000",
                                      "#e69f00", "#56b4e9", "#7f5f00", "#7a2fb0", "#808080"};
static const int marks[] = {7, 4, 9, 12, 5, 10, 13, 6, 11, 8};  /* filled, open, in turn */
/* Of neighbours too: a line on another lets it show through. */
static const char *const dashes[] = {"1", "(10,5)", "(10,4,3,4)", "(3,4)"};

enum { COLOURS = sizeof colours / sizeof colours[0], DASHES = sizeof dashes / sizeof dashes[0] };

/* Formats take width and height, as often as they say. A pixel of svg is 1.5 of png, and 1/50 cm. */
static const struct { const char *ending, *terminal; double factor; } kinds[] = {
    {".svg", "svg size %.0f,%.0f font 'sans-serif,14' background rgb 'white' dynamic", 1},
    {".png", "pngcairo size %.0f,%.0f fontscale 1.5 linewidth 1.5 pointscale 1.5", 1.5},
    {".pdf", "pdfcairo size %.2fcm,%.2fcm font ',12'", 0.02},
};

bool gv_chart_terminal(const char *path, int width, int height, char *text, size_t size)
{
  size_t length = strlen(path);
  for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
    if (length > 4 && strcasecmp(path + length - 4, kinds[k].ending) == 0) {
      snprintf(text, size, kinds[k].terminal, width * kinds[k].factor, height * kinds[k].factor);
      return true;
    }
  return false;
}

enum gv_status gv_chart_check(const char *path, struct gv_error *err)
{
  char terminal[160];
  if (!gv_chart_terminal(path, 1, 1, terminal, sizeof terminal))
    return gv_fail(err, GV_USAGE, "plot '%s': accepted are names that end in .svg, .png and .pdf", path);
  return gv_filter_check("gnuplot", "gnuplot-nox", path, err);
}

/* ---- the script ---- */

const char *gv_chart_colour(size_t number)
{
  return colours[number % COLOURS];
}

static void put_pen(FILE *out, size_t number, bool dashed)
{
  fprintf(out, "linecolor rgb '%s' linewidth 2 dashtype %s pointtype %d pointsize %s", gv_chart_colour(number),
          dashed ? dashes[number % DASHES] : "1", marks[number % COLOURS], number % 2 == 0 ? "0.8" : "0.95");
}

/* They begin at different points, so that those of curves that meet do not hide each other. */
size_t gv_chart_marks(size_t count, size_t number, size_t *first)
{
  size_t every = count / MARKS > 0 ? count / MARKS : 1;
  *first = number * 3 * every / 10 % every;
  return every;
}

void gv_chart_put_curve(FILE *out, const char *data, size_t count, size_t number, bool dashed)
{
  size_t first, every = gv_chart_marks(count, number, &first);
  fprintf(out, "%s using 1:2 with lines ", data);
  put_pen(out, number, dashed);
  fprintf(out, " notitle, %s every %zu::%zu using 1:2 with points ", data, every, first);
  put_pen(out, number, dashed);
  fputs(" notitle", out);
}

void gv_chart_put_key(FILE *out, size_t number, bool dashed, const char *title)
{
  fputs("NaN with linespoints ", out);
  put_pen(out, number, dashed);
  fputs(" title ", out);
  gv_chart_quote(out, title);
}

/* In gnuplot's single quotes, where nothing but a quote means anything. */
void gv_chart_quote(FILE *out, const char *text)
{
  fputc('\'', out);
  for (; *text != '\0'; text++)
    if (*text == '\'')
      fputs("''", out);
    else
      fputc(*text == '\n' ? ' ' : *text, out);
  fputc('\'', out);
}

void gv_chart_put_text(FILE *out, const char *what, const char *text)
{
  fprintf(out, "set %s ", what);
  gv_chart_quote(out, text);
  fputs(" noenhanced\n", out);
}

static bool put_point(FILE *out, const struct gv_chart *p, const struct gv_chart_curve *c, size_t i)
{
  double y = c->y[i];
  if (!isfinite(y) || (c->thin && p->log_y && y < p->y_least))
    return false;
  fprintf(out, "%zu %.9g\n", i, p->log_y && !(y > p->y_least) ? p->y_least : y);
  return true;
}

/* Of a long curve the least and the largest value of every stretch: a line through them looks the same. Returns how
 * many lines that made. */
static size_t put_data(FILE *out, const struct gv_chart *p, const struct gv_chart_curve *c, size_t number)
{
  size_t step = c->count > POINTS ? 2 * (c->count / POINTS + 1) : 1, lines = 0;
  fprintf(out, "$c%zu << EOD\n", number);
  for (size_t i = 0; i < c->count; i += step) {
    size_t end = c->count - i < step ? c->count : i + step, low = i, high = i;
    for (size_t j = i; j < end; j++) {
      if (c->y[j] < c->y[low] || !isfinite(c->y[low]))
        low = j;
      if (c->y[j] > c->y[high] || !isfinite(c->y[high]))
        high = j;
    }
    lines += put_point(out, p, c, low < high ? low : high);
    if (low != high)
      lines += put_point(out, p, c, low < high ? high : low);
  }
  fputs("EOD\n", out);
  return lines;
}

static void put_thin(FILE *out, const char *data, const struct gv_chart_curve *curve)
{
  fprintf(out, "%s with lines linecolor rgb '%s' linewidth 1 dashtype 2 ", data,
          gv_chart_colour((size_t)curve->colour));
  if (curve->title == NULL) {
    fputs("notitle", out);
    return;
  }
  fputs("title ", out);
  gv_chart_quote(out, curve->title);
}

static void put_script(FILE *out, const struct gv_chart *p, const char *path, size_t *lines)
{
  const char *join = "plot ";
  char terminal[160], name[24];
  gv_chart_terminal(path, 900, 600, terminal, sizeof terminal);
  fprintf(out, "set terminal %s\nset encoding utf8\n", terminal);
  gv_chart_put_text(out, "title", p->title);
  gv_chart_put_text(out, "xlabel", p->x_label);
  gv_chart_put_text(out, "ylabel", p->y_label);
  fputs("set grid back linecolor rgb '#dddddd' linetype 1 linewidth 0.5\nset border 3\nset tics nomirror\n"
        "set key outside right top vertical Left reverse samplen 2 noenhanced\n",
        out);
  if (p->log_y)
    fputs("set logscale y\nset format y '10^{%T}'\nunset mytics\n", out);
  for (size_t c = 0; c < p->curves; c++)
    lines[c] = put_data(out, p, &p->curve[c], c);
  for (size_t c = 0; c < p->curves; c++) {
    const struct gv_chart_curve *curve = &p->curve[c];
    if (lines[c] == 0)
      continue;
    fputs(join, out);
    join = ", ";
    snprintf(name, sizeof name, "$c%zu", c);
    if (curve->thin)
      put_thin(out, name, curve);
    else
      gv_chart_put_curve(out, name, lines[c], (size_t)curve->colour, false);
    if (!curve->thin && curve->title != NULL) {
      fputs(join, out);
      gv_chart_put_key(out, (size_t)curve->colour, false, curve->title);
    }
  }
  fputs("\n", out);
}

enum gv_status gv_chart_run(FILE *script, const char *path, struct gv_error *err)
{
  static const char *const arguments[] = {"gnuplot", "-d", "-", NULL};  /* -d: without the user's own settings */
  return gv_filter_run(arguments, script, path, err);
}

enum gv_status gv_chart_draw(const struct gv_chart *chart, const char *path, struct gv_error *err)
{
  enum gv_status status = gv_chart_check(path, err);
  if (status != GV_OK)
    return status;
  FILE *script = tmpfile();
  size_t *lines = calloc(chart->curves + 1, sizeof *lines);
  if (script == NULL || lines == NULL) {
    status = gv_fail(err, GV_SYSTEM, "%s: no temporary file for gnuplot: %s", path, strerror(errno));
  } else {
    put_script(script, chart, path, lines);
    status = gv_chart_run(script, path, err);
  }
  if (script != NULL)
    fclose(script);
  free(lines);
  return status;
}
