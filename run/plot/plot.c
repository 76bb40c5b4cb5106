/* The script of a plot. */
#include "run/plot/plot.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run/chart.h"
#include "run/plot/axis.h"

/* Pixels of svg. */
enum {
  WIDTH = 640,   /* of a panel */
  HEIGHT = 440,  /* of one that is alone */
  PANEL = 310,   /* of each of several */
  HEAD = 40,     /* over all, for the title */
  FOOT = 72,     /* under a panel, for numbers and words */
  LEFT = 85,
  LETTER = 10,
  LINE = 26,     /* of the legend */
};

enum {
  BANDS = 6,  /* at most as many curves have bands: more cover each other */
  TICS = 12,  /* at most as many values of an option stand at the axis */
};

/* Shares of 1 are not made clearer by a logarithm. */
static bool is_log(const struct gv_plot *p, size_t panel)
{
  return p->log_y && strstr(p->panels[panel].column, "accuracy") == NULL;
}

/* What a logarithm cannot show is left out; so is what has no room under it before doubles end at 0. */
static bool is_shown(const struct gv_plot *p, size_t panel, double x, double y)
{
  return (!p->log_x || x >= DBL_MIN) && (!is_log(p, panel) || y >= DBL_MIN);
}

static void put_data(FILE *out, const struct gv_plot *p, size_t panel)
{
  const struct gv_curves *curves = &p->panels[panel];
  double floor_y = INFINITY;
  for (size_t g = 0; g < curves->groups; g++)
    for (size_t i = 0; i < curves->band[g].count; i++)
      if (curves->band[g].y[i] >= DBL_MIN)
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

static size_t count_points(const struct gv_plot *p, size_t panel, const struct gv_band *band)
{
  size_t count = 0;
  for (size_t i = 0; i < band->count; i++)
    count += is_shown(p, panel, band->x[i], band->y[i]);
  return count;
}

/* Bands as long as they can be told apart; of more curves the deviation at the marks. */
static void put_deviations(FILE *out, const struct gv_plot *p, size_t panel, const char **join)
{
  const struct gv_curves *curves = &p->panels[panel];
  for (size_t g = 0; g < curves->groups; g++) {
    size_t points = count_points(p, panel, &curves->band[g]), first, every = gv_chart_marks(points, g, &first);
    if (!has_band(&curves->band[g]))
      continue;
    if (curves->groups <= BANDS && points > 1)
      fprintf(out, "%s$p%zug%zu using 1:3:4 with filledcurves linecolor rgb '%s' fillstyle transparent solid 0.15 "
              "noborder notitle", *join, panel, g, gv_chart_colour(g));
    else
      fprintf(out, "%s$p%zug%zu every %zu::%zu using 1:2:3:4 with yerrorbars linecolor rgb '%s' pointtype 0 "
              "linewidth 1 notitle", *join, panel, g, every, first, gv_chart_colour(g));
    *join = ", ";
  }
}

static void put_curves(FILE *out, const struct gv_plot *p, size_t panel)
{
  const struct gv_curves *curves = &p->panels[panel];
  const char *join = "plot ";
  put_deviations(out, p, panel, &join);
  for (size_t g = 0; g < curves->groups; g++) {
    size_t points = count_points(p, panel, &curves->band[g]);
    char name[48];
    if (points == 0)
      continue;
    fputs(join, out);
    snprintf(name, sizeof name, "$p%zug%zu", panel, g);
    gv_chart_put_curve(out, name, points, g, true);
    join = ", ";
  }
  fputs(*join == 'p' ? "plot NaN notitle\n" : "\n", out);  /* nothing to show is shown, too */
}

/* Says within the panel what a logarithm or a missing figure has left out. */
static void put_left_out(FILE *out, const struct gv_plot *p, size_t panel)
{
  const struct gv_curves *curves = &p->panels[panel];
  char text[200] = "";
  size_t used = 0, lost = 0;
  for (size_t g = 0; g < curves->groups; g++)
    for (size_t i = 0; i < curves->band[g].count; i++)  /* that rounds begin at 0 is no loss, of an option it is */
      lost += (is_log(p, panel) && curves->band[g].y[i] < DBL_MIN) ||
              (p->groups->against != NULL && p->log_x && curves->band[g].x[i] < DBL_MIN);
  if (lost > 0)
    used = (size_t)snprintf(text, sizeof text,
                            "points at 0 or below, %zu of them, have no logarithm and are left out", lost);
  if (curves->without > 0)
    snprintf(text + used, sizeof text - used, "%s%zu of %zu runs have none", used > 0 ? "; " : "", curves->without,
             p->groups->count);
  fputs("unset label 2\n", out);
  if (*text == '\0')
    return;
  fputs("set label 2 ", out);
  gv_chart_quote(out, text);
  fputs(" at graph 0.02, graph 0.04 left noenhanced font ',11' textcolor rgb '#606060' front\n", out);
}

static struct gv_range range_of(const struct gv_plot *p, size_t panel, bool of_x)
{
  const struct gv_curves *curves = &p->panels[panel];
  struct gv_range range = {INFINITY, -INFINITY};
  for (size_t g = 0; g < curves->groups; g++)
    for (size_t i = 0; i < curves->band[g].count; i++) {
      double x = curves->band[g].x[i], y = curves->band[g].y[i];
      if (!is_shown(p, panel, x, y))
        continue;
      double off = of_x || !isfinite(curves->band[g].deviation[i]) ? 0 : curves->band[g].deviation[i];
      range.least = fmin(range.least, of_x ? x : fmin(y, fmax(y - off, y / 3)));  /* a band may reach 0 */
      range.most = fmax(range.most, of_x ? x : y + off);
    }
  return range;
}

/* Where all panels begin and end, so that they can be read down. */
static struct gv_range x_of_all(const struct gv_plot *p)
{
  struct gv_range range = range_of(p, 0, true);
  for (size_t panel = 1; panel < p->count; panel++) {
    struct gv_range one = range_of(p, panel, true);
    range = (struct gv_range){fmin(range.least, one.least), fmax(range.most, one.most)};
  }
  return range;
}

/* The values of an option are its numbers, as long as there is room for them. */
static void put_values(FILE *out, const struct gv_plot *p)
{
  double value[TICS];
  size_t count = 0;
  for (size_t panel = 0; panel < p->count; panel++)
    for (size_t g = 0; g < p->groups->groups; g++)
      for (size_t i = 0; i < p->panels[panel].band[g].count; i++) {
        double x = p->panels[panel].band[g].x[i];
        size_t at = 0;
        while (at < count && value[at] != x)
          at++;
        if (at == TICS)
          return;
        value[at] = x;
        count += at == count;
      }
  gv_axis_put_values(out, value, count);
}

static void put_x(FILE *out, const struct gv_plot *p)
{
  struct gv_range x = x_of_all(p);
  bool is_option = p->groups->against != NULL;
  gv_axis_put(out, 'x', p->log_x, x);
  if (is_option && p->log_x)
    put_values(out, p);
  if (x.most < x.least)
    fputs("set xrange [1:10]\n", out);
  else if (p->log_x)
    fprintf(out, "set xrange [%.9g:%.9g]\n", x.least / 1.1, x.most * 1.1);
  else if (is_option && x.least < x.most)
    fprintf(out, "set xrange [%.9g:%.9g]\n", x.least - 0.02 * (x.most - x.least),
            x.most + 0.02 * (x.most - x.least));
  else
    fprintf(out, "set xrange [%.9g:%.9g]\n", fmin(x.least, 0), x.most > 0 ? x.most * 1.02 : 1);
}

static void put_y(FILE *out, const struct gv_plot *p, size_t panel)
{
  struct gv_range y = range_of(p, panel, false);
  bool is_many = y.most > 300 * y.least;
  gv_axis_put(out, 'y', is_log(p, panel), y);
  if (y.most < y.least)
    fputs("set yrange [1:10]\n", out);
  else if (is_log(p, panel))
    fprintf(out, "set yrange [%.9g:%.9g]\n", y.least / (is_many ? 2 : 1.15), y.most * (is_many ? 2 : 1.15));
  else
    fputs("set yrange [*:*]\n", out);
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
    fputs(g == 0 ? "plot " : ", ", out);
    gv_chart_put_key(out, g, true, groups->label[g]);
  }
  fputs("\n", out);
}

/* As wide as its longest line; 0: nothing to tell apart. */
static int legend_width(const struct gv_groups *groups)
{
  size_t longest = 0, keys = 0;
  if (groups->groups == 1 && groups->varied == 0)
    return 0;
  for (size_t g = 0; g < groups->groups; g++)
    longest = strlen(groups->label[g]) > longest ? strlen(groups->label[g]) : longest;
  for (size_t k = 0; k < groups->varied; k++)
    keys += strlen(groups->keys[k]) + 2;
  return LETTER * (int)(keys > longest ? keys : longest) + 80;
}

static void put_title(FILE *out, const struct gv_plot *p, int width, int height)
{
  char title[300];
  const char *name = p->title != NULL ? p->title : p->groups->title;
  bool banded = false;
  for (size_t g = 0; g < p->groups->groups; g++)
    banded = banded || has_band(&p->panels[0].band[g]);
  snprintf(title, sizeof title, "%s%s%s", name, banded && *name != '\0' ? ", " : "",
           banded ? "mean and standard deviation of the runs" : "");
  fputs("set label 1 ", out);
  gv_chart_quote(out, title);
  fprintf(out, " at screen %.4f, screen %.4f left noenhanced font ',15'\n", (double)LEFT / width,
          1 - 20.0 / height);
}

static void put_script(FILE *out, const struct gv_plot *p, const char *path)
{
  char terminal[160];
  int legend = legend_width(p->groups), width = WIDTH + (legend > 0 ? legend : 25);
  int height = HEAD + (p->count == 1 ? HEIGHT : PANEL * (int)p->count);
  int lines = HEAD + LINE * ((int)p->groups->groups + 2);
  height = legend > 0 && height < lines ? lines : height;
  gv_chart_terminal(path, width, height, terminal, sizeof terminal);
  fprintf(out, "set terminal %s\nset encoding utf8\n", terminal);
  for (size_t panel = 0; panel < p->count; panel++)
    put_data(out, p, panel);
  fputs("set grid back linecolor rgb '#dddddd' linetype 1 linewidth 0.5\nset border 3\nset tics nomirror\n"
        "unset key\n", out);
  fprintf(out, "set multiplot\nset lmargin at screen %.4f\nset rmargin at screen %.4f\n", (double)LEFT / width,
          (double)WIDTH / width);
  put_title(out, p, width, height);
  put_x(out, p);
  double room = (height - HEAD) / (double)p->count;
  for (size_t panel = 0; panel < p->count; panel++) {
    double top = height - HEAD - room * (double)panel, bottom = top - room + FOOT;
    fprintf(out, "set tmargin at screen %.4f\nset bmargin at screen %.4f\n", (top - 5) / height, bottom / height);
    if (panel == p->count - 1)
      gv_chart_put_text(out, "xlabel", p->panels[0].label_x);
    gv_chart_put_text(out, "ylabel", p->panels[panel].label);
    put_y(out, p, panel);
    put_left_out(out, p, panel);
    put_curves(out, p, panel);
    fputs("unset label 1\n", out);
  }
  fputs("unset label 2\n", out);
  if (legend > 0)
    put_legend(out, p->groups, 1 - (legend - 20.0) / width, 1 - (HEAD + 5.0) / height);
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
