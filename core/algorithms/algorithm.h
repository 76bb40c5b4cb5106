/* algorithm.h - the extension point for decentralized algorithms: two element-wise kernels around a mixing.
 *
 * A round of a node: gradient -> optimizer -> local -> publish -> mixing -> combine. The engine owns all
 * vectors and hands the kernels one cache-sized block of them after another; kernels see no other element.
 */
#ifndef GV_ALGORITHMS_ALGORITHM_H
#define GV_ALGORITHMS_ALGORITHM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/named.h"

enum { GV_MESSAGES_MAX = 2, GV_STATES_MAX = 4 };

enum gv_mixing {
  GV_MIX_NEIGHBORS,  /* W(k) of the topology */
  GV_MIX_GLOBAL,     /* J: the mean over all nodes */
  GV_MIX_NONE        /* I: every node keeps its own */
};

/* Bits of a set. */
enum gv_pace {
  GV_PACE_SYNC = 1,  /* a node waits for its neighbours' messages of the round */
  GV_PACE_ASYNC = 2  /* nobody waits: a node averages with what its neighbours published last */
};

/* One block of one node's vectors in one round; every pointer is at the block's first element. */
struct gv_block {
  size_t n;                              /* elements, >= 1 */
  float rate;                            /* learning rate a of this round */
  float *x;                              /* replica */
  const float *d;                        /* direction: what the optimizer made of the gradient */
  float *state[GV_STATES_MAX];           /* zero before the first round */
  float *message[GV_MESSAGES_MAX];       /* local: to write */
  const float *mixed[GV_MESSAGES_MAX];   /* combine: averages of the messages */
};

struct gv_algorithm {
  struct gv_named named;
  int messages, states;  /* vectors a node publishes a round, vectors it keeps */
  int paces;             /* of enum gv_pace */

  /* The replica lives in message 0: `local` turns x into the message where it lies (message[0] == x), the
   * average is the next x, and there is no `combine`. Saves a vector a node and a pass over memory. */
  bool in_place;
  /* The plain gradient is message 0, written there by the model, and the optimizer works on its average:
   * there is no `local`, and d is seen by `combine`. Else d is seen by `local`. */
  bool gradient_message;
  /* The replica itself is message 0, published when `combine` is done. There is no `local`; combine sees d and
   * writes the next x; mixed is the average of the former x and the neighbours'. */
  bool replica_message;  /* asynchronous pace only */
  /* Messages are mass, of which a node gives a share to each that hears it (core/exchange/mail.h). In place:
   * `local` turns x, here the node's mass, into what it gives of; the replica is the estimate. */
  bool pushes;           /* asynchronous pace only */

  /* NULL for asynchronous pace only. */
  enum gv_mixing (*mixing)(const struct gv_options *options, uint64_t round);
  void (*local)(const struct gv_options *options, const struct gv_block *block);
  void (*combine)(const struct gv_options *options, const struct gv_block *block);
};

extern const struct gv_table gv_algorithm_table;  /* of struct gv_algorithm */

#endif
