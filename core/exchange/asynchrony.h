/* asynchrony.h - counts of how far messages lag, one a worker, added up at evaluations. */
#ifndef GV_EXCHANGE_ASYNCHRONY_H
#define GV_EXCHANGE_ASYNCHRONY_H

#include <grapevine/evaluation.h>

/* Tells lag of one message taken by a node that has done own_round rounds. */
void gv_asynchrony_take(struct gv_asynchrony *lag, uint64_t own_round, uint64_t message_round);

/* sum += part */
void gv_asynchrony_add(struct gv_asynchrony *sum, const struct gv_asynchrony *part);

#endif
