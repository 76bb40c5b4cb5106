/* The script of a plot. */
#include "run/plot/plot.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run/chart.h"

enum { WIDTH = 640, HEIGHT = 420, PANEL = 300, LETTER = 9, MARKS = 8, BANDS = 6 };

/* Told apart also by who sees no red or green (Okabe and Ito), and in print by dashes and marks. */
static const char *const colours[] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#000000",
                                      "#e69f00", "#56b4e9", "#7f5f00", "#7a2fb0", "#808080"};
static const int marks[] = {7, 5, 9, 11, 13, 6, 4, 8, 10, 12};
static const int dashes[] = {1, 2, 4, 5, 3};

enum { COLOURS = sizeof colours / sizeof colours[0], DASHES = sizeof dashes / sizeof dashes[0] };

static double largest(const struct gv_curves *curves, bool of_x)
{
  double most = 0;
  for (size_t g = 0; g < curves->groups; g++)
    for (size_t i = 0; i < curves->band[g].count; i++)
      most = fmax(most, fabs(of_x ? curves->band[g].x[i] : curves->band[g].y[i]));
  return most;
}

/* Shares of 1 are not made clearer by a logarithm. */
static bool is_log(const struct gv_plot *p, size_t panel)
{
  return p->log_y && strstr(p->panels[panel].column, "accuracy") == NULL;
}

/* What a logarithm cannot show is left out. */
static bool is_shown(const struct gv_plot *p, size_t panel, double x, double y)
{
  return (!p->log_x || x > 0) && (!is_log(p, panel) || y > 0);
}

static void put_data(FILE *out, const struct gv_plot *p, size_t panel)
{
  const struct gv_curves *curves = &p->panels[panel];
  double floor_y = INFINITY;
  for (size_t g = 0; g < curves->groups; g++)
    for (size_t i = 0; i < curves->band[g].count; i++)
      if (curves->band[g].y[i] > 0)
        floor_y = fmin(floor_y, curves->band[g].y[i] / 10);
  for (size_t g = 0; g < curves->groups; g++) {
    const struct gv_band *band = &curves->band[g];
    fprintf(out, "$p%zug%zu << EOD\n", panel, g);
    for (size_t i = 0; i < band->count; i++) {
      double off = isfinite(band->deviation[i]) ? band->deviation[i] : 0, low = band->y[i] - off;
      if (is_shown(p, panel, band->x[i], band->y[i]))
        fprintf(out, "%.9g %.9g %.9g %.9g\n", band->x[i], band->y[i],
                is_log(p, panel) && !(low > 0) ? floor_y : low, band->y[i] + off);
    }
    fputs("EOD\n", out);
  }
}

static bool has_band(const struct gv_band *band)
{
  bool some = false;
  for (size_t i = 0; i < band->count && !some; i++)
    some = isfinite(band->deviation[i]) && band->deviation[i] > 0;
  return some;
}

static bool has_points(const struct gv_plot *p, size_t panel, const struct gv_band *band)
{
  bool some = false;
  for (size_t i = 0; i < band->count && !some; i++)
    some = is_shown(p, panel, band->x[i], band->y[i]);
  return some;
}

static void put_curves(FILE *out, const struct gv_plot *p, size_t panel)
{
  const struct gv_curves *curves = &p->panels[panel];
  const char *join = "plot ";
  for (size_t g = 0; g < curves->groups && curves->groups <= BANDS; g++)
    if (has_band(&curves->band[g]) && has_points(p, panel, &curves->band[g])) {
      fprintf(out, "%s$p%zug%zu using 1:3:4 with filledcurves linecolor rgb '%s' fillstyle transparent solid 0.15 "
              "noborder notitle", join, panel, g, colours[g % COLOURS]);
      join = ", ";
    }
  for (size_t g = 0; g < curves->groups; g++) {
    size_t every = curves->band[g].count / MARKS;
    if (!has_points(p, panel, &curves->band[g]))
      continue;
    /* marks begin at different points, so that those of curves that meet do not hide each other */
    fprintf(out, "%s$p%zug%zu using 1:2 with linespoints linecolor rgb '%s' linewidth 2 dashtype %d pointtype %d "
            "pointsize 0.7 pointinterval %zu ", join, panel, g, colours[g % COLOURS], dashes[g / COLOURS % DASHES],
            marks[g % COLOURS], every > 0 ? every : 1);
    join = ", ";
    fputs("notitle", out);
  }
  fputs("\n", out);
}

/* Large numbers with k, M, G behind them; logarithmic ones as powers. */
static void put_axis(FILE *out, char axis, bool log, double most)
{
  if (log)
    fprintf(out, "set logscale %c\nset format %c '10^{%%T}'\n", axis, axis);
  else if (most >= 1e4)
    fprintf(out, "set format %c '%%.0s %%c'\n", axis);
  else
    fprintf(out, "set format %c '%%g'\n", axis);
}

/* The legend as a panel of its own over the whole height, left of which the curves stand; titled "topology,
 * algorithm", what varies. */
static void put_legend(FILE *out, const struct gv_groups *groups, double left, double top)
{
  char keys[200] = "";
  for (size_t k = 0, used = 0; k < groups->varied && used < sizeof keys; k++)
    used += (size_t)snprintf(keys + used, sizeof keys - used, "%s%s", k > 0 ? ", " : "", groups->keys[k]);
  fprintf(out, "unset tics\nunset border\nunset grid\nunset logscale\nunset xlabel\nunset ylabel\n"
          "set lmargin at screen 0\nset rmargin at screen 1\nset tmargin at screen 1\nset bmargin at screen 0\n"
          "set xrange [0:1]\nset yrange [0:1]\n"
          "set key at screen %.4f, screen %.4f left top vertical maxcols 1 Left reverse samplen 3 spacing 1.2 "
          "noenhanced", left, top);
  if (*keys != '\0') {
    fputs(" title ", out);
    gv_chart_quote(out, keys);
    fputs(" left", out);
  }
  fputs("\n", out);
  for (size_t g = 0; g < groups->groups; g++) {
    fprintf(out,
            "%s NaN with linespoints linecolor rgb '%s' linewidth 2 dashtype %d pointtype %d pointsize 0.7 title ",
            g == 0 ? "plot" : ",", colours[g % COLOURS], dashes[g / COLOURS % DASHES], marks[g % COLOURS]);
    gv_chart_quote(out, groups->label[g]);
  }
  fputs("\n", out);
}

static void put_script(FILE *out, const struct gv_plot *p, const char *path)
{
  char terminal[160], title[300];
  size_t longest = 0, keys = 0, seeds = p->groups->groups > 0 ? p->groups->count / p->groups->groups : 0;
  for (size_t g = 0; g < p->groups->groups && (p->groups->groups > 1 || p->groups->varied > 0); g++)
    longest = strlen(p->groups->label[g]) > longest ? strlen(p->groups->label[g]) : longest;
  for (size_t k = 0; k < p->groups->varied; k++)
    keys += strlen(p->groups->keys[k]) + 2;
  longest = keys > longest ? keys : longest;
  int legend = longest > 0 ? LETTER * (int)longest + 70 : 25, width = WIDTH + legend;
  int head = 40, height = p->count == 1 ? HEIGHT + head : PANEL * (int)p->count + head;
  int lines = (int)p->groups->groups * 22 + 100;
  height = longest > 0 && height < lines ? lines : height;
  gv_chart_terminal(path, width, height, terminal, sizeof terminal);
  const char *name = p->groups->title;
  if (p->title != NULL)
    snprintf(title, sizeof title, "%s", p->title);
  else if (seeds > 1)
    snprintf(title, sizeof title, "%s%smean of %zu seeds%s", name, *name != '\0' ? ": " : "", seeds,
             p->groups->groups <= BANDS ? ", band: one standard deviation" : "");
  else
    snprintf(title, sizeof title, "%s", p->groups->title);
  fprintf(out, "set terminal %s\nset encoding utf8\n", terminal);
  for (size_t panel = 0; panel < p->count; panel++)
    put_data(out, p, panel);
  fputs("set grid back linecolor rgb '#dddddd' linetype 1 linewidth 0.5\nset border 3\nset tics nomirror\n", out);
  fprintf(out, "set multiplot\nset lmargin at screen %.4f\nset rmargin at screen %.4f\n", 85.0 / width,
          1 - (double)legend / width);
  fputs("set label 1 ", out);
  gv_chart_quote(out, title);
  fprintf(out, " at screen %.4f, screen %.4f left noenhanced font ',15'\n", 85.0 / width, 1 - 20.0 / height);
  put_axis(out, 'x', p->log_x, largest(&p->panels[0], true));
  fprintf(out, "set xrange [*:%.9g]\n", largest(&p->panels[0], true) * (p->log_x ? 1.1 : 1.02));
  fputs("unset key\n", out);
  double room = (height - head) / (double)p->count;
  for (size_t panel = 0; panel < p->count; panel++) {
    double top = height - head - room * (double)panel, bottom = top - room + 55;
    fprintf(out, "set tmargin at screen %.4f\nset bmargin at screen %.4f\n", (top - 5) / height, bottom / height);
    if (panel == p->count - 1)
      gv_chart_put_text(out, "xlabel", p->panels[0].axis->label);
    gv_chart_put_text(out, "ylabel", p->panels[panel].label);
    put_axis(out, 'y', is_log(p, panel), largest(&p->panels[panel], false));
    put_curves(out, p, panel);
    fputs("unset label 1\n", out);
  }
  if (longest > 0)
    put_legend(out, p->groups, 1 - (legend - 20.0) / width, 1 - (head + 5.0) / height);
  fputs("unset multiplot\n", out);
}

enum gv_status gv_plot_draw(const struct gv_plot *plot, const char *path, struct gv_error *err)
{
  enum gv_status status = gv_chart_check(path, err);
  if (status != GV_OK)
    return status;
  FILE *script = tmpfile();
  if (script == NULL)
    return gv_fail(err, GV_SYSTEM, "%s: no temporary file for gnuplot: %s", path, strerror(errno));
  put_script(script, plot, path);
  status = gv_chart_run(script, path, err);
  fclose(script);
  return status;
}
