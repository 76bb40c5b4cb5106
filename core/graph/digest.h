/* digest.h - one number for the graphs of a schedule: other edges, another number, but for one case in 2^32. */
#ifndef GV_GRAPH_DIGEST_H
#define GV_GRAPH_DIGEST_H

#include <stdint.h>

#include "core/graph/schedule.h"

/* The CRC-32 of the rows of every W(k), and of their weights where the topology gives them: those of a rule follow
 * from the rows, and may differ in the last bits between processors. Graphs that are drawn anew every round are
 * left out, as is the average, which has none. */
uint32_t gv_schedule_digest(const struct gv_schedule *schedule);

#endif
