/* Pictures of graphs: DOT of our own, turned into SVG or PNG by Graphviz. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/file.h"
#include "core/base/memory.h"
#include "core/graph/topology.h"
#include "core/graph/view.h"
#include "run/filter.h"
#include "run/topology/picture.h"
#include "run/topology/topology.h"

enum { NODES_MAX = 5000, LINES_MAX = 60000, ROUNDS_MAX = 10 };

/* Told apart also by most who see fewer colours (Okabe and Ito's, and four more). */
static const char *const colours[ROUNDS_MAX] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00",
                                                "#56b4e9", "#7f3c8d", "#8c564b", "#666666", "#b2b200"};

/* What one round says of a pair of nodes. */
struct line {
  int32_t low, high;
  int32_t round;      /* counted from the first one drawn */
  int towards;        /* 1: high receives from low, 2: low from high, 3: both */
  double weight;
};

struct drawing {
  const struct gv_schedule *schedule;
  struct gv_picture picture;
  bool placed;          /* by us; else Graphviz lays it out */
  bool named;           /* with the topology's name and how many nodes there are */
  uint64_t first;       /* round */
  int rounds;           /* drawn */
  int period;           /* of which there are; 0: endless */
  struct line *lines;
  size_t count, room;
  double weight_max, weight_min;
  double high[2];       /* how far to the right and up nodes and lines reach */
};

static int by_round(const void *a, const void *b)
{
  const struct line *x = a, *y = b;
  if (x->low != y->low)
    return x->low < y->low ? -1 : 1;
  if (x->high != y->high)
    return x->high < y->high ? -1 : 1;
  return (x->round > y->round) - (x->round < y->round);
}

static int by_direction(const void *a, const void *b)
{
  const struct line *x = a, *y = b;
  if (x->low != y->low || x->high != y->high)
    return by_round(a, b);
  if (x->towards != y->towards)
    return x->towards < y->towards ? -1 : 1;
  return by_round(a, b);
}

static enum gv_status add_line(struct drawing *d, int to, int from, int round, double weight, struct gv_error *err)
{
  if (d->count == d->room) {
    /* of an undirected edge both ways come, and are then one */
    if (d->room >= (d->schedule->directed ? 1 : 2) * (size_t)LINES_MAX)
      return gv_fail(err, GV_USAGE, "draw: topology %s has more than %d edges for %d nodes, too many to tell apart",
                     d->schedule->topology->named.name, LINES_MAX, d->schedule->nodes);
    size_t room = d->room > 0 ? 2 * d->room : 1875;
    struct line *grown = NULL;
    enum gv_status status = gv_alloc_for(&grown, room, sizeof *grown, "the picture", err);
    if (status != GV_OK)
      return status;
    if (d->count > 0)
      memcpy(grown, d->lines, d->count * sizeof *grown);
    gv_free(d->lines);
    d->lines = grown;
    d->room = room;
  }
  d->lines[d->count++] = (struct line){.low = to < from ? to : from, .high = to < from ? from : to, .round = round,
                                       .towards = from < to ? 1 : 2, .weight = weight};
  return GV_OK;
}

static enum gv_status collect(struct drawing *d, struct gv_error *err)
{
  const struct gv_schedule *s = d->schedule;
  struct gv_view *view = NULL;
  enum gv_status status = s->average ? GV_OK : gv_view_create(s, &view, err);
  for (int k = 0; k < d->rounds && status == GV_OK; k++) {
    const struct gv_graph *graph = s->average ? NULL : gv_view_graph(view, d->first + (uint64_t)k);
    for (int i = 0; i < s->nodes && status == GV_OK; i++) {
      int64_t e = graph != NULL ? graph->first[i] : 0, end = graph != NULL ? graph->first[i + 1] : s->nodes;
      for (; e < end && status == GV_OK; e++)
        if (graph != NULL)
          status = add_line(d, i, graph->from[e], k, graph->weight[e], err);
        else if (e != i)
          status = add_line(d, i, (int)e, k, 1.0 / s->nodes, err);
    }
  }
  gv_view_destroy(view);
  return status;
}

/* Both ways of one round become one line; lines that share their way come side by side. */
static void tidy(struct drawing *d)
{
  size_t kept = 0;
  if (d->count > 0)
    qsort(d->lines, d->count, sizeof *d->lines, by_round);
  d->weight_min = INFINITY;
  for (size_t k = 0; k < d->count; k++) {
    const struct line *line = &d->lines[k];
    d->weight_max = fmax(d->weight_max, fabs(line->weight));
    d->weight_min = fmin(d->weight_min, fabs(line->weight));
    if (kept > 0 && by_round(&d->lines[kept - 1], line) == 0)
      d->lines[kept - 1].towards |= line->towards;
    else
      d->lines[kept++] = *line;
  }
  d->count = kept;
  if (kept > 0)
    qsort(d->lines, kept, sizeof *d->lines, by_direction);
}

static bool share_pair(const struct drawing *d, size_t a, size_t b)
{
  return a < d->count && b < d->count && d->lines[a].low == d->lines[b].low && d->lines[a].high == d->lines[b].high;
}

static bool share_way(const struct drawing *d, size_t a, size_t b)
{
  return share_pair(d, a, b) && d->lines[a].towards == d->lines[b].towards;
}

static void write_curve(FILE *out, const struct gv_curve *curve, bool start, bool end)
{
  fprintf(out, ", pos=\"");
  if (start)
    fprintf(out, "s,%.2f,%.2f ", curve->tip[0][0], curve->tip[0][1]);
  if (end)
    fprintf(out, "e,%.2f,%.2f ", curve->tip[1][0], curve->tip[1][1]);
  for (int k = 0; k < 4; k++)
    fprintf(out, "%s%.2f,%.2f", k > 0 ? " " : "", curve->point[k][0], curve->point[k][1]);
  fputc('"', out);
}

/* Lines first .. end - 1 lead the same way in several rounds: one edge, of several colours side by side. */
static void write_edge(FILE *out, struct drawing *d, size_t first, size_t end, double bow)
{
  const struct line *line = &d->lines[first];
  bool directed = d->schedule->directed;
  bool start = directed && line->towards == 2, both = directed && line->towards == 3;
  int tail = start ? line->high : line->low, head = start ? line->low : line->high;
  double thin = fmin(1, sqrt(4.0 * d->schedule->nodes / (double)d->count));  /* many lines leave less room */
  fprintf(out, "  %d %s %d [color=\"", tail, directed ? "->" : "--", head);
  for (size_t k = first; k < end; k++)
    fprintf(out, "%s%s", k > first ? ":" : "", d->rounds > 1 ? colours[d->lines[k].round] : "#4a6076");
  fputc('"', out);
  if (d->weight_max - d->weight_min > 1e-9)
    fprintf(out, ", penwidth=%.2f", thin * (0.4 + 3.2 * fabs(line->weight) / d->weight_max));
  if (line->weight < 0)
    fprintf(out, ", style=dashed");
  if (both)
    fprintf(out, ", dir=both");
  if (d->placed) {
    struct gv_curve curve =
        gv_picture_curve(&d->picture, tail, head, both, directed, start ? -bow : bow);
    for (int k = 0; k < 2; k++)  /* a curve reaches farthest in its middle */
      d->high[k] = fmax(d->high[k], (curve.point[0][k] + 3 * curve.point[1][k] + 3 * curve.point[2][k] +
                                     curve.point[3][k]) / 8);
    write_curve(out, &curve, both, directed);
  }
  fprintf(out, "]\n");
}

static void write_edges(FILE *out, struct drawing *d)
{
  for (size_t k = 0; k < d->count;) {
    size_t end = k + 1;
    while (share_way(d, k, end))
      end++;
    /* a pair whose direction changes from round to round: two lines, bowed apart */
    double bow = share_pair(d, k, end) ? 0.2 : k > 0 && share_pair(d, k, k - 1) ? -0.2 : 0;
    write_edge(out, d, k, end, bow);
    k = end;
  }
}

static void write_text(FILE *out, const struct drawing *d, const char *name, const char *text, const char *colour,
                       double font, const double at[2])
{
  fprintf(out, "  %s [shape=plaintext, style=\"\", fixedsize=false, width=0, height=0, fontsize=%.1f, "
               "fontcolor=\"%s\", label=\"%s\"", name, font, colour, text);
  if (d->placed)
    fprintf(out, ", pos=\"%.2f,%.2f\"", at[0], at[1]);
  fprintf(out, "]\n");
}

/* Begins what follows something with a separator. */
static const char *after(int used, const char *separator)
{
  return used > 0 ? separator : "";
}

static void write_captions(FILE *out, const struct drawing *d)
{
  const struct gv_picture *p = &d->picture;
  const struct gv_schedule *s = d->schedule;
  char text[160] = "", name[24];
  int used = 0;
  if (d->named)
    used = snprintf(text, sizeof text, "%s, %d node%s", s->topology->named.name, s->nodes,
                    s->nodes == 1 ? "" : "s");
  if (d->rounds == 1 && d->period != 1)
    used += snprintf(text + used, sizeof text - (size_t)used, "%sround %llu", after(used, ", "),
                     (unsigned long long)d->first);
  if (d->weight_max - d->weight_min > 1e-9)
    snprintf(text + used, sizeof text - (size_t)used, "%swidth is weight, %.3g to %.3g", after(used, "; "),
             d->weight_min, d->weight_max);
  /* as large on a page whatever the picture's size */
  double font = fmax(12, 0.03 * fmax(p->high[0] - p->low[0], p->high[1] - p->low[1]));
  double above[2] = {(p->low[0] + p->high[0]) / 2, d->high[1] + 1.5 * font};
  double right[2] = {d->high[0] + 3.5 * font, p->high[1] - font};
  if (*text != '\0')
    write_text(out, d, "caption", text, "#000000", font, above);
  for (int k = 0; k < d->rounds && d->rounds > 1; k++) {
    snprintf(name, sizeof name, "round%d", k);
    snprintf(text, sizeof text, "round %d", k);
    write_text(out, d, name, text, colours[k], font, right);
    right[1] -= 1.5 * font;
  }
  if (d->rounds > 1 && d->rounds != d->period) {
    snprintf(text, sizeof text, d->period > 0 ? "of %d" : "and so on", d->period);
    write_text(out, d, "rounds", text, "#000000", font, right);
  }
}

static void write_dot(FILE *out, struct drawing *d)
{
  const struct gv_picture *p = &d->picture;
  size_t edges = d->count;
  fprintf(out, "%s grapevine {\n", d->schedule->directed ? "digraph" : "graph");
  fprintf(out, "  graph [outputorder=edgesfirst, bgcolor=white, fontname=\"Helvetica\"%s]\n",
          d->placed ? ", pad=0.15" : ", overlap=false, splines=line");
  fprintf(out, "  node [shape=circle, fixedsize=true, width=%.4f, style=filled, fillcolor=\"%s\", "
               "color=\"#4a6076\", penwidth=%.1f, fontname=\"Helvetica\", fontsize=%.1f%s]\n", p->diameter / 72,
          p->labelled ? "#f4f7fa" : "#4a6076", p->labelled ? 1.0 : 0.3, fmax(6, 0.46 * p->diameter),
          p->labelled ? "" : ", label=\"\"");
  fprintf(out, "  edge [penwidth=%.2f, arrowsize=%.3f]\n",
          edges > 5000 ? 0.2 : edges > 2000 ? 0.5 : edges > 300 ? 0.8 : 1.3, p->arrow / 10);
  for (int i = 0; i < d->schedule->nodes; i++)
    if (d->placed)
      fprintf(out, "  %d [pos=\"%.2f,%.2f\"]\n", i, p->at[i][0], p->at[i][1]);
    else
      fprintf(out, "  %d\n", i);
  for (int k = 0; k < 2; k++)
    d->high[k] = p->high[k];
  write_edges(out, d);
  write_captions(out, d);  /* beyond what the lines reached */
  fprintf(out, "}\n");
}

static const char *ending(const char *path)
{
  const char *dot = strrchr(path, '.');
  return dot != NULL && strchr(dot, '/') == NULL ? dot : "";
}

enum gv_status gv_draw_check(const char *path, int nodes, struct gv_error *err)
{
  static const char *const accepted[] = {".dot", ".svg", ".png"};
  bool known = false;
  for (size_t i = 0; i < sizeof accepted / sizeof accepted[0]; i++)
    known = known || strcmp(ending(path), accepted[i]) == 0;
  if (!known)
    return gv_fail(err, GV_USAGE, "draw: '%s' ends in none of the accepted .svg, .png, .dot", path);
  if (nodes > NODES_MAX)
    return gv_fail(err, GV_USAGE, "draw: nodes %d; at most %d can be told apart in a picture", nodes, NODES_MAX);
  if (strcmp(ending(path), ".dot") != 0)
    return gv_filter_check("neato", "graphviz", path, err);
  return GV_OK;
}

static enum gv_status render(struct drawing *d, const char *path, struct gv_error *err)
{
  const char *format = strcmp(ending(path), ".svg") == 0 ? "-Tsvg" : "-Tpng";
  const char *program = d->placed || d->schedule->nodes <= 500 ? "neato" : "sfdp";
  const char *const arguments[] = {program, format, d->placed ? "-n2" : NULL, NULL};
  FILE *dot = tmpfile();
  if (dot == NULL)
    return gv_fail(err, GV_SYSTEM, "%s: no temporary file for the picture: %s", path, strerror(errno));
  write_dot(dot, d);
  enum gv_status status = gv_filter_run(arguments, dot, path, err);
  fclose(dot);
  return status;
}

static enum gv_status write_file(struct drawing *d, const char *path, struct gv_error *err)
{
  struct gv_new_file file;
  if (strcmp(ending(path), ".dot") != 0)
    return render(d, path, err);
  enum gv_status status = gv_file_begin(&file, path, err);
  if (status != GV_OK)
    return status;
  write_dot(file.stream, d);
  return gv_file_commit(&file, err);
}

enum gv_status gv_draw(const struct gv_schedule *schedule, int64_t round, bool named, const char *path,
                       struct gv_error *err)
{
  int period = schedule->period;
  struct drawing d = {.schedule = schedule, .period = period, .rounds = 1, .named = named};
  enum gv_status status = gv_draw_check(path, schedule->nodes, err);
  if (status != GV_OK)
    return status;
  d.placed = !gv_topology_wants_options(schedule->topology);  /* a graph from a file may be anything */
  if (round >= 0)
    d.first = (uint64_t)round;
  else if (period != 1)
    d.rounds = period > 0 && period < ROUNDS_MAX ? period : period > 0 ? ROUNDS_MAX : 4;
  status = gv_picture_create(&d.picture, schedule, err);
  if (status == GV_OK)
    status = collect(&d, err);
  if (status == GV_OK) {
    tidy(&d);
    status = write_file(&d, path, err);
  }
  gv_free(d.lines);
  gv_picture_destroy(&d.picture);
  return status;
}
