/* picture.h - where the nodes of a picture stand, and how lines lead from one to another; lengths in points. */
#ifndef GV_RUN_TOPOLOGY_PICTURE_H
#define GV_RUN_TOPOLOGY_PICTURE_H

#include <stdbool.h>

#include "core/graph/schedule.h"

struct gv_picture {
  int nodes;
  double (*at)[2];       /* (nodes) */
  double low[2], high[2];  /* the box around them all */
  double spacing;        /* between near nodes */
  double diameter;       /* of a node */
  double arrow;          /* length of an arrow's head */
  bool labelled;         /* nodes show their numbers */
};

/* A line as a cubic Bezier curve; with arrows it stops where their heads begin. */
struct gv_curve {
  double point[4][2];
  double tip[2][2];  /* of the heads at its start and its end */
};

enum gv_status gv_picture_create(struct gv_picture *picture, const struct gv_schedule *schedule,
                                 struct gv_error *err);
void gv_picture_destroy(struct gv_picture *picture);

/* The line from node a to node b, with heads at a (start), at b (end). It bows around nodes that stand in its way,
 * and to the left of its way by `bow` node distances. */
struct gv_curve gv_picture_curve(const struct gv_picture *picture, int a, int b, bool start, bool end, double bow);

#endif
