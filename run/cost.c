/* Counts the messages of topologies, and prices them. */
#include "run/cost.h"

#include "core/graph/view.h"

enum { ROUNDS = 64 };  /* looked at where none repeats */

void gv_cost_allreduce(const struct gv_network *network, int nodes, double bytes, struct gv_cost *cost)
{
  *cost = (struct gv_cost){.messages = gv_allreduce_messages(nodes), .bytes = gv_allreduce_bytes(nodes, bytes),
                           .seconds = gv_network_allreduce(network, nodes, bytes)};
}

static enum gv_status count(const struct gv_schedule *schedule, const struct gv_network *network, double bytes,
                            struct gv_cost *cost, struct gv_error *err)
{
  struct gv_view *view = NULL;
  enum gv_status status = gv_view_create(schedule, &view, err);
  int rounds = schedule->period > 0 ? schedule->period : ROUNDS;
  for (int k = 0; k < rounds && status == GV_OK; k++)
    cost->messages += (double)gv_graph_degree_max(gv_view_graph(view, (uint64_t)k), schedule->nodes) / rounds;
  gv_view_destroy(view);
  cost->bytes = cost->messages * bytes;
  cost->seconds = gv_network_partial(network, cost->messages, bytes);
  return status;
}

enum gv_status gv_cost_topology(const struct gv_network *network, const char *topology, int nodes, uint64_t seed,
                                double bytes, struct gv_cost *cost, struct gv_error *err)
{
  struct gv_schedule *schedule = NULL;
  *cost = (struct gv_cost){0};
  enum gv_status status = gv_schedule_create(topology, NULL, nodes, seed, &schedule, err);
  if (status == GV_OK && schedule->average)
    gv_cost_allreduce(network, nodes, bytes, cost);
  else if (status == GV_OK)
    status = count(schedule, network, bytes, cost, err);
  gv_schedule_destroy(schedule);
  return status;
}

static double mixed(double partial, double all, double period)
{
  return partial + (all - partial) / period;
}

void gv_cost_periodic(const struct gv_cost *partial, const struct gv_cost *all, int64_t period,
                      struct gv_cost *cost)
{
  double h = (double)period;
  *cost = (struct gv_cost){.messages = mixed(partial->messages, all->messages, h),
                           .bytes = mixed(partial->bytes, all->bytes, h),
                           .seconds = mixed(partial->seconds, all->seconds, h)};
}
