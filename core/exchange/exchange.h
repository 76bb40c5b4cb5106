/* exchange.h - how messages reach neighbours: published slots, epochs, mixing, global averaging.
 *
 * Synchronous pace. Every node has two slots, used in turn, one a mixing; a node alone has one. The life of a
 * node's mixing, all on the worker that hosts it:
 *
 *   message(ahead 0)  where this mixing's message goes; returns when its readers of two mixings ago are done
 *   publish           the message is complete
 *   collect           waits for the neighbours of this round, and for nobody else
 *   mix               ranges of the weighted average; any number of calls
 *     or average      instead of collect and mix: the mean over all nodes
 *   finish            the neighbours' slots are no longer read; the next mixing begins
 *
 * A worker that hosts many nodes publishes them all before it collects for any in that mixing, so it cannot wait
 * for itself; it may publish a node's next message before it collects for the next node. No deadlock: a mixing
 * waits only for messages of the same mixing, and writing only for readers of the one two before, which wait for
 * nothing of this node's.
 *
 * Nothing above this layer touches a neighbour's memory: messages are reached only through these functions.
 */
#ifndef GV_EXCHANGE_EXCHANGE_H
#define GV_EXCHANGE_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <grapevine/status.h>

#include "core/graph/view.h"

struct gv_exchange;

/* No memory of nodes yet: that is gv_exchange_place. dim floats a message vector, `messages` vectors a node.
 * Node i is hosted by one worker of 0..workers-1 for good. schedule outlives the exchange. */
enum gv_status gv_exchange_create(const struct gv_schedule *schedule, int workers, size_t dim, int messages,
                                  struct gv_exchange **out, struct gv_error *err);
void gv_exchange_destroy(struct gv_exchange *exchange);

/* From now on W(k) stands for (1 - share) I + share W(k); before any mixing. */
void gv_exchange_set_share(struct gv_exchange *exchange, double share);

/* Memory for gv_exchange_average_rest; before any mixing. */
enum gv_status gv_exchange_keep_rest(struct gv_exchange *exchange, struct gv_error *err);

/* Takes and touches the node's slots, zeroed; on the worker that hosts it, before any other call for it. view, of
 * the exchange's schedule, is that worker's, and stays until the last call for the node. */
enum gv_status gv_exchange_place(struct gv_exchange *exchange, int node, struct gv_view *view,
                                 struct gv_error *err);

/* The slot (dim) of message m for this mixing (ahead 0) or the next (ahead 1), 64-byte aligned, the node's to
 * write. Ahead 1 is for algorithms whose replica lives in the slots: it may be called after collect or average, and
 * the slot is this mixing's message of the next one. */
float *gv_exchange_message(struct gv_exchange *exchange, int node, int m, int ahead);

/* Message m (dim) of the node in this mixing, from publish to finish. */
const float *gv_exchange_own(const struct gv_exchange *exchange, int node, int m);

/* A number beside the message; before publish, which passes it on. */
void gv_exchange_note(struct gv_exchange *exchange, int node, double note);

void gv_exchange_publish(struct gv_exchange *exchange, int node);

/* Whether collect would return at once. */
bool gv_exchange_ready(const struct gv_exchange *exchange, int node, uint64_t round);

/* Waits until the neighbours of this round have published; round picks W(round). */
void gv_exchange_collect(struct gv_exchange *exchange, int node, uint64_t round);

/* The weighted sum of the collected notes, the node's own among them, where W is shares; else not known. */
double gv_exchange_collected(const struct gv_exchange *exchange, int node);

/* out (count) <- the weighted average of message m over the collected neighbours, elements first..first+count-1. */
void gv_exchange_mix(struct gv_exchange *exchange, int node, int m, size_t first, size_t count, float *out);

/* out (count) <- how far that average lies from the node's own message, to an error as small as the differences
 * between them; the same from both ends of an edge of a symmetric W. */
void gv_exchange_mix_apart(struct gv_exchange *exchange, int node, int m, size_t first, size_t count, float *out);

/* The mean of message m (dim) over the nodes that take part in this round: all, or those not absent. All workers
 * call it, each once for one of its nodes and after publishing all of them, in the same order of m, and each
 * reduces its slice; returns when every slice is there. Valid until the worker's last publish of the next mixing.
 * *note <- the mean of the notes, unless NULL. With nobody there the result means nothing. */
const float *gv_exchange_average(struct gv_exchange *exchange, int worker, int node, int m, uint64_t round,
                                 double *note);

/* After keep_rest and average, of message 0 and called in the same way: what float took from that mean (dim). */
const float *gv_exchange_average_rest(struct gv_exchange *exchange, int worker, int node, uint64_t round);

void gv_exchange_finish(struct gv_exchange *exchange, int node);

#endif
