/* Chooses the numbers at an axis. */
#include "run/plot/axis.h"

#include <math.h>

/* Numbers of a decade on a logarithmic axis of this length: the shorter, the more. */
static const double few[] = {1, 2, 5}, all[] = {1, 2, 3, 4, 5, 6, 7, 8, 9},
                    halves[] = {1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9};

static void put_steps(FILE *out, char axis, struct gv_range range)
{
  double ratio = range.most / range.least;
  const double *step = ratio < 4 ? halves : ratio < 12 ? all : few;
  size_t count = ratio < 4   ? sizeof halves / sizeof *halves
                 : ratio < 12 ? sizeof all / sizeof *all
                              : sizeof few / sizeof *few;
  const char *join = "";
  fprintf(out, "set %ctics (", axis);
  double decade = pow(10, floor(log10(range.least)));  /* 0 under the least double */
  for (; decade > 0 && decade <= range.most * 10; decade *= 10)
    for (size_t s = 0; s < count; s++) {
      fprintf(out, "%s%.9g", join, step[s] * decade);
      join = ", ";
    }
  fputs(")\n", out);
}

void gv_axis_put(FILE *out, char axis, bool log, struct gv_range range)
{
  bool steps = log && range.most < 300 * range.least;
  const char *large = steps && range.most >= 4 * range.least ? "%.0s %c" : "%.1s %c";
  fprintf(out, "%s logscale %c\nset %ctics autofreq\nset format %c ", log ? "set" : "unset", axis, axis, axis);
  fprintf(out, "'%s'\n", log && !steps ? "10^{%T}" : range.most >= 1e4 ? large : "%g");
  if (steps)
    put_steps(out, axis, range);
}

void gv_axis_put_values(FILE *out, const double *value, size_t count)
{
  fputs("set format x '%g'\nset xtics (", out);
  for (size_t i = 0; i < count; i++)
    fprintf(out, "%s%.9g", i > 0 ? ", " : "", value[i]);
  fputs(")\n", out);
}
