/* faults.h - W(k) without the messages that do not come: links that fail, nodes that sit out a round. */
#ifndef GV_GRAPH_FAULTS_H
#define GV_GRAPH_FAULTS_H

#include "core/graph/schedule.h"

/* out <- `graph` with the schedule's faults of a round; out may be graph, and has room for its edges. The weight
 * of a message that does not come is added to its sender's own. */
void gv_faults_apply(const struct gv_schedule *schedule, uint64_t round, const struct gv_graph *graph,
                     struct gv_graph *out);

#endif
