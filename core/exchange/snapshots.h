/* snapshots.h - the asynchronous exchange: the newest message of every node, read without waiting.
 *
 * Every node has a few slots. The one published last is its newest; readers pin it, read plain floats, and unpin
 * it. The owner writes only slots that nobody has pinned, so a message is never torn, and both sides take a bounded
 * number of steps whatever the other does. An owner that finds every slot pinned keeps its message to itself.
 *
 * The life of a node's step, all on the worker that hosts it:
 *
 *   free              a slot to write to, or -1
 *   publish           that slot is the newest from now on; not to be written again until `free` gives it back
 *   collect           pins the newest messages of the neighbours of this round
 *   mix               ranges of the weighted average; any number of calls
 *   release           unpins them
 */
#ifndef GV_EXCHANGE_SNAPSHOTS_H
#define GV_EXCHANGE_SNAPSHOTS_H

#include <stddef.h>
#include <stdint.h>

#include <grapevine/evaluation.h>
#include <grapevine/status.h>

#include "core/graph/view.h"

struct gv_snapshots;

/* Slots beyond which a node's messages are kept back at times, on dense graphs with many workers. */
enum { GV_SNAPSHOT_SLOTS_MAX = 8 };

/* host (nodes): the worker of each node. dim floats a message. Both arguments outlive the result. */
enum gv_status gv_snapshots_create(const struct gv_schedule *schedule, const int *host, size_t dim,
                                   struct gv_snapshots **out, struct gv_error *err);
void gv_snapshots_destroy(struct gv_snapshots *snapshots);

/* Takes the node's slots; on the worker that hosts it, before any other call for it. Slot 0 is the newest, zeros,
 * of round 0; to be filled, before anybody collects, through gv_snapshots_slot. view, of the schedule, is that
 * worker's, and stays until the last call for the node. */
enum gv_status gv_snapshots_place(struct gv_snapshots *snapshots, int node, struct gv_view *view,
                                  struct gv_error *err);

/* Slot 0 is of that round instead, for a run that goes on; before anybody collects. */
void gv_snapshots_restore(struct gv_snapshots *snapshots, int node, uint64_t round);

/* Slot (dim) of a node, 64-byte aligned. */
float *gv_snapshots_slot(const struct gv_snapshots *snapshots, int node, int slot);

/* A slot that nobody reads and that is neither the newest nor `held`; -1: every one is pinned. Wait-free. */
int gv_snapshots_free(struct gv_snapshots *snapshots, int node, int held);

/* round: how many the node has done with this message. Wait-free. */
void gv_snapshots_publish(struct gv_snapshots *snapshots, int node, int slot, uint64_t round);

/* Pins the newest messages of those whom node hears in `round` of its own, which lag is told of. Wait-free. */
void gv_snapshots_collect(struct gv_snapshots *snapshots, int node, uint64_t round, struct gv_asynchrony *lag);

/* out (count) <- the weighted average of own (dim) and the collected messages, elements first..first+count-1; out
 * overlaps none of them. */
void gv_snapshots_mix(struct gv_snapshots *snapshots, int node, const float *own, size_t first, size_t count,
                      float *out);

void gv_snapshots_release(struct gv_snapshots *snapshots, int node);

#endif
