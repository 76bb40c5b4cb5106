/* Prints the table of a study: mean +- standard deviation, the best marked. */
#include "cli/study_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

/* How a format writes. */
struct style {
  const char *begin, *between, *end;  /* of a row */
  const char *best_begin, *best_end;
  const char *plus_minus, *none;
  bool pads, latex;
};

struct chosen {
  size_t column[GV_FIGURES_MAX];
  size_t count;
};

static enum gv_status choose(const struct gv_table_of_study *table, const char *metrics, struct chosen *chosen,
                             struct gv_error *err)
{
  chosen->count = 0;
  for (size_t c = 0; c < table->figures && metrics == NULL; c++)
    if (table->figure[c]->shown)
      chosen->column[chosen->count++] = c;
  while (metrics != NULL && *metrics != '\0') {
    char key[64], all[400] = "none, as no run is done";
    size_t length = strcspn(metrics, ","), column;
    snprintf(key, sizeof key, "%.*s", (int)length, metrics);
    if (gv_study_figure(table, key, &column) == NULL) {
      for (size_t c = 0, used = 0; c < table->figures && used < sizeof all; c++)
        used += (size_t)snprintf(all + used, sizeof all - used, "%s%s", c > 0 ? ", " : "", table->figure[c]->key);
      return gv_fail(err, GV_USAGE, "metrics: the runs have no figure '%s'; there are: %s", key, all);
    }
    if (chosen->count < GV_FIGURES_MAX)
      chosen->column[chosen->count++] = column;
    metrics += length + (metrics[length] == ',');
  }
  return GV_OK;
}

/* A figure in one notation: mean and deviation plain, or with one exponent for both. */
struct shown {
  char mean[40], deviation[40];  /* deviation "": of one run */
  char exponent[12];             /* "e-07"; "": plain, or the mean's own where it stands alone */
};

/* With as many digits as the deviation makes sense of: its first two. */
static struct shown shown_of(const struct gv_cell *cell)
{
  struct shown shown = {.mean = ""};
  double mean = fabs(cell->mean), deviation = cell->deviation;
  bool alone = !isfinite(deviation);
  if (deviation <= 1e-9 * mean) {  /* nothing but rounding */
    snprintf(shown.mean, sizeof shown.mean, mean >= 1e3 && mean < 1e9 ? "%.0f" : "%.4g", cell->mean);
    snprintf(shown.deviation, sizeof shown.deviation, "0");
    return shown;
  }
  double scale = alone ? mean / 100 : deviation;
  int digits = scale > 0 && isfinite(scale) ? 1 - (int)floor(log10(scale)) : 0;
  double most = alone ? mean : fmax(mean, deviation);
  bool plain = most < 1e6 && most >= 1e-3 && digits <= 6;
  int exponent = plain || alone ? 0 : (int)floor(log10(most));
  double unit = pow(10, exponent);
  digits = digits + exponent < 0 ? 0 : digits + exponent < 9 ? digits + exponent : 9;
  if (alone)
    snprintf(shown.mean, sizeof shown.mean, plain ? "%.*f" : "%.*g", plain ? (digits < 4 ? digits : 4) : 3,
             cell->mean);
  else
    snprintf(shown.mean, sizeof shown.mean, "%.*f", digits, cell->mean / unit);
  if (!alone)
    snprintf(shown.deviation, sizeof shown.deviation, "%.*f", digits, deviation / unit);
  if (!alone && !plain)
    snprintf(shown.exponent, sizeof shown.exponent, "e%+03d", exponent);
  return shown;
}

/* Whether a cell reads like the best of its column. Those of groups in which runs are missing do not compete. */
static bool reads_best(const struct gv_table_of_study *table, size_t group, size_t column)
{
  const struct gv_cell *cell = &table->cell[group * table->figures + column];
  bool best = cell->best;
  struct shown own = shown_of(cell);
  for (size_t g = 0; g < table->plan->groups && cell->whole && !best; g++) {
    const struct gv_cell *other = &table->cell[g * table->figures + column];
    struct shown its = shown_of(other);
    best = other->best && strcmp(its.mean, own.mean) == 0 && strcmp(its.exponent, own.exponent) == 0;
  }
  return best;
}

/* done: runs of the group; that fewer have the figure is said. */
static void cell_text(const struct gv_cell *cell, int done, bool best, const struct style *style, char *text,
                      size_t size)
{
  struct shown shown = shown_of(cell);
  char of[40] = "";
  if (cell->runs < done)
    snprintf(of, sizeof of, " (%d of %d)", cell->runs, done);
  if (cell->runs == 0)
    snprintf(text, size, "%s", style->none);
  else
    snprintf(text, size, "%s%s%s%s%s%s%s%s%s", best ? style->best_begin : "", *shown.exponent != '\0' ? "(" : "",
             shown.mean, *shown.deviation != '\0' ? style->plus_minus : "", shown.deviation,
             *shown.exponent != '\0' ? ")" : "", shown.exponent, best ? style->best_end : "", of);
}

/* Text that LaTeX would read as its own. */
static void put_latex(const char *text)
{
  for (; *text != '\0'; text++)
    if (strchr("_%&#{}$", *text) != NULL)
      printf("\\%c", *text);
    else if (strchr("^~\\", *text) != NULL)
      printf("\\text%s{}", *text == '^' ? "asciicircum" : *text == '~' ? "asciitilde" : "backslash");
    else
      putchar(*text);
}

static void put_cell(const struct style *style, const char *text, int width, bool left, bool first)
{
  int pad = style->pads ? width - gv_text_width(text) : 0;
  printf("%s", first ? style->begin : style->between);
  if (!left && pad > 0)
    printf("%*s", pad, "");
  if (style->latex)
    put_latex(text);
  else
    printf("%s", text);
  if (left && pad > 0)
    printf("%*s", pad, "");
}

/* Cells as text: (groups + 1, columns), the first row the head. */
struct sheet {
  size_t rows, columns, left;  /* left: columns of names */
  char (*cell)[96];
  int *width;                  /* (columns) */
  bool marked;                 /* some figure is */
};

static bool sheet_make(struct sheet *sheet, const struct gv_table_of_study *table, const struct chosen *chosen,
                       const struct style *style)
{
  const struct gv_study_plan *plan = table->plan;
  *sheet = (struct sheet){.rows = plan->groups + 1, .columns = plan->varied + 1 + chosen->count,
                          .left = plan->varied};
  sheet->cell = calloc(sheet->rows * sheet->columns, sizeof *sheet->cell);
  sheet->width = calloc(sheet->columns, sizeof *sheet->width);
  if (sheet->cell == NULL || sheet->width == NULL)
    return false;
  for (size_t k = 0; k < plan->varied; k++)
    snprintf(sheet->cell[k], sizeof *sheet->cell, "%s", plan->keys[k]);
  snprintf(sheet->cell[plan->varied], sizeof *sheet->cell, "runs");
  for (size_t c = 0; c < chosen->count; c++)
    snprintf(sheet->cell[plan->varied + 1 + c], sizeof *sheet->cell, "%s", table->figure[chosen->column[c]]->title);
  for (size_t g = 0; g < plan->groups; g++) {
    char(*row)[96] = sheet->cell + (g + 1) * sheet->columns;
    for (size_t k = 0; k < plan->varied; k++)
      snprintf(row[k], sizeof *row, "%s", plan->runs[table->first[g]].values[k]);
    snprintf(row[plan->varied], sizeof *row, table->done[g] < table->planned[g] ? "%d of %d" : "%d", table->done[g],
             table->planned[g]);
    for (size_t c = 0; c < chosen->count; c++) {
      size_t column = chosen->column[c];
      bool best = reads_best(table, g, column);
      cell_text(&table->cell[g * table->figures + column], table->done[g], best, style, row[plan->varied + 1 + c],
                sizeof *row);
      sheet->marked = sheet->marked || best;
    }
  }
  for (size_t r = 0; r < sheet->rows; r++)
    for (size_t c = 0; c < sheet->columns; c++) {
      int width = gv_text_width(sheet->cell[r * sheet->columns + c]);
      sheet->width[c] = width > sheet->width[c] ? width : sheet->width[c];
    }
  return true;
}

static void print_sheet(const struct sheet *sheet, const struct style *style, const char *format)
{
  bool markdown = strcmp(format, "markdown") == 0;
  if (style->latex) {
    printf("\\begin{tabular}{");
    for (size_t c = 0; c < sheet->columns; c++)
      putchar(c < sheet->left ? 'l' : 'r');
    printf("}\n\\hline\n");
  }
  for (size_t r = 0; r < sheet->rows; r++) {
    for (size_t c = 0; c < sheet->columns; c++) {
      const char *text = sheet->cell[r * sheet->columns + c];
      struct style plain = *style;
      plain.latex = style->latex && (r == 0 || c < sheet->left);  /* figures are LaTeX already */
      put_cell(&plain, text, sheet->width[c], c < sheet->left, c == 0);
    }
    printf("%s\n", style->end);
    if (r == 0 && markdown) {
      for (size_t c = 0; c < sheet->columns; c++)
        printf("%s", c < sheet->left ? "|---" : "|--:");
      printf("|\n");
    }
    if (r == 0 && style->latex)
      printf("\\hline\n");
  }
  if (style->latex)
    printf("\\hline\n\\end{tabular}\n");
}

/* part <- the table of the chosen figures alone, with cells of its own. */
static enum gv_status narrow(const struct gv_table_of_study *table, const struct chosen *chosen,
                             struct gv_table_of_study *part, struct gv_error *err)
{
  size_t groups = table->plan->groups;
  struct gv_cell *cell = calloc(groups * chosen->count + 1, sizeof *cell);
  if (cell == NULL)
    return gv_fail(err, GV_MEMORY, "no memory for the table");
  *part = *table;
  part->figures = chosen->count;
  part->cell = cell;
  for (size_t c = 0; c < chosen->count; c++) {
    part->figure[c] = table->figure[chosen->column[c]];
    for (size_t g = 0; g < groups; g++)
      cell[g * chosen->count + c] = table->cell[g * table->figures + chosen->column[c]];
  }
  return GV_OK;
}

/* For other programs: all figures, unless some are asked for. */
static enum gv_status print_data(const struct gv_table_of_study *table, const char *metrics, bool json,
                                 struct gv_error *err)
{
  struct chosen chosen;
  struct gv_table_of_study part = {.cell = NULL};
  enum gv_status status = metrics != NULL ? choose(table, metrics, &chosen, err) : GV_OK;
  if (status == GV_OK && metrics != NULL)
    status = narrow(table, &chosen, &part, err);
  const struct gv_table_of_study *all = metrics != NULL ? &part : table;
  if (status == GV_OK && json)
    status = gv_print_json(gv_study_json(all), err);
  else if (status == GV_OK)
    gv_study_csv(all, stdout);
  free(part.cell);
  return status;
}

enum gv_status gv_print_study(const struct gv_table_of_study *table, const char *metrics, const char *format,
                              struct gv_error *err)
{
  bool colour = gv_colour(stdout);
  const struct style text = {"  ", "  ", "",   colour ? "\033[1m" : "*", colour ? "\033[0m" : "", " ± ",
                             "-",  true, false};
  static const struct style markdown = {"| ", " | ", " |", "**", "**", " ± ", "", true, false};
  static const struct style latex = {"", " & ", " \\\\", "\\textbf{", "}", " $\\pm$ ", "--", false, true};
  const struct style *style = strcmp(format, "markdown") == 0 ? &markdown
                              : strcmp(format, "latex") == 0  ? &latex
                                                              : &text;
  struct chosen chosen;
  struct sheet sheet = {0};
  if (strcmp(format, "json") == 0 || strcmp(format, "csv") == 0)
    return print_data(table, metrics, strcmp(format, "json") == 0, err);
  enum gv_status status = choose(table, metrics, &chosen, err);
  if (status == GV_OK && !sheet_make(&sheet, table, &chosen, style))
    status = gv_fail(err, GV_MEMORY, "no memory for the table");
  if (status == GV_OK)
    print_sheet(&sheet, style, format);
  if (status == GV_OK && sheet.marked && style == &text)
    printf("  %s marks the best of each column\n", colour ? "bold" : "*");
  free(sheet.cell);
  free(sheet.width);
  return status;
}
