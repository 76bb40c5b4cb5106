/* batches.h - what each node draws in each round: the source of samples that the engine runs on.
 *
 * Node i walks a stream of epochs; epoch e is the node's index list shuffled by stream (seed, GV_RANDOM_SHUFFLE,
 * i, e), always from the ascending list, so any round can be drawn without those before it. What becomes of the
 * samples that are left at an epoch's end, fewer than a batch of b:
 *   NEXT   the batch is filled up from the next epoch: round k takes positions k b .. k b + b - 1 of the stream,
 *          and a node with fewer than b samples repeats them
 *   SHORT  they are a batch of their own
 *   DROP   they are passed over; a node with fewer than b samples draws all of them every round
 * A full batch is the node's whole list, ascending, every round.
 */
#ifndef GV_DATASETS_BATCHES_H
#define GV_DATASETS_BATCHES_H

#include "core/engine/source.h"
#include "datasets/dataset.h"
#include "datasets/split.h"

enum gv_last_batch { GV_LAST_NEXT, GV_LAST_SHORT, GV_LAST_DROP };

struct gv_batches;

struct gv_batching {
  int32_t batch;             /* samples a node draws in a round; 0: all of its own */
  enum gv_last_batch last;
  uint64_t seed;
};

/* dataset and shards outlive the result. */
enum gv_status gv_batches_create(const struct gv_dataset *dataset, const struct gv_shards *shards,
                                 const struct gv_batching *batching, struct gv_batches **out,
                                 struct gv_error *err);
void gv_batches_destroy(struct gv_batches *batches);

/* source <- the engine's view; valid as long as batches is. */
void gv_batches_source(struct gv_batches *batches, struct gv_source *source);

/* batch <- samples first .. first+n-1 of a part of the data set, in file order. Pure, any thread. */
void gv_batches_part(const struct gv_dataset *dataset, const struct gv_part *part, int64_t first, int32_t n,
                     struct gv_buffer *buffer, struct gv_batch *batch);

#endif
