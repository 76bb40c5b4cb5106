/* internal.h - what the files of the engine share. */
#ifndef GV_ENGINE_INTERNAL_H
#define GV_ENGINE_INTERNAL_H

#include "core/base/memory.h"
#include "core/base/team.h"
#include "core/cluster/clock.h"
#include "core/engine/budget.h"
#include "core/engine/crew.h"
#include "core/engine/engine.h"
#include "core/engine/gate.h"
#include "core/engine/hosting.h"
#include "core/exchange/exchange.h"
#include "core/exchange/mail.h"
#include "core/exchange/asynchrony.h"
#include "core/exchange/snapshots.h"

/* Kernels work on blocks whose few vectors fit in the first-level cache together: 8 KiB each. */
enum { GV_BLOCK = 2048 };

/* A node as its worker sees it, written every round: apart from the next worker's. x is read by others only between
 * the barriers of an evaluation. */
struct gv_node {
  _Alignas(GV_APART) float *x;  /* (dim) the replica: in the node's slot for algorithms in place, else in `own` */
  float *own;         /* (dim) or NULL */
  float *states;      /* (states of the algorithm, then of the optimizer; stride) or NULL */
  double loss;        /* sum of the training losses since the last evaluation */
  double weight;      /* of its mass, in synchronous pace; else 1 */
  uint64_t rounds;    /* done: those it took part in */
  uint64_t evaluated; /* of those, at the last evaluation */

  /* Asynchronous pace. */
  int slot;           /* of the snapshots, where x lies when nobody else may see it */
  bool waits;         /* a slow node has its gradient in `pending`, and applies it at `due` */
  double due;         /* training seconds */
  float due_rate;
  double due_loss;
  float *pending;     /* (dim) or NULL: the node is not slow */
};

struct gv_worker {
  _Alignas(GV_APART) struct gv_engine *engine;
  int index;
  struct gv_hosting nodes;   /* that it hosts */
  struct gv_team *team;
  struct gv_view *view;      /* of the schedule */
  void *instance;            /* of the model, once created */
  bool created;
  struct gv_buffer buffer;   /* for batches */
  float *gradient;           /* (dim) scratch, or NULL when gradients are messages */
  float *direction;          /* (2, GV_BLOCK) scratch */
  float *average;            /* (GV_MESSAGES_MAX, GV_BLOCK) scratch */
  struct gv_rhythm rhythm;   /* of the global averages */
  uint64_t messages, bytes;  /* its nodes sent to neighbours; of worker 0 also what global averages took of all */
  double message_bytes;      /* of the message that one of its nodes sent last */
  uint64_t averages;         /* global ones, in which all took part */
  float *measuring;          /* (dim) scratch, and (dim) the gradient of a node; for setup.measure, else NULL */
  double *measured;
  int *later;                /* (its nodes) scratch: those put off in a pass */

  /* Asynchronous pace. */
  uint64_t want, left, ticket;  /* steps to take at a time; those taken and not begun, from number ticket on */
  double claimed;               /* when steps were last taken */
  uint64_t rate_round;          /* the learning rate of this round is `rate` */
  float rate;
  struct gv_asynchrony asynchrony;

  bool failed;               /* then `error` came first at (fail_round, fail_place) */
  uint64_t fail_round;
  int64_t fail_place;
  struct gv_error error;
};

struct gv_engine {
  struct gv_engine_setup setup;
  int nodes;
  size_t dim, stride;        /* stride: dim in whole cache lines */
  struct gv_exchange *exchange;    /* synchronous pace; else one of the next two */
  struct gv_snapshots *snapshots;
  struct gv_mail *mail;            /* algorithms that push */
  int *host;                       /* (nodes) the worker of each */
  struct gv_node *node;      /* (nodes) */
  struct gv_worker *worker;  /* (workers) */
  struct gv_crew *crew;      /* (workers), or NULL: a thread a worker */
  struct gv_gate gate;
  struct gv_budget budget;   /* of asynchronous steps */
  struct gv_clock *clock;    /* of the simulated cluster; moved by the worker that hosts the next */
  int timed;                 /* the node whose gradients are measured: of those there in the first round that has
                                any, one with the largest batches, of whose time the least goes by for something
                                else than samples */
  float *start;              /* (dim) the common start vector, gone once copied */
  float *mean;               /* (dim) */
  const float **replicas;    /* (nodes) */
  double rounds_per_epoch;
  float decay, clip;         /* of the optimizer's options; clip 0: none */

  int judged;                /* nodes evaluated one by one */
  int64_t chunks;            /* of the test set */
  double *chunk_loss;        /* (chunks, 1 + judged) */
  int64_t *chunk_correct;    /* (chunks, 1 + judged) */
  double *gradient_sum;      /* (dim), for setup.measure, else NULL: over nodes, at the mean model */
  double *shard_loss, *shard_norm;  /* (nodes) of each node's data, there; squared norms of gradients */
  double *distance;          /* (nodes) ||x_i - xbar||^2 */
  struct gv_node_evaluation *each;  /* (nodes), for setup.each, else NULL */

  /* Written by worker 0 alone, read by all after a barrier. */
  double seconds, segment_start, next_progress_time;
  uint64_t next_progress;
  uint64_t last_evaluation;  /* rounds done at it */
  uint64_t last_steps;       /* of all nodes done at it */
  bool looks;                /* the evaluation under way is not counted: the first one after a resume */
  bool planned;              /* the last evaluation is one of the plan */
  bool over;
  struct gv_error error;
};

static inline double gv_engine_rate(const struct gv_engine *e, uint64_t round)
{
  return gv_rate(e->setup.rate, e->setup.rate_options, e->setup.learning_rate, round, e->setup.rounds,
                 e->rounds_per_epoch);
}

/* failure.c: records the first failure of a worker and asks everybody to stop. place: which of a round's failures
 * comes first, whatever the workers: a node's; in an evaluation its chunks come after the nodes, and then the nodes
 * again, for what is measured at the mean model. */
void gv_worker_fail(struct gv_worker *worker, uint64_t round, int64_t place, enum gv_status status,
                    const char *format, ...)
    GV_PRINTF(5, 6);

/* Whether any worker failed; after a barrier. */
bool gv_engine_failed(const struct gv_engine *engine);

/* The failure of the earliest round, then the lowest place: the others may only follow from it. GV_OK: none. */
enum gv_status gv_engine_failure(const struct gv_engine *engine, struct gv_error *err);

/* round.c: the two halves of a round for all nodes of a worker. Neither allocates, locks nor logs. Every step is
 * followed by its mix; `steps`: mix each node and take its step of the next round at once. */
void gv_worker_step(struct gv_worker *worker, uint64_t round);
void gv_worker_mix(struct gv_worker *worker, uint64_t round, bool steps);

/* step.c. compute: g (dim) <- the gradient at the node's replica, on what it draws in `round`; returns the loss; on
 * failure the worker has failed. local: the algorithm's local step from g, for x (dim) to message. */
double gv_worker_compute(struct gv_worker *worker, int node, float *g, uint64_t round, double rate);
/* The same, and the cluster's clock hears how long it took, now and then. */
double gv_worker_timed_compute(struct gv_worker *worker, int node, float *g, uint64_t round, double rate);
void gv_worker_local(struct gv_worker *worker, const struct gv_node *node, float *x, const float *g, float rate,
                     enum gv_mixing mixing, float *const *message);

/* How many samples the node draws in the round; source is a struct gv_source. */
int32_t gv_engine_drawn(const void *source, int node, uint64_t round);

/* What g (dim) is to be multiplied by, for its length. */
float gv_worker_clip(const struct gv_worker *worker, const float *g);

/* The direction (n) of a block from its gradient g (n) at x (n); `clip` is what the whole gradient is multiplied
 * by. */
const float *gv_worker_direction(struct gv_worker *worker, const struct gv_node *node, const float *x,
                                 const float *g, float clip, size_t first, size_t n);

/* The block of x and of the node's states that begins at `first`. */
void gv_block_begin(const struct gv_engine *engine, const struct gv_node *node, float *x, size_t first, float rate,
                    enum gv_mixing mixing, struct gv_block *block);

/* state 0 of the node, and message (dim), <- what neighbours know of its x after a compressed message, whose bytes
 * are returned. Uses up the worker's gradient. */
double gv_worker_compress(struct gv_worker *worker, int node, uint64_t round, float *message);

/* async.c: steps of the worker's nodes until all nodes together have taken `limit`, or a stop. The same rules. */
void gv_worker_async(struct gv_worker *worker, uint64_t limit);

/* place.c: memory of workers and nodes, made and first touched on the worker's thread. */
enum gv_status gv_worker_place(struct gv_worker *worker, struct gv_error *err);
enum gv_status gv_node_place(struct gv_worker *worker, int node, struct gv_error *err);
void gv_node_begin(struct gv_engine *engine, int node);  /* copies the start vector to where the node begins */

/* size.c: whether a node's replica has memory of its own, beside the exchange; bytes of what it sends to one
 * other. */
bool gv_engine_owns(const struct gv_engine_setup *setup);
double gv_engine_message_bytes(const struct gv_engine_setup *setup);

/* guard.c: whether algorithm, optimizer, topology and faults fit together; else one line that says why not, and
 * what does. */
enum gv_status gv_guard(const struct gv_engine_setup *setup, struct gv_error *err);

/* straggler.c: sleeps away what a node with setup.slow takes longer for the work it began at that time of
 * gv_thread_seconds. pause: sleeps, or less when a signal comes. */
void gv_straggle(struct gv_engine *engine, int node, double began);
void gv_pause(double seconds);

/* engine.c: worker 0 tells how far the run is. */
void gv_engine_report(struct gv_engine *engine, uint64_t round);

/* state.c: called by all workers together, between rounds; `must` as in setup.keep. */
void gv_worker_keep(struct gv_worker *worker, uint64_t round, bool must);

/* The worker's and the engine's counters, and a node's vectors, as setup.resume and setup.restore say; each on the
 * worker's thread, after gv_node_begin. */
void gv_worker_resume(struct gv_worker *worker);
enum gv_status gv_node_resume(struct gv_engine *engine, int node, struct gv_error *err);

/* evaluate.c: called by all workers together, between rounds; worker 0 fills *evaluation. */
enum gv_status gv_evaluate_prepare(struct gv_engine *engine, struct gv_error *err);
void gv_worker_evaluate(struct gv_worker *worker, uint64_t round, struct gv_evaluation *evaluation);

/* gradients.c: the same for what setup.measure asks for, with the mean model there; the last by worker 0 alone. */
enum gv_status gv_measure_prepare(struct gv_engine *engine, struct gv_error *err);
void gv_worker_measure(struct gv_worker *worker, uint64_t round);
void gv_measure_summarise(const struct gv_engine *engine, struct gv_evaluation *evaluation);

#endif
