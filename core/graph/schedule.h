/* schedule.h - a topology with weights for n nodes, realised and checked once before a run: W(k), row by row.
 *
 * Convention: x <- W x; row i holds the weights that node i puts on what it RECEIVES.
 */
#ifndef GV_GRAPH_SCHEDULE_H
#define GV_GRAPH_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#include <grapevine/status.h>

/* One W(k): rows and, transposed, the readers of every node. Node i's entries are first[i] .. first[i+1]-1. */
struct gv_graph {
  int64_t *first;        /* (nodes + 1) */
  int32_t *from;         /* in ascending order within a row, without the node itself */
  double *weight;        /* beside from */
  double *self;          /* (nodes) W[i,i] = 1 - the row's other weights */
  int64_t *reader_first; /* (nodes + 1) */
  int32_t *reader;       /* who receives from node i, ascending */
};

struct gv_schedule {
  int nodes;
  int period;              /* W(k) = W(k mod period) */
  int degree_max;          /* over nodes and rounds */
  bool average;            /* W = J; then there are no graphs */
  bool directed;
  struct gv_graph *graphs; /* (period) */
};

/* Builds and checks: receivers in range, no doubles, undirected edges on both sides, rows and columns that
 * sum to 1 within 1e-6, connected over one period. weights NULL: the default for this topology; given for a
 * directed one: refused. Errors name the node. */
enum gv_status gv_schedule_create(const char *topology, const char *weights, int nodes, uint64_t seed,
                                  struct gv_schedule **out, struct gv_error *err);
void gv_schedule_destroy(struct gv_schedule *schedule);

/* The checks alone, for a schedule from elsewhere. name stands in the error line. */
enum gv_status gv_schedule_check(const struct gv_schedule *schedule, const char *name, struct gv_error *err);

/* W(round). Pure. */
static inline const struct gv_graph *gv_schedule_graph(const struct gv_schedule *schedule, uint64_t round)
{
  return &schedule->graphs[schedule->period == 1 ? 0 : round % (uint64_t)schedule->period];
}

#endif
