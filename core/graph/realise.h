/* realise.h - one round of a schedule drawn, weighted and laid out as rows; for schedule.c and view.c. */
#ifndef GV_GRAPH_REALISE_H
#define GV_GRAPH_REALISE_H

#include "core/graph/schedule.h"

/* graph <- W(round). edges is scratch, kept from call to call. Takes no memory where both have room enough. */
enum gv_status gv_realise(const struct gv_schedule *schedule, uint32_t round, struct gv_edges *edges,
                          struct gv_graph *graph, struct gv_error *err);

#endif
