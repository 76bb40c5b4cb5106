/* Positions and sizes from the topology's own layout, or a circle; curves around what is in the way. */
#include "run/topology/picture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/graph/topology.h"

enum { LABELLED_MAX = 64 };

static const double pi = 3.14159265358979323846;

/* The sides of a picture: what labels need, and what a page has. */
static const double side_min = 200, side_max = 1200, apart = 46, diameter_max = 25;

static void place(const struct gv_schedule *s, int node, double at[2])
{
  const struct gv_topology_input input = {.options = s->options, .nodes = s->nodes, .seed = s->seed};
  if (s->topology->position != NULL) {
    s->topology->position(&input, node, at);
    return;
  }
  double angle = 2 * pi * node / s->nodes;
  at[0] = s->nodes > 1 ? 0.5 + 0.5 * sin(angle) : 0.5;
  at[1] = s->nodes > 1 ? 0.5 + 0.5 * cos(angle) : 0.5;
}

static int by_size(const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* How far a node has it to its nearest: a quantile, so that two random points side by side do not decide. */
static double near(const struct gv_picture *p, double *nearest)
{
  if (p->nodes < 2)
    return 1;
  for (int i = 0; i < p->nodes; i++) {
    nearest[i] = INFINITY;
    for (int j = 0; j < p->nodes; j++)
      if (j != i)
        nearest[i] = fmin(nearest[i], hypot(p->at[i][0] - p->at[j][0], p->at[i][1] - p->at[j][1]));
  }
  qsort(nearest, (size_t)p->nodes, sizeof *nearest, by_size);
  return fmax(nearest[p->nodes / 4], 1e-3);
}

enum gv_status gv_picture_create(struct gv_picture *picture, const struct gv_schedule *schedule,
                                 struct gv_error *err)
{
  struct gv_picture p = {.nodes = schedule->nodes};
  double *nearest = NULL;
  size_t n = (size_t)p.nodes;
  enum gv_status status = gv_alloc_for(&p.at, n, sizeof *p.at, "the picture", err);
  if (status == GV_OK)
    status = gv_alloc_for(&nearest, n, sizeof *nearest, "the picture", err);
  if (status != GV_OK) {
    gv_free(p.at);
    return status;
  }
  for (int i = 0; i < p.nodes; i++)
    place(schedule, i, p.at[i]);
  double distance = near(&p, nearest), side = fmin(fmax(apart / distance, side_min), side_max);
  p.spacing = p.nodes > 1 ? distance * side : apart;
  p.labelled = p.nodes <= LABELLED_MAX;
  p.diameter = p.labelled ? fmin(fmax(0.56 * p.spacing, 16), diameter_max) : fmin(fmax(0.5 * p.spacing, 1.5), 12);
  p.arrow = fmin(fmax(0.32 * p.diameter, 2.5), 7);
  for (int i = 0; i < p.nodes; i++)
    for (int d = 0; d < 2; d++) {
      p.at[i][d] *= side;
      p.low[d] = i == 0 ? p.at[i][d] : fmin(p.low[d], p.at[i][d]);
      p.high[d] = i == 0 ? p.at[i][d] : fmax(p.high[d], p.at[i][d]);
    }
  for (int d = 0; d < 2; d++) {
    p.low[d] -= p.diameter / 2;
    p.high[d] += p.diameter / 2;
  }
  gv_free(nearest);
  *picture = p;
  return GV_OK;
}

void gv_picture_destroy(struct gv_picture *picture)
{
  gv_free(picture->at);
  *picture = (struct gv_picture){0};
}

/* How the straight line is led around a node that is none of its ends and stands in its way: the lift to its left,
 * away from the node; where that stands right on the line, outwards as seen from the middle of the picture. */
static double around(const struct gv_picture *p, int a, int b)
{
  const double *from = p->at[a], *to = p->at[b];
  double way[2] = {to[0] - from[0], to[1] - from[1]}, length = fmax(hypot(way[0], way[1]), 1e-9);
  for (int i = 0; i < p->nodes; i++) {
    double x = p->at[i][0] - from[0], y = p->at[i][1] - from[1];
    double along = (x * way[0] + y * way[1]) / length, left = (y * way[0] - x * way[1]) / length;
    if (i == a || i == b || fabs(left) > 0.42 * p->diameter || along < 0 || along > length)
      continue;
    if (fabs(left) > 0.02 * p->diameter)
      return (left > 0 ? -1 : 1) * (0.62 * p->spacing - fabs(left));
    double out = ((from[1] + to[1] - p->low[1] - p->high[1]) * way[0] -
                  (from[0] + to[0] - p->low[0] - p->high[0]) * way[1]) / length;
    return (out < -1e-6 ? -1 : 1) * fmax(0.62 * p->spacing, 0.1 * length);
  }
  return 0;
}

static void point_at(double point[4][2], double t, double at[2])
{
  double u = 1 - t;
  for (int d = 0; d < 2; d++)
    at[d] = u * u * u * point[0][d] + 3 * u * u * t * point[1][d] + 3 * u * t * t * point[2][d] +
            t * t * t * point[3][d];
}

/* Where the curve, seen from its start, leaves the circle around it. */
static double leaves(double point[4][2], double radius)
{
  double low = 0, high = 0.5, at[2];
  for (int k = 0; k < 40; k++) {
    double t = (low + high) / 2;
    point_at(point, t, at);
    *(hypot(at[0] - point[0][0], at[1] - point[0][1]) < radius ? &low : &high) = t;
  }
  return high;
}

static void turn_round(double point[4][2])
{
  for (int k = 0; k < 2; k++)
    for (int d = 0; d < 2; d++) {
      double kept = point[k][d];
      point[k][d] = point[3 - k][d];
      point[3 - k][d] = kept;
    }
}

/* Cuts off what lies before t (de Casteljau). */
static void cut_start(double point[4][2], double t)
{
  for (int d = 0; d < 2; d++) {
    double a = point[0][d], b = point[1][d], c = point[2][d], e = point[3][d];
    double ab = a + t * (b - a), bc = b + t * (c - b), ce = c + t * (e - c);
    double abc = ab + t * (bc - ab), bce = bc + t * (ce - bc);
    point[0][d] = abc + t * (bce - abc);
    point[1][d] = bce;
    point[2][d] = ce;
  }
}

static void make_head(const struct gv_picture *p, struct gv_curve *curve, int end)
{
  double radius = p->diameter / 2 + 0.6;
  if (end)
    turn_round(curve->point);
  point_at(curve->point, leaves(curve->point, radius), curve->tip[end]);
  cut_start(curve->point, leaves(curve->point, radius + p->arrow));
  if (end)
    turn_round(curve->point);
}

struct gv_curve gv_picture_curve(const struct gv_picture *p, int a, int b, bool start, bool end, double bow)
{
  const double *from = p->at[a], *to = p->at[b];
  double way[2] = {to[0] - from[0], to[1] - from[1]}, length = fmax(hypot(way[0], way[1]), 1e-9);
  double left[2] = {-way[1] / length, way[0] / length}, lift = bow * p->spacing, steep = 1.0 / 3;
  double lead = bow == 0 ? around(p, a, b) : 0;
  if (lead != 0) {
    lift = lead;
    steep = 0.1;
  }
  struct gv_curve curve = {0};
  for (int d = 0; d < 2; d++) {
    curve.point[0][d] = from[d];
    curve.point[1][d] = from[d] + steep * way[d] + lift * left[d];
    curve.point[2][d] = to[d] - steep * way[d] + lift * left[d];
    curve.point[3][d] = to[d];
  }
  if (start)
    make_head(p, &curve, 0);
  if (end)
    make_head(p, &curve, 1);
  return curve;
}
