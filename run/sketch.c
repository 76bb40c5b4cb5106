/* Draws curves in text: every character a cell of dots, 2 x 4 in Braille, one in ASCII. */
#include "run/sketch.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LABEL = 7, TICKS = 64 };

static const double same = 1e-12;  /* of two values, relative: no range that an axis could show */

/* ---- scales ---- */

struct scale {
  double low, high;  /* low < high where `known` */
  bool log, known;
  bool zeros;        /* with log: there are values that are not above 0 */
};

struct ticks {
  double at[TICKS];
  int count;
  double step;  /* between them; 0: they are powers, or multiples of powers, of ten */
};

/* 0 at the low end of the scale, 1 at the high one. */
static double place(const struct scale *s, double v)
{
  if (!s->known || (s->log && !(v > 0)))
    return 0;
  if (s->log)
    return (log(v) - log(s->low)) / (log(s->high) - log(s->low));
  return (v / 2 - s->low / 2) / (s->high / 2 - s->low / 2);  /* halves: the range may be more than a double holds */
}

static void widen(struct scale *s)
{
  double middle = s->low, by = fmax(fabs(s->low), fabs(s->high));
  if (s->high - s->low > same * by)
    return;
  s->low = s->log ? middle / sqrt(10) : middle - (by > 0 ? by / 10 : 1);
  s->high = s->log ? middle * sqrt(10) : middle + (by > 0 ? by / 10 : 1);
}

static struct scale scale_of(const struct gv_sketch *sketch, size_t from)
{
  struct scale s = {.low = INFINITY, .high = -INFINITY, .log = sketch->log_y};
  for (size_t c = 0; c < sketch->curves; c++)
    for (size_t i = from; i < sketch->count; i++) {
      double y = sketch->curve[c].y[i];
      if (!isfinite(y))
        continue;
      if (s.log && y <= 0) {
        s.zeros = true;
        continue;
      }
      s.low = fmin(s.low, y);
      s.high = fmax(s.high, y);
      s.known = true;
    }
  if (s.known)
    widen(&s);
  return s.known || from == 0 ? s : scale_of(sketch, 0);
}

/* Multiples of 1, 2 or 5 times a power of ten: about `want`, and 2 at least. */
static void ticks_linear(const struct scale *s, int want, struct ticks *ticks)
{
  static const double nice[] = {10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05};
  double gap = s->high / want - s->low / want, power = pow(10, floor(log10(gap))), first = 0, last = 0;
  for (size_t k = 0; k < sizeof nice / sizeof nice[0] && last - first < 1; k++) {
    if (nice[k + 1 < sizeof nice / sizeof nice[0] ? k + 1 : k] * power >= gap)
      continue;  /* the next finer one is coarse enough */
    ticks->step = nice[k] * power;
    first = ceil(s->low / ticks->step - 1e-9);
    last = floor(s->high / ticks->step + 1e-9);
  }
  for (double k = first; k <= last && ticks->count < TICKS; k++)
    ticks->at[ticks->count++] = k * ticks->step + 0.0;  /* -0 is 0 */
}

static void ticks_log(const struct scale *s, int want, struct ticks *ticks)
{
  static const double parts[] = {1, 2, 5};
  int first = (int)ceil(log10(s->low) - 1e-9), last = (int)floor(log10(s->high) + 1e-9);
  int stride = (last - first + want) / want;
  for (int e = first; last > first && e <= last && ticks->count < TICKS; e += stride)
    ticks->at[ticks->count++] = pow(10, e);
  for (int e = first - 1; last <= first && e <= first; e++)
    for (int p = 0; p < 3; p++) {
      double v = parts[p] * pow(10, e);
      if (v >= s->low && v <= s->high)
        ticks->at[ticks->count++] = v;
    }
  if (ticks->count >= 2)
    return;
  ticks->count = 0;
  ticks_linear(s, want, ticks);
}

static void ticks_of(const struct scale *s, int want, struct ticks *ticks)
{
  *ticks = (struct ticks){0};
  if (!s->known)
    ticks->count = s->zeros;  /* 0 is all that there is */
  else if (s->log)
    ticks_log(s, want, ticks);
  else
    ticks_linear(s, want, ticks);
}

static void label_of(const struct ticks *ticks, double v, char *text, size_t size)
{
  int decimals = ticks->step > 0 ? (int)fmax(0, ceil(-log10(ticks->step) - 1e-9)) : 0;
  int length = ticks->step > 0 ? snprintf(text, size, "%.*f", decimals, v) : snprintf(text, size, "%g", v);
  for (int digits = 1; length > LABEL && digits >= 0; digits--)
    length = snprintf(text, size, "%.*e", digits, v);
}

/* ---- dots ---- */

struct canvas {
  int columns, rows, wide, high;  /* cells; dots of a cell */
  unsigned char *dots, *owner;    /* (rows, columns) which dots are set; 1 + the curve drawn last, 0: none */
};

static int dot_of(double share, int dots)
{
  return (int)lround(fmin(fmax(share, -1), 2) * (dots - 1));  /* what is far outside stays there */
}

static int column_of(const struct canvas *canvas, const struct scale *across, double x)
{
  return dot_of(place(across, x), canvas->columns * canvas->wide) / canvas->wide;
}

/* x from the left, y from below. */
static void set_dot(struct canvas *canvas, int x, int y, size_t curve)
{
  static const unsigned char bits[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
  int down = canvas->rows * canvas->high - 1 - y;
  if (down < 0 || y < 0)
    return;
  size_t cell = (size_t)(down / canvas->high) * (size_t)canvas->columns + (size_t)(x / canvas->wide);
  canvas->dots[cell] |= bits[down % canvas->high][x % canvas->wide];
  canvas->owner[cell] = (unsigned char)(curve + 1);
}

static void draw_line(struct canvas *canvas, int x0, int y0, int x1, int y1, bool dotted, size_t curve)
{
  int steps = abs(x1 - x0) > abs(y1 - y0) ? abs(x1 - x0) : abs(y1 - y0);
  for (int k = 0; k <= steps; k++) {
    double share = steps > 0 ? (double)k / steps : 0;
    int x = x0 + (int)lround(share * (x1 - x0)), y = y0 + (int)lround(share * (y1 - y0));
    if (!dotted || canvas->wide == 1 || (x % 2 == 0 && (y % 2 == 0 || y0 == y1)))
      set_dot(canvas, x, y, curve);
  }
}

static void draw_curve(struct canvas *canvas, const struct gv_sketch *sketch, const struct scale *across,
                       const struct scale *up, size_t curve)
{
  const struct gv_sketch_curve *c = &sketch->curve[curve];
  int x_before = 0, y_before = 0;
  bool joined = false;
  for (size_t i = 0; i < sketch->count; i++) {
    if (!isfinite(c->y[i])) {
      joined = false;
      continue;
    }
    int x = dot_of(place(across, sketch->x[i]), canvas->columns * canvas->wide);
    int y = dot_of(place(up, c->y[i]), canvas->rows * canvas->high);
    draw_line(canvas, joined ? x_before : x, joined ? y_before : y, x, y, c->dotted, curve);
    x_before = x;
    y_before = y;
    joined = true;
  }
}

/* ---- lines ---- */

static void put_cell(FILE *out, const struct canvas *canvas, const struct gv_sketch *sketch, size_t cell)
{
  unsigned dots = canvas->dots[cell];
  if (dots == 0)
    fputc(' ', out);
  else if (sketch->braille)
    fprintf(out, "\xe2%c%c", 0xa0 + (dots >> 6), 0x80 + (dots & 0x3f));  /* U+2800 and a bit a dot */
  else
    fputc(sketch->curve[canvas->owner[cell] - 1].dotted ? '.' : '*', out);
}

static void put_cells(FILE *out, const struct canvas *canvas, const struct gv_sketch *sketch, int row)
{
  size_t begin = (size_t)row * (size_t)canvas->columns, end = begin + (size_t)canvas->columns;
  const char *set = NULL;
  while (end > begin && canvas->dots[end - 1] == 0)
    end--;
  for (size_t cell = begin; cell < end; cell++) {
    const char *colour = canvas->owner[cell] > 0 ? sketch->curve[canvas->owner[cell] - 1].colour : set;
    if (sketch->colour && colour != set)
      fprintf(out, "\033[%sm", colour != NULL ? colour : "0");
    set = colour;
    put_cell(out, canvas, sketch, cell);
  }
  fputs(sketch->colour && set != NULL ? "\033[0m\n" : "\n", out);
}

static void put_plot(FILE *out, const struct canvas *canvas, const struct gv_sketch *sketch, const struct scale *up)
{
  const char *dim = sketch->colour ? "\033[2m" : "", *plain = sketch->colour ? "\033[0m" : "";
  const char *wall = sketch->braille ? "│" : "|", *mark = sketch->braille ? "┤" : "+";
  struct ticks ticks;
  ticks_of(up, canvas->rows < 5 ? 2 : up->log ? canvas->rows / 2 : (canvas->rows + 1) / 3, &ticks);
  for (int row = 0; row < canvas->rows; row++) {
    char label[32] = "";
    for (int t = 0; t < ticks.count; t++) {
      int dot = dot_of(place(up, ticks.at[t]), canvas->rows * canvas->high);
      if (canvas->rows - 1 - dot / canvas->high == row)
        label_of(&ticks, ticks.at[t], label, sizeof label);
    }
    fprintf(out, "%s%*s%s%s", dim, LABEL, label, label[0] != '\0' ? mark : wall, plain);
    put_cells(out, canvas, sketch, row);
  }
}

static void put_x_axis(FILE *out, const struct canvas *canvas, const struct gv_sketch *sketch,
                       const struct scale *across, char *line)
{
  const char *dim = sketch->colour ? "\033[2m" : "", *plain = sketch->colour ? "\033[0m" : "";
  int length = (int)strlen(sketch->x_label), room = LABEL + 1 + canvas->columns, free_from = 0;
  int limit = room - length - 1;  /* values end before it */
  struct ticks ticks;
  bool marked[TICKS] = {false};
  ticks_of(across, canvas->columns / 12 < 2 ? 2 : canvas->columns / 12, &ticks);
  memset(line, ' ', (size_t)room);
  line[room] = '\0';
  for (int t = 0; t < ticks.count; t++) {
    char label[32];
    label_of(&ticks, ticks.at[t], label, sizeof label);
    int size = (int)strlen(label), at = LABEL + 1 + column_of(canvas, across, ticks.at[t]) - size / 2;
    if (at < free_from || at + size > limit)
      continue;
    memcpy(line + at, label, (size_t)size);
    marked[t] = true;
    free_from = at + size + 1;
  }
  if (length < canvas->columns)
    memcpy(line + room - length, sketch->x_label, (size_t)length);
  fprintf(out, "%s%*s%s", dim, LABEL, "", sketch->braille ? "└" : "+");
  for (int column = 0; column < canvas->columns; column++) {
    bool mark = false;
    for (int t = 0; t < ticks.count; t++)
      mark = mark || (marked[t] && column_of(canvas, across, ticks.at[t]) == column);
    fputs(sketch->braille ? mark ? "┬" : "─" : mark ? "+" : "-", out);
  }
  fprintf(out, "%s\n%s%s%s\n", plain, dim, line, plain);
}

enum gv_status gv_sketch_draw(FILE *out, const struct gv_sketch *sketch, struct gv_error *err)
{
  bool axis = sketch->x_label != NULL && sketch->rows > 2;
  struct canvas canvas = {.columns = sketch->columns - LABEL - 1, .rows = sketch->rows - 2 * axis,
                          .wide = sketch->braille ? 2 : 1, .high = sketch->braille ? 4 : 1};
  if (canvas.columns < 4 || canvas.rows < 1) {
    for (int row = 0; row < sketch->rows; row++)
      fputc('\n', out);
    return GV_OK;
  }
  size_t cells = (size_t)canvas.columns * (size_t)canvas.rows;
  canvas.dots = calloc(2, cells);
  char *line = malloc((size_t)sketch->columns + 1);
  enum gv_status status = GV_OK;
  if (canvas.dots != NULL && line != NULL) {
    struct scale up = scale_of(sketch, sketch->unsettled), across = {.known = sketch->count > 0};
    if (across.known) {
      across.low = sketch->x[0];
      across.high = sketch->x[sketch->count - 1];
    }
    if (across.high - across.low <= same * fabs(across.high))
      across.high = across.low + fmax(1, fabs(across.low));
    canvas.owner = canvas.dots + cells;
    for (size_t c = 0; c < sketch->curves; c++)
      draw_curve(&canvas, sketch, &across, &up, c);
    put_plot(out, &canvas, sketch, &up);
    if (axis)
      put_x_axis(out, &canvas, sketch, &across, line);
  } else {
    status = gv_fail(err, GV_MEMORY, "no memory for a picture of %d x %d characters", sketch->columns,
                     sketch->rows);
  }
  free(line);
  free(canvas.dots);
  return status;
}
