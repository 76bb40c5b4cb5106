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
  uint64_t step;                         /* rounds that this node has done: 0 in its first */
  enum gv_mixing mixing;                 /* of this round */
  float weight;                          /* of the node's mass, where messages are mass: 1 elsewhere */
  float *x;                              /* replica */
  const float *d;                        /* direction: what the optimizer made of the gradient */
  float *state[GV_STATES_MAX];           /* zero before the first round */
  float *message[GV_MESSAGES_MAX];       /* local: to write */
  const float *own[GV_MESSAGES_MAX];     /* combine: those, as they were published */
  const float *mixed[GV_MESSAGES_MAX];   /* combine: averages of the messages */
};

/* What a worker knows of the global averages of an algorithm that adapts them. All zero before the first round;
 * every worker comes to the same, for all hear the same losses. */
struct gv_rhythm {
  uint64_t next;      /* 1 + the round of the next global average; 0: not yet known */
  uint64_t heard;     /* losses heard */
  double first_loss;  /* of the early ones, as the algorithm says */
};

struct gv_algorithm {
  struct gv_named named;
  int messages, states;  /* vectors a node publishes a round, vectors it keeps */
  int paces;             /* of enum gv_pace */

  /* The replica lives in message 0: `local` turns x into the message where it lies (message[0] == x), the
   * average is the next x. Saves a vector a node and a pass over memory. A `combine`, if there is one, finds that
   * average in x (mixed[0] == x). */
  bool in_place;
  /* The plain gradient is message 0, written there by the model, and the optimizer works on its average:
   * there is no `local`, and d is seen by `combine`. Else d is seen by `local`. */
  bool gradient_message;
  /* The replica itself is message 0, published before its gradient is taken. There is no `local`; combine sees d
   * and writes the next x, elsewhere; mixed is the average of the former x and the neighbours'. */
  bool replica_message;
  /* Messages are mass, of which a node gives a share to each that hears it; the replica is the mass over its
   * weight. In place: `local` turns x into mass less its step, by block->weight; `combine` turns the mass that came
   * into x, by the new weight. Asynchronous pace: x of `local` is the node's mass, its weight taken as 1, and
   * there is no `combine` (core/exchange/mail.h). */
  bool pushes;
  /* Neighbours know of x only what compressed messages told them: state 0, which is message 0. After `local`, which
   * works on x alone, the engine adds to state 0 what comes through of x - state 0 (compress.h). In a global
   * average message 0 is x, whole. */
  bool compresses;
  /* mixed[0] is not the average but how far it lies from the node's own message 0, sum_j W[i,j] (m_j - m_i), to an
   * error as small as that; in a global average between rounds it is the mean. For what is summed up over rounds
   * and would carry the rounding of x along. */
  bool apart;
  bool lazy;             /* W(k) stands for (I + W(k))/2; with `apart` */

  /* What it is defined for, checked before a run (core/engine/guard.c). */
  bool symmetric;        /* every W(k) symmetric */
  bool fixed;            /* the same W in every round */
  bool lambda_bounded;   /* lambda_min(W) > -1/3 */
  bool own_averages;     /* has global averages of its own, or no neighbours: none are put in between */
  bool together;         /* every node takes part in every round */
  bool own_momentum;     /* the optimizer is sgd */
  bool linear;           /* the optimizer is linear in the gradients */
  bool bounded_step;     /* stable for a < (1 + lambda_min)/L alone, where others are for 2/L */

  /* NULL for asynchronous pace only. */
  enum gv_mixing (*mixing)(const struct gv_options *options, const struct gv_rhythm *rhythm, uint64_t round);
  /* After a global average at `round`: the mean of the nodes' training losses in it. NULL: not asked for. */
  void (*heard)(const struct gv_options *options, struct gv_rhythm *rhythm, uint64_t round, double loss);
  void (*local)(const struct gv_options *options, const struct gv_block *block);
  void (*combine)(const struct gv_options *options, const struct gv_block *block);
};

/* mixing of most: W(k) in every round. */
enum gv_mixing gv_mix_neighbors(const struct gv_options *options, const struct gv_rhythm *rhythm, uint64_t round);

extern const struct gv_table gv_algorithm_table;  /* of struct gv_algorithm */

#endif
