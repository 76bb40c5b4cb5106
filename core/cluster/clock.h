/* clock.h - the simulated clock of a cluster: when each of n nodes, a machine of its own, would be through a round.
 *
 * A round of node i: it computes; then it waits for the neighbours that it receives from in this round to have
 * computed, and takes d_i (alpha + M beta) to receive their messages. A global average waits for all who take part,
 * and takes a ring all-reduce. Messages that cannot be summed on their way, as compressed ones, go from everybody
 * to everybody: p who take part wait for all of them, and take (p-1) (alpha + M beta). Nobody waits for anybody
 * else.
 *
 * Where messages are sent before their node computes they travel meanwhile. Then a node waits only for the
 * neighbours to have begun the round, not to have computed in it, and is through it when its messages are there and
 * it has computed, whichever is later. One thread.
 */
#ifndef GV_CLUSTER_CLOCK_H
#define GV_CLUSTER_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <grapevine/status.h>

#include "core/cluster/network.h"
#include "core/graph/schedule.h"

/* How the messages of a round go. */
enum gv_delivery {
  GV_DELIVER_NONE,
  GV_DELIVER_LINKS,      /* over the edges of a graph */
  GV_DELIVER_ALL,        /* from everybody to everybody */
  GV_DELIVER_ALLREDUCE   /* summed on a ring */
};

struct gv_pacing {
  struct gv_network network;
  double compute;      /* seconds that every node computes in a round; 0: as measured, by the samples it draws */
  double jitter;       /* S: times exp(S z - S^2/2), z standard normal, drawn for each node and round; mean 1 */
  const double *slow;  /* (nodes) that many times as long, or NULL; outlives the clock */
  bool overlaps;       /* messages are sent before their node computes */
  uint64_t seed;
  int32_t (*samples)(const void *context, int node, uint64_t round);  /* that it computes on; pure; NULL: one */
  const void *context;
};

struct gv_clock {
  struct gv_pacing pacing;
  const struct gv_schedule *schedule;
  double *done;        /* (nodes) scratch: when a node has computed */
  double *sent;        /* (nodes) scratch: when its message was sent */
  double *numbers;     /* (gv_clock_count) all that changes: each node's time, then what was measured */
};

/* schedule outlives the clock. */
enum gv_status gv_clock_create(const struct gv_pacing *pacing, const struct gv_schedule *schedule,
                               struct gv_clock **out, struct gv_error *err);
void gv_clock_destroy(struct gv_clock *clock);

/* Numbers that a clock is made of, for who saves it and sets it again. */
size_t gv_clock_count(int nodes);

/* A gradient of so many samples took so long here. The first call, when caches are cold, counts until there is
 * another. */
void gv_clock_measure(struct gv_clock *clock, double seconds, int32_t samples);

/* Whether a round's gradient is worth measuring: a few of many are, and the first of all. */
bool gv_clock_wants(const struct gv_clock *clock, uint64_t round);

/* The clock goes on by one round; messages are of so many bytes. graph: who receives from whom, of
 * GV_DELIVER_LINKS alone. O(edges). */
void gv_clock_round(struct gv_clock *clock, uint64_t round, enum gv_delivery delivery, const struct gv_graph *graph,
                    double bytes);

/* When the last node is through the rounds so far. */
double gv_clock_seconds(const struct gv_clock *clock);

/* In asynchronous pace, where nobody waits: when all nodes together have taken so many steps, of which each takes
 * in `messages` on average; steps / sum_i 1/(seconds of a step of node i, a mean over its first rounds). A step
 * takes as long as its computation and its messages together or, where they overlap, the longer of the two. */
double gv_clock_asynchronous(const struct gv_clock *clock, double steps, double messages, double bytes);

#endif
