/* cost.h - what a round of communication takes on a cluster, by the alpha-beta model. */
#ifndef GV_RUN_COST_H
#define GV_RUN_COST_H

#include <stdint.h>

#include <grapevine/status.h>

#include "core/cluster/network.h"

/* A round of a method; means over rounds where they differ. */
struct gv_cost {
  double messages;  /* that the node with the most of them receives */
  double bytes;     /* that it receives */
  double seconds;   /* until it has them */
};

/* The mean of all n nodes by ring all-reduce: 2(n-1) messages of an n-th of the vector. */
void gv_cost_allreduce(const struct gv_network *network, int nodes, double bytes, struct gv_cost *cost);

/* Partial averages over a topology of n nodes, over its period, or 64 rounds where none repeats. `full` is a mean
 * of all. */
enum gv_status gv_cost_topology(const struct gv_network *network, const char *topology, int nodes, uint64_t seed,
                                double bytes, struct gv_cost *cost, struct gv_error *err);

/* The same with every period-th round a mean of all, over a period; period >= 1. */
void gv_cost_periodic(const struct gv_cost *partial, const struct gv_cost *all, int64_t period,
                      struct gv_cost *cost);

#endif
