/* Writes the script, with its data, from which gnuplot draws the bubbles. */
#include "run/data/bubbles.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "run/chart.h"
#include "run/filter.h"

enum gv_status gv_bubbles_check(const char *path, int nodes, int32_t classes, struct gv_error *err)
{
  if (classes == 0)
    return gv_fail(err, GV_USAGE, "draw %s: these data have no classes to draw", path);
  if (nodes > GV_BUBBLE_NODES || classes > GV_BUBBLE_CLASSES)
    return gv_fail(err, GV_USAGE, "draw %s: %d nodes and %d classes; accepted are up to %d nodes and %d classes",
                   path, nodes, classes, GV_BUBBLE_NODES, GV_BUBBLE_CLASSES);
  return gv_chart_check(path, err);
}

static void put_script(FILE *out, const struct gv_census *census, char *const *names, const char *title,
                       const char *path)
{
  /* Pixels of a picture's side, beside the bubbles, and of a letter of the title, which is to fit. */
  enum { LEAST = 220, MOST = 1000, MARGIN = 110, LETTER = 9 };
  int nodes = census->nodes, classes = census->classes, longest = nodes > classes ? nodes : classes;
  int cell = (MOST - MARGIN) / longest;
  cell = cell < 4 ? 4 : cell > 40 ? 40 : cell;
  int width = nodes * cell + MARGIN, height = classes * cell + MARGIN, letters = LETTER * (int)strlen(title);
  width = width < letters ? letters : width;
  char terminal[160];
  gv_chart_terminal(path, width < LEAST ? LEAST : width, height < LEAST ? LEAST : height, terminal,
                    sizeof terminal);
  fprintf(out, "set terminal %s\nset encoding utf8\n", terminal);
  fputs("set label 1 ", out);  /* a title would be centred on the bubbles, whose margin the names of classes make */
  gv_chart_quote(out, title);
  fputs(" at screen 0.5, screen 0.94 center noenhanced\nset tmargin at screen 0.88\n", out);
  gv_chart_put_text(out, "xlabel", "node");
  gv_chart_put_text(out, "ylabel", "class");
  fprintf(out, "set xrange [-0.7:%.1f]\nset yrange [-0.7:%.1f]\nset size ratio -1\nunset key\nset border 3\n"
          "set tics nomirror out\nset style fill solid 0.85 noborder\n", nodes - 0.3, classes - 0.3);
  if (nodes <= 20)
    fputs("set xtics 0,1\n", out);
  if (classes <= 20 && names == NULL)
    fputs("set ytics 0,1\n", out);
  if (classes <= 40 && names != NULL) {
    fputs("set ytics noenhanced (", out);
    for (int32_t c = 0; c < classes; c++) {
      fputs(c > 0 ? ", " : "", out);
      gv_chart_quote(out, names[c]);
      fprintf(out, " %d", c);
    }
    fputs(")\n", out);
  }
  int64_t most = 1;
  for (int64_t k = 0; k < (int64_t)nodes * classes; k++)
    most = census->histogram[k] > most ? census->histogram[k] : most;
  fputs("$b << EOD\n", out);
  for (int i = 0; i < nodes; i++)
    for (int32_t c = 0; c < classes; c++) {
      int64_t count = census->histogram[(int64_t)i * classes + c];
      if (count > 0)  /* the largest just touches its neighbours */
        fprintf(out, "%d %d %.6f\n", i, c, 0.49 * sqrt((double)count / (double)most));
    }
  fputs("EOD\nplot $b using 1:2:3 with circles linecolor rgb '#0072b2'\n", out);
}

enum gv_status gv_bubbles_draw(const struct gv_census *census, char *const *names, const char *title,
                               const char *path, struct gv_error *err)
{
  enum gv_status status = gv_bubbles_check(path, census->nodes, census->classes, err);
  if (status != GV_OK)
    return status;
  FILE *script = tmpfile();
  if (script == NULL)
    return gv_fail(err, GV_SYSTEM, "%s: no temporary file for gnuplot: %s", path, strerror(errno));
  put_script(script, census, names, title, path);
  status = gv_chart_run(script, path, err);
  fclose(script);
  return status;
}
