/* facts.h - what is counted of a schedule's matrices: degrees, messages, symmetry, sums. */
#ifndef GV_GRAPH_FACTS_H
#define GV_GRAPH_FACTS_H

#include "core/graph/schedule.h"

struct gv_facts {
  int rounds;              /* looked at: the period, or the first ones of a schedule that draws each anew */
  int degree_min, degree_max;  /* of the nodes in these rounds: how many others a node receives from */
  double degree_mean;
  double messages;         /* a round, over all nodes: the mean of their degrees, times the nodes */
  bool symmetric;          /* every W equals its transpose to 1e-12 */
  bool connected;          /* the edges of these rounds together join all nodes */
  double sums_error;       /* the largest |sum - 1| of a row or column of a W */
};

/* W = J counts as every node receiving from every other. O(nodes + edges log degree) a round. */
enum gv_status gv_facts_find(const struct gv_schedule *schedule, struct gv_facts *out, struct gv_error *err);

/* The smallest k >= 1 with (1 - gap)^k < factor, 0 < factor < 1; 0 when there is none, gap <= 0, or
 * none below 2^53. Exact for small gaps, where 1 - gap rounds to 1. */
double gv_rounds_until(double gap, double factor);

/* Whether rho, of a product of W, is 0 but for rounding: then all nodes agree after these rounds. */
bool gv_rho_is_exact(double rho);

#endif
