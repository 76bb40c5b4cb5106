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

/* With as many digits as the deviation makes sense of: its first two. */
static void cell_text(const struct gv_cell *cell, const struct style *style, char *text, size_t size)
{
  if (cell->runs == 0) {
    snprintf(text, size, "%s", style->none);
    return;
  }
  if (cell->deviation == 0) {
    snprintf(text, size, fabs(cell->mean) >= 1e3 && fabs(cell->mean) < 1e9 ? "%s%.0f%s0%s" : "%s%.4g%s0%s",
             cell->best ? style->best_begin : "", cell->mean, style->plus_minus, cell->best ? style->best_end : "");
    return;
  }
  double scale = isfinite(cell->deviation) && cell->deviation > 0 ? cell->deviation : fabs(cell->mean) / 100;
  int digits = scale > 0 && isfinite(scale) ? 1 - (int)floor(log10(scale)) : 0;
  bool plain = fabs(cell->mean) < 1e6 && fabs(cell->mean) >= 1e-3 && digits <= 6;
  const char *begin = cell->best ? style->best_begin : "", *end = cell->best ? style->best_end : "";
  digits = digits < 0 ? 0 : digits;
  if (isfinite(cell->deviation) && plain)
    snprintf(text, size, "%s%.*f%s%.*f%s", begin, digits, cell->mean, style->plus_minus, digits, cell->deviation,
             end);
  else if (isfinite(cell->deviation))
    snprintf(text, size, "%s%.3g%s%.2g%s", begin, cell->mean, style->plus_minus, cell->deviation, end);
  else if (plain)
    snprintf(text, size, "%s%.*f%s", begin, digits < 4 ? digits : 4, cell->mean, end);
  else
    snprintf(text, size, "%s%.3g%s", begin, cell->mean, end);
}

/* What is seen of a text on a terminal: UTF-8 characters, no escape sequences. */
static int width_of(const char *text)
{
  int width = 0;
  for (; *text != '\0'; text++) {
    if (*text == '\033')
      while (*text != 'm' && text[1] != '\0')
        text++;
    else
      width += ((unsigned char)*text & 0xc0) != 0x80;
  }
  return width;
}

static void put_cell(const struct style *style, const char *text, int width, bool left, bool first)
{
  int pad = style->pads ? width - width_of(text) : 0;
  printf("%s", first ? style->begin : style->between);
  if (!left && pad > 0)
    printf("%*s", pad, "");
  for (const char *c = text; *c != '\0'; c++) {
    if (style->latex && strchr("_%&#", *c) != NULL)
      putchar('\\');
    putchar(*c);
  }
  if (left && pad > 0)
    printf("%*s", pad, "");
}

/* Cells as text: (groups + 1, columns), the first row the head. */
struct sheet {
  size_t rows, columns, left;  /* left: columns of names */
  char (*cell)[96];
  int *width;                  /* (columns) */
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
    snprintf(row[plan->varied], sizeof *row, "%d", table->done[g]);
    for (size_t c = 0; c < chosen->count; c++)
      cell_text(&table->cell[g * table->figures + chosen->column[c]], style, row[plan->varied + 1 + c],
                sizeof *row);
  }
  for (size_t r = 0; r < sheet->rows; r++)
    for (size_t c = 0; c < sheet->columns; c++) {
      int width = width_of(sheet->cell[r * sheet->columns + c]);
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

static void print_csv(const struct gv_table_of_study *table)
{
  char path[4096], part[4096];
  snprintf(path, sizeof path, "%s/summary.csv", table->plan->folder);
  FILE *file = fopen(path, "re");
  for (size_t got; file != NULL && (got = fread(part, 1, sizeof part, file)) > 0;)
    fwrite(part, 1, got, stdout);
  if (file != NULL)
    fclose(file);
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
  if (strcmp(format, "json") == 0)
    return gv_print_json(gv_study_json(table), err);
  if (strcmp(format, "csv") == 0) {
    print_csv(table);
    return GV_OK;
  }
  enum gv_status status = choose(table, metrics, &chosen, err);
  if (status == GV_OK && !sheet_make(&sheet, table, &chosen, style))
    status = gv_fail(err, GV_MEMORY, "no memory for the table");
  if (status == GV_OK)
    print_sheet(&sheet, style, format);
  free(sheet.cell);
  free(sheet.width);
  return status;
}
