/* The live view: a header, the progress, and a panel each for accuracy, consensus and loss. */
#include "cli/live.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/screen.h"
#include "core/base/clock.h"
#include "core/base/log.h"
#include "run/history.h"
#include "run/sketch.h"

enum { CURVES = 3, PANELS = 3, LAST_ROWS = 20 };

static const double frame_seconds = 0.095;  /* progress comes every tenth */

struct gv_live {
  const struct gv_run *run;
  const struct gv_result *result;
  bool by_round;     /* the x axis; else by epoch */
  bool braille, colour, begun;
  double drawn_at;   /* seconds of the clock */
  uint64_t round;
  double seconds;    /* of training, until that round */
  struct gv_history history;
};

struct panel {
  struct gv_sketch_curve curve[CURVES];
  size_t curves;
  bool log;
  void (*title)(const struct gv_live *view, FILE *out, int room);
};

enum gv_status gv_live_create(const struct gv_run *run, struct gv_live **out, struct gv_error *err)
{
  struct gv_live *view = calloc(1, sizeof *view);
  if (view == NULL)
    return gv_fail(err, GV_MEMORY, "no memory for the live view");
  view->run = run;
  view->braille = gv_utf8();
  view->colour = gv_colour(stderr);
  *out = view;
  return GV_OK;
}

void gv_live_destroy(struct gv_live *view)
{
  free(view);
}

/* ---- text ---- */

/* Writes at most *room characters of the text, which it takes off; what controls a terminal as '?'. */
static void put_text(FILE *out, const char *text, int *room)
{
  for (; *text != '\0'; text++) {
    unsigned char c = (unsigned char)*text;
    *room -= (c & 0xc0) != 0x80;  /* a byte within a character of UTF-8 */
    if (*room < 0)
      break;
    fputc(c < 0x20 || c == 0x7f ? '?' : c, out);
  }
  *room = *room < 0 ? 0 : *room;
}

static void put_styled(const struct gv_live *view, FILE *out, const char *style, const char *text, int *room)
{
  if (view->colour)
    fprintf(out, "\033[%sm", style);
  put_text(out, text, room);
  if (view->colour)
    fputs("\033[0m", out);
}

static double newest(const struct gv_live *view, enum gv_series series)
{
  return view->history.value[series][view->history.count - 1];
}

static bool has(const struct gv_live *view, enum gv_series series)
{
  for (size_t i = 0; i < view->history.count; i++)
    if (isfinite(view->history.value[series][i]))
      return true;
  return false;
}

/* ---- panels ---- */

static const char accuracy_colour[] = "36", node_colour[] = "34", consensus_colour[] = "35", train_colour[] = "33",
                  other_colour[] = "32";

static void title_accuracy(const struct gv_live *view, FILE *out, int room)
{
  const struct gv_history *h = &view->history;
  char text[96];
  snprintf(text, sizeof text, "test accuracy %.4f", newest(view, GV_SERIES_ACCURACY));
  put_styled(view, out, accuracy_colour, text, &room);
  snprintf(text, sizeof text, "  nodes %.4f to %.4f", newest(view, GV_SERIES_NODE_MIN),
           newest(view, GV_SERIES_NODE_MAX));
  put_styled(view, out, node_colour, text, &room);
  snprintf(text, sizeof text, view->by_round ? "  best %.4f at round %.0f" : "  best %.4f at epoch %.4g",
           h->best_accuracy, h->best_at[view->by_round]);
  put_text(out, text, &room);
  if (view->result->target_metric != NULL) {
    snprintf(text, sizeof text, "  target %.6g", view->result->target);
    put_text(out, text, &room);
  }
}

static void title_consensus(const struct gv_live *view, FILE *out, int room)
{
  char text[96];
  snprintf(text, sizeof text, "consensus distance %.3g", newest(view, GV_SERIES_CONSENSUS));
  put_styled(view, out, consensus_colour, text, &room);
  put_text(out, "  (log)", &room);
}

/* What stands beside the training loss. */
static enum gv_series other_loss(const struct gv_live *view)
{
  return has(view, GV_SERIES_TEST_LOSS) ? GV_SERIES_TEST_LOSS : GV_SERIES_OBJECTIVE;
}

/* Losses fall by powers of ten, or they do not. Those that are 0 a logarithmic axis shows at its lower edge. */
static bool spans_decades(const struct gv_live *view)
{
  const enum gv_series both[] = {GV_SERIES_TRAIN_LOSS, other_loss(view)};
  double low = INFINITY, above = INFINITY, high = -INFINITY;
  for (size_t s = 0; s < 2; s++)
    for (size_t i = 0; i < view->history.count; i++) {
      double y = view->history.value[both[s]][i];
      low = isfinite(y) ? fmin(low, y) : low;
      above = isfinite(y) && y > 0 ? fmin(above, y) : above;
      high = isfinite(y) ? fmax(high, y) : high;
    }
  return low >= 0 && high >= 10 * above;
}

static void title_loss(const struct gv_live *view, FILE *out, int room)
{
  char text[96];
  enum gv_series other = other_loss(view);
  const char *dots = view->colour || !has(view, other) ? "" : " (dots)";
  if (isfinite(newest(view, GV_SERIES_TRAIN_LOSS))) {
    snprintf(text, sizeof text, "train loss %.4g%s  ", newest(view, GV_SERIES_TRAIN_LOSS), dots);
    put_styled(view, out, train_colour, text, &room);
  }
  if (has(view, other)) {
    snprintf(text, sizeof text, "%s %.4g  ", other == GV_SERIES_TEST_LOSS ? "test loss" : "objective",
             newest(view, other));
    put_styled(view, out, other_colour, text, &room);
  }
  if (spans_decades(view))
    put_text(out, "(log)", &room);
}

/* The panels of this run, the most important first. */
static size_t choose_panels(const struct gv_live *view, struct panel panel[PANELS])
{
  const double(*value)[GV_HISTORY_POINTS] = view->history.value;
  const struct panel accuracy = {
      .curve = {{value[GV_SERIES_NODE_MIN], true, node_colour},
                {value[GV_SERIES_NODE_MAX], true, node_colour},
                {value[GV_SERIES_ACCURACY], false, accuracy_colour}},
      .curves = 3,
      .title = title_accuracy,
  };
  const struct panel consensus = {
      .curve = {{value[GV_SERIES_CONSENSUS], false, consensus_colour}},
      .curves = 1,
      .log = true,
      .title = title_consensus,
  };
  const struct panel loss = {
      .curve = {{value[GV_SERIES_TRAIN_LOSS], !view->colour && has(view, other_loss(view)), train_colour},
                {value[other_loss(view)], false, other_colour}},
      .curves = 2,
      .log = spans_decades(view),
      .title = title_loss,
  };
  size_t count = 0;
  bool classes = has(view, GV_SERIES_ACCURACY);
  panel[count++] = classes ? accuracy : loss;
  if (view->result->nodes > 1)
    panel[count++] = consensus;
  if (classes)
    panel[count++] = loss;
  return count;
}

/* As many panels as `rows` lines have room for, each a title and a picture, the last with the x axis. */
static void put_panels(const struct gv_live *view, FILE *out, int columns, int rows)
{
  static const int least[] = {0, 1, 3, 6};  /* rows of a picture, by the number of panels */
  struct panel panel[PANELS];
  struct gv_error ignored;
  size_t count = choose_panels(view, panel);
  while (count > 0 && (rows - 2) / (int)count - 1 < least[count])
    count--;
  int left = rows - 2;
  for (size_t p = 0; p < count; p++) {
    bool last = p + 1 == count;
    int mine = left / (int)(count - p);
    left -= mine;
    panel[p].title(view, out, columns);
    fputc('\n', out);
    const struct gv_sketch sketch = {
        .x = view->history.value[view->by_round ? GV_SERIES_ROUND : GV_SERIES_EPOCH],
        .count = view->history.count,
        .unsettled = view->history.count >= 20 ? view->history.count / 10 : 0,  /* the steep beginning */
        .curve = panel[p].curve,
        .curves = panel[p].curves,
        .log_y = panel[p].log,
        .x_label = last ? view->by_round ? "round" : "epoch" : NULL,
        .columns = columns,
        .rows = mine - 1 + 2 * last,
        .braille = view->braille,
        .colour = view->colour,
    };
    (void)gv_sketch_draw(out, &sketch, &ignored);  /* for want of memory, a frame without it */
  }
}

/* ---- frames ---- */

static void put_header(const struct gv_live *view, FILE *out, int columns)
{
  char text[1024];
  int room = columns;
  put_styled(view, out, "1", "grapevine train", &room);
  snprintf(text, sizeof text, "  %s on %s, %d node%s, %s, %s  ", gv_run_option(view->run, "model"),
           gv_run_option(view->run, "data"), view->result->nodes, view->result->nodes == 1 ? "" : "s",
           gv_run_option(view->run, "topology"), gv_run_option(view->run, "algorithm"));
  put_text(out, text, &room);
  put_styled(view, out, "2", view->result->folder, &room);
  fputc('\n', out);
}

static void put_progress(const struct gv_live *view, FILE *out, int columns)
{
  char text[160];
  double share = (double)view->round / (double)view->result->rounds_planned;
  int bar = columns - 64 >= 10 ? columns - 64 : 0, room = columns - bar;
  gv_progress_text(view->result, view->round, view->seconds, room, text, sizeof text);
  for (int k = 0; k < bar; k++) {
    bool done = k < (int)(share * bar);
    fputs(view->braille ? done ? "━" : "─" : done ? "#" : ".", out);
  }
  put_text(out, text, &room);
  fputc('\n', out);
}

static void draw(struct gv_live *view)
{
  char *frame = NULL, message[256];
  size_t size = 0;
  int columns, rows;
  double now = gv_seconds();
  if (!view->begun || now - view->drawn_at < frame_seconds)
    return;
  view->drawn_at = now;
  FILE *out = open_memstream(&frame, &size);
  if (out == NULL)
    return;
  gv_window(stderr, &columns, &rows);
  gv_screen_said(message, sizeof message);
  columns--;  /* in the last column the cursor stays on the character, and clearing the rest would take it */
  int room = columns;
  if (rows >= 2)
    put_header(view, out, columns);
  rows -= 2 + (message[0] != '\0');
  put_progress(view, out, columns);
  if (rows >= 12) {
    fputc('\n', out);
    rows--;
  }
  if (view->history.count > 0)
    put_panels(view, out, columns, rows);
  if (message[0] != '\0')
    put_styled(view, out, "33", message, &room);
  if (fclose(out) == 0)
    gv_screen_show(frame);
  free(frame);
}

void gv_live_started(struct gv_live *view, const struct gv_result *result)
{
  struct gv_error error;
  view->result = result;
  view->by_round = strcmp(gv_run_option(view->run, "rounds"), "auto") != 0;
  view->round = result->resumed_at;
  if (result->resumed_at > 0 && gv_history_resume(&view->history, view->run, &error) != GV_OK)
    gv_log(GV_LOG_WARNING, "live: the curves begin where the run goes on: %s", error.text);
  gv_screen_begin();
  view->begun = true;
  draw(view);
}

void gv_live_evaluated(struct gv_live *view, const struct gv_result *result)
{
  gv_history_add(&view->history, &result->last);
  gv_live_progress(view, result, result->last.round, result->last.seconds);
}

void gv_live_progress(struct gv_live *view, const struct gv_result *result, uint64_t round, double seconds)
{
  view->result = result;
  view->round = round;
  view->seconds = seconds;
  draw(view);
}

void gv_live_end(struct gv_live *view)
{
  int columns, rows;
  if (!view->begun)
    return;
  view->begun = false;
  gv_screen_end();
  gv_window(stderr, &columns, &rows);
  if (view->history.count > 0)
    put_panels(view, stderr, columns - 1, rows < LAST_ROWS ? rows : LAST_ROWS);
}
